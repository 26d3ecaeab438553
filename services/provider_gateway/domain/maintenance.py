"""Maintenance windows (khung giờ bảo trì): when a provider has said that it will not work. Pure.

They stand on the business clock, as an officer dates them, and in Vietnam time. In production that is wall time; a demo that
plays a year in an hour meets each window on its day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from services.provider_gateway.domain.refusals import WRONG_WINDOW
from shared.kernel.clock import VIETNAM
from shared.kernel.errors import Refusal

LONGEST_ONCE = timedelta(days=31)
LONGEST_WEEKLY_MINUTES = 6 * 24 * 60
MINUTES_A_WEEK = 7 * 24 * 60

Span = tuple[datetime, datetime]
"""First instant inside, first instant after."""


@dataclass(frozen=True, slots=True)
class Window:
    """A single window (`starts_at`, `ends_at`), or one of each week (`weekday` 1 is Monday, `starts` in Vietnam, `minutes`)
    from a first day on and until a last one, if it has one."""

    window_id: UUID
    provider: str
    reason: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    weekday: int | None = None
    starts: time | None = None
    minutes: int | None = None
    first_on: date | None = None
    last_on: date | None = None


def check_window(window: Window) -> None:
    """Raises wrong-window where a window is neither single nor weekly, ends before it starts, or is too long."""
    once = (window.starts_at, window.ends_at)
    weekly = (window.weekday, window.starts, window.minutes, window.first_on)
    if None not in once and weekly == (None,) * 4 and window.last_on is None:
        assert window.starts_at is not None and window.ends_at is not None
        if not timedelta(0) < window.ends_at - window.starts_at <= LONGEST_ONCE:
            raise Refusal(WRONG_WINDOW, f"a single window ends after it starts, within {LONGEST_ONCE.days} days")
    elif once == (None, None) and None not in weekly:
        assert window.minutes is not None and window.first_on is not None
        if not 1 <= window.minutes <= LONGEST_WEEKLY_MINUTES:
            raise Refusal(WRONG_WINDOW, f"a weekly window has 1 to {LONGEST_WEEKLY_MINUTES} minutes")
        if window.last_on is not None and window.last_on < window.first_on:
            raise Refusal(WRONG_WINDOW, "the last day is before the first")
    else:
        raise Refusal(WRONG_WINDOW, "either starts_at and ends_at, or weekday, starts, minutes and first_on")


def next_span(window: Window, now: datetime) -> Span | None:
    """The window's span that `now` lies in, else its next; None when no more comes."""
    if window.starts_at is not None and window.ends_at is not None:
        return (window.starts_at, window.ends_at) if now < window.ends_at else None
    assert window.weekday is not None and window.starts is not None
    assert window.minutes is not None and window.first_on is not None
    earliest = max(now.astimezone(VIETNAM).date() - timedelta(days=7), window.first_on)
    day = earliest + timedelta(days=(window.weekday - earliest.isoweekday()) % 7)
    while window.last_on is None or day <= window.last_on:
        starts_at = datetime.combine(day, window.starts, VIETNAM)
        ends_at = starts_at + timedelta(minutes=window.minutes)
        if now < ends_at:
            return starts_at, ends_at
        day += timedelta(days=7)
    return None


def nearest_span(windows: Iterable[Window], now: datetime) -> Span | None:
    """The span that comes, or is, first."""
    return min((span for window in windows if (span := next_span(window, now))), default=None)


def is_inside(windows: Iterable[Window], now: datetime, lead_seconds: float) -> bool:
    """Whether nothing may begin now: inside a window, or so shortly before that a call might still be under way in it."""
    span = nearest_span(windows, now)
    return span is not None and span[0] - timedelta(seconds=lead_seconds) <= now
