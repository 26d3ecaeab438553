"""The first page of the workbook that goes back: what came out, what the colours mean, and which rows want something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from xlsxwriter.worksheet import Worksheet

from services.registry.domain.annotating import STATUS_EN, STATUS_VI, AnnotatedList, RowNote
from services.registry.domain.imports import ACCEPTED, REJECTED, REVIEW
from services.registry.domain.lists.annotations import SUMMARY_TITLE
from services.registry.files.annotated_styles import BLUE, FAINT, FILL_OF_STATUS, Styles

_MEANS = {
    ACCEPTED: ("Dòng đọc được, không cần làm gì thêm.", "The row was read; nothing needs doing."),
    REVIEW: ("Cán bộ xem lại ô tô vàng rồi sửa hoặc xác nhận.", "Look at the amber cells; correct or confirm them."),
    REJECTED: ("Ô tô đỏ không thể đúng: phải sửa mới nhập được.", "The red cells can't be right: they must be corrected."),
}
_CHANGED = (
    "Đã chuẩn hóa",
    "Ô tô xanh nhạt: ChiTra tự đọc khác cách ghi; xin xem lại.",
    "Light blue: read otherwise than written; please look.",
)
_HOW_TO = (
    ("Sửa ngay trong trang danh sách, lưu lại và gửi chính tệp này. Các cột và trang “ChiTra” được bỏ qua khi đọc lại.",
     "Correct the list itself, save and send this very file. Columns and page of ChiTra are left out when it is read again."),
    ("Không chèn thêm cột, không đổi chỗ các dòng: dòng giữ nguyên vị trí thì được nhận ra là cùng một người.",
     "Insert no columns and keep rows in their places: a row that stays where it was is known as the same person."),
)  # fmt: skip
_MOST_FINDINGS, _MOST_ROWS = 30, 5_000
_WIDTHS = (19.0, 9.0, 26.0, 17.0, 62.0, 62.0)


def write_summary(page: Worksheet, styles: Styles, listed: AnnotatedList, sheet_names: Mapping[str, str]) -> None:
    """Fill the page. `sheet_names` are the sheets' names as this workbook has them."""
    page.hide_gridlines(2)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    for at, width in enumerate(_WIDTHS):
        page.set_column(at, at, width)
    page.set_row(0, 28)
    page.write_string(0, 0, SUMMARY_TITLE, styles.get(bold=True, font_size=18))
    about = f"{listed.commune} · tháng {listed.month:%m/%Y} · {listed.file_name}"
    page.write_string(1, 0, about, styles.get(font_size=12, font_color=FAINT))
    row = _legend(page, styles, listed, 3)
    row = _how_to(page, styles, row + 1)
    row = _findings(page, styles, listed, row + 1)
    _rows(page, styles, listed, sheet_names, row + 1)


def _legend(page: Worksheet, styles: Styles, listed: AnnotatedList, row: int) -> int:
    counts = Counter(note.status for note in listed.notes)
    for at, heading in enumerate(("Kết quả · Result", "Số dòng", "Ý nghĩa · Meaning")):
        page.write_string(row, at, heading, styles.header())
    page.merge_range(row, 2, row, 4, "Ý nghĩa · Meaning", styles.header())
    page.write_string(row, 5, "In English", styles.header())
    for status, (vietnamese, english) in _MEANS.items():
        row += 1
        fill = FILL_OF_STATUS[status]
        page.write_string(row, 0, STATUS_VI[status], styles.cell(bg_color=fill, bold=True))
        page.write_number(row, 1, counts[status], styles.cell(align="center", bold=True))
        page.merge_range(row, 2, row, 4, vietnamese, styles.cell())
        page.write_string(row, 5, f"{STATUS_EN[status]}. {english}", styles.cell(font_color=FAINT))
    row += 1
    title, vietnamese, english = _CHANGED
    page.write_string(row, 0, title, styles.cell(bg_color=BLUE, bold=True))
    page.write_number(row, 1, sum(bool(note.changed_vi) for note in listed.notes), styles.cell(align="center"))
    page.merge_range(row, 2, row, 4, vietnamese, styles.cell())
    page.write_string(row, 5, english, styles.cell(font_color=FAINT))
    return row + 1


def _how_to(page: Worksheet, styles: Styles, row: int) -> int:
    page.write_string(row, 0, "Cách sửa và gửi lại · How to correct and send back", styles.get(bold=True, font_size=13))
    for vietnamese, english in _HOW_TO:
        row += 1
        page.set_row(row, 32)
        page.merge_range(row, 0, row, 4, f"• {vietnamese}", styles.get(text_wrap=True))
        page.write_string(row, 5, english, styles.get(font_color=FAINT, text_wrap=True))
    return row + 1


def _findings(page: Worksheet, styles: Styles, listed: AnnotatedList, row: int) -> int:
    """What was found about the list as a whole."""
    if not listed.findings:
        return row - 1
    page.write_string(row, 0, "Về cả danh sách · About the list as a whole", styles.get(bold=True, font_size=13))
    for finding in listed.findings[:_MOST_FINDINGS]:
        row += 1
        page.merge_range(row, 0, row, 4, f"• {finding.message_vi}", styles.get(text_wrap=True))
        page.write_string(row, 5, finding.message_en, styles.get(font_color=FAINT, text_wrap=True))
    return row + 1


def _rows(page: Worksheet, styles: Styles, listed: AnnotatedList, sheet_names: Mapping[str, str], row: int) -> None:
    """The rows that want something, each a link to its place."""
    waiting = [note for note in listed.notes if note.to_do_vi]
    title = "Các dòng cần xử lý · Rows that want something" if waiting else "Không có dòng nào cần xử lý · No row wants anything"
    page.write_string(row, 0, title, styles.get(bold=True, font_size=13))
    if not waiting:
        return
    row += 1
    for at, heading in enumerate(("Trang", "Dòng", "Họ tên", "Kết quả", "Cần xử lý", "In English")):
        page.write_string(row, at, heading, styles.header())
    for note in waiting[:_MOST_ROWS]:
        row += 1
        _row(page, styles, note, sheet_names.get(note.sheet, note.sheet), row)


def _row(page: Worksheet, styles: Styles, note: RowNote, sheet: str, row: int) -> None:
    quoted = sheet.replace("'", "''")
    link = styles.cell(font_color="#0B5CAD", underline=1, align="center")
    page.write_string(row, 0, sheet, styles.cell(font_color=FAINT))
    page.write_url(row, 1, f"internal:'{quoted}'!A{note.row}", link, str(note.row))
    page.write_string(row, 2, note.name or "(không có họ tên)", styles.cell(bold=True))
    page.write_string(row, 3, note.status_vi, styles.cell(bg_color=FILL_OF_STATUS[note.status], text_wrap=True))
    page.write_string(row, 4, "\n".join(note.to_do_vi), styles.cell(text_wrap=True))
    page.write_string(row, 5, "\n".join(note.to_do_en), styles.cell(font_color=FAINT, text_wrap=True))
    page.set_row(row, max(17, 16 * max(len(note.to_do_vi), sum(1 + len(text) // 66 for text in note.to_do_vi))))
