"""What the query for figures and the public figures say no to."""

from __future__ import annotations

from shared.kernel.errors import ErrorCode, Kind

TOO_FINE = ErrorCode(
    "too-fine-to-protect",
    Kind.TOO_LARGE,
    "Too many combinations to protect small groups; ask for less",
    "Quá nhiều tổ hợp để bảo vệ nhóm nhỏ; hãy thu hẹp câu hỏi",
)

UNKNOWN_MEASURE = ErrorCode("unknown-measure", Kind.INVALID, "No such measure", "Không có chỉ tiêu này")
UNKNOWN_DIMENSION = ErrorCode("unknown-dimension", Kind.INVALID, "No such dimension", "Không có chiều phân tích này")
WRONG_FILTER = ErrorCode("wrong-filter", Kind.INVALID, "Not a filter", "Bộ lọc không hợp lệ")
WRONG_RANGE = ErrorCode("wrong-month-range", Kind.INVALID, "Not a range of months", "Khoảng tháng không hợp lệ")
WRONG_UNITS = ErrorCode("wrong-units", Kind.INVALID, "Units as of what day?", "Không rõ đơn vị hành chính theo ngày nào")
WRONG_VIEW = ErrorCode(
    "wrong-view", Kind.INVALID, "As now, closed or late?", "Không rõ số liệu hiện tại, khi khóa sổ hay về muộn"
)
NOT_TOGETHER = ErrorCode("not-together", Kind.INVALID, "These do not go together", "Các yêu cầu này không đi cùng nhau")
NO_DISTRICTS = ErrorCode("no-districts", Kind.INVALID, "There are no districts on that day", "Ngày đó không còn cấp huyện")
UNITS_GONE_BY = ErrorCode(
    "units-gone-by",
    Kind.INVALID,
    "Later units can't be told apart by earlier ones",
    "Không thể tách số liệu về đơn vị hành chính trước đó",
)
TOO_MANY_ROWS = ErrorCode("too-many-rows", Kind.TOO_LARGE, "Too many rows; ask for less", "Quá nhiều dòng; hãy thu hẹp câu hỏi")
NOT_PUBLIC = ErrorCode("not-public", Kind.MISSING, "Figures are not public here", "Số liệu không được công khai tại đây")
