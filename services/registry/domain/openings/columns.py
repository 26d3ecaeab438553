"""Where the table of a list of opening balances begins, and which column holds what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.registry.domain.lists.headers import Column, read_header
from services.registry.domain.lists.layout import header_text
from services.registry.domain.lists.legacy import Encoding
from services.registry.domain.lists.text import fold
from services.registry.domain.lists.workbook import Cell
from services.registry.domain.openings.words import OpeningKind, read_kind

_SEARCHED_ROWS = 40
_MAX_HEADER_ROWS = 2
_MIN_KNOWN_COLUMNS = 3


class Field(StrEnum):
    """What a column holds."""

    ORDINAL = "ordinal"
    CODE = "code"
    NAME = "full_name"
    FAMILY_NAME = "family_name"
    BIRTH = "birth_date"
    NUMBER = "national_id"
    MONTH = "month"
    AMOUNT = "amount"
    KIND = "kind"
    PLACE = "place"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class OpeningTable:
    """A header's rows (indexes) and its columns by what they hold. `amounts` has the kind that a column's words name."""

    first_row: int
    last_row: int
    columns: dict[Field, tuple[int, ...]]
    amounts: tuple[tuple[int, OpeningKind | None], ...]

    @property
    def rank(self) -> tuple[int, int]:
        """What a better reading of the header has more of: columns known, then fewer rows."""
        return sum(map(len, self.columns.values())) + len(self.amounts), self.first_row - self.last_row


_FROM_LISTS = {
    Column.ORDINAL: Field.ORDINAL,
    Column.FULL_NAME: Field.NAME,
    Column.GIVEN_NAME: Field.NAME,
    Column.FAMILY_NAME: Field.FAMILY_NAME,
    Column.BIRTH: Field.BIRTH,
    Column.BIRTH_YEAR: Field.BIRTH,
    Column.MALE: Field.BIRTH,
    Column.FEMALE: Field.BIRTH,
    Column.IDENTITY: Field.NUMBER,
    Column.CCCD: Field.NUMBER,
    Column.CMND: Field.NUMBER,
    Column.AMOUNT: Field.AMOUNT,
    Column.CHANNEL: Field.PLACE,
    Column.NOTE: Field.NOTE,
}
_RULES: tuple[tuple[Field | None, re.Pattern[str]], ...] = (
    (Field.NOTE, re.compile(r"ghi chu|ly do|^gc$|so quyet dinh|can cu")),
    (None, re.compile(r"^so thang|so dien thoai|ky nhan|ky ten")),
    (Field.MONTH, re.compile(r"^(?:cac |cua )?(?:thang|ky)\b(?! sinh)|\bthang (?:huong|chua|phai|no)\b")),
    (Field.CODE, re.compile(r"^ma\b(?! (?:xa|buu|diem|don vi|khoan))")),
    (
        Field.PLACE,
        re.compile(r"noi (?:giu|de|chi tra|quan ly|con tien)|giu tien|don vi|tien (?:dang |con )?(?:o|nam)\b|dang giu"),
    ),
    (Field.KIND, re.compile(r"^(?:loai|phan loai|tinh trang|noi dung|khoan)\b")),
)


def read_opening_header(text: str) -> tuple[Field, OpeningKind | None] | None:
    """What a column under these words holds; an amount's words may name its kind (`Số tiền chưa nhận`)."""
    words = fold(text)
    for field, pattern in _RULES:
        if pattern.search(words):
            return (field, None) if field else None
    if kind := read_kind(words):
        return Field.AMOUNT, kind
    column = read_header(text)
    field = _FROM_LISTS.get(column) if column else None
    return (field, None) if field else None


def find_opening_table(rows: Sequence[Sequence[Cell]], encoding: Encoding) -> OpeningTable | None:
    """The header that names most columns among the first rows; it must name a person and an amount."""
    best: OpeningTable | None = None
    for first in range(min(_SEARCHED_ROWS, len(rows))):
        for last in range(first, min(first + _MAX_HEADER_ROWS, len(rows))):
            if not _can_be_header(rows[last]):
                break
            table = _table(rows, first, last, encoding)
            if table and (best is None or table.rank > best.rank):
                best = table
    return best


def _can_be_header(row: Sequence[Cell]) -> bool:
    filled = [cell for cell in row if cell is not None]
    return len(filled) > 1 and all(isinstance(cell, str) and sum(map(str.isdigit, cell)) < 5 for cell in filled)


def _table(rows: Sequence[Sequence[Cell]], first: int, last: int, encoding: Encoding) -> OpeningTable | None:
    width = max(len(rows[at]) for at in range(first, last + 1))
    grid = [[header_text(cell, encoding) for cell in rows[at]] + [""] * (width - len(rows[at])) for at in range(first, last + 1)]
    columns: dict[Field, list[int]] = {}
    amounts: list[tuple[int, OpeningKind | None]] = []
    over = ""
    for at in range(width):
        over = grid[0][at] or (over if len(grid) > 1 and grid[-1][at] else "")
        words = over if len(grid) == 1 else f"{over} {grid[-1][at]}".strip()
        found = read_opening_header(words)
        if found and found[0] is Field.AMOUNT:
            amounts.append((at, found[1]))
        elif found:
            columns.setdefault(found[0], []).append(at)
    named = any(field in columns for field in (Field.NAME, Field.NUMBER, Field.CODE))
    if not named or not amounts or len(columns) + 1 < _MIN_KNOWN_COLUMNS:
        return None
    by_kind = [amount for amount in amounts if amount[1]]
    chosen = by_kind or amounts[-1:]  # `Mức` stands before `Thành tiền`
    return OpeningTable(first, last, {field: tuple(places) for field, places in columns.items()}, tuple(chosen))
