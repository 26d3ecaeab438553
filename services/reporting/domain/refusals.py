"""What reporting says no to, beyond what every service refuses (`wrong-month`, `unknown-unit`, `not-your-unit`, `no-token`)."""

from __future__ import annotations

from shared.kernel.errors import ErrorCode, Kind

EVENT_LOG_GAP = ErrorCode(
    "event-log-gap",
    Kind.CONFLICT,
    "The event log doesn't reach back to its beginning",
    "Nhật ký sự kiện không còn từ đầu",
)

BOOKS_UNREACHABLE = ErrorCode("books-unreachable", Kind.NOT_READY, "The books can't be read now", "Chưa đọc được sổ sách")
NOT_A_COMMUNE = ErrorCode("not-a-commune", Kind.INVALID, "The unit is not a commune", "Đơn vị không phải cấp xã")
WRONG_CURSOR = ErrorCode("wrong-cursor", Kind.INVALID, "Not a cursor of this list", "Con trỏ trang không hợp lệ")
WRONG_MONTHS = ErrorCode("wrong-months", Kind.INVALID, "The last month lies before the first", "Tháng cuối đứng trước tháng đầu")
