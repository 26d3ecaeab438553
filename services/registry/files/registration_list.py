"""The list of payees who are to have accounts, as a spreadsheet that goes to a provider and comes back with results."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import xlsxwriter

from services.registry.domain.registration_results import CODE, HOLDER, NUMBER, REASON, RESULT

TITLE = "DANH SÁCH ĐĂNG KÝ MỞ TÀI KHOẢN"
HEADER = (
    "STT", CODE, "Họ và tên chủ tài khoản", "Tư cách người nhận", "Ngày sinh", "Số CMND/CCCD", "Số điện thoại", "Địa chỉ",
    "Nhận thay cho đối tượng", "Số tài khoản đã khai", RESULT, NUMBER, HOLDER, REASON,
)  # fmt: skip
_WIDTHS = (5, 13, 28, 20, 12, 16, 14, 30, 40, 18, 12, 18, 28, 30)
_FILLED_BY_PROVIDER = 10
"""The columns from here on are the provider's."""

_HOW_TO = (
    "Đơn vị chi trả ghi “Đã mở” hoặc “Từ chối” vào cột Kết quả; đã mở thì ghi số tài khoản và tên chủ tài khoản, từ chối thì ghi "
    "lý do. Không sửa cột Mã đăng ký."
)


@dataclass(frozen=True, slots=True)
class RegistrationLine:
    """One payee. Numbers are in clear: the provider needs them."""

    code: str
    payee_name: str
    capacity: str
    birth: str
    identity_number: str
    phone: str
    address: str
    receives_for: str
    declared_number: str


def write_registration_list(
    commune: str, provider: str, list_number: int, made_on: date, lines: Sequence[RegistrationLine]
) -> bytes:
    """An .xlsx on A4 across, the header repeated on each page, signature lines at its end."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("Dang ky")
    _page_setup(sheet)
    bold = book.add_format({"bold": True, "align": "center", "font_size": 13})
    head = book.add_format({"bold": True, "text_wrap": True, "border": 1, "align": "center", "valign": "vcenter"})
    cell = book.add_format({"border": 1, "text_wrap": True, "valign": "top", "num_format": "@"})
    theirs = book.add_format({"border": 1, "text_wrap": True, "bg_color": "#FFF8DC", "num_format": "@"})
    sheet.merge_range(0, 0, 0, len(HEADER) - 1, f"{TITLE} – {provider}", bold)
    sheet.write_string(1, 0, f"{commune} – Danh sách số {list_number:05d}, lập ngày {made_on:%d/%m/%Y}, {len(lines)} người")
    sheet.write_string(2, 0, _HOW_TO)
    for column, (name, width) in enumerate(zip(HEADER, _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(3, column, name, head)
    for at, line in enumerate(lines, start=1):
        row = 3 + at
        sheet.write_number(row, 0, at, cell)
        values = (
            line.code, line.payee_name, line.capacity, line.birth, line.identity_number, line.phone, line.address,
            line.receives_for, line.declared_number,
        )  # fmt: skip
        for column, value in enumerate(values, start=1):
            sheet.write_string(row, column, value, cell)
        for column in range(_FILLED_BY_PROVIDER, len(HEADER)):
            sheet.write_blank(row, column, None, theirs)
    last = 5 + len(lines)
    sheet.write_string(last, 2, "NGƯỜI LẬP")
    sheet.write_string(last, 6, "TM. ỦY BAN NHÂN DÂN")
    sheet.write_string(last, 11, "ĐẠI DIỆN ĐƠN VỊ CHI TRẢ")
    book.close()
    return buffer.getvalue()


def _page_setup(sheet: Any) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(3)
    sheet.freeze_panes(4, 3)
