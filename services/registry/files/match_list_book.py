"""A match list as the commune police gets it: an .xlsx to print or to fill in."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter

from services.registry.domain.match_list_form import (
    ANSWERED_ON,
    COLUMNS,
    FIRST_ANSWER_COLUMN,
    PAPER_NUMBER,
    POLICE_OFFICER,
    SEX_WORDS,
)
from services.registry.domain.match_lists import OUTCOMES, REASONS, Asked

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_WIDTHS = (4, 12, 20, 10, 6, 14, 11, 22, 13, 19, 11, 8, 14, 12, 18, 13)
_LINE_HEIGHT = 15.5
_LAST = len(COLUMNS) - 1
_HEADER_ROW = 10
_FONT = {"font_name": "Times New Roman", "font_size": 11, "valign": "vcenter"}


def write_match_list(number: str, commune: str, made_on: date, people: Sequence[tuple[int, Asked, Sequence[str]]]) -> bytes:
    """The form: (line, person, why asked) each. Answer cells are yellow and open; the rest is locked against slips."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"title": number, "created": datetime(made_on.year, made_on.month, made_on.day)})  # noqa: DTZ001
    sheet = book.add_worksheet("Doi chieu")
    formats = {
        "plain": book.add_format(_FONT),
        "bold": book.add_format({**_FONT, "bold": True}),
        "centre": book.add_format({**_FONT, "bold": True, "align": "center"}),
        "title": book.add_format({**_FONT, "bold": True, "align": "center", "font_size": 14}),
        "italic": book.add_format({**_FONT, "italic": True, "align": "center"}),
        "head": book.add_format(
            {**_FONT, "bold": True, "align": "center", "border": 1, "text_wrap": True, "bg_color": "#DDEBF7"}
        ),
        "cell": book.add_format({**_FONT, "border": 1, "text_wrap": True, "num_format": "@"}),
        "answer": book.add_format(
            {**_FONT, "border": 1, "text_wrap": True, "num_format": "@", "bg_color": "#FFF9E5", "locked": False}
        ),
    }
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    _write_head(sheet, formats, number, commune, made_on, len(people))
    for column, text in enumerate(COLUMNS):
        sheet.write_string(_HEADER_ROW, column, text, formats["head"])
    sheet.set_row(_HEADER_ROW, 3 * _LINE_HEIGHT)
    for row, (line_no, asked, reasons) in enumerate(people, start=_HEADER_ROW + 1):
        _write_person(sheet, formats, row, line_no, asked, reasons)
    _finish(sheet, formats, len(people))
    book.close()
    return buffer.getvalue()


def _write_head(sheet: Any, formats: dict[str, Any], number: str, commune: str, made_on: date, people: int) -> None:
    sheet.merge_range(0, 0, 0, 5, f"UBND {commune.upper()}", formats["centre"])
    sheet.merge_range(0, 8, 0, _LAST, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", formats["centre"])
    sheet.merge_range(1, 0, 1, 5, f"Số: {number}", formats["centre"])
    sheet.merge_range(1, 8, 1, _LAST, "Độc lập - Tự do - Hạnh phúc", formats["centre"])
    sheet.merge_range(2, 8, 2, _LAST, f"Ngày {made_on.day} tháng {made_on.month} năm {made_on.year}", formats["italic"])
    title = "DANH SÁCH ĐỀ NGHỊ ĐỐI CHIẾU VỚI CƠ SỞ DỮ LIỆU QUỐC GIA VỀ DÂN CƯ"
    sheet.set_row(4, 24)
    sheet.merge_range(4, 0, 4, _LAST, title, formats["title"])
    police = f"Công an {commune[:1].lower()}{commune[1:]}"
    to = f"Kính gửi: {police} ({people} đối tượng hưởng trợ giúp xã hội; điền vào các ô màu vàng)"
    sheet.merge_range(5, 0, 5, _LAST, to, formats["italic"])
    for row, label in enumerate((POLICE_OFFICER, PAPER_NUMBER, ANSWERED_ON), start=6):
        sheet.merge_range(row, 0, row, 2, f"{label}:", formats["bold"])
        sheet.merge_range(row, 3, row, 7, "", formats["answer"])


def _write_person(sheet: Any, formats: dict[str, Any], row: int, line_no: int, asked: Asked, reasons: Sequence[str]) -> None:
    why = "; ".join(REASONS[reason] for reason in reasons if reason in REASONS)
    told = (asked.code, asked.full_name, asked.birth_text, SEX_WORDS[asked.sex], asked.number or "", asked.village or "", why)
    lines = max(-(-len(text) // (width - 1)) for text, width in zip(told, _WIDTHS[1:], strict=False))
    sheet.set_row(row, _LINE_HEIGHT * max(lines, 2))
    sheet.write_number(row, 0, line_no, formats["cell"])
    for column, text in enumerate(told, start=1):
        sheet.write_string(row, column, text, formats["cell"])
    for column in range(FIRST_ANSWER_COLUMN, _LAST + 1):
        sheet.write_blank(row, column, None, formats["answer"])


def _finish(sheet: Any, formats: dict[str, Any], people: int) -> None:
    first, last = _HEADER_ROW + 1, _HEADER_ROW + people
    for column, words in ((FIRST_ANSWER_COLUMN, OUTCOMES.values()), (COLUMNS.index("Giới tính đúng"), SEX_WORDS.values())):
        sheet.data_validation(first, column, last, column, {"validate": "list", "source": list(words), "ignore_blank": True})
    sheet.merge_range(last + 2, 0, last + 2, 5, "NGƯỜI LẬP", formats["centre"])
    sheet.merge_range(last + 2, 6, last + 2, 9, "CHỦ TỊCH UBND", formats["centre"])
    sheet.merge_range(last + 2, 10, last + 2, _LAST, "TRƯỞNG CÔNG AN", formats["centre"])
    sheet.freeze_panes(_HEADER_ROW + 1, 3)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.3, right=0.3, top=0.4, bottom=0.5)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEADER_ROW)
    sheet.set_footer("&CTrang &P/&N")
    sheet.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True})
