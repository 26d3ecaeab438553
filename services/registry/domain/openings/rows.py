"""One row of a list of opening balances: whom it names, which months, how much, what and where."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from services.registry.domain.lists.amounts import UnreadableNumber, read_amount_dong
from services.registry.domain.lists.cell_words import is_ditto
from services.registry.domain.lists.dates import read_birth
from services.registry.domain.lists.findings import Finding
from services.registry.domain.lists.identity import read_identity
from services.registry.domain.lists.legacy import Encoding, read_text
from services.registry.domain.lists.names import read_name
from services.registry.domain.lists.row_cells import written_form
from services.registry.domain.lists.text import fold
from services.registry.domain.lists.workbook import Cell
from services.registry.domain.openings import findings as f
from services.registry.domain.openings.columns import Field, OpeningTable
from services.registry.domain.openings.months import read_months
from services.registry.domain.openings.records import NamedPerson, OpeningLine
from services.registry.domain.openings.words import COMMUNE_CASHIER, UNCLAIMED, OpeningKind, read_kind, read_place
from shared.kernel.money import format_dong

_SUMMARY = re.compile(r"^(?:tong|cong|luy ke)\b")
_NUMBERING = re.compile(r"^[(\[]?(?:\d{1,2}|[A-Za-z])[)\]]?$")
_CODE = re.compile(r"[A-Z]{2,3}-\d{7}")
_FILLED = (Field.CODE, Field.NAME, Field.FAMILY_NAME, Field.BIRTH, Field.NUMBER, Field.MONTH, Field.KIND, Field.PLACE)
_DITTO = (Field.MONTH, Field.KIND, Field.PLACE)
_LETTERS = 26


@dataclass(frozen=True, slots=True)
class SheetSays:
    """What holds for a sheet as a whole: the kind and month that its titles name, and today, which no month may pass."""

    name: str
    kind: str | None
    month: date | None
    today: date


class RowReader:
    """Reads a table's rows in order, remembering what ditto marks point to."""

    def __init__(self, table: OpeningTable, encoding: Encoding, says: SheetSays, merged: Mapping[tuple[int, int], Cell]) -> None:
        self._table = table
        self._encoding = encoding
        self._says = says
        self._merged = merged
        self._above: dict[int, Cell] = {}

    def lines(self, number: int, written: Sequence[Cell]) -> list[OpeningLine] | None:
        """The row's entries, one for each kind and month; None for a row that is no entry. `number` counts from 1."""
        row = self._filled(number, written)
        amounts = [(at, kind) for at, kind in self._table.amounts if self._cell(row, at) is not None]
        if _is_numbering(row) or self._is_summary(row) or not (self._names_somebody(row) or amounts):
            return None
        if not amounts and self._first(row, Field.MONTH) is None:
            return None
        findings: list[Finding] = []
        person = self._person(row, findings)
        found = []
        for at, kind in amounts or [(-1, None)]:
            found += self._entries(number, row, written, person, self._cell(row, at), kind, findings)
        return found

    def unread_text(self, written: Sequence[Cell]) -> str | None:
        """What a row that is no entry says, None for nothing, a total or a numbering."""
        row = [self._decoded(cell) for cell in written]
        texts = [cell for cell in row if isinstance(cell, str)]
        skip = _is_numbering(row) or self._is_summary(row)
        return max(texts, key=len) if texts and not skip else None

    def _decoded(self, cell: Cell) -> Cell:
        return read_text(cell, self._encoding)[0] or None if isinstance(cell, str) else cell

    def _filled(self, number: int, written: Sequence[Cell]) -> list[Cell]:
        """The row decoded, with merged cells and ditto marks filled from above."""
        row = [self._decoded(cell) for cell in written]
        for field in _FILLED:
            for at in self._table.columns.get(field, ()):
                above = self._merged.get((number, at))
                if above is not None and self._cell(row, at) is None:
                    row += [None] * (at + 1 - len(row))
                    row[at] = self._decoded(above)
                cell = self._cell(row, at)
                if field in _DITTO and isinstance(cell, str) and is_ditto(cell):
                    row[at] = self._above.get(at)
                self._above[at] = self._cell(row, at)
        return row

    @staticmethod
    def _cell(row: Sequence[Cell], at: int) -> Cell:
        return row[at] if 0 <= at < len(row) else None

    def _first(self, row: Sequence[Cell], field: Field) -> Cell:
        cells = (self._cell(row, at) for at in self._table.columns.get(field, ()))
        return next((cell for cell in cells if cell is not None), None)

    def _text(self, row: Sequence[Cell], field: Field) -> str | None:
        return written_form(self._first(row, field))

    def _names_somebody(self, row: Sequence[Cell]) -> bool:
        return any(self._first(row, field) is not None for field in (Field.NAME, Field.NUMBER, Field.CODE))

    def _is_summary(self, row: Sequence[Cell]) -> bool:
        texts = [cell for cell in row if isinstance(cell, str)]
        return any(_SUMMARY.search(fold(text)) for text in texts[:2])

    def _person(self, row: Sequence[Cell], findings: list[Finding]) -> NamedPerson:
        family, given = self._text(row, Field.FAMILY_NAME), self._text(row, Field.NAME)
        name = read_name(" ".join(part for part in (family, given) if part)).name
        said = self._text(row, Field.CODE)
        code = _CODE.search(said.upper()) if said else None
        number = read_identity(self._first(row, Field.NUMBER))
        if number and not number.number:
            findings.append(Finding(f.NUMBER_LENGTH, "national_id", number.written))
        birth = read_birth(self._first(row, Field.BIRTH), latest_year=self._says.today.year)
        person = NamedPerson(
            code.group() if code else None, name or None, birth.text if birth else None, number.number if number else None
        )
        if not (person.code or person.full_name or person.national_id):
            findings.append(Finding(f.PERSON_UNNAMED, "person"))
        return person

    def _entries(
        self, number: int, row: Sequence[Cell], written: Sequence[Cell], person: NamedPerson, amount: Cell,
        kind: OpeningKind | None, found: Sequence[Finding],
    ) -> list[OpeningLine]:  # fmt: skip
        findings = list(found)
        kind = kind or self._kind(row, findings)
        provider = self._place(row, kind, findings)
        months = self._months(row, findings)
        amount_dong = _share(amount, max(len(months), 1), findings)
        note, cells = self._text(row, Field.NOTE), _cells(written)
        return [
            OpeningLine(self._says.name, number, person, kind, provider, month, amount_dong, note, cells, tuple(findings))
            for month in months or (None,)
        ]

    def _kind(self, row: Sequence[Cell], findings: list[Finding]) -> OpeningKind | None:
        text = self._text(row, Field.KIND)
        kind = read_kind(text) if text else None
        if text and kind is None:
            findings.append(Finding(f.KIND_UNKNOWN, "kind", text))
        elif not text and self._says.kind:
            kind = cast(OpeningKind, self._says.kind)
            findings.append(Finding(f.KIND_FROM_TITLE, "kind", None, kind))
        elif not text:
            findings.append(Finding(f.KIND_MISSING, "kind"))
        return kind

    def _place(self, row: Sequence[Cell], kind: OpeningKind | None, findings: list[Finding]) -> str | None:
        """What was never paid, or is to be recovered, is the commune's to agree to where no place is written; money that
        waits for somebody lies somewhere."""
        text = self._text(row, Field.PLACE)
        place = read_place(text) if text else None
        if text and place is None:
            findings.append(Finding(f.PLACE_UNKNOWN, "provider", text))
        elif not text and kind == UNCLAIMED:
            findings.append(Finding(f.PLACE_MISSING, "provider"))
        elif not text:
            place = COMMUNE_CASHIER
            findings.append(Finding(f.PLACE_COMMUNE, "provider", None, COMMUNE_CASHIER))
        return place

    def _months(self, row: Sequence[Cell], findings: list[Finding]) -> tuple[date, ...]:
        cell = self._first(row, Field.MONTH)
        if cell is None and self._says.month:
            findings.append(Finding(f.MONTH_FROM_TITLE, "month", None, f"{self._says.month:%m/%Y}"))
            return (self._says.month,)
        if cell is None:
            findings.append(Finding(f.MONTH_MISSING, "month"))
            return ()
        months = read_months(cell)
        if months is None:
            findings.append(Finding(f.MONTH_UNREADABLE, "month", written_form(cell)))
            return ()
        if months[-1] > self._says.today:
            findings.append(Finding(f.MONTH_AHEAD, "month", f"{months[-1]:%m/%Y}"))
        return months


def _share(cell: Cell, months: int, findings: list[Finding]) -> int | None:
    """Each month's part of an amount: only what divides evenly is divided."""
    try:
        whole = read_amount_dong(cell)
    except UnreadableNumber:
        findings.append(Finding(f.AMOUNT_UNREADABLE, "amount_dong", written_form(cell)))
        return None
    if not whole:
        findings.append(Finding(f.AMOUNT_MISSING, "amount_dong", written_form(cell)))
        return None
    if months == 1:
        return whole
    if whole % months:
        findings.append(Finding(f.AMOUNT_NOT_DIVISIBLE, "amount_dong", format_dong(whole), str(months)))
        return None
    findings.append(Finding(f.AMOUNT_DIVIDED, "amount_dong", format_dong(whole), format_dong(whole // months)))
    return whole // months


def _is_numbering(row: Sequence[Cell]) -> bool:
    """A row that counts the columns: `(1) (2) (3)`."""
    filled = [str(cell).strip() for cell in row if cell is not None]
    return len(filled) >= 4 and all(_NUMBERING.match(cell) for cell in filled)


def _cells(written: Sequence[Cell]) -> dict[str, str | int | float]:
    """Cells as written by the letters of their columns; empty ones left out."""
    return {
        _letters(at): cell if isinstance(cell, str | int | float) else cell.isoformat()
        for at, cell in enumerate(written)
        if cell is not None
    }


def _letters(at: int) -> str:
    before, last = divmod(at, _LETTERS)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)
