"""Where a sheet's table begins, and which column holds what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.registry.domain.lists.category_words import read_wording
from services.registry.domain.lists.channels import read_channel
from services.registry.domain.lists.column_places import settle_by_place
from services.registry.domain.lists.content import looks_like_names
from services.registry.domain.lists.headers import Column, is_payee_header, read_header
from services.registry.domain.lists.legacy import Encoding, choose_encoding, read_text
from services.registry.domain.lists.text import fold, tidy
from services.registry.domain.lists.workbook import Cell

SEARCHED_ROWS = 60
_MAX_HEADER_ROWS = 3
_MIN_KNOWN_COLUMNS = 4
_SURELY_ENOUGH = 8
_PARTS_OF_A_GROUP = frozenset({Column.GIVEN_NAME, Column.FAMILY_NAME, Column.MALE, Column.FEMALE})
_SEXES = frozenset({Column.MALE, Column.FEMALE})
_PARTS_OF_A_NAME = frozenset({Column.GIVEN_NAME, Column.FAMILY_NAME})
_NAMES = frozenset({Column.FULL_NAME, Column.GIVEN_NAME, Column.FAMILY_NAME})
_OF_PEOPLE = frozenset({Column.IDENTITY, Column.CMND, Column.CCCD, Column.BIRTH, Column.BIRTH_YEAR, Column.MALE, Column.FEMALE})
_ROWS_WITH_NAMES = 40
_OVER_CATEGORIES = frozenset({Column.FULL_NAME, Column.CATEGORY, Column.AMOUNT, Column.COEFFICIENT, None})
"""Below these a column may be that of one category: `Mức trợ cấp` over `Trẻ mồ côi`, `Người cao tuổi`."""
_NAMED_GROUPS = frozenset({Column.FULL_NAME, Column.CATEGORY, None})
_OF_EITHER_PAYEE = frozenset({Column.PAYEE_NAME, Column.RELATIONSHIP})
"""Used together where a list has a guardian's columns and an authorised person's: a row fills one of them."""
_SINGLE = frozenset({Column.AMOUNT, Column.COEFFICIENT, Column.PHONE, Column.VILLAGE, Column.BIRTH, Column.SEX, Column.ACCOUNT})


@dataclass(frozen=True, slots=True)
class Layout:
    """A table: the rows of its header (indexes into the sheet's rows) and the columns by what they hold.

    `parts` are each column's words row by row: the group's first, its own last.
    """

    first_row: int
    last_row: int
    headers: tuple[str, ...]
    columns: dict[Column, tuple[int, ...]]
    parts: tuple[tuple[str, ...], ...] = ()

    @property
    def known(self) -> int:
        """How many kinds of column were recognised."""
        return len(self.columns) - (Column.OTHER in self.columns)

    @property
    def rank(self) -> tuple[int, int, int]:
        """What a better layout has more of: kinds known, columns, then fewer header rows (a title is no part of a header)."""
        return self.known, sum(map(len, self.columns.values())), self.first_row - self.last_row

    def first(self, column: Column) -> int | None:
        """The column's index, None where the table has none."""
        found = self.columns.get(column)
        return found[0] if found else None


def names_people(layout: Layout) -> bool:
    """Whether the table tells of people: birth dates or identity numbers beside names."""
    return bool(_OF_PEOPLE & layout.columns.keys())


def header_text(cell: Cell, encoding: Encoding) -> str:
    """A cell's words as a header: text decoded and tidied, anything else empty.

    Headers may be in Unicode above rows that aren't: then `Tên` names a column and `Tờn` doesn't.
    """
    if not isinstance(cell, str):
        return ""
    text = read_text(cell, encoding)[0]
    if encoding is not Encoding.UNICODE and read_header(text) is None and read_header(tidy(cell)) is not None:
        return tidy(cell)
    return text


def find_layout(
    rows: Sequence[Sequence[Cell]],
    encoding: Encoding,
    start: int = 0,
    hidden: frozenset[int] = frozenset(),
    limit: int = SEARCHED_ROWS,
) -> Layout | None:
    """The header that names most columns among the first rows after `start`; None when no row names four of them.

    A header may take up to three rows; the words of a row above go in front of those below it, and over empty cells to
    their right (merged cells).
    """
    best: Layout | None = None
    for first in range(start, min(start + limit, len(rows))):
        if best and best.known >= _SURELY_ENOUGH and first > best.first_row + _MAX_HEADER_ROWS:
            break
        if not _can_be_header(rows[first]) or sum(cell is not None for cell in rows[first]) < 2:
            continue
        for last in range(first, min(first + _MAX_HEADER_ROWS, len(rows))):
            if last > first and (not _can_be_header(rows[last]) or sum(cell is not None for cell in rows[last]) < 2):
                break
            layout = _layout(rows, first, last, encoding, hidden)
            if layout and (best is None or layout.rank > best.rank):
                best = layout
    return best


def _can_be_header(row: Sequence[Cell]) -> bool:
    """Whether a row can be part of a header: words only, and no cell with the digits of an identity number."""
    filled = [cell for cell in row if cell is not None]
    return bool(filled) and all(isinstance(cell, str) and sum(map(str.isdigit, cell)) < 8 for cell in filled)


def _layout(rows: Sequence[Sequence[Cell]], first: int, last: int, encoding: Encoding, hidden: frozenset[int]) -> Layout | None:
    width = max(len(rows[index]) for index in range(first, last + 1))
    own = choose_encoding((cell for index in range(first, last + 1) for cell in rows[index] if isinstance(cell, str)), encoding)
    grid = [[header_text(cell, own) for cell in rows[index]] for index in range(first, last + 1)]
    for line in grid:
        line += [""] * (width - len(line))
    for upper, lower in pairwise(grid):
        for at in range(1, width):
            if not upper[at] and lower[at]:
                upper[at] = upper[at - 1]
    headers = [[line[at] for line in grid if line[at]] for at in range(width)]
    kinds = [_column(parts) for parts in headers]
    settle_by_place(kinds, headers)
    if len({*kinds} - {None}) >= _MIN_KNOWN_COLUMNS:
        _find_names(kinds, headers, rows[last + 1 : last + 1 + _ROWS_WITH_NAMES], own)
    found: dict[Column, list[int]] = {}
    for at, column in enumerate(kinds):
        if column:
            found.setdefault(column, []).append(at)
    _settle_names(found, headers)
    has_name = Column.FULL_NAME in found or Column.GIVEN_NAME in found
    if not has_name or len(found) < _MIN_KNOWN_COLUMNS:
        return None
    columns = {column: tuple(_preferred(column, places, headers, hidden)) for column, places in found.items()}
    return Layout(first, last, tuple(" ".join(parts) for parts in headers), columns, tuple(map(tuple, headers)))


def _find_names(kinds: list[Column | None], headers: list[list[str]], rows: Sequence[Sequence[Cell]], encoding: Encoding) -> None:
    """Under a header of people whose word for the name is unknown: the first column that holds names.

    Of `Đối tượng hưởng`, which may head names as well as categories, the names elsewhere make it a category; so do they
    where both are such words (`Người hưởng trợ cấp`, `Đối tượng hưởng`).
    Whoever is paid for caring for others is the payee's words (`Người chăm sóc`) where no other column names anybody.
    """
    vague = [at for at, kind in enumerate(kinds) if kind is Column.FULL_NAME and "ten" not in fold(" ".join(headers[at])).split()]
    if not _OF_PEOPLE & {*kinds} or sum(kind in _NAMES for kind in kinds) > len(vague):
        return
    named = [at for at in vague if looks_like_names(_read_column(rows, at, encoding))]
    if len(vague) == 1 and named:
        return
    several = kinds.count(Column.PAYEE_NAME) > 1 and not named
    for allowed in (None, *((Column.PAYEE_NAME,) if several else ())) if vague else (None, Column.CATEGORY, Column.PAYEE_NAME):
        for at in (at for at, kind in enumerate(kinds) if kind is allowed):
            if looks_like_names(_read_column(rows, at, encoding)):
                kinds[at] = Column.FULL_NAME
                for other in vague:
                    kinds[other] = Column.CATEGORY
                return
    if len(vague) > 1 and len(named) == 1:
        for other in vague:
            kinds[other] = Column.FULL_NAME if other in named else Column.CATEGORY


def _read_column(rows: Sequence[Sequence[Cell]], at: int, encoding: Encoding) -> list[Cell]:
    cells = [row[at] for row in rows if at < len(row)]
    return [read_text(cell, encoding)[0] if isinstance(cell, str) else cell for cell in cells]


def _column(parts: list[str]) -> Column | None:
    if not parts:
        return None
    whole = " ".join(parts)
    if len(parts) == 1 or is_payee_header(whole):
        return read_header(whole)
    alone, group = read_header(parts[-1]), read_header(parts[0])
    if alone in _SEXES and group is Column.SEX:
        return alone
    if alone in _PARTS_OF_A_NAME and group in _NAMED_GROUPS:
        return alone
    if group is Column.CHANNEL and alone is not Column.ACCOUNT and read_channel(parts[-1]):
        return Column.CHANNEL
    if alone is None and group in _OVER_CATEGORIES and len(read_wording(parts[-1]).groups) == 1:
        return Column.CATEGORY
    if alone is None or alone in _PARTS_OF_A_GROUP:
        return read_header(whole) or alone
    return alone


def _settle_names(found: dict[Column, list[int]], headers: list[list[str]]) -> None:
    """`Đối tượng hưởng` is the name where nothing else is, else the category; `Tên` alone is a whole name without `Họ`."""
    names = found.get(Column.FULL_NAME, [])
    vague = [at for at in names if "ten" not in fold(" ".join(headers[at])).split()]
    if vague and (len(names) > len(vague) or Column.GIVEN_NAME in found):
        found[Column.FULL_NAME] = [at for at in names if at not in vague]
        coded = [at for at in found.get(Column.CATEGORY, []) if "ma" in fold(" ".join(headers[at])).split()]
        if len(coded) == len(found.get(Column.CATEGORY, [])):
            found[Column.CATEGORY] = sorted([*coded, *vague])
        if not found[Column.FULL_NAME]:
            del found[Column.FULL_NAME]
    if Column.FULL_NAME in found:
        found.pop(Column.FAMILY_NAME, None)
        found.pop(Column.GIVEN_NAME, None)
    elif Column.GIVEN_NAME in found and Column.FAMILY_NAME not in found:
        found[Column.FULL_NAME] = found.pop(Column.GIVEN_NAME)
    elif Column.FAMILY_NAME in found and Column.GIVEN_NAME not in found:
        found[Column.FULL_NAME] = found.pop(Column.FAMILY_NAME)


def _preferred(column: Column, places: list[int], headers: list[list[str]], hidden: frozenset[int]) -> list[int]:
    """Visible columns before hidden ones; of several columns of one kind, the one that names it best where one is used."""
    ordered = sorted(places, key=lambda at: at in hidden)
    if column is Column.VILLAGE:
        ordered.sort(key=lambda at: not re.search(r"\bthon\b|\bto\b|tdp|\bap\b", fold(" ".join(headers[at]))))
    if column in (Column.VILLAGE, Column.PHONE):
        ordered.sort(key=lambda at: bool(re.search(r"que quan|chu ho\b", fold(" ".join(headers[at])))))
    if column is Column.AMOUNT:
        ordered.sort(key=lambda at: _amount_order(fold(" ".join(headers[at]))))
    if column is Column.PAYEE_ID:
        ordered.sort(key=lambda at: not re.search(r"cccd|can cuoc|dinh danh", fold(" ".join(headers[at]))))
    if column in _OF_EITHER_PAYEE:
        return [at for at in ordered if at == ordered[0] or _same_words(headers[at], headers[ordered[0]])]
    return ordered[:1] if column in _SINGLE else ordered


def _same_words(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two headers end alike or both speak of a name or a relationship: of a guardian, of an authorised person."""
    words, others = fold(" ".join(one)), fold(" ".join(other))
    return fold(one[-1]) == fold(other[-1]) or any(
        told in words and told in others for told in ("ho ten", "ho va ten", "quan he")
    )


def _amount_order(words: str) -> int:
    """A month's amount before a total with arrears, and both before the level that amounts are reckoned from."""
    return 2 if "muc chuan" in words else int(bool(re.search(r"\btong\b|thuc (?:nhan|linh)", words)))
