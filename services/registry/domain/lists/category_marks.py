"""A category that stands in a column's header: people are marked in the column of theirs, or their sum stands in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.registry.domain.lists.amounts import amount_or_none
from services.registry.domain.lists.category_words import read_wording
from services.registry.domain.lists.cell_words import MEANS_NOTHING, is_mark
from services.registry.domain.lists.headers import Column
from services.registry.domain.lists.layout import Layout
from services.registry.domain.lists.row_kinds import RowJudge, RowKind
from services.registry.domain.lists.text import fold
from services.registry.domain.lists.workbook import Cell

_MAY_BE_MARKED = frozenset({None, Column.OTHER, Column.CATEGORY, Column.AMOUNT, Column.COEFFICIENT, Column.SEVERITY, Column.NOTE})
_FEWEST_MARKED = 2
_MOSTLY = 0.8
_NUMBER = re.compile(r"[\d.,\s]+\s*(?:đ|đồng|vnđ)?\.?", re.IGNORECASE)
_SEVERITY_ALONE = re.compile(r"(?:muc (?:do )?)?(?:(?:dac biet|db) )?nang|dbn")
_LEAST_DONG = 10_000

Rows = Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class CategoryMarks:
    """Which columns are marked, each with the words that say its category (or severity), and what a number there is."""

    words: dict[int, str] = field(default_factory=dict)
    numbers: Column | None = None


NO_MARKS = CategoryMarks()


def is_marked(cell: Cell) -> bool:
    """Whether a cell says that its column's header holds for the person: a mark, a coefficient, a sum."""
    if isinstance(cell, str):
        return is_mark(cell) or (bool(_NUMBER.fullmatch(cell)) and any(mark in "123456789" for mark in cell))
    return isinstance(cell, int | float) and cell > 0


def settle_marks(layout: Layout, rows: Rows) -> CategoryMarks:
    """Finds such columns and makes them, in place, the table's columns of categories (or of severities).

    They are told by their cells: nothing but marks and numbers, and next to nobody has two. Where another column says
    categories in words, only columns of severities count.
    """
    named = _named_by_header(layout)
    if len(named) < _FEWEST_MARKED:
        return NO_MARKS
    judge = RowJudge(layout, frozenset(named))
    people = [row for row in rows if judge.kind(row) is RowKind.PERSON]
    named = {at: words for at, words in named.items() if _only_marks(people, at)}
    in_words = [at for at in layout.columns.get(Column.CATEGORY, ()) if at not in named and _in_words(people, at)]
    column = Column.SEVERITY if in_words else Column.CATEGORY
    if in_words:
        named = {at: words for at, words in named.items() if _SEVERITY_ALONE.fullmatch(fold(words))}
    if not _part_people(people, named, whole=not in_words):
        if in_words:
            layout.columns[Column.CATEGORY] = tuple(in_words)
        return NO_MARKS
    counted = any(at in named for at in layout.columns.get(Column.CHILDREN, ()))
    for kind, places in list(layout.columns.items()):
        if kept := tuple(at for at in places if at not in named):
            layout.columns[kind] = kept
        else:
            del layout.columns[kind]
    layout.columns[column] = (*(in_words if column is Column.CATEGORY else ()), *sorted(named))
    return CategoryMarks(named, Column.CHILDREN if counted else _numbers_in(people, named))


def _named_by_header(layout: Layout) -> dict[int, str]:
    kinds = {at: kind for kind, places in layout.columns.items() for at in places}
    named: dict[int, str] = {}
    for at, parts in enumerate(layout.parts):
        words = _words_of_category(parts)
        if words and (
            kinds.get(at) in _MAY_BE_MARKED or (kinds.get(at) is Column.CHILDREN and read_wording(words).groups == ("K4",))
        ):
            named[at] = words
    return named if len({read_wording(words) for words in named.values()}) >= _FEWEST_MARKED else {}


def _words_of_category(parts: Sequence[str]) -> str:
    """The fewest of a header's words, its own first, that name one category."""
    for length in range(1, len(parts) + 1):
        words = " ".join(parts[-length:])
        if len(read_wording(words).groups) == 1:
            return words
    return ""


def _only_marks(people: Rows, at: int) -> bool:
    filled = [row[at] for row in people if at < len(row) and row[at] is not None]
    marks = sum(map(is_marked, filled))
    nothing = sum(cell == 0 or (isinstance(cell, str) and (cell == "0" or cell.lower() in MEANS_NOTHING)) for cell in filled)
    return marks + nothing >= _MOSTLY * len(filled)


def _in_words(people: Rows, at: int) -> bool:
    texts = [str(row[at]) for row in people if at < len(row) and row[at] is not None]
    return bool(texts) and sum(any(map(str.isalpha, text)) and not is_mark(text) for text in texts) * 2 >= len(texts)


def _part_people(people: Rows, named: dict[int, str], *, whole: bool) -> bool:
    """Whether the marks part the people: one for each who has any, and, of categories, for most people."""
    counts = [sum(at < len(row) and is_marked(row[at]) for at in named) for row in people]
    marked, once = sum(count > 0 for count in counts), counts.count(1)
    return once >= _FEWEST_MARKED and once >= _MOSTLY * marked and (not whole or marked * 2 >= len(people))


def _numbers_in(people: Rows, named: dict[int, str]) -> Column | None:
    """What numbers in these columns are: sums, coefficients, or (1, 2 under a single parent's) children."""
    amounts = [amount for row in people for at in named if at < len(row) and (amount := amount_or_none(row[at]))]
    if any(amount >= _LEAST_DONG for amount in amounts):
        return Column.AMOUNT
    texts = {str(row[at]) for row in people for at in named if at < len(row) and row[at] is not None}
    if any("." in text.replace(",", ".").removesuffix(".0") for text in texts if _NUMBER.fullmatch(text)):
        return Column.COEFFICIENT
    return Column.CHILDREN if any(text not in ("0", "1", "1.0") and _NUMBER.fullmatch(text) for text in texts) else None
