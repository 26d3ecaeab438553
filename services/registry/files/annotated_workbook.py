"""A list as its commune sent it, with what ChiTra found beside each row: the workbook that goes back to be corrected.

Values stay as written, in their places, so that a corrected workbook is read as the same list. A text stays a text: what
begins like a formula is written as a string and marked so that Excel keeps it one.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import product
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from services.registry.domain.annotating import AnnotatedList, Columns, RowNote
from services.registry.domain.lists.annotations import CHANGED_HEADING, STATUS_HEADING, SUMMARY_SHEET, TO_DO_HEADING
from services.registry.domain.lists.legacy import Encoding, choose_encoding, encoding_of_cell
from services.registry.domain.lists.workbook import Cell, Sheet, Workbook
from services.registry.files.annotated_styles import (
    BLUE,
    FAINT,
    FILL_OF_SEVERITY,
    FILL_OF_STATUS,
    FONT,
    FONT_OF_ENCODING,
    Styles,
)
from services.registry.files.annotated_summary import write_summary

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_LONGEST_SHEET_NAME = 31
_WIDEST, _NARROWEST = 42.0, 5.0
_LINE_POINTS, _HEADER_POINTS = 15.0, 34.0
_PADDING = 0.71
"""Files tell a column's width with it, xlsxwriter adds it."""
_OUR_WIDTHS = (17.0, 52.0, 46.0)
_FROZEN_HEADER_ROWS = 14
_MOST_MERGED = 5_000
"""So many joined ranges, each of so many cells: lists have some dozens, of a few cells."""


def annotate(workbook: Workbook, listed: AnnotatedList) -> bytes:
    """The .xlsx that goes back: a page of results, then every sheet as it was sent, read ones with three columns more."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": listed.file_name, "created": datetime(2021, 1, 1)})  # noqa: DTZ001 - the same list, the same bytes
    styles = Styles(book)
    summary = book.add_worksheet(SUMMARY_SHEET)
    names = dict(_sheet_names(workbook.sheets))
    by_sheet: dict[str, dict[int, RowNote]] = {}
    for note in listed.notes:
        by_sheet.setdefault(note.sheet, {})[note.row] = note
    for sheet in workbook.sheets:
        page = book.add_worksheet(names[sheet.name])
        _SheetWriter(page, styles, sheet, listed, by_sheet.get(sheet.name, {})).write()
    write_summary(summary, styles, listed, names)
    summary.activate()
    book.close()
    return buffer.getvalue()


def _sheet_names(sheets: Sequence[Sheet]) -> Iterator[tuple[str, str]]:
    """Each sheet's name as Excel takes it; a csv's is its file's, which may be too long or have odd signs."""
    taken = {SUMMARY_SHEET.lower()}
    for sheet in sheets:
        bare = _NOT_IN_SHEET_NAMES.sub(" ", sheet.name).strip(" '")[:_LONGEST_SHEET_NAME].strip(" '") or "Sheet"
        name, number = bare, 1
        while name.lower() in taken:
            number += 1
            name = f"{bare[: _LONGEST_SHEET_NAME - 5]} ({number})"
        taken.add(name.lower())
        yield sheet.name, name


class _SheetWriter:
    """Writes one sheet."""

    def __init__(
        self, page: Worksheet, styles: Styles, sheet: Sheet, listed: AnnotatedList, notes: Mapping[int, RowNote]
    ) -> None:
        self._page, self._styles, self._sheet, self._notes = page, styles, sheet, notes
        layout = listed.sheets.get(sheet.name)
        has_header = layout is not None and layout[0][0] <= layout[0][1]
        self._header: tuple[int, int] | None = layout[0] if layout and has_header else None
        columns: Columns = layout[1] if layout else {}
        self._width = max((len(row) for row in sheet.rows), default=0)
        texts = dict.fromkeys(cell for row in sheet.rows for cell in row if isinstance(cell, str))
        self._encoding = choose_encoding(texts)
        names = [at for field in ("full_name", "given_name") for at in columns.get(field, ())]
        self._name_column = min(names, default=0)

    def write(self) -> None:
        for number, row in enumerate(self._sheet.rows, start=1):
            self._write_row(number, row)
        self._merge()
        self._shape()
        if self._header:
            self._write_our_header()
            for number, note in self._notes.items():
                self._write_note(number, note)

    def _write_row(self, number: int, row: Sequence[Cell]) -> None:
        for at in range(self._width if self._in_table(number) else len(row)):
            self._write_cell(number, at, row[at] if at < len(row) else None)

    def _fill(self, number: int, at: int) -> str | None:
        note = self._notes.get(number)
        return FILL_OF_SEVERITY[note.marks[at]] if note and at in note.marks else None

    def _in_table(self, number: int) -> bool:
        return self._header is not None and (number in self._notes or self._in_header(number))

    def _in_header(self, number: int) -> bool:
        return self._header is not None and self._header[0] <= number <= self._header[1]

    def _properties(self, number: int, cell: Cell) -> dict[str, Any]:
        properties: dict[str, Any] = {}
        if isinstance(cell, str):
            encoding = self._encoding if cell.isascii() else encoding_of_cell(cell, self._encoding)
            properties["font_name"] = FONT_OF_ENCODING.get(encoding, FONT) if encoding is not Encoding.UNICODE else FONT
            if cell.startswith(_FORMULA_STARTS):
                properties["quote_prefix"] = True
        elif isinstance(cell, date):
            properties["num_format"] = "dd/mm/yyyy"
        if self._header and number < self._header[0]:
            properties["bold"] = True
        return properties

    def _style(self, number: int, cell: Cell, fill: str | None) -> Format:
        properties = self._properties(number, cell)
        if fill:
            properties["bg_color"] = fill
        if self._in_header(number):
            return self._styles.header(**properties)
        return self._styles.cell(**properties) if number in self._notes else self._styles.get(**properties)

    def _write_cell(self, number: int, at: int, cell: Cell) -> None:
        style = self._style(number, cell, self._fill(number, at))
        if cell is None:
            self._page.write_blank(number - 1, at, None, style)
        elif isinstance(cell, str):
            self._page.write_string(number - 1, at, cell[:32_767], style)
        elif isinstance(cell, date):
            self._page.write_datetime(number - 1, at, cell, style)
        else:
            self._page.write_number(number - 1, at, cell, style)

    def _merge(self) -> None:
        """Joined cells are joined again; ranges that overlap, which only a damaged file has, stay apart."""
        joined: set[tuple[int, int]] = set()
        for area in self._sheet.merged[:_MOST_MERGED]:
            first = (area.first_row, area.first_column)
            last = (min(area.last_row, len(self._sheet.rows)), min(area.last_column, self._width - 1))
            size = (last[0] - first[0] + 1) * (last[1] - first[1] + 1)
            if last < first or not 1 < size <= _MOST_MERGED or first in joined or last in joined:
                continue
            places = set(product(range(first[0], last[0] + 1), range(first[1], last[1] + 1)))
            if not joined.isdisjoint(places):
                continue
            joined |= places
            cells = self._sheet.rows[first[0] - 1]
            cell = cells[first[1]] if first[1] < len(cells) else None
            style = self._style(first[0], cell, self._fill(*first))
            self._page.merge_range(first[0] - 1, first[1], last[0] - 1, last[1], "", style)
            self._write_cell(*first, cell)

    def _shape(self) -> None:
        for at in range(self._width):
            hidden = {"hidden": 1} if at in self._sheet.hidden_columns else {}
            told = max(self._sheet.widths.get(at, 0.0) - _PADDING, 0.0)
            self._page.set_column(at, at, told or self._fitting(at), None, hidden)
        for number in self._sheet.hidden_rows:
            self._page.set_row(number - 1, None, None, {"hidden": 1})
        if self._sheet.hidden:
            self._page.hide()
        if self._header:
            for at, width in enumerate(_OUR_WIDTHS, start=self._width):
                self._page.set_column(at, at, width)
            if self._header[1] <= _FROZEN_HEADER_ROWS:
                self._page.freeze_panes(self._header[1], self._name_column + 1)
            last = max(self._notes, default=self._header[1])
            self._page.autofilter(self._header[1] - 1, 0, last - 1, self._width + len(_OUR_WIDTHS) - 1)
        self._page.set_landscape()
        self._page.set_paper(9)
        self._page.fit_to_pages(1, 0)

    def _fitting(self, at: int) -> float:
        """Wide enough for most of the column's cells and each word of its header; a header wraps, titles run over."""
        cells = [row[at] for row in self._table_rows() if at < len(row) and row[at] is not None]
        lengths = sorted(10 if isinstance(cell, date) else len(str(cell)) for cell in cells)
        longest = lengths[int(len(lengths) * 0.97)] if lengths else 0
        first, last = self._header or (1, 0)
        words = [word for row in self._sheet.rows[first - 1 : last] if at < len(row) for word in str(row[at] or "").split()]
        return min(max(longest * 1.15 + 2, max(map(len, words), default=0) * 1.15 + 2, _NARROWEST), _WIDEST)

    def _table_rows(self) -> Sequence[Sequence[Cell]]:
        if not self._header:
            return self._sheet.rows
        return [self._sheet.rows[number - 1] for number in self._notes if number <= len(self._sheet.rows)]

    def _write_our_header(self) -> None:
        first, last = self._header or (1, 1)
        style = self._styles.header(bottom=2)
        for at, heading in enumerate((STATUS_HEADING, TO_DO_HEADING, CHANGED_HEADING), start=self._width):
            if first == last:
                self._page.write_string(last - 1, at, heading, style)
            else:
                self._page.merge_range(first - 1, at, last - 1, at, heading, style)
        for number in range(first, last + 1):
            self._page.set_row(number - 1, _HEADER_POINTS)

    def _write_note(self, number: int, note: RowNote) -> None:
        styles, at = self._styles, self._width
        status = styles.cell(bg_color=FILL_OF_STATUS[note.status], bold=not note.settled, text_wrap=True)
        self._page.write_string(number - 1, at, note.status_vi, status)
        changed = styles.cell(font_color=FAINT, font_size=9, **({"bg_color": BLUE} if note.changed_vi else {}))
        said = (("\n".join(note.to_do_vi), styles.cell(text_wrap=True)), (note.changed_vi, changed))
        for column, (text, style) in enumerate(said, start=at + 1):
            if text:
                self._page.write_string(number - 1, column, text, style)
            else:
                self._page.write_blank(number - 1, column, None, style)
        lines = sum(math.ceil(len(sentence) / (_OUR_WIDTHS[1] * 1.05)) for sentence in note.to_do_vi)
        if lines > 1 and number not in self._sheet.hidden_rows:
            self._page.set_row(number - 1, lines * _LINE_POINTS + 2)
