"""What ChiTra adds to a workbook that it sends back, and how a list is read again when that workbook comes in corrected."""

from __future__ import annotations

from dataclasses import replace

from services.registry.domain.lists.workbook import Cell, Sheet, Workbook

MARK = "ChiTra:"
STATUS_HEADING = f"{MARK} kết quả"
TO_DO_HEADING = f"{MARK} cần xử lý"
CHANGED_HEADING = f"{MARK} đã chuẩn hóa"
SUMMARY_TITLE = f"{MARK} kết quả đọc danh sách"
SUMMARY_SHEET = "ChiTra - Kết quả"

_SEARCHED_ROWS = 80


def without_annotations(workbook: Workbook) -> Workbook:
    """The workbook without our own sheet and columns: they are told by their headings, wherever an officer moved them."""
    sheets = tuple(_without_columns(sheet) for sheet in workbook.sheets if not _is_summary(sheet))
    return workbook if sheets == workbook.sheets else replace(workbook, sheets=sheets)


def _is_ours(cell: Cell) -> bool:
    return isinstance(cell, str) and cell.startswith(MARK)


def _is_summary(sheet: Sheet) -> bool:
    return bool(sheet.rows) and bool(sheet.rows[0]) and sheet.rows[0][0] == SUMMARY_TITLE


def _without_columns(sheet: Sheet) -> Sheet:
    ours: dict[int, int] = {}
    for number, row in enumerate(sheet.rows[:_SEARCHED_ROWS]):
        for at, cell in enumerate(row):
            if _is_ours(cell):
                ours.setdefault(at, number)
    if not ours:
        return sheet
    rows = []
    for number, row in enumerate(sheet.rows):
        kept: list[Cell] = [None if number >= ours.get(at, len(sheet.rows)) else cell for at, cell in enumerate(row)]
        while kept and kept[-1] is None:
            kept.pop()
        rows.append(kept)
    return replace(sheet, rows=rows)
