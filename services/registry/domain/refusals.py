"""What the registry says no to. Codes are stable: other systems match on them."""

from __future__ import annotations

from shared.kernel.errors import ErrorCode, Kind

UNKNOWN_COMMUNE = ErrorCode(
    "unknown-commune", Kind.INVALID, "No commune has this code in the list's month", "Không có xã/phường mang mã này"
)
BAD_UNIT = ErrorCode("bad-unit", Kind.INVALID, "A unit contradicts itself", "Đơn vị hành chính khai báo mâu thuẫn")
FILE_TOO_LARGE = ErrorCode("file-too-large", Kind.TOO_LARGE, "The file is larger than 20 MB", "Tệp lớn hơn 20 MB")
BAD_FORM = ErrorCode("bad-form", Kind.INVALID, "The form can't be read", "Không đọc được biểu mẫu gửi lên")
FILE_MISSING = ErrorCode(
    "file-missing", Kind.INVALID, "The request has no part named file", "Yêu cầu không có tệp danh sách (phần “file”)"
)
LIST_HAS_NO_ROWS = ErrorCode("list-has-no-rows", Kind.INVALID, "The list names nobody", "Danh sách không có đối tượng nào")
LIST_OF_SEVERAL_COMMUNES = ErrorCode(
    "list-of-several-communes",
    Kind.INVALID,
    "The sheets are of several communes: send each as a file of its own",
    "Các trang thuộc nhiều xã/phường: hãy gửi mỗi xã/phường một tệp",
)
UNKNOWN_IMPORT = ErrorCode("unknown-import", Kind.MISSING, "No such import", "Không có lần nhập danh sách này")
UNKNOWN_ROW = ErrorCode("unknown-row", Kind.MISSING, "No such row in this import", "Lần nhập này không có dòng đó")
ROW_SETTLED = ErrorCode("row-settled", Kind.CONFLICT, "A row was confirmed before", "Dòng đã được xác nhận trước đó")
ROW_ACCEPTED = ErrorCode(
    "row-needs-no-answer", Kind.CONFLICT, "An accepted row needs no accepting", "Dòng đã được chấp nhận, không cần trả lời"
)
ROW_REJECTED = ErrorCode(
    "row-rejected", Kind.CONFLICT, "A rejected row can be corrected or dropped only", "Dòng bị từ chối chỉ có thể sửa hoặc bỏ"
)
ROW_NOT_KNOWN = ErrorCode(
    "row-names-nobody-known",
    Kind.CONFLICT,
    "The row was not asked whether it is somebody known",
    "Dòng này không được hỏi có phải người đã đăng ký",
)
ROW_CONTRADICTS = ErrorCode(
    "row-contradicts-registry",
    Kind.CONFLICT,
    "The row contradicts the registry: correct it or drop it",
    "Dòng mâu thuẫn với dữ liệu đã đăng ký: hãy sửa hoặc bỏ",
)
ANSWER_INCOMPLETE = ErrorCode(
    "answer-incomplete",
    Kind.INVALID,
    "A row so answered still lacks what a beneficiary must have",
    "Dòng trả lời còn thiếu thông tin bắt buộc",
)
ANSWER_WITHOUT_RECORD = ErrorCode(
    "answer-without-record", Kind.INVALID, "A correction needs a record", "Sửa dòng phải kèm thông tin đã sửa"
)
UNKNOWN_BENEFICIARY = ErrorCode("unknown-beneficiary", Kind.MISSING, "No such beneficiary", "Không có đối tượng này")
UNKNOWN_PROVIDER = ErrorCode(
    "unknown-provider", Kind.INVALID, "No such provider opens accounts", "Không có nhà cung cấp mở tài khoản này"
)
NUMBER_TAKEN_MEANWHILE = ErrorCode(
    "try-again", Kind.CONFLICT, "Another list was confirmed at the same moment; try again", "Có danh sách khác vừa được xác nhận"
)
BENEFICIARY_NOT_ACTIVE = "beneficiary-not-active"
BENEFICIARY_ON_HOLD = "beneficiary-on-hold"
"""Codes inside an answer: why one of many was left out."""
