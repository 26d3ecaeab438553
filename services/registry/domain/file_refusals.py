"""What is said no to about the files of imports."""

from __future__ import annotations

from shared.kernel.errors import ErrorCode, Kind

FILE_NOT_KEPT = ErrorCode(
    "import-file-not-kept",
    Kind.MISSING,
    "The file of this import was not kept: send it in again under another name",
    "Không còn giữ tệp của lần nhập này: hãy gửi lại tệp",
)
WORKBOOK_TOO_LARGE = ErrorCode(
    "workbook-too-large",
    Kind.TOO_LARGE,
    "The list has too many cells to be annotated",
    "Danh sách có quá nhiều ô để ghi kết quả vào bảng tính",
)
