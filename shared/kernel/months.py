"""Benefit months. A month is the date of its first day."""

from __future__ import annotations

from datetime import date

from shared.kernel.errors import ErrorCode, Kind, Refusal

WRONG_MONTH = ErrorCode("wrong-month", Kind.INVALID, "Not a month", "Tháng không hợp lệ")


def parse_month(text: str) -> date:
    """`2021-10` or `2021-10-01` as the first day of that month. Anything else is refused with `wrong-month`."""
    try:
        month = date.fromisoformat(text if len(text) > 7 else f"{text}-01")
    except ValueError:
        raise Refusal(WRONG_MONTH, f"{text!r} is not a month such as 2021-10", month=text) from None
    return require_month(month)


def require_month(month: date) -> date:
    """The month itself when it is a first day between 2000 and 2100; else refused with `wrong-month`."""
    if month.day != 1 or not 2000 <= month.year <= 2100:
        raise Refusal(WRONG_MONTH, f"{month} is not the first day of a month", month=str(month))
    return month


def next_month(month: date) -> date:
    """The first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def previous_month(month: date) -> date:
    """The first day of the month before."""
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def month_of(day: date) -> date:
    """The month a day lies in."""
    return day.replace(day=1)
