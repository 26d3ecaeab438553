"""Why a result file changed nothing, in the words of who sent it. A code is one word; after a colon a row number may follow."""

from __future__ import annotations

from services.provider_gateway.connectors.protocol import UnreadableWebhook

WHY: dict[str, tuple[str, str]] = {
    "not_signed": ("The file is not signed: the .sig file is missing", "Tệp chưa được ký số: thiếu tệp .sig kèm theo"),
    "signature": (
        "The signature does not hold: the file was changed after it was signed, or another key signed it",
        "Chữ ký số không hợp lệ: tệp đã bị sửa sau khi ký, hoặc ký bằng khóa khác",
    ),
    "no_key": (
        "The provider's key is not installed, so that no signature can be checked",
        "Chưa cài khóa công khai của đơn vị chi trả nên không kiểm tra được chữ ký",
    ),
    "no_folder": (
        "The provider's folder is away, so that the file can't be compared with what was given out",
        "Chưa truy cập được thư mục của đơn vị chi trả nên không đối chiếu được tệp",
    ),
    "envelope": ("The message is no signed file", "Nội dung gửi không phải tệp đã ký"),
    "too_large": ("The file is too large", "Tệp quá lớn"),
    "too_many_rows": ("The file has too many rows or columns", "Tệp có quá nhiều dòng hoặc cột"),
    "not_a_workbook": ("The file can't be read as .xlsx", "Không đọc được tệp .xlsx"),
    "not_text": ("The file can't be read as .csv", "Không đọc được tệp .csv"),
    "encoding": ("The .csv is not UTF-8 or UTF-16", "Tệp .csv không dùng bảng mã UTF-8 hoặc UTF-16"),
    "empty": ("The file is empty", "Tệp không có dữ liệu"),
    "columns_missing": (
        "The headings are not there: the code, the amount and the result are needed",
        "Không tìm thấy tiêu đề cột: cần có mã chi trả, số tiền và kết quả",
    ),
    "column_twice": ("A heading stands twice", "Có tiêu đề cột bị lặp"),
    "no_reference": ("A row has a result and no code", "Có dòng ghi kết quả nhưng thiếu mã chi trả"),
    "unknown_reference": (
        "A code was never given to this provider",
        "Có mã chi trả không thuộc danh sách nào đã gửi cho đơn vị này",
    ),
    "another_month": ("The file is of another month than its codes", "Tệp thuộc tháng khác với các mã chi trả trong đó"),
    "unknown_word": ("A result is none of the words agreed on", "Có kết quả ghi không theo các từ đã thống nhất"),
    "amount_unreadable": ("An amount can't be read", "Có số tiền không đọc được"),
    "amount_differs": ("An amount is another than was instructed", "Có số tiền khác với số tiền đã giao chi"),
    "said_twice": (
        "A code stands twice with different results",
        "Có mã chi trả xuất hiện hai lần với kết quả khác nhau",
    ),
    "nothing_said": ("No row has a result", "Không có dòng nào ghi kết quả"),
}


class RefusedFile(UnreadableWebhook):
    """A file that changes nothing. `row_no` counts from 1, as Excel does; None where it is about the whole file."""

    def __init__(self, code: str, row_no: int | None = None) -> None:
        super().__init__(code if row_no is None else f"{code}:{row_no}")
        self.code = code
        self.row_no = row_no


def explain(why: str) -> tuple[str, str]:
    """A refusal in English and in Vietnamese, with the row."""
    code, _, row_no = why.partition(":")
    english, vietnamese = WHY.get(code, ("The file can't be used", "Không dùng được tệp này"))
    return (f"Row {row_no}: {english}", f"Dòng {row_no}: {vietnamese}") if row_no else (english, vietnamese)
