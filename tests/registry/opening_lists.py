"""Lists of opening balances for tests, as communes write them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime

import xlsxwriter

HEADER = ("STT", "Mã đối tượng", "Họ và tên", "Ngày sinh", "Số CCCD", "Tháng", "Số tiền", "Loại", "Nơi giữ tiền", "Ghi chú")
TITLE = "DANH SÁCH SỐ DƯ ĐẦU KỲ ĐẾN HẾT THÁNG 9/2021"

Cells = Sequence[object]


def opening_list(
    lines: Sequence[Cells], commune: str = "Xã Vinh Hưng", title: str = TITLE, header: Sequence[Cells] = (HEADER,)
) -> bytes:
    """An .xlsx: who and what in the titles, the header from row 4 on, then the lines, a total and a signature."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"created": datetime(2021, 9, 20)})  # noqa: DTZ001 - the same lines make the same bytes
    sheet = book.add_worksheet("So du")
    day = book.add_format({"num_format": "mm/yyyy"})
    sheet.write(0, 0, f"UBND {commune.upper()} - HUYỆN PHÚ LỘC")
    sheet.write(1, 0, title)
    rows: list[Cells] = [*header, *lines, ("", "", "Tổng cộng", "", "", "", 9_999_000), ("", "", "NGƯỜI LẬP BIỂU")]
    for row, cells in enumerate(rows, start=3):
        for column, cell in enumerate(cells):
            if isinstance(cell, date):
                sheet.write_datetime(row, column, cell, day)
            elif isinstance(cell, str):
                sheet.write_string(row, column, cell) if cell else None
            elif cell is not None:
                sheet.write(row, column, cell)
    book.close()
    return buffer.getvalue()
