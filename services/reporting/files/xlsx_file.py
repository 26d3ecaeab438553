"""An answer as an Excel workbook, in Vietnamese: a sheet of figures and a sheet that says how they were asked for."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any

import xlsxwriter

from services.reporting.domain.folding import Figures
from services.reporting.domain.measures import DIMS
from services.reporting.files.columns import Cell, Column, columns_of, rows_of

NOT_SHOWN = "•"

_FORMATS = {"share": "0.0%", "dong": "#,##0", "flag": "@", "text": "@", "month": "mm/yyyy"}
_ALIGN = {"month": "center", "flag": "center", "text": "left"}
_WIDTHS = {"dong": 20, "text": 18, "month": 13, "flag": 14}
_WORDS = {
    "account": "Tài khoản", "wallet": "Ví điện tử", "cash": "Tiền mặt", "cashier": "Xã chi trực tiếp", "none": "Chưa nhận",
    "not_released": "Chưa chuyển chi", "in_flight": "Đang chi", "returned": "Bị trả lại", "unclaimed": "Chưa đến nhận",
    "cancelled": "Đã hủy", "paid_cash": "Đã chi tiền mặt", "paid_account": "Đã chi qua tài khoản",
    "children": "Trẻ em", "single_parents": "Đơn thân nuôi con", "elderly": "Người cao tuổi", "disabled": "Người khuyết tật",
    "carers": "Người chăm sóc", "funerals": "Mai táng phí", "female": "Nữ", "male": "Nam",
    "under_16": "Dưới 16 tuổi", "16_to_59": "16 đến 59 tuổi", "60_to_79": "60 đến 79 tuổi", "80_plus": "Từ 80 tuổi",
}  # fmt: skip
_TRANSLATED = frozenset({"place", "paid_by", "channel", "category_group", "sex", "age_band"})
_VIEWS = {"now": "Số liệu hiện tại", "closed": "Số liệu khi khóa sổ", "late": "Phát sinh sau khóa sổ"}


def as_xlsx(figures: Figures) -> bytes:
    """The workbook. The same answer makes the same bytes."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": "ChiTra: số liệu chi trả", "created": datetime(2021, 7, 1, tzinfo=UTC).replace(tzinfo=None)})
    _fill_figures(book, figures)
    _fill_notes(book, figures)
    book.close()
    return buffer.getvalue()


def _fill_figures(book: Any, figures: Figures) -> None:
    sheet = book.add_worksheet("Số liệu")
    head = book.add_format(
        {"bold": True, "text_wrap": True, "align": "center", "valign": "vcenter", "border": 1, "bg_color": "#DCE6F1"}
    )
    columns = columns_of(figures)
    forms = [
        book.add_format({"num_format": _FORMATS.get(_kind(column), "#,##0"), "align": _ALIGN.get(_kind(column), "right")})
        for column in columns
    ]
    hidden = book.add_format({"align": "right"})
    for at, column in enumerate(columns):
        sheet.set_column(at, at, 30 if column.name.endswith("_name") else _WIDTHS.get(_kind(column), 15))
        sheet.write_string(0, at, column.vi, head)
    sheet.set_row(0, 32)
    sheet.freeze_panes(1, len(figures.query.by))
    line = 0
    for line, row in enumerate(rows_of(figures), 1):
        for at, column in enumerate(columns):
            _write(sheet, line, at, row[column.name], column, forms[at], hidden if row["suppressed"] else None)
    sheet.autofilter(0, 0, line, len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _kind(column: Column) -> str:
    return "month" if column.name in ("month", "booked_month") else column.unit


def _write(sheet: Any, line: int, at: int, value: Cell, column: Column, form: Any, hidden: Any) -> None:
    if _kind(column) == "month":
        sheet.write_datetime(line, at, datetime.combine(date.fromisoformat(str(value)), datetime.min.time()), form)
    elif isinstance(value, bool):
        sheet.write_string(line, at, "x" if value else "", form)
    elif isinstance(value, str):
        sheet.write_string(line, at, _WORDS.get(value, value) if column.name in _TRANSLATED else value, form)
    elif value is not None:
        # Excel would round 79.96% up to a target that is not reached.
        sheet.write_number(line, at, round(value * 1_000_000) // 1000 / 1000 if column.unit == "share" else value, form)
    elif hidden is not None:
        sheet.write_string(line, at, NOT_SHOWN, hidden)


def _fill_notes(book: Any, figures: Figures) -> None:
    query, sheet = figures.query, book.add_worksheet("Ghi chú")
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    units = f"theo đơn vị hành chính ngày {figures.units_as_of:%d/%m/%Y}" if figures.units_as_of else "theo từng thời điểm"
    notes = [
        ("Từ tháng", f"{query.first:%m/%Y}"),
        ("Đến tháng", f"{query.last:%m/%Y}"),
        ("Số liệu", _VIEWS[query.view]),
        ("Đơn vị hành chính", units),
        *((f"Lọc: {DIMS[dim][0]}", ", ".join(_named(figures, v) for v in values)) for dim, values in query.filters.items()),
        (NOT_SHOWN, "Không hiển thị: nhóm dưới 5 người, hoặc số liệu mà từ đó tính ra được nhóm dưới 5 người."),
        ("Đơn vị bị chia tách", "Số liệu của đơn vị bị chia tách được tính vào đơn vị nhận phần lớn."),
    ]
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 70)
    sheet.fit_to_pages(1, 0)
    for line, (name, text) in enumerate(notes):
        sheet.set_row(line, 15 * (1 + len(text) // 75))
        sheet.write_string(line, 0, name, wrapped)
        sheet.write_string(line, 1, text, wrapped)


def _named(figures: Figures, value: str) -> str:
    """A filter's value in words."""
    unit = figures.names.get(value)
    return unit.name if unit else _WORDS.get(value, value)
