"""Excel files through calamine, after their size has been measured without it."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Collection, Sequence

import python_calamine as calamine

from services.registry.domain.lists.refusals import (
    NOT_A_SPREADSHEET,
    SPREADSHEET_DAMAGED,
    SPREADSHEET_ENCRYPTED,
    SPREADSHEET_TOO_LARGE,
)
from services.registry.domain.lists.workbook import Cell, MergedRange, Sheet, Workbook
from services.registry.files.bounds import MAX_CELLS, MAX_COLUMNS, MAX_MERGED_RANGES, MAX_ROWS, MAX_SHEETS
from services.registry.files.sheet_outline import NO_OUTLINE, SheetOutline
from services.registry.files.xls_outline import outline_xls
from services.registry.files.xlsx_outline import outline_xlsx
from shared.kernel.errors import Refusal

_LARGEST_EXACT = 2**53
_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})


def read_xlsx(data: bytes, filename: str) -> Workbook:
    """An .xlsx (or .xlsm) file. Its archive is checked first: kinds of parts, unpacked size, used area of each sheet."""
    return _read(data, filename, "xlsx", outline_xlsx(data, filename))


def read_xls(data: bytes, filename: str) -> Workbook:
    """An .xls file (BIFF5 or BIFF8). Its records are checked first for encryption and the used area of each sheet."""
    return _read(data, filename, "xls", outline_xls(data, filename))


def _check_areas(filename: str, outlines: Collection[SheetOutline]) -> None:
    """Refuse sheets whose used areas are too large to hold."""
    longest = max((outline.rows for outline in outlines), default=0)
    widest = max((outline.columns for outline in outlines), default=0)
    cells = sum(outline.rows * outline.columns for outline in outlines)
    if longest > MAX_ROWS or widest > MAX_COLUMNS or cells > MAX_CELLS:
        detail = f"{filename}: {longest} rows, {widest} columns, {cells} cells"
        raise Refusal(SPREADSHEET_TOO_LARGE, detail, file=filename)


def _read(data: bytes, filename: str, kind: str, outlines: dict[str, SheetOutline]) -> Workbook:
    _check_areas(filename, outlines.values())
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        worksheets = [meta for meta in book.sheets_metadata if meta.typ == calamine.SheetTypeEnum.WorkSheet]
        if len(worksheets) > MAX_SHEETS:
            raise Refusal(SPREADSHEET_TOO_LARGE, f"{filename}: {len(worksheets)} sheets", file=filename)
        sheets = tuple(
            _sheet(book.get_sheet_by_name(meta.name), meta, outlines.get(meta.name, NO_OUTLINE)) for meta in worksheets
        )
    except calamine.PasswordError as error:
        raise Refusal(SPREADSHEET_ENCRYPTED, filename, file=filename) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise Refusal(SPREADSHEET_DAMAGED, f"{filename}: {error}", file=filename) from error
    except BaseException as error:
        # A panic of the Rust library is no Exception; anything else (an interrupt, a refusal) goes on.
        if type(error).__name__ != "PanicException":
            raise
        raise Refusal(SPREADSHEET_DAMAGED, filename, file=filename) from error
    if not sheets:
        raise Refusal(NOT_A_SPREADSHEET, f"{filename}: no worksheet", file=filename)
    return Workbook(filename, kind, sheets)


def _sheet(source: calamine.CalamineSheet, meta: calamine.SheetMetadata, outline: SheetOutline) -> Sheet:
    values = source.to_python(skip_empty_area=False)
    rows = [[value if value.__class__ is str and value and value[0] != "#" else _cell(value) for value in row] for row in values]
    return Sheet(
        name=meta.name,
        rows=rows,
        hidden=meta.visible != calamine.SheetVisibleEnum.Visible,
        hidden_rows=outline.hidden_rows,
        hidden_columns=outline.hidden_columns,
        merged=_merged(source.merged_cell_ranges or ()),
        widths=outline.widths,
        errors={
            (at + 1, column): str(row[column])
            for at, row in enumerate(values)
            if _ERRORS.intersection(row)
            for column in range(len(row))
            if row[column] in _ERRORS
        },
    )


def _merged(ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> tuple[MergedRange, ...]:
    return tuple(MergedRange(first[0] + 1, first[1], last[0] + 1, last[1]) for first, last in ranges[:MAX_MERGED_RANGES])


def _cell(value: object) -> Cell:
    """A value as a cell: whole numbers as int, an empty text or an error as nothing, a time or a truth value as text."""
    if isinstance(value, str):
        return None if not value or value in _ERRORS else value
    if value is None:
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < _LARGEST_EXACT else value
    if isinstance(value, int):
        return value
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else str(value)
