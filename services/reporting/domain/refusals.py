"""What reporting says no to, beyond what every service refuses (`wrong-month`, `unknown-unit`, `not-your-unit`, `no-token`)."""

from __future__ import annotations

from shared.kernel.errors import ErrorCode, Kind

EVENT_LOG_GAP = ErrorCode(
    "event-log-gap",
    Kind.CONFLICT,
    "The event log doesn't reach back to its beginning",
    "Nhật ký sự kiện không còn từ đầu",
)

TOO_FINE = ErrorCode(
    "too-fine-to-protect",
    Kind.TOO_LARGE,
    "Too many combinations to protect small groups; ask for less",
    "Quá nhiều tổ hợp để bảo vệ nhóm nhỏ; hãy thu hẹp câu hỏi",
)
