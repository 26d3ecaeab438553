"""Columns whose header speaks of one thing and whose cells hold another: running codes, the level amounts are reckoned from."""

from __future__ import annotations

from collections.abc import Sequence

from services.registry.domain.lists.category_words import read_wording
from services.registry.domain.lists.column_facts import SEVERAL, column_cells
from services.registry.domain.lists.headers import Column
from services.registry.domain.lists.layout import Layout
from services.registry.domain.lists.text import fold
from services.registry.domain.lists.workbook import Cell


def set_aside_doubtful(layout: Layout, rows: Sequence[Sequence[Cell]]) -> None:
    """Takes, in place, such columns for ones of something else (`Column.OTHER`)."""
    for column, is_another in ((Column.CATEGORY, _holds_codes), (Column.AMOUNT, _holds_level)):
        places = layout.columns.get(column, ())
        others = tuple(at for at in places if is_another(layout.headers[at], column_cells(rows, at)))
        if not others:
            continue
        kept = tuple(at for at in places if at not in others)
        if kept:
            layout.columns[column] = kept
        else:
            del layout.columns[column]
        layout.columns[Column.OTHER] = (*layout.columns.get(Column.OTHER, ()), *others)


def _holds_codes(header: str, cells: Sequence[Cell]) -> bool:
    """Whether `Mã đối tượng` numbers the people (`BT00012`) and names no category: digits in each cell, hardly one twice."""
    texts = {str(cell) for cell in cells}
    if "ma" not in fold(header).split() or len(cells) < SEVERAL or len(texts) * 10 < len(cells) * 9:
        return False
    return all(any(map(str.isdigit, text)) for text in texts) and not any(read_wording(text).groups for text in texts)


def _holds_level(header: str, cells: Sequence[Cell]) -> bool:
    """Whether `Mức chuẩn` is the level that all amounts are reckoned from: the same in every row."""
    return "muc chuan" in fold(header) and len(cells) >= SEVERAL and len({str(cell) for cell in cells}) == 1
