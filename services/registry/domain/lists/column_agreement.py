"""Columns that agree with each other: whose numbers and birth dates they are, and which sums the coefficients make."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from services.registry.domain.lists.amounts import amount_or_none, coefficient_or_none
from services.registry.domain.lists.column_places import OWN_NUMBERS
from services.registry.domain.lists.dates import read_birth
from services.registry.domain.lists.headers import Column, read_header
from services.registry.domain.lists.identity import birth_year_of, read_identity
from services.registry.domain.lists.layout import Layout
from services.registry.domain.lists.workbook import Cell

Rows = Sequence[Sequence[Cell]]

_FEWEST = 3
_MOSTLY, _SELDOM = 0.7, 0.4
_LEVELS_DONG = frozenset({270_000, 360_000, 500_000})
_MOST_HEADS = 4


def settle_by_agreement(layout: Layout, rows: Rows) -> None:
    """Corrects, in place, which of several columns of birth dates, identity numbers or sums is the one meant."""
    _settle_births(layout, rows)
    _settle_numbers(layout, rows)
    _settle_sums(layout, rows)


def _settle_births(layout: Layout, rows: Rows) -> None:
    """Of several birth dates in a row (the household's head has one too) those of which the identity numbers tell."""
    rivals = _left_aside(layout, Column.BIRTH)
    birth = layout.first(Column.BIRTH)
    numbers = [at for column in OWN_NUMBERS for at in layout.columns.get(column, ())]
    if not rivals or birth is None or not numbers:
        return
    shares = {at: max(_share_of_years(rows, at, number) for number in numbers) for at in (birth, *rivals)}
    best = max(shares, key=lambda at: shares[at])
    if shares[birth] < _SELDOM and shares[best] >= _MOSTLY:
        layout.columns[Column.BIRTH] = (best,)


def _settle_numbers(layout: Layout, rows: Rows) -> None:
    """Of several columns of numbers the one that tells the birth years is the beneficiaries'; the others are the payees'."""
    birth = layout.first(Column.BIRTH)
    places = {at: column for column in OWN_NUMBERS for at in layout.columns.get(column, ())}
    if birth is None or len(places) < 2:
        return
    shares = {at: _share_of_years(rows, birth, at) for at in places}
    if max(shares.values()) < _MOSTLY:
        return
    for at, column in places.items():
        if 0 <= shares[at] < _SELDOM:
            layout.columns[column] = tuple(other for other in layout.columns[column] if other != at)
            if not layout.columns[column]:
                del layout.columns[column]
            instead = Column.OTHER if Column.PAYEE_ID in layout.columns else Column.PAYEE_ID
            layout.columns[instead] = (*layout.columns.get(instead, ()), at)


def _settle_sums(layout: Layout, rows: Rows) -> None:
    """Of several sums (with arrears, of a quarter) the one that a level and the row's coefficient make."""
    amount, coefficient = layout.first(Column.AMOUNT), layout.first(Column.COEFFICIENT)
    if amount is None or coefficient is None:
        return
    rivals = [at for at in _unused(layout) if read_header(layout.headers[at]) in (None, Column.AMOUNT)]
    if not rivals:
        return
    shares = {at: _share_of_sums(rows, at, coefficient) for at in (amount, *rivals)}
    best = max(shares, key=lambda at: shares[at])
    if shares[best] > shares[amount] and shares[best] >= _MOSTLY:
        layout.columns[Column.AMOUNT] = (best,)


def _unused(layout: Layout) -> list[int]:
    used = {at for places in layout.columns.values() for at in places}
    return [at for at in range(len(layout.headers)) if at not in used]


def _left_aside(layout: Layout, column: Column) -> list[int]:
    """Columns whose header says the same, of which a table uses one."""
    return [at for at in _unused(layout) if layout.headers[at] and read_header(layout.headers[at]) is column]


def _cell(row: Sequence[Cell], at: int) -> Cell:
    return row[at] if at < len(row) else None


def _share_of_years(rows: Rows, birth: int, number: int) -> float:
    """Of the rows with a CCCD and a date, the share whose years are the same; -1 where too few have both."""
    same: list[bool] = []
    for row in rows:
        identity, born = read_identity(_cell(row, number)), read_birth(_cell(row, birth))
        if identity and identity.number and identity.kind == "cccd" and born and born.year:
            same.append(birth_year_of(identity.number) == born.year)
    return sum(same) / len(same) if len(same) >= _FEWEST else -1.0


def _share_of_sums(rows: Rows, amount: int, coefficient: int) -> float:
    """Of the rows with both, the share in which the sum is a level times the coefficient (times a few heads)."""
    made: list[bool] = []
    for row in rows:
        sum_dong, times = amount_or_none(_cell(row, amount)), coefficient_or_none(_cell(row, coefficient))
        if sum_dong and times:
            heads = range(1, _MOST_HEADS + 1) if times == 1 else (1,)
            made.append(any(Decimal(sum_dong) / times / head in _LEVELS_DONG for head in heads))
    return sum(made) / len(made) if len(made) >= _FEWEST else 0.0
