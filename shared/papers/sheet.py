"""A document laid out, before it is drawn: what .xlsx and .pdf have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Cell = str | int | date | None
Align = Literal["left", "center", "right"]
RowKind = Literal["line", "group", "total"]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: values by column key. `label` of a group or total stands in front of the first value."""

    cells: Mapping[str, Cell]
    kind: RowKind = "line"
    label: str = ""


@dataclass(frozen=True, slots=True)
class Filling:
    """What a template is filled with: texts by name, tables by name with the keys that their columns may use."""

    texts: Mapping[str, str]
    tables: Mapping[str, Sequence[Row]]
    keys: Mapping[str, frozenset[str]]
    numbers: frozenset[str] = field(default_factory=frozenset)  # keys whose columns stand to the right


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `width` is relative."""

    key: str
    heading: str
    width: float
    align: Align


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph. `style`: plain, bold, italic, small."""

    text: str
    style: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its rows; `small`: in smaller letters, for codes that are never broken."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    small: bool = False

    def lead(self, row: Row) -> int:
        """How many columns the label of a group or total spans: up to the first column with a value."""
        found = [at for at, column in enumerate(self.columns) if row.cells.get(column.key) is not None]
        return max(1, found[0]) if found else len(self.columns)


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs; `note` stands below in brackets."""

    title: str
    note: str


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The office's two lines, how texts call it, and what its head is called."""

    upper: str
    lower: str
    name: str
    head: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document, ready to be drawn."""

    office: Letterhead
    nation_name: str
    nation_motto: str
    place_and_day: str
    title: str
    subtitle: tuple[str, ...]
    landscape: bool
    blocks: tuple[Text | Table, ...]
    signatures: tuple[Signature, ...]
    made_on: date
