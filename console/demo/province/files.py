"""Writes rows of cells as .xlsx, .xls or .csv. The same rows make the same bytes."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import xlsxwriter
import xlwt

from console.demo.province.cells import Row
from console.demo.province.profiles import Profile

_DATE_FORMAT = "dd/mm/yyyy"
_CREATED = datetime(2021, 10, 1)  # noqa: DTZ001 - a file's property, shown as it is; fixed so that bytes repeat
_XLS_SHEET = "DS"


def write_file(path: Path, sheet_name: str, rows: Sequence[Row], profile: Profile) -> None:
    """Writes the rows in the profile's format, font and encoding of text. Empty texts leave no cell behind."""
    if profile.suffix == ".csv":
        _write_csv(path, rows)
    elif profile.suffix == ".xls":
        _write_xls(path, rows, profile)
    else:
        _write_xlsx(path, profile.encode(sheet_name), rows, profile)


def _write_xlsx(path: Path, sheet_name: str, rows: Sequence[Row], profile: Profile) -> None:
    workbook = xlsxwriter.Workbook(path, {"in_memory": True})  # no file for each part of it
    workbook.set_properties({"created": _CREATED})
    sheet = workbook.add_worksheet(sheet_name)
    font = workbook.add_format({"font_name": profile.font})
    dates = workbook.add_format({"num_format": _DATE_FORMAT})
    for row_index, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                if cell:
                    sheet.write_string(row_index, column, profile.encode(cell), font)
            elif isinstance(cell, date):
                sheet.write_datetime(row_index, column, cell, dates)
            else:
                sheet.write_number(row_index, column, cell, font)
    workbook.close()


def _write_xls(path: Path, rows: Sequence[Row], profile: Profile) -> None:
    workbook = xlwt.Workbook(encoding="utf-8")
    sheet = workbook.add_sheet(_XLS_SHEET)
    font = xlwt.XFStyle()
    font.font.name = profile.font
    dates = xlwt.XFStyle()
    dates.num_format_str = _DATE_FORMAT
    for row_index, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write(row_index, column, cell, dates)
            elif cell != "":
                sheet.write(row_index, column, profile.encode(cell) if isinstance(cell, str) else cell, font)
    workbook.save(str(path))


def _write_csv(path: Path, rows: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([[str(cell) for cell in row] for row in rows])
