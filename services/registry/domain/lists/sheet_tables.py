"""Several tables on one sheet: each with its own header (`A. Trợ cấp hàng tháng`, below it `B. Hỗ trợ chăm sóc`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.registry.domain.lists.headers import Column, read_header
from services.registry.domain.lists.layout import Layout, find_layout, header_text, names_people
from services.registry.domain.lists.legacy import Encoding
from services.registry.domain.lists.text import fold
from services.registry.domain.lists.workbook import Cell

_LEAST_HEADS = 4
_LONGEST_HEAD = 80
_TITLE_ROWS = 4
_TITLE_CELLS = 3
_STARTS = frozenset({Column.ORDINAL, Column.FULL_NAME, Column.FAMILY_NAME})


@dataclass(frozen=True, slots=True)
class SheetTable:
    """A table: its layout, the titles above it (from `first_row`), and the row (an index) where what is below it begins."""

    layout: Layout
    first_row: int
    end_row: int


def find_tables(rows: Sequence[Sequence[Cell]], encoding: Encoding, hidden: frozenset[int] = frozenset()) -> list[SheetTable]:
    """The tables of people on a sheet, top to bottom. A header repeated on each page begins no table."""
    main = find_layout(rows, encoding, hidden=hidden)
    if main is None:
        return []
    layouts = [*_earlier(rows, main, encoding, hidden), main]
    layouts += _later(rows, main, encoding, hidden)
    starts = [0, *(_first_title(rows, layout.first_row) for layout in layouts[1:])]
    return [SheetTable(*found) for found in zip(layouts, starts, [*starts[1:], len(rows)], strict=True)]


def _earlier(rows: Sequence[Sequence[Cell]], main: Layout, encoding: Encoding, hidden: frozenset[int]) -> list[Layout]:
    """A table above the one whose header names most: its header starts like one, and people stand between the two."""
    for at in range(main.first_row - 1):
        if _starts_header(rows[at], encoding):
            found = find_layout(rows[: main.first_row], encoding, at, hidden, limit=1)
            if found and names_people(found) and found.last_row < main.first_row - 1:
                return [found]
    return []


def _later(rows: Sequence[Sequence[Cell]], main: Layout, encoding: Encoding, hidden: frozenset[int]) -> Iterator[Layout]:
    known = {_key(rows[at]) for at in range(main.first_row, main.last_row + 1)}
    at = main.last_row + 1
    while at < len(rows):
        found = None
        if _starts_header(rows[at], encoding) and _key(rows[at]) not in known:
            found = find_layout(rows, encoding, at, hidden, limit=1)
        if found and names_people(found):
            known |= {_key(rows[row]) for row in range(found.first_row, found.last_row + 1)}
            yield found
            at = found.last_row
        at += 1


def _starts_header(row: Sequence[Cell], encoding: Encoding) -> bool:
    """Whether a row reads like the first of a header: words only, four known heads, the number's or the name's among them."""
    texts: list[str] = []
    for cell in row:
        if cell is not None:
            if not isinstance(cell, str) or (not texts and cell[:1].isdigit()):
                return False
            texts.append(cell)
    if len(texts) < _LEAST_HEADS:
        return False
    heads = {read_header(header_text(text, encoding)) for text in texts if len(text) < _LONGEST_HEAD} - {None, Column.OTHER}
    return len(heads) >= _LEAST_HEADS and bool(heads & _STARTS)


def _key(row: Sequence[Cell]) -> tuple[str, ...]:
    return tuple(fold(cell) for cell in row if isinstance(cell, str) and cell.strip())


def _first_title(rows: Sequence[Sequence[Cell]], header: int) -> int:
    """The first of the title rows right above a header: few cells each, all of them words."""
    first = header
    for at in range(header - 1, max(header - 1 - _TITLE_ROWS, -1), -1):
        filled = [cell for cell in rows[at] if cell is not None]
        if len(filled) > _TITLE_CELLS or not all(isinstance(cell, str) for cell in filled):
            break
        first = at if filled else first
    return first
