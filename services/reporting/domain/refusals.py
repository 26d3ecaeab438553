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
