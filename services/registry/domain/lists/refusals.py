"""Why a whole file is refused before any of its rows is read."""

from __future__ import annotations

from shared.kernel.errors import ErrorCode, Kind

NOT_A_SPREADSHEET = ErrorCode(
    "not-a-spreadsheet", Kind.INVALID, "Not a spreadsheet (.xlsx, .xls or .csv)", "Không phải bảng tính (.xlsx, .xls, .csv)"
)
SPREADSHEET_DAMAGED = ErrorCode("spreadsheet-damaged", Kind.INVALID, "The spreadsheet is damaged", "Tệp bảng tính bị hỏng")
SPREADSHEET_ENCRYPTED = ErrorCode(
    "spreadsheet-encrypted",
    Kind.INVALID,
    "The spreadsheet is protected by a password",
    "Tệp bảng tính có đặt mật khẩu",
)
SPREADSHEET_TOO_LARGE = ErrorCode(
    "spreadsheet-too-large", Kind.TOO_LARGE, "The spreadsheet is too large", "Tệp bảng tính quá lớn"
)
LIST_HEADER_NOT_FOUND = ErrorCode(
    "list-header-not-found",
    Kind.INVALID,
    "No header row of a list of beneficiaries was found",
    "Không tìm thấy dòng tiêu đề của danh sách đối tượng",
)
LIST_COMMUNE_UNKNOWN = ErrorCode(
    "list-commune-unknown",
    Kind.INVALID,
    "The commune can't be read from titles, sheet name or file name",
    "Không đọc được xã/phường từ tiêu đề, tên trang tính hay tên tệp",
)
LIST_COMMUNE_CONTRADICTORY = ErrorCode(
    "list-commune-contradictory",
    Kind.INVALID,
    "Titles, sheet name and file name say different communes",
    "Tiêu đề, tên trang tính và tên tệp ghi các xã/phường khác nhau",
)
