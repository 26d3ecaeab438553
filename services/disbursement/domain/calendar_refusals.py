"""What the calendar says no to."""

from __future__ import annotations

from shared.kernel.errors import ErrorCode, Kind

NO_CALENDAR = ErrorCode(
    "no-calendar-for-month", Kind.INVALID, "No holidays are known for this month", "Chưa có lịch nghỉ lễ của tháng này"
)
BAD_PAY_DAYS = ErrorCode("bad-pay-days", Kind.INVALID, "These are no pay days", "Ngày chi trả không hợp lệ")
UNKNOWN_CHANNEL = ErrorCode(
    "unknown-channel", Kind.MISSING, "The contract has no such channel", "Hợp đồng không có kênh chi trả này"
)
