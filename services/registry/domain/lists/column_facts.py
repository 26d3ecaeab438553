"""What the columns of a table show as a whole."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from services.registry.domain.lists.headers import Column
from services.registry.domain.lists.layout import Layout
from services.registry.domain.lists.legacy import Encoding, may_be_old, telling_encoding
from services.registry.domain.lists.person_fields import NumberColumnFacts
from services.registry.domain.lists.workbook import Cell, Sheet

SEVERAL, _FEW = 3, 10
_CELLS_OF_A_PERSON, _FEWEST_PEOPLE = 4, 4
_AROUND_DIGITS = re.compile(r"\.0$|[\s.\-'’‘`´′]")
"""What may stand among a number's digits: spaces, dots, and the `.0` of a number that was once a float."""


def column_cells(rows: Sequence[Sequence[Cell]], at: int) -> list[Cell]:
    """The filled cells of a column."""
    return [row[at] for row in rows if at < len(row) and row[at] is not None]


def column_texts(rows: Sequence[Sequence[Cell]], at: int) -> list[str]:
    """The texts of a column."""
    return [text for row in rows if at < len(row) and isinstance(text := row[at], str)]


def filled_without(rows: Sequence[Sequence[Cell]], at: int, other: int) -> tuple[int, int]:
    """How many rows have a cell in one column, and how many of them none in the other."""
    filled = [row for row in rows if at < len(row) and row[at] is not None]
    return len(filled), sum(other >= len(row) or row[other] is None for row in filled)


def rows_differ(rows: Sequence[Sequence[Cell]], width: int) -> bool:
    """Whether a column has cells that can only be Unicode and cells that can only be of an old encoding."""
    for at in range(width):
        texts = dict.fromkeys(column_texts(rows, at))
        if sum(map(may_be_old, texts)) < SEVERAL:
            continue
        told = Counter(map(telling_encoding, texts))
        old = max((count for encoding, count in told.items() if encoding not in (None, Encoding.UNICODE)), default=0)
        if old >= SEVERAL and told[Encoding.UNICODE] >= SEVERAL:
            return True
    return False


def columns_written_once(layout: Layout, rows: Sequence[Sequence[Cell]]) -> frozenset[Column]:
    """Villages or categories that stand only beside the first of those they hold for, without the cells being merged.

    So it is where the first person has one, most others none, and no two after one another have the same.
    """
    once: set[Column] = set()
    for column in (Column.VILLAGE, Column.CATEGORY):
        places = layout.columns.get(column, ())
        if len(places) != 1 or not _is_mostly_empty(rows, at := places[0]):
            continue
        people = [row for row in rows if sum(cell is not None for cell in row) >= _CELLS_OF_A_PERSON]
        cells = [row[at] if at < len(row) else None for row in people]
        filled = [cell for cell in cells if cell is not None]
        changes = all(one != other for one, other in pairwise(filled))
        if len(cells) >= _FEWEST_PEOPLE and cells[0] is not None and len(filled) * 2 <= len(cells) and changes:
            once.add(column)
    return frozenset(once)


def _is_mostly_empty(rows: Sequence[Sequence[Cell]], at: int) -> bool:
    return sum(at >= len(row) or row[at] is None for row in rows) * 2 >= len(rows)


def number_facts(cells: Sequence[Cell]) -> NumberColumnFacts:
    """What a column of numbers shows as a whole: whether zeros were kept, and the provinces that are usual in it."""
    texts = [cell.strip() for cell in cells if isinstance(cell, str)]
    zeros_kept = any(text.startswith("0") for text in texts)
    digits = [text if (text := str(cell)).isdigit() else _AROUND_DIGITS.sub("", text) for cell in cells if cell is not None]
    prefixes = Counter(text[:2] for text in digits if len(text) == 9)
    common = prefixes.most_common(1)
    home = common[0][0] if common and common[0][1] * 2 > sum(prefixes.values()) and common[0][1] >= 3 else ""
    provinces = Counter(text.zfill(12)[:3] for text in digits if len(text) in (11, 12))
    usual = frozenset(province for province, count in provinces.items() if count > 1 and count * _FEW >= sum(provinces.values()))
    return NumberColumnFacts(zeros_kept, home, usual)


def merged_down(sheet: Sheet) -> dict[tuple[int, int], Cell]:
    """(row from 1, column from 0) -> the value of the merged cell above it, for cells merged over several rows."""
    values: dict[tuple[int, int], Cell] = {}
    for area in sheet.merged:
        if area.first_row == area.last_row or area.first_row > len(sheet.rows):
            continue
        row = sheet.rows[area.first_row - 1]
        value = row[area.first_column] if area.first_column < len(row) else None
        if value is not None:
            for number in range(area.first_row + 1, min(area.last_row, len(sheet.rows)) + 1):
                values[number, area.first_column] = value
    return values
