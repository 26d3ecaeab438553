"""An office file as cells: what the rules read, whatever format it came in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

Cell = str | int | float | date | None
"""A cell as written: text, a number, a date, or nothing (an empty cell and an empty text are both None)."""


@dataclass(frozen=True, slots=True)
class MergedRange:
    """Cells joined into one. Rows count from 1, columns from 0; both ends are inside."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `rows[0]` is the row that the spreadsheet numbers 1; rows may differ in length.

    `errors` are the cells (row from 1, column from 0) that show an error of a formula (`#REF!`): they hold nothing.
    `widths` are those of columns (from 0) that the file tells, in characters.
    """

    name: str
    rows: Sequence[Sequence[Cell]]
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[MergedRange, ...] = ()
    widths: Mapping[int, float] = field(default_factory=dict)
    errors: Mapping[tuple[int, int], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file's sheets. `format` is xlsx, xls or csv; `charset` how a csv's bytes were read, None for the others."""

    filename: str
    format: str
    sheets: tuple[Sheet, ...]
    charset: str | None = None
