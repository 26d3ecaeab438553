"""Columns whose header speaks of one thing and whose cells hold another: running codes, the level amounts are reckoned from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from services.registry.domain.lists.category_words import read_wording
from services.registry.domain.lists.column_facts import SEVERAL
from services.registry.domain.lists.content import guess_column
from services.registry.domain.lists.headers import Column
from services.registry.domain.lists.layout import Layout
from services.registry.domain.lists.text import fold
from services.registry.domain.lists.workbook import Cell


def set_aside_doubtful(layout: Layout, cells: Callable[[int], Sequence[Cell]]) -> None:
    """Takes, in place, such columns for ones of something else (`Column.OTHER`, or a category's).

    `cells` gives a column's filled cells, decoded.
    """
    _set_aside_others(layout, cells)
    _settle_second_names(layout, cells)
    for column, is_another in ((Column.CATEGORY, _holds_codes), (Column.AMOUNT, _holds_level)):
        places = layout.columns.get(column, ())
        others = tuple(at for at in places if is_another(fold(layout.headers[at]), cells, at))
        if not others:
            continue
        kept = tuple(at for at in places if at not in others)
        if kept:
            layout.columns[column] = kept
        else:
            del layout.columns[column]
        layout.columns[Column.OTHER] = (*layout.columns.get(Column.OTHER, ()), *others)


def _set_aside_others(layout: Layout, cells: Callable[[int], Sequence[Cell]]) -> None:
    """A column whose cells can't be what its header is taken for (`ĐT` above categories, not phones) is of something unknown."""
    for column, fits in _FITTING.items():
        places = layout.columns.get(column, ())
        kept = tuple(at for at in places if _may_hold(cells(at), fits))
        if kept:
            layout.columns[column] = kept
        elif places:
            del layout.columns[column]


def _may_hold(cells: Sequence[Cell], fits: Callable[[str], bool]) -> bool:
    """Whether at least one in ten of several cells is like that; of few nothing is said."""
    return len(cells) < SEVERAL or sum(fits(str(cell)) for cell in cells) * 10 >= len(cells)


def _has_digits(text: str) -> bool:
    return any(map(str.isdigit, text))


def _has_many_digits(text: str) -> bool:
    return sum(map(str.isdigit, text)) >= _MANY_DIGITS


def _has_words(text: str) -> bool:
    return any(map(str.isalpha, text))


_MANY_DIGITS = 4
_FITTING: dict[Column, Callable[[str], bool]] = {
    Column.PHONE: _has_many_digits, Column.PAYEE_PHONE: _has_many_digits, Column.PAYEE_ID: _has_many_digits,
    Column.IDENTITY: _has_many_digits, Column.CMND: _has_many_digits, Column.CCCD: _has_many_digits,
    Column.BIRTH: _has_digits, Column.AMOUNT: _has_digits, Column.COEFFICIENT: _has_digits,
    Column.PAYEE_NAME: _has_words, Column.RELATIONSHIP: _has_words,
}  # fmt: skip


def _settle_second_names(layout: Layout, cells: Callable[[int], Sequence[Cell]]) -> None:
    """`Tên đối tượng chính sách` beside `Họ và tên` names a category where its cells do and no other column is one."""
    names = layout.columns.get(Column.FULL_NAME, ())
    if len(names) < 2 or Column.CATEGORY in layout.columns:
        return
    named = [at for at in names if guess_column(cells(at), (Column.CATEGORY,)) is Column.CATEGORY]
    if named and len(named) < len(names):
        layout.columns[Column.FULL_NAME] = tuple(at for at in names if at not in named)
        layout.columns[Column.CATEGORY] = tuple(named)


def _holds_codes(words: str, cells: Callable[[int], Sequence[Cell]], at: int) -> bool:
    """Whether `Mã đối tượng` numbers the people (`BT00012`) and names no category: digits in each cell, hardly one twice."""
    if "ma" not in words.split():
        return False
    texts = [str(cell) for cell in cells(at)]
    if len(texts) < SEVERAL or len({*texts}) * 10 < len(texts) * 9:
        return False
    return all(any(map(str.isdigit, text)) for text in texts) and not any(read_wording(text).groups for text in texts)


def _holds_level(words: str, cells: Callable[[int], Sequence[Cell]], at: int) -> bool:
    """Whether `Mức chuẩn` is the level that all amounts are reckoned from: the same in all rows but a sum's."""
    if "muc chuan" not in words:
        return False
    texts = [str(cell) for cell in cells(at)]
    return len(texts) >= SEVERAL and Counter(texts).most_common(1)[0][1] * 10 >= len(texts) * 9
