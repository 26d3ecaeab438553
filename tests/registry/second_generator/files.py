"""Pages as the bytes of an .xlsx, .xls or .csv file."""

from __future__ import annotations

import csv
import io
from datetime import date

import xlsxwriter
import xlwt

from tests.registry.second_generator.plans import Plan
from tests.registry.second_generator.scripts import windows_1258
from tests.registry.second_generator.sheets import Page
from tests.registry.second_generator.writing import Cell


def as_bytes(plan: Plan, pages: list[Page]) -> bytes:
    """The file a commune sends."""
    if plan.file_format == "csv":
        return _csv(plan, pages[0])
    return _xlsx(pages) if plan.file_format == "xlsx" else _xls(pages)


def _xlsx(pages: list[Page]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for page in pages:
        sheet = book.add_worksheet(page.name)
        for first_row, first, last_row, last in page.merged:
            sheet.merge_range(first_row - 1, first, last_row - 1, last, "")
        for at, cells in enumerate(page.rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, str) and cell:
                    sheet.write_string(at, column, cell)
                elif isinstance(cell, date):
                    sheet.write_datetime(at, column, cell, day)
                elif cell is not None and cell != "":
                    sheet.write_number(at, column, cell)
        for row in page.hidden_rows:
            sheet.set_row(row - 1, None, None, {"hidden": True})
        for column in page.hidden_columns:
            sheet.set_column(column, column, None, None, {"hidden": True})
    book.close()
    return buffer.getvalue()


def _xls(pages: list[Page]) -> bytes:
    book = xlwt.Workbook()
    day = xlwt.easyxf(num_format_str="dd/mm/yyyy")
    for page in pages:
        sheet = book.add_sheet(page.name, cell_overwrite_ok=True)
        for first_row, first, last_row, last in page.merged:
            sheet.merge(first_row - 1, last_row - 1, first, last)
        for at, cells in enumerate(page.rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, date):
                    sheet.write(at, column, cell, day)
                elif cell is not None and cell != "":
                    sheet.write(at, column, cell)
        for row in page.hidden_rows:
            sheet.row(row - 1).hidden = True
        for column in page.hidden_columns:
            sheet.col(column).hidden = True
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _csv(plan: Plan, page: Page) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=plan.csv_separator)
    width = max(map(len, page.rows))
    for cells in page.rows:
        writer.writerow([_csv_text(cell) for cell in cells] + [""] * (width - len(cells)))
    whole = text.getvalue()
    if plan.csv_charset == "cp1258" and plan.script == "unicode" and plan.odd_script is None:
        return windows_1258(whole.replace("\u200b", "")).encode("cp1258", errors="replace")
    if plan.csv_charset == "single_bytes" and plan.script in ("tcvn3", "tcvn3_capital_font", "vni"):
        return whole.replace("\u200b", "").encode("latin-1")
    return whole.encode("utf-8" if plan.csv_charset in ("cp1258", "single_bytes") else plan.csv_charset)


def _csv_text(cell: Cell) -> str:
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    return "" if cell is None else str(cell)
