"""Columns whose header speaks of one thing and whose cells hold another: running codes, the level amounts are reckoned from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from services.registry.domain.lists.category_words import read_wording
from services.registry.domain.lists.column_facts import SEVERAL
from services.registry.domain.lists.column_places import OWN_NUMBERS
from services.registry.domain.lists.content import guess_column
from services.registry.domain.lists.headers import Column
from services.registry.domain.lists.layout import Layout
from services.registry.domain.lists.text import fold
from services.registry.domain.lists.workbook import Cell

_ONE_IN = 10
_DIGIT, _DIGITS, _WORD = re.compile(r"\d"), re.compile(r"(?:\d\D*){4}"), re.compile(r"[^\W\d_]")
_FITTING: dict[Column, re.Pattern[str]] = {
    Column.PHONE: _DIGITS, Column.PAYEE_PHONE: _DIGITS, Column.PAYEE_ID: _DIGITS, Column.IDENTITY: _DIGITS,
    Column.CMND: _DIGITS, Column.CCCD: _DIGITS, Column.BIRTH: _DIGIT, Column.AMOUNT: _DIGIT, Column.COEFFICIENT: _DIGIT,
    Column.PAYEE_NAME: _WORD, Column.RELATIONSHIP: _WORD,
}  # fmt: skip


def set_aside_doubtful(layout: Layout, cells: Callable[[int], Sequence[Cell]]) -> None:
    """Takes, in place, such columns for ones of something else (`Column.OTHER`, or a category's).

    `cells` gives a column's filled cells, decoded.
    """
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


def set_aside_others(layout: Layout, cells: Callable[[int], Sequence[Cell]]) -> None:
    """A column whose cells can't be what its header is taken for (`ĐT` above categories, not phones) is, in place, of
    something unknown. `cells` gives a column's filled cells as they stand. `Số thẻ` heads identity numbers where nothing
    else does."""
    for column, fits in _FITTING.items():
        places = layout.columns.get(column, ())
        kept = tuple(at for at in places if _may_hold(cells(at), fits))
        if kept:
            layout.columns[column] = kept
        elif places:
            del layout.columns[column]

    if not any(column in layout.columns for column in OWN_NUMBERS):
        for at in layout.columns.get(Column.ACCOUNT, ()):
            if guess_column(cells(at), (Column.IDENTITY,)) and sum(str(cell)[:1] == "0" for cell in cells(at)) >= SEVERAL:
                layout.columns[Column.IDENTITY] = layout.columns.pop(Column.ACCOUNT)
                break


def _may_hold(cells: Sequence[Cell], fits: re.Pattern[str]) -> bool:
    """Whether at least one in ten of several cells is like that; of few nothing is said."""
    wanted = -(-len(cells) // _ONE_IN) if len(cells) >= SEVERAL else 0
    for cell in cells:
        if wanted <= 0:
            return True
        wanted -= bool(fits.search(str(cell)))
    return wanted <= 0


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
