"""What recovering says no to. Codes are stable: other systems match on them."""

from __future__ import annotations

from shared.kernel.errors import ErrorCode, Kind

UNKNOWN_RECEIVABLE = ErrorCode("unknown-receivable", Kind.MISSING, "No such receivable", "Không có khoản phải thu hồi này")
NOT_OVERPAID = ErrorCode(
    "more-than-overpaid", Kind.CONFLICT, "More than was paid too much of the month", "Vượt số tiền đã chi thừa của tháng"
)
RECEIVABLE_CLOSED = ErrorCode(
    "receivable-closed", Kind.CONFLICT, "Nothing of the receivable is left", "Khoản phải thu hồi đã kết thúc"
)
MORE_THAN_LEFT = ErrorCode("more-than-left", Kind.CONFLICT, "More than is left to repay", "Vượt số tiền còn phải thu hồi")
WRONG_PLAN = ErrorCode(
    "wrong-instalment-plan",
    Kind.INVALID,
    "The instalments are not what is left, each on a later day",
    "Kế hoạch trả dần không khớp số còn phải thu hoặc ngày không hợp lệ",
)
REPAYMENT_EXISTS = ErrorCode(
    "repayment-exists",
    Kind.CONFLICT,
    "The Treasury reference stands for another repayment",
    "Mã giao dịch kho bạc đã được ghi nhận",
)
GIVE_BACK_EXISTS = ErrorCode(
    "give-back-exists",
    Kind.CONFLICT,
    "The Treasury reference stands for another order to give back",
    "Số lệnh hoàn trả đã được ghi nhận",
)
NOTHING_TO_GIVE_BACK = ErrorCode(
    "nothing-to-give-back",
    Kind.CONFLICT,
    "What was repaid is still overpaid, or was given back",
    "Khoản đã nộp vẫn là chi thừa hoặc đã được hoàn trả",
)
MORE_THAN_TO_GIVE_BACK = ErrorCode(
    "more-than-to-give-back", Kind.CONFLICT, "More than was repaid without need", "Vượt số tiền phải hoàn trả cho người nộp"
)
WRONG_DATE = ErrorCode("wrong-date", Kind.INVALID, "The dates can't be in this order", "Thứ tự ngày không hợp lệ")
SAME_MONTH_TWICE = ErrorCode("same-month-twice", Kind.INVALID, "A month of a kind stands twice", "Một tháng hưởng bị ghi hai lần")
