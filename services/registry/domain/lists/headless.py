"""Sheets of people without a header of their own: they go on from the sheet before, or the list has none at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.registry.domain.lists.content import guess_column, looks_like_names
from services.registry.domain.lists.headers import Column
from services.registry.domain.lists.layout import Layout
from services.registry.domain.lists.legacy import Encoding, read_text
from services.registry.domain.lists.places_in_commune import heading_village
from services.registry.domain.lists.row_kinds import RowJudge
from services.registry.domain.lists.sheet_tables import SheetTable
from services.registry.domain.lists.workbook import Cell

_SEARCHED_ROWS = 400
_MOSTLY = 0.6
_EVIDENCE = 3
_FEWEST_CELLS, _FEWEST_PEOPLE = 4, 3

Rows = Sequence[Sequence[Cell]]


def goes_on(rows: Rows, before: Layout, encoding: Encoding) -> SheetTable | None:
    """The table of a sheet whose rows stand in the columns of the sheet before; None where they don't."""
    judge = RowJudge(before)
    read = [[_text(cell, encoding) for cell in row] for row in rows[:_SEARCHED_ROWS]]
    people = [at for at, row in enumerate(read) if judge.evidence(row) >= _EVIDENCE and judge.name_of(row)]
    filled = sum(any(cell is not None for cell in row) for row in read)
    if not people or len(people) < _MOSTLY * filled or not any(judge.numbers_and_dates(read[at]) for at in people):
        return None
    return _table(rows, people[0], encoding, replace(before, columns=dict(before.columns)))


def without_any_header(rows: Rows, encoding: Encoding) -> SheetTable | None:
    """The table of a list without a header: names beside identity numbers or birth dates, told by the cells."""
    people = [at for at, row in enumerate(rows[:_SEARCHED_ROWS]) if sum(cell is not None for cell in row) >= _FEWEST_CELLS]
    if len(people) < _FEWEST_PEOPLE:
        return None
    width = max(len(rows[at]) for at in people)
    columns = {at: [_text(rows[at_row][at], encoding) for at_row in people if at < len(rows[at_row])] for at in range(width)}
    names = [at for at, cells in columns.items() if looks_like_names(cells)]
    numbers = [at for at, cells in columns.items() if guess_column(cells, (Column.IDENTITY,))]
    births = [at for at, cells in columns.items() if guess_column(cells, (Column.BIRTH,)) and at not in numbers]
    if not names or not (numbers or births):
        return None
    found: dict[Column, tuple[int, ...]] = {Column.FULL_NAME: (names[0],)}
    if births:
        found[Column.BIRTH] = (births[0],)
    beside = [at for at in numbers if names[1:] and at > names[1]]
    own = [at for at in numbers if at not in beside] or numbers
    if own:
        found[Column.IDENTITY] = (own[0],)
    if names[1:] and _is_fewer(columns[names[1]], columns[names[0]]):
        found[Column.PAYEE_NAME] = (names[1],)
        if beside and beside != own:
            found[Column.PAYEE_ID] = (beside[0],)
    if _counts(columns[0]):
        found.setdefault(Column.ORDINAL, (0,))
    first = next((at for at in people if any(_has_digits(rows[at], place) for place in (*numbers, *births))), people[0])
    above = [str(_text(cell, encoding) or "") for cell in rows[first - 1]] if first else []
    headers = (*above, *[""] * (width - len(above)))
    return _table(rows, first, encoding, Layout(0, 0, headers, found, tuple((text,) for text in headers)))


def _table(rows: Rows, first: int, encoding: Encoding, layout: Layout) -> SheetTable:
    """The row above the first person stands for the header, unless it names the village that follows."""
    above = first - 1
    while above >= 0 and any(heading_village(str(_text(cell, encoding) or "")) for cell in rows[above]):
        above -= 1
    return SheetTable(replace(layout, first_row=max(above, 0), last_row=above), 0, len(rows))


def _text(cell: Cell, encoding: Encoding) -> Cell:
    return read_text(cell, encoding)[0] or None if isinstance(cell, str) else cell


def _has_digits(row: Sequence[Cell], at: int) -> bool:
    return at < len(row) and any(map(str.isdigit, str(row[at])))


def _is_fewer(cells: Sequence[Cell], others: Sequence[Cell]) -> bool:
    return sum(cell is not None for cell in cells) < sum(cell is not None for cell in others)


def _counts(cells: Sequence[Cell]) -> bool:
    """Whether a column numbers the rows."""
    numbers = [int(text) for cell in cells if (text := str(cell).removesuffix(".0")).isdigit()]
    return len(numbers) * 2 > len(cells) and numbers == sorted(numbers) and len({*numbers}) == len(numbers)
