"""The two clocks.

The *business clock* gives dates, deadlines and schedules; all processes share it and only a demo or a test may set it.
*Wall time* serves time-outs, signatures, tokens and UUIDv7, and never moves by hand.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""Vietnam keeps UTC+7 the whole year; no time-zone database is needed."""


def wall_now() -> datetime:
    """Wall time in UTC."""
    return datetime.now(UTC)


def vietnam_date(instant: datetime) -> date:
    """The date in Vietnam at a UTC instant."""
    return instant.astimezone(VIETNAM).date()
