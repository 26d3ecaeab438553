"""A sheet as an .xlsx workbook, A4, ready to print; texts stay texts, whatever they start with."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import xlsxwriter

from shared.papers.sheet import Cell, Column, Row, Sheet, Table, Text

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_FONT = {"font_name": "Times New Roman", "font_size": 11, "valign": "vcenter"}
_STYLES: dict[str, dict[str, Any]] = {"bold": {"bold": True}, "italic": {"italic": True}, "small": {"font_size": 10}}
_LINE_HEIGHT = 15.5
_PAGE_WIDTH = {True: 131.5, False: 91.5}
"""Characters across a page, landscape or upright: columns share them by their relative widths."""

# Points between thousands, as Vietnamese papers write numbers, whatever the country that the reader's machine is set to.
_SMALL = "0"
_DOTTED = '[>=1000000000]#"."000"."000"."000;[>=1000000]#"."000"."000;#"."000'
_NEGATIVE = '[<=-1000000]-#"."000"."000;[<=-1000]-#"."000;0'


def write_book(sheet: Sheet) -> bytes:
    """The workbook: one worksheet with all tables below each other."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    made_on = datetime(sheet.made_on.year, sheet.made_on.month, sheet.made_on.day)  # noqa: DTZ001 - the file keeps no zone
    book.set_properties({"title": sheet.title, "created": made_on})
    _Pages(book, sheet).draw()
    book.close()
    return buffer.getvalue()


class _Pages:
    """Draws from the top down; `_at` is the next free row. All tables share the grid of the one with most columns."""

    def __init__(self, book: Any, sheet: Sheet) -> None:
        self._book = book
        self._sheet = sheet
        self._page = book.add_worksheet("Trang 1")
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._at = 0
        self._small = False
        tables = [block for block in sheet.blocks if isinstance(block, Table)]
        self._grid = max(tables, key=lambda table: len(table.columns)).columns if tables else ()
        self._columns = max(len(self._grid), 4)

    def draw(self) -> None:
        """Everything, and how it is printed."""
        self._set_page()
        self._letterhead()
        for block in self._sheet.blocks:
            if isinstance(block, Text):
                self._paragraph(block)
            else:
                self._table(block)
        self._signatures()
        self._page.print_area(0, 0, self._at, self._columns - 1)

    def _format(self, **more: Any) -> Any:
        key = tuple(sorted(more.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format({**_FONT, **more})
        return self._formats[key]

    def _set_page(self) -> None:
        sheet, page = self._sheet, self._page
        widths = [column.width for column in self._grid] or [1.0] * self._columns
        self._widths = [_PAGE_WIDTH[sheet.landscape] * width / sum(widths) for width in widths]
        self._widths += [10.0] * (self._columns - len(self._widths))
        for at, width in enumerate(self._widths):
            page.set_column(at, at, width)
        page.set_paper(9)  # A4
        page.set_portrait()
        if sheet.landscape:
            page.set_landscape()
        page.set_margins(left=0.5, right=0.4, top=0.5, bottom=0.6)
        page.fit_to_pages(1, 0)
        page.set_footer('&R&"Times New Roman"&9Trang &P/&N')
        page.hide_gridlines(2)

    def _span(self, first: int, last: int, text: str, form: Any, row: int | None = None) -> None:
        """A text across columns, in one row."""
        at = self._at if row is None else row
        if first == last:
            self._page.write_string(at, first, text, form)
            return
        self._page.merge_range(at, first, at, last, "", form)
        self._page.write_string(at, first, text, form)

    def _letterhead(self) -> None:
        sheet, last = self._sheet, self._columns - 1
        half = self._middle()
        centre = self._format(align="center", text_wrap=True)
        bold = self._format(align="center", bold=True, text_wrap=True)
        rows = (
            (sheet.office.upper, centre, sheet.nation_name, bold),
            (sheet.office.lower, self._format(align="center", bold=True, text_wrap=True, underline=1),
             sheet.nation_motto, self._format(align="center", bold=True, underline=1)),
            ("Số: ............/............", centre, sheet.place_and_day, self._format(align="center", italic=True)),
        )  # fmt: skip
        for left, left_form, right, right_form in rows:
            self._span(0, half - 1, left, left_form)
            self._span(half, last, right, right_form)
            self._height(max(_lines(left, sum(self._widths[:half])), _lines(right, sum(self._widths[half:]))))
            self._at += 1
        self._at += 1
        self._page.set_row(self._at, 22)
        self._span(0, last, sheet.title, self._format(align="center", bold=True, font_size=14))
        self._at += 1
        for line in sheet.subtitle:
            self._span(0, last, line, self._format(align="center", italic=True, text_wrap=True))
            self._height(_lines(line, sum(self._widths)))
            self._at += 1
        self._at += 1

    def _middle(self) -> int:
        """The first column of the right half."""
        run = 0.0
        for at, width in enumerate(self._widths):
            run += width
            if run * 2 >= sum(self._widths):
                return min(max(1, at + (1 if at == 0 else 0)), self._columns - 1)
        return 1

    def _paragraph(self, block: Text) -> None:
        self._span(0, self._columns - 1, block.text, self._format(text_wrap=True, **_STYLES.get(block.style, {})))
        self._height(_lines(block.text, sum(self._widths)))
        self._at += 1

    def _height(self, lines: int) -> None:
        self._page.set_row(self._at, _LINE_HEIGHT * lines)

    def _places(self, table: Table) -> list[tuple[int, int]]:
        """First and last grid column of each of a table's columns: a table of fewer columns spreads over the grid."""
        if len(table.columns) == len(self._grid):
            return [(at, at) for at in range(len(self._grid))]
        free, places, at = self._columns - len(table.columns), [], 0
        widest = max(range(len(table.columns)), key=lambda i: table.columns[i].width)
        for index in range(len(table.columns)):
            last = at + (free if index == widest else 0)
            places.append((at, last))
            at = last + 1
        return places

    def _table(self, table: Table) -> None:
        places, self._small = self._places(table), table.small
        head = self._format(bold=True, align="center", border=1, text_wrap=True)
        for column, (first, last) in zip(table.columns, places, strict=True):
            self._span(first, last, column.heading, head)
        self._height(max(_lines(c.heading, self._width(p)) for c, p in zip(table.columns, places, strict=True)))
        if table.columns == self._grid and len([b for b in self._sheet.blocks if isinstance(b, Table)]) == 1:
            self._page.repeat_rows(self._at)
        self._at += 1
        for row in table.rows:
            self._row(table, places, row)
        self._at += 1

    def _width(self, place: tuple[int, int]) -> float:
        return sum(self._widths[place[0] : place[1] + 1])

    def _row(self, table: Table, places: list[tuple[int, int]], row: Row) -> None:
        bold = {"bold": True} if row.kind != "line" else {}
        lead, lines = 0, 1
        if row.kind != "line":
            lead = table.lead(row)
            span = (0, places[lead - 1][1])
            align = "left" if row.kind == "group" else "center"
            self._span(*span, row.label, self._format(border=1, text_wrap=True, align=align, **bold))
            lines = _lines(row.label, self._width(span))
        for column, place in zip(table.columns[lead:], places[lead:], strict=True):
            value = row.cells.get(column.key)
            self._cell(place, column, value, bold)
            if isinstance(value, str):
                lines = max(lines, _lines(value, self._width(place)))
        self._height(lines)
        self._at += 1

    def _cell(self, place: tuple[int, int], column: Column, value: Cell, bold: dict[str, Any]) -> None:
        first, last = place
        form: dict[str, Any] = {
            "font_size": 10 if self._small else 11,
            "border": 1,
            "align": column.align,
            "text_wrap": True,
            **bold,
        }
        if isinstance(value, date):
            form["num_format"] = "dd/mm/yyyy"
        elif isinstance(value, int):
            form["num_format"] = _SMALL if abs(value) < 1000 else _DOTTED if value > 0 else _NEGATIVE
        if first != last:
            self._page.merge_range(self._at, first, self._at, last, "", self._format(**form))
        if value is None:
            self._page.write_blank(self._at, first, None, self._format(**form))
        elif isinstance(value, str):
            self._page.write_string(self._at, first, value, self._format(**form))
        elif isinstance(value, int):
            self._page.write_number(self._at, first, value, self._format(**form))
        else:
            self._page.write_datetime(self._at, first, value, self._format(**form))

    def _signatures(self) -> None:
        signatures = self._sheet.signatures
        if not signatures:
            return
        self._at += 1
        share = self._columns / len(signatures)
        for at, each in enumerate(signatures):
            first, last = round(at * share), max(round(at * share), round((at + 1) * share) - 1)
            self._span(first, last, each.title, self._format(bold=True, align="center"))
            self._span(first, last, each.note, self._format(italic=True, align="center"), row=self._at + 1)
        self._at += 6


def _lines(text: str, width: float) -> int:
    """Lines that a text takes in a width of digits; words are not cut. Letters are a sixth narrower than digits."""
    width *= 1.2
    lines, run = 1, 0
    for word in text.split(" "):
        if run and run + 1 + len(word) > width:
            lines, run = lines + 1, len(word)
        else:
            run += len(word) + (1 if run else 0)
    return lines
