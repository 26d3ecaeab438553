"""What a row is entitled to: category, coefficient, amount, heads; checked against each other."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from services.registry.domain.lists import findings as f
from services.registry.domain.lists.amounts import amount_or_none, coefficient_or_none
from services.registry.domain.lists.categories import SINGLE_PARENT, CategoryQuestion, ages_in, resolve_category
from services.registry.domain.lists.category_words import CategoryWording, read_severity, read_wording
from services.registry.domain.lists.headers import Column
from services.registry.domain.lists.reference import CategoryFact, Reference
from services.registry.domain.lists.row_cells import RowCells, written_form
from shared.kernel.money import format_dong, times_coefficient

_COUNT = re.compile(r"^0?(\d{1,2})(?:[.,]0)?(?:\s*(?:con|cháu|trẻ|người)\b.*|\s*\(.*)?$", re.IGNORECASE)
"""A number of children in its own column: `2`, `02`, `2 con`, `2 (2015, 2018)`."""


@dataclass(slots=True)
class Entitlement:
    """The category's code and, for a single parent, the number of children."""

    category: str | None = None
    children: int | None = None


@dataclass(frozen=True, slots=True)
class ListFacts:
    """What holds for the whole list: the month and the province whose levels count."""

    month: date
    province: str


def wording_of(cells: RowCells, heading: str | None) -> tuple[str, CategoryWording | None]:
    """The category as written (or as a heading says it) and what it says; severity and heads from their own columns."""
    text = cells.joined(Column.CATEGORY)
    if not text and heading:
        text = heading
    if not text:
        return "", None
    wording = read_wording(text)
    severity, heads = wording.severity, wording.heads
    if severity is None and Column.SEVERITY in cells.values:
        severity = read_severity(cells.joined(Column.SEVERITY))
    if heads is None and Column.CHILDREN in cells.values:
        count = _COUNT.match(cells.text(Column.CHILDREN))
        heads = int(count.group(1)) if count and 0 < int(count.group(1)) <= 15 else None
    if severity != wording.severity or heads != wording.heads:
        wording = replace(wording, severity=severity, heads=heads)
    return text, wording


def coefficient_of(cells: RowCells) -> Decimal | None:
    """The coefficient written, None when there is none or it can't be read."""
    return coefficient_or_none(cells.cell(Column.COEFFICIENT))


def amount_of(cells: RowCells) -> int | None:
    """The amount written in đồng, None when there is none or it can't be read."""
    return amount_or_none(cells.cell(Column.AMOUNT))


def read_entitlement(
    cells: RowCells, born_on: date | None, facts: ListFacts, reference: Reference, heading: str | None
) -> Entitlement:
    """The category by wording, age and coefficient, with every contradiction between them as a finding."""
    text, wording = wording_of(cells, heading)
    coefficient = coefficient_of(cells)
    if coefficient is None and cells.cell(Column.COEFFICIENT) is not None:
        cells.add(f.COEFFICIENT_UNREADABLE, "coefficient", written_form(cells.cell(Column.COEFFICIENT)))
    if wording is None:
        cells.add(f.CATEGORY_MISSING, "category")
        return Entitlement()
    if not cells.joined(Column.CATEGORY):
        cells.add(f.CATEGORY_FROM_HEADING, "category", None, text)
    question = CategoryQuestion(wording, ages_in(facts.month, born_on), coefficient, facts.month)
    answer = resolve_category(question, reference)
    for kind, proposal in answer.remarks:
        cells.add(kind, "category", cells.as_written(Column.CATEGORY) or text, proposal)
    entitlement = Entitlement(answer.code)
    if answer.code is None:
        return entitlement
    category = reference.categories[answer.code]
    level = reference.level_dong(facts.month, facts.province, pension=category.coefficient is None)
    if answer.code == SINGLE_PARENT:
        entitlement.children = wording.heads or _children_noted(cells)
        if entitlement.children is None:
            cells.add(f.CHILDREN_MISSING, "children_count", text, _children_proposed(cells, level))
    _check_coefficient(cells, category, coefficient, entitlement.children)
    if level is not None and not answer.code.startswith("MT-"):
        _check_amount(cells, category, level, entitlement.children)
    return entitlement


def _children_noted(cells: RowCells) -> int | None:
    """The number of children where only a remark tells it: `đang nuôi 2 con`."""
    note = cells.joined(Column.NOTE)
    heads = read_wording(note).heads if note else None
    if heads is not None:
        cells.add(f.CHILDREN_FROM_NOTE, "children_count", note, str(heads))
    return heads


def _children_proposed(cells: RowCells, level: int | None) -> str | None:
    amount = amount_of(cells)
    return str(amount // level) if amount and level and amount % level == 0 else None


def _check_coefficient(cells: RowCells, category: CategoryFact, coefficient: Decimal | None, children: int | None) -> None:
    """A coefficient written must be the category's; a single parent's may be written for all children together."""
    due = category.coefficient
    if coefficient is None or due is None or coefficient == due:
        return
    if category.code == SINGLE_PARENT and children and coefficient == due * children:
        return
    cells.add(f.COEFFICIENT_DIFFERS, "coefficient", written_form(cells.cell(Column.COEFFICIENT)), f"{due.normalize():f}")


def _check_amount(cells: RowCells, category: CategoryFact, level: int, children: int | None) -> None:
    written = written_form(cells.cell(Column.AMOUNT))
    amount = amount_of(cells)
    if amount is None:
        if written is not None and any(map(str.isdigit, written)):
            cells.add(f.AMOUNT_UNREADABLE, "amount", written)
        return
    if category.code == SINGLE_PARENT and children is None:
        return
    due = level if category.coefficient is None else times_coefficient(level, category.coefficient, children or 1)
    if amount == due:
        return
    if amount * 1000 == due:
        cells.add(f.AMOUNT_IN_THOUSANDS, "amount", written, format_dong(due))
    else:
        cells.add(f.AMOUNT_DIFFERS, "amount", written, format_dong(due))
