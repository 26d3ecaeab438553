"""Columns of coefficients and of sums, told by their cells: `Mức` may head either."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from services.registry.domain.lists.amounts import amount_or_none
from services.registry.domain.lists.headers import Column, read_header
from services.registry.domain.lists.layout import Layout
from services.registry.domain.lists.workbook import Cell

_LEAST_CELLS = 3
_MOSTLY = 0.8
_COEFFICIENT = re.compile(r"[1-3](?:[.,][05]0?)?")
_HALVES = re.compile(r"[1-3][.,]50?")
_STEPS_DONG = (180_000, 250_000)
"""Half the level of 2021 and of 2024: sums are so many of these."""
_LEAST_DONG, _MOST_DONG = 180_000, 8_000_000


def settle_sums(layout: Layout, cells: Callable[[int], Sequence[Cell]], width: int) -> None:
    """Corrects, in place, which column holds coefficients and which sums. `cells` gives a column's filled cells, decoded."""
    columns = layout.columns
    amount = layout.first(Column.AMOUNT)
    if Column.COEFFICIENT not in columns and amount is not None and hold_coefficients(cells(amount)):
        columns[Column.COEFFICIENT] = columns.pop(Column.AMOUNT)
        amount = None
    known = {at for kind, places in columns.items() if kind is not Column.OTHER for at in places}
    unknown = [at for at in range(min(width, len(layout.headers))) if at not in known and _may_hold_sums(layout, at)]
    if (
        Column.COEFFICIENT not in columns
        and (found := next((at for at in unknown if hold_coefficients(cells(at))), None)) is not None
    ):
        columns[Column.COEFFICIENT] = (found,)
        unknown.remove(found)
    if amount is None and (found := next((at for at in unknown if hold_sums(cells(at))), None)) is not None:
        columns[Column.AMOUNT] = (found,)


def _may_hold_sums(layout: Layout, at: int) -> bool:
    """A column without known words, or one that was left aside for another of its kind."""
    return at not in layout.columns.get(Column.OTHER, ()) and read_header(layout.headers[at]) in (None, Column.AMOUNT)


def hold_coefficients(cells: Sequence[Cell]) -> bool:
    """Whether nearly all cells are coefficients of the decree, halves among them (else they may be a number of heads)."""
    texts = [str(cell).strip() for cell in cells]
    fitting = sum(bool(_COEFFICIENT.fullmatch(text)) for text in texts)
    return len(texts) >= _LEAST_CELLS and fitting >= _MOSTLY * len(texts) and any(map(_HALVES.fullmatch, texts))


def hold_sums(cells: Sequence[Cell]) -> bool:
    """Whether nearly all cells are amounts that a level and the coefficients make."""
    return len(cells) >= _LEAST_CELLS and sum(map(_is_sum, cells)) >= _MOSTLY * len(cells)


def _is_sum(cell: Cell) -> bool:
    amount = amount_or_none(cell)
    return amount is not None and _LEAST_DONG <= amount <= _MOST_DONG and any(amount % step == 0 for step in _STEPS_DONG)
