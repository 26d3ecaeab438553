"""What a provider may be asked to bear: calls at once, calls a second, and no calls while it fails. Pure.

The state is one row a provider, locked by whoever commits intents (storage/ways.py), so the limits hold over all processes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from services.provider_gateway.domain.refusals import WRONG_LIMIT
from shared.kernel.errors import Refusal

Breaker = Literal["closed", "open", "half-open"]
Why = Literal["maintenance", "breaker", "calls_at_once", "pace"]
"""Why no intent is committed for a provider now."""

CallEnd = Literal["answered", "throttled", "failed"]
"""How a call ended. Refusals are answers: the provider lives. `throttled` is neither: it lives, and wants less."""

REMEMBERED_CALLS = 50
SLOWER_TIMES = 5
"""While a provider fails, it is asked about old payments that many times slower."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one provider. A call is a chunk sent; a question is an enquiry, which changes nothing there."""

    calls_at_once: int  # over all processes
    calls_per_second: float  # over all processes
    burst: int  # calls that may go at once after a rest
    call_seconds: float  # after so long a call's outcome is unknown
    questions_per_second: float  # of each process
    failures_to_open: int  # calls in a row that failed, until the breaker opens
    open_seconds: float  # from then to the one call that probes


BOUNDS: Mapping[str, tuple[float, float]] = {
    "calls_at_once": (1, 64),
    "calls_per_second": (0.01, 1000),
    "burst": (1, 1000),
    "call_seconds": (0.5, 600),
    "questions_per_second": (0.01, 1000),
    "failures_to_open": (1, 100),
    "open_seconds": (0.1, 86_400),
}

MOST_CALLS_AT_ONCE = 64


def changed_limits(limits: Limits, changes: Mapping[str, Any]) -> Limits:
    """The limits with some of them changed. Raises wrong-limit for a name or a figure that is none."""
    for name, value in changes.items():
        if name not in BOUNDS:
            raise Refusal(WRONG_LIMIT, f"there is no limit {name!r}", limit=name)
        least, most = BOUNDS[name]
        if not least <= value <= most:
            raise Refusal(WRONG_LIMIT, f"{name} is from {least:g} to {most:g}", limit=name)
    whole = {field.name for field in fields(Limits) if field.type == "int"}
    figures: dict[str, Any] = {name: int(value) if name in whole else float(value) for name, value in changes.items()}
    return replace(limits, **figures)


@dataclass(frozen=True, slots=True)
class Way:
    """How the way to a provider stands. Times are wall time."""

    provider: str
    limits: Limits
    tokens: float
    tokens_at: datetime
    breaker: Breaker = "closed"
    failures: int = 0  # in a row
    opened_at: datetime | None = None
    probe_until: datetime | None = None  # half-open: the probe has until then to end
    recent: str = ""  # the newest calls, oldest first: "." answered, "t" throttled, "x" failed
    last_success_at: datetime | None = None
    last_failure_at: datetime | None = None
    last_failure: str | None = None  # one word

    @property
    def error_percent(self) -> int | None:
        """The share of the newest calls that failed; None before the first."""
        return round(100 * self.recent.count("x") / len(self.recent)) if self.recent else None


def fresh_way(provider: str, limits: Limits, now: datetime) -> Way:
    """The way to a provider that was never called."""
    return Way(provider, limits, float(limits.burst), now)


def tokens_at(way: Way, now: datetime) -> float:
    """Calls that may go now by the pace."""
    gained = max((now - way.tokens_at).total_seconds(), 0.0) * way.limits.calls_per_second
    return min(way.tokens + gained, float(way.limits.burst))


def why_closed(way: Way, in_flight: int, now: datetime, in_window: bool) -> Why | None:
    """Why no call may begin; None: one may."""
    if in_window:
        return "maintenance"
    if not _breaker_lets_through(way, now):
        return "breaker"
    if in_flight >= way.limits.calls_at_once:
        return "calls_at_once"
    return "pace" if tokens_at(way, now) < 1.0 else None


def _breaker_lets_through(way: Way, now: datetime) -> bool:
    if way.breaker == "open":
        return way.opened_at is None or now >= way.opened_at + timedelta(seconds=way.limits.open_seconds)
    if way.breaker == "half-open":  # the probe's end is awaited; one that never ends is replaced
        return way.probe_until is None or now >= way.probe_until
    return True


def begin_call(way: Way, now: datetime, hold_seconds: float) -> Way:
    """A call begins, as `why_closed` allowed. Past an open breaker it is the probe, awaited for `hold_seconds`."""
    begun = replace(way, tokens=tokens_at(way, now) - 1.0, tokens_at=now)
    if way.breaker == "closed":
        return begun
    return replace(begun, breaker="half-open", probe_until=now + timedelta(seconds=hold_seconds))


def end_call(way: Way, now: datetime, end: CallEnd, word: str | None = None) -> Way:
    """A call ended. Calls that began before the breaker opened end later: their failures change no open breaker, and their
    answers close none that is not being probed."""
    recent = (way.recent + {"answered": ".", "throttled": "t", "failed": "x"}[end])[-REMEMBERED_CALLS:]
    if end == "failed":
        failed = replace(way, recent=recent, failures=way.failures + 1, last_failure_at=now, last_failure=word)
        opens = way.breaker == "half-open" or (way.breaker == "closed" and failed.failures >= way.limits.failures_to_open)
        return replace(failed, breaker="open", opened_at=now, probe_until=None) if opens else failed
    lived = replace(way, recent=recent, last_success_at=now if end == "answered" else way.last_success_at)
    if way.breaker == "open":
        return lived
    return replace(lived, breaker="closed", failures=0, opened_at=None, probe_until=None)


PRODUCTION = Limits(
    calls_at_once=8,
    calls_per_second=10.0,  # chunks of up to 500 payments
    burst=20,
    call_seconds=120.0,
    questions_per_second=5.0,
    failures_to_open=5,
    open_seconds=30.0,
)

SANDBOX = Limits(
    calls_at_once=16,
    calls_per_second=500.0,
    burst=500,
    call_seconds=120.0,
    questions_per_second=200.0,
    failures_to_open=10,
    open_seconds=2.0,
)
