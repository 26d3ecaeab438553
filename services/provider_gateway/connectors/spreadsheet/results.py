"""A result file against what was laid down: all of it is believed, or nothing.

Columns are found by their headings, in whatever order and among whatever others. A row without a result says nothing yet. A code
that was never given out, another amount, another month, a word that nobody agreed on: the whole file changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.provider_gateway.connectors.spreadsheet.amounts import read_amount_dong, read_day
from services.provider_gateway.connectors.spreadsheet.refusals import RefusedFile
from services.provider_gateway.connectors.spreadsheet.template import Template, folded
from services.provider_gateway.domain.attempt import WITHDRAWN, Collected, Outcome, Said

_HEADING_ROWS = 60
_MONTH = re.compile(r"\b(0?[1-9]|1[0-2])\s*[/.-]\s*(20\d\d)\b")
_OUTCOMES: dict[str, Outcome] = {
    "paid": "paid",
    "not_collected": "unclaimed",
    "refused": "rejected",
    "returned": "returned",
    "withdrawn": "returned",
}


@dataclass(frozen=True, slots=True)
class LaidOrder:
    """An order as it was laid down."""

    list_reference: str
    amount_dong: int
    pay_on: date


FindOrders = Callable[[frozenset[str]], Mapping[str, LaidOrder]]
"""Those of these references that were laid down for the provider."""


@dataclass(frozen=True, slots=True)
class _Row:
    number: int  # as Excel counts
    cells: Mapping[str, str]  # field -> text


def read_results(rows: Sequence[Sequence[str]], template: Template, find: FindOrders) -> tuple[list[Said], set[str]]:
    """What a file says, and of which lists. Raises RefusedFile."""
    heading_at, places = _find_heading(rows, template)
    said_rows = [row for row in _rows(rows, heading_at, places) if row.cells["result"]]
    if not said_rows:
        raise RefusedFile("nothing_said")
    references = [_reference(row) for row in said_rows]
    laid = find(frozenset(references))
    month = _month(rows[:heading_at], template)
    words = _Words(template)
    said: dict[str, Said] = {}
    for row, reference in zip(said_rows, references, strict=True):
        order = laid.get(reference)
        if order is None:
            raise RefusedFile("unknown_reference", row.number)
        if month is not None and month != (order.pay_on.year, order.pay_on.month):
            raise RefusedFile("another_month", row.number)
        one = _said(row, reference, order, words)
        if said.setdefault(reference, one) != one:
            raise RefusedFile("said_twice", row.number)
    return list(said.values()), {laid[reference].list_reference for reference in said}


def clean_reference(text: str) -> str:
    """A code without what typing and copying add: spaces, hyphens, quotes, small letters."""
    return "".join(sign for sign in text if sign.isalnum()).upper()


def _find_heading(rows: Sequence[Sequence[str]], template: Template) -> tuple[int, dict[str, int]]:
    """The row of headings, and the place of each known column. Raises RefusedFile."""
    by_heading = {folded(column.header): column.field for column in template.columns}
    by_heading.setdefault(folded("Số tiền đã chi"), "paid_dong")
    for at, row in enumerate(rows[:_HEADING_ROWS]):
        fields = [(by_heading.get(folded(cell)), place) for place, cell in enumerate(row)]
        found = {field: place for field, place in fields if field is not None}
        if {"reference", "amount_dong", "result"} <= found.keys():
            if len(found) < sum(1 for field, _ in fields if field is not None):
                raise RefusedFile("column_twice", at + 1)
            return at, found
    raise RefusedFile("columns_missing")


def _rows(rows: Sequence[Sequence[str]], heading_at: int, places: Mapping[str, int]) -> list[_Row]:
    return [
        _Row(number, {field: row[place].strip() if place < len(row) else "" for field, place in places.items()})
        for number, row in enumerate(rows[heading_at + 1 :], start=heading_at + 2)
    ]


def _reference(row: _Row) -> str:
    reference = clean_reference(row.cells["reference"])
    if not reference:
        raise RefusedFile("no_reference", row.number)
    return reference


def _month(head: Sequence[Sequence[str]], template: Template) -> tuple[int, int] | None:
    """(year, month) that the lines above the headings name; None where none does, as in a .csv without them."""
    label = template.month_label.casefold()
    for cell in (cell for row in head for cell in row):
        before, found, after = cell.casefold().partition(label)
        match = _MONTH.search(after) if found else None
        if match is None and folded(label) in folded(before):
            match = _MONTH.search(before)
        if match is not None:
            return int(match[2]), int(match[1])
    return None


class _Words:
    """The template's words, by how they are compared."""

    def __init__(self, template: Template) -> None:
        self.results = _by_text(template.words)
        self.relationships = _by_text(template.relationships)
        self.receipts = _by_text(template.receipts)
        self.reasons = _by_text(template.reasons)
        self.home = folded(template.places["home"])


def _by_text(words: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {folded(text): word for word, texts in words.items() for text in texts}


def _said(row: _Row, reference: str, order: LaidOrder, words: _Words) -> Said:
    result = words.results.get(folded(row.cells["result"]))
    if result is None:
        raise RefusedFile("unknown_word", row.number)
    _check_amount(row, order, must=result == "paid")
    reason = words.reasons.get(folded(row.cells.get("reason", "")))
    if result == "paid":
        return Said(reference, "paid", None, order.amount_dong, collected=_collected(row, words))
    if result == "withdrawn":
        reason = WITHDRAWN
    elif result in ("refused", "not_collected"):
        reason = reason or result
    return Said(reference, _OUTCOMES[result], reason, order.amount_dong)


def _check_amount(row: _Row, order: LaidOrder, *, must: bool) -> None:
    for field in ("amount_dong", "paid_dong"):
        text = row.cells.get(field, "")
        if not text and not (must and field == "amount_dong"):
            continue
        amount_dong = read_amount_dong(text)
        if amount_dong is None:
            raise RefusedFile("amount_unreadable", row.number)
        if amount_dong != order.amount_dong:
            raise RefusedFile("amount_differs", row.number)


def _collected(row: _Row, words: _Words) -> Collected | None:
    """Who received, as far as the row says; of a number no more than its last four digits are taken up."""
    name = " ".join(row.cells.get("collector_name", "").lstrip("'").split())[:140]
    if not name:
        return None
    digits = "".join(sign for sign in row.cells.get("identity_shown", "") if sign.isdigit())
    relationship = row.cells.get("relationship", "")
    receipt = words.receipts.get(folded(row.cells.get("receipt", "")))
    return Collected(
        name=name,
        relationship=words.relationships.get(folded(relationship), "other") if relationship else None,
        identity_last4=digits[-4:].rjust(4, "0") if digits else None,
        receipt=_receipt(receipt),
        place=_place(row.cells.get("delivery", ""), words),
        collected_on=read_day(row.cells.get("result_on", "")),
    )


def _receipt(word: str | None) -> Literal["signature", "fingerprint"] | None:
    return "signature" if word == "signature" else "fingerprint" if word == "fingerprint" else None


def _place(text: str, words: _Words) -> Literal["counter", "home"] | None:
    if not text:
        return None
    return "home" if folded(text) == words.home else "counter"
