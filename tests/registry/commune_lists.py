"""Commune lists for the registry's tests: written as .xlsx, as a commune would send them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import xlsxwriter

HEADER = (
    "STT", "Họ và tên", "Ngày sinh", "Giới tính", "Số CMND/CCCD", "Dân tộc", "Thôn", "Đối tượng", "Hệ số", "Số con",
    "Số điện thoại", "Hình thức chi trả", "Số tài khoản", "Người nhận thay", "Số CCCD người nhận thay", "Quan hệ", "Ghi chú",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One person of a list, as an officer would type it."""

    name: str = ""
    birth: str = ""
    sex: str = "Nữ"
    identity: str = ""
    category: str = "K5C-80"
    coefficient: str = ""
    children: str = ""
    phone: str = ""
    channel: str = "Tiền mặt"
    account: str = ""
    payee: str = ""
    payee_identity: str = ""
    relationship: str = ""
    village: str = "Thôn 1"
    note: str = ""

    def cells(self, number: int) -> tuple[object, ...]:
        """The row's cells in the header's order."""
        return (
            number, self.name, self.birth, self.sex, self.identity, "Kinh", self.village, self.category, self.coefficient,
            self.children, self.phone, self.channel, self.account, self.payee, self.payee_identity, self.relationship,
            self.note,
        )  # fmt: skip


def workbook(commune: str, lines: Sequence[Line], month: str = "10/2021", district: str = "Phú Lộc") -> bytes:
    """An .xlsx with a title that names commune and month, a header in row 4, and the people from row 5 on."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"created": datetime(2021, 9, 20)})  # noqa: DTZ001 - the same people make the same bytes
    sheet = book.add_worksheet("DS")
    sheet.write(0, 0, f"UBND {commune.upper()} - HUYỆN {district.upper()}")
    sheet.write(1, 0, f"DANH SÁCH ĐỐI TƯỢNG HƯỞNG TRỢ CẤP XÃ HỘI THÁNG {month}")
    for row, cells in enumerate([HEADER, *(line.cells(at) for at, line in enumerate(lines, start=1))], start=3):
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                sheet.write_string(row, column, cell) if cell else None
            else:
                sheet.write(row, column, cell)
    book.close()
    return buffer.getvalue()
