"""One row's cells by what they hold: decoded, tidied, with ditto marks and merged cells filled from above."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from services.registry.domain.lists import findings as f
from services.registry.domain.lists.category_marks import NO_MARKS, CategoryMarks, is_marked
from services.registry.domain.lists.cell_words import MEANS_NOTHING, SAYS_NOTHING, is_ditto
from services.registry.domain.lists.findings import Finding, FindingKind
from services.registry.domain.lists.headers import Column
from services.registry.domain.lists.layout import Layout
from services.registry.domain.lists.legacy import Encoding, makes_sense, read_text, telling_encoding
from services.registry.domain.lists.text import tidy
from services.registry.domain.lists.workbook import Cell

_DASHES = frozenset({"..", "...", "-", "–", "--", "---", "- -"})
"""As above in a village's column, where nobody has none; anywhere else they mean nothing."""
_NEVER_DITTO = (Column.FULL_NAME, Column.FAMILY_NAME, Column.GIVEN_NAME, Column.IDENTITY, Column.CMND, Column.CCCD,
                Column.ORDINAL, Column.ACCOUNT)  # fmt: skip
_FILLED_BY_MERGING = (Column.VILLAGE, Column.CATEGORY, Column.PAYEE_NAME, Column.PAYEE_ID, Column.RELATIONSHIP,
                      Column.CHANNEL, Column.ETHNICITY, Column.COMMUNE, Column.PHONE)  # fmt: skip
_MAY_HOLD_NOTHING = (Column.PAYEE_NAME, Column.PAYEE_ID, Column.RELATIONSHIP, Column.PAYEE_PHONE, Column.PHONE, Column.ACCOUNT,
                     Column.BANK, Column.CHANNEL, Column.CHILDREN, Column.IDENTITY, Column.CMND, Column.CCCD)  # fmt: skip
"""What many have not: there `0`, `k` or `chưa có` say so."""


@dataclass(slots=True)
class RowCells:
    """The cells of one row. `written` are the cells as they stand in the file, `read` after decoding and filling."""

    written: Sequence[Cell]
    read: list[Cell]
    layout: Layout
    findings: list[Finding] = field(default_factory=list)
    decoded: frozenset[int] = frozenset()

    values: dict[Column, Cell] = field(init=False)
    cell: Callable[[Column], Cell] = field(init=False)
    """The first filled cell under such a column. It is `values.get` itself, for rows are asked a dozen times each."""

    def __post_init__(self) -> None:
        read, width = self.read, len(self.read)
        values: dict[Column, Cell] = {}
        for column, places in self.layout.columns.items():
            for at in places:
                if at < width and (cell := read[at]) is not None:
                    values[column] = cell
                    break
        self.values = values
        self.cell = values.get

    def text(self, column: Column) -> str:
        """The same as text, empty for nothing and for words that mean nothing (`-`, `không`)."""
        cell = self.values.get(column)
        if cell is None:
            return ""
        if isinstance(cell, str):
            return "" if cell.lower() in MEANS_NOTHING else cell
        return f"{cell:g}" if isinstance(cell, float) else str(cell)

    def joined(self, column: Column) -> str:
        """All filled cells under such columns, joined by a space."""
        places = self.layout.columns.get(column, ())
        if len(places) < 2:
            cell = self.values.get(column)
            return cell if isinstance(cell, str) else "" if cell is None else str(cell)
        parts = [self.read[at] for at in places if at < len(self.read)]
        return " ".join(str(part) for part in parts if part is not None)

    def as_written(self, column: Column) -> str | None:
        """The first filled cell as it stands in the file."""
        for at in self.layout.columns.get(column, ()):
            if at < len(self.written) and self.written[at] is not None:
                return written_form(self.written[at])
        return None

    def undecoded(self, column: Column) -> str:
        """The first filled cell's text as it stands, tidied: what it says if its encoding was taken wrongly."""
        written = self.as_written(column)
        return tidy(written) if written else ""

    def was_decoded(self, column: Column) -> bool:
        """Whether the column's text was in an old encoding."""
        return any(at in self.decoded for at in self.layout.columns.get(column, ()))

    def add(self, kind: FindingKind, column: str, written: str | None = None, proposed: str | None = None) -> None:
        """Note a finding on this row."""
        self.findings.append(Finding(kind, column, written, proposed))


def written_form(cell: Cell) -> str | None:
    """A cell as a person sees it in the file."""
    if cell is None:
        return None
    if isinstance(cell, float):
        return f"{cell:.15g}"
    return cell if isinstance(cell, str) else str(cell)


class RowCellsReader:
    """Reads a table's rows in order, remembering what ditto marks point to."""

    def __init__(
        self,
        layout: Layout,
        encodings: Sequence[Encoding],
        merged_down: dict[tuple[int, int], Cell],
        *,
        rows_differ: bool = False,
        marks: CategoryMarks = NO_MARKS,
    ) -> None:
        self._layout = layout
        self._encodings = encodings
        self._rows_differ = rows_differ
        self._merged_down = merged_down
        never = {at for column in _NEVER_DITTO for at in layout.columns.get(column, ())}
        self._names = {at: column.value for column, places in layout.columns.items() for at in places}
        self._ditto = frozenset(at for at in self._names if at not in never)
        self._villages = frozenset(layout.columns.get(Column.VILLAGE, ()))
        self._mergeable = tuple(at for column in _FILLED_BY_MERGING for at in layout.columns.get(column, ()))
        self._may_hold_nothing = tuple(at for column in _MAY_HOLD_NOTHING for at in layout.columns.get(column, ()))
        self._marks = marks
        self._above: dict[int, Cell] = {}

    def decoded(self, row: Sequence[Cell]) -> tuple[list[Cell], frozenset[int]]:
        """The row with its texts decoded and tidied (empty texts None), and which columns were in an old encoding."""
        encodings = self._of_row(row) if self._rows_differ else self._encodings
        read: list[Cell] = []
        old: list[int] = []
        for at, cell in enumerate(row):
            if not isinstance(cell, str):
                read.append(cell)
            elif cell.isascii():
                read.append(" ".join(cell.split()) or None)
            else:
                text, decoded = read_text(cell, encodings[at])
                if decoded:
                    old.append(at)
                read.append(text or None)
        return read, frozenset(old)

    def _of_row(self, row: Sequence[Cell]) -> Sequence[Encoding]:
        """The one encoding that a row's cells tell, where rows were pasted together from lists typed differently."""
        told = {encoding for cell in row if isinstance(cell, str) and (encoding := telling_encoding(cell))}
        if len(told) != 1:
            return self._encodings
        one = told.pop()
        pairs = zip(row, self._encodings, strict=False)
        return [one if not isinstance(cell, str) or makes_sense(cell, one) else own for cell, own in pairs]

    def person(self, number: int, written: Sequence[Cell], read: list[Cell], decoded: frozenset[int]) -> RowCells:
        """A person's row with ditto marks and merged cells filled in. `number` is the row's number from 1."""
        findings: list[Finding] = []
        width = len(read)
        if self._merged_down:
            self._fill_merged(number, read, findings)
        for at in self._ditto:
            cell = read[at] if at < width else None
            if isinstance(cell, str) and (is_ditto(cell) or (at in self._villages and cell in _DASHES)):
                read[at] = self._above.get(at)
                findings.append(Finding(f.DITTO_READ, self._names[at], cell, written_form(read[at])))
            self._above[at] = read[at] if at < len(read) else None
        for at in self._may_hold_nothing:
            if at < width and read[at] in SAYS_NOTHING:
                read[at] = None
        if self._marks.words:
            return self._marked(RowCells(written, read, self._layout, findings, decoded))
        return RowCells(written, read, self._layout, findings, decoded)

    def _marked(self, cells: RowCells) -> RowCells:
        """The row with the words of its marked column for a category; a number there is a sum, a coefficient, or heads."""
        read, number = cells.read, None
        for at, words in self._marks.words.items():
            if at < len(read):
                marked = is_marked(read[at])
                number = read[at] if marked else number
                read[at] = words if marked else None
        cells = RowCells(cells.written, read, self._layout, cells.findings, cells.decoded)
        if self._marks.numbers and number is not None:
            cells.values.setdefault(self._marks.numbers, number)
        return cells

    def line(self, written: Sequence[Cell], read: list[Cell], decoded: frozenset[int]) -> RowCells:
        """A row that is no person's own, as it stands."""
        return RowCells(written, read, self._layout, [], decoded)

    def _fill_merged(self, number: int, read: list[Cell], findings: list[Finding]) -> None:
        for at in self._mergeable:
            above = self._merged_down.get((number, at))
            if above is not None and (at >= len(read) or read[at] is None):
                read += [None] * (at + 1 - len(read))
                read[at] = read_text(above, self._encodings[at])[0] if isinstance(above, str) else above
                findings.append(Finding(f.MERGED_READ, self._names[at], None, written_form(read[at])))

    def heading(self, village: str) -> None:
        """A heading names a village: the next ditto mark in the village's column means it."""
        at = self._layout.first(Column.VILLAGE)
        if at is not None:
            self._above[at] = village
