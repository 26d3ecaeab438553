"""A provider's limits as rules: breaker, bucket, windows; and a machine over all three: no call begins while one is closed."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.provider_gateway.domain.limits import (
    BOUNDS,
    PRODUCTION,
    SANDBOX,
    CallEnd,
    Limits,
    Way,
    begin_call,
    changed_limits,
    end_call,
    fresh_way,
    tokens_at,
    why_closed,
)
from services.provider_gateway.domain.maintenance import Window, check_window, is_inside, next_span
from services.provider_gateway.domain.schedule import JITTER, Schedule, schedule_for
from shared.kernel.clock import VIETNAM
from shared.kernel.errors import Refusal

START = datetime(2021, 10, 4, 2, 0, tzinfo=UTC)  # a Monday, 9:00 in Vietnam
HOLD_SECONDS = 60.0
TIGHT = Limits(
    calls_at_once=2,
    calls_per_second=0.5,
    burst=3,
    call_seconds=10.0,
    questions_per_second=1.0,
    failures_to_open=3,
    open_seconds=30.0,
)


def _weekly(weekday: int, starts: time, minutes: int, **more: Any) -> Window:
    first_on = more.pop("first_on", date(2021, 1, 1))
    return Window(uuid.uuid4(), "p", "r", weekday=weekday, starts=starts, minutes=minutes, first_on=first_on, **more)


def _once(starts_at: datetime, ends_at: datetime) -> Window:
    return Window(uuid.uuid4(), "p", "r", starts_at=starts_at, ends_at=ends_at)


@pytest.mark.parametrize("limits", [PRODUCTION, SANDBOX])
def test_the_usual_limits_lie_in_their_bounds(limits: Limits) -> None:
    assert changed_limits(limits, {name: getattr(limits, name) for name in BOUNDS}) == limits


@pytest.mark.parametrize("change", [{"burst": 0}, {"calls_at_once": 65}, {"open_seconds": 1e9}, {"colour": 1}])
def test_a_limit_out_of_bounds_is_refused_by_name(change: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        changed_limits(PRODUCTION, change)
    assert refused.value.code.code == "wrong-limit"
    assert refused.value.params["limit"] == next(iter(change))


def test_failures_in_a_row_open_the_breaker_and_one_call_probes_it() -> None:
    way, now = fresh_way("p", TIGHT, START), START
    for end in ("failed", "failed", "answered", "failed", "failed", "throttled", "failed", "failed"):
        way = end_call(way, now, end)
        assert way.breaker == "closed", 'an answer between them, also "too many", shows that the provider lives'
    way = end_call(way, now, "failed", "ConnectError")
    assert (way.breaker, why_closed(way, 0, now, False), way.last_failure) == ("open", "breaker", "ConnectError")
    way = end_call(way, now, "answered")  # of a call that began before
    assert why_closed(way, 0, now + timedelta(seconds=29), False) == "breaker"
    now += timedelta(seconds=30)
    assert why_closed(way, 0, now, False) is None
    probing = begin_call(way, now, HOLD_SECONDS)
    assert why_closed(probing, 1, now + timedelta(seconds=59), False) == "breaker", "one call probes"
    assert why_closed(probing, 0, now + timedelta(seconds=60), False) is None, "a probe that never ends is replaced"
    assert end_call(probing, now, "answered").breaker == "closed"
    again = end_call(probing, now, "failed")
    assert (again.breaker, again.opened_at) == ("open", now)


def test_the_newest_calls_are_remembered_and_no_more() -> None:
    way = fresh_way("p", TIGHT, START)
    assert way.error_percent is None
    for _ in range(200):
        way = end_call(end_call(way, START, "failed"), START, "answered")
    assert (len(way.recent), way.error_percent) == (50, 50)


@given(st.lists(st.tuples(st.floats(0, 20), st.integers(1, 5)), min_size=1, max_size=40))
def test_no_more_calls_go_than_burst_and_pace_allow(steps: list[tuple[float, int]]) -> None:
    way, now, gone = fresh_way("p", TIGHT, START), START, 0
    for pause_seconds, wanted in steps:
        now += timedelta(seconds=pause_seconds)
        for _ in range(wanted):
            if why_closed(way, 0, now, False) is None:
                way, gone = begin_call(way, now, HOLD_SECONDS), gone + 1
        assert gone <= TIGHT.burst + (now - START).total_seconds() * TIGHT.calls_per_second + 1e-6
        assert 0 <= tokens_at(way, now) <= TIGHT.burst


def test_a_clock_that_steps_back_takes_no_token_away() -> None:
    way = fresh_way("p", TIGHT, START)
    assert tokens_at(way, START - timedelta(hours=1)) == TIGHT.burst


def test_a_single_window_holds_from_its_start_to_its_end() -> None:
    window = _once(START, START + timedelta(hours=4))
    for hours, inside in ((-1, False), (0, True), (3.99, True), (4, False)):
        assert is_inside([window], START + timedelta(hours=hours), 0) is inside
    assert is_inside([window], START - timedelta(seconds=119), 120), "a call begun now might still be under way in it"
    assert not is_inside([window], START - timedelta(seconds=121), 120)


def test_a_weekly_window_is_in_vietnam_time_and_goes_over_midnight() -> None:
    window = _weekly(7, time(23, 30), 120)  # Sunday 23:30 to Monday 01:30
    in_vietnam = datetime(2021, 10, 3, 23, 30, tzinfo=VIETNAM)
    assert next_span(window, START - timedelta(days=1)) == (in_vietnam, in_vietnam + timedelta(hours=2))
    assert is_inside([window], datetime(2021, 10, 3, 18, 29, tzinfo=UTC), 0)  # Monday 01:29
    assert not is_inside([window], datetime(2021, 10, 3, 18, 30, tzinfo=UTC), 0)
    assert next_span(window, START) == (in_vietnam + timedelta(days=7), in_vietnam + timedelta(days=7, hours=2))
    assert next_span(_weekly(7, time(23, 30), 120, last_on=date(2021, 10, 3)), START) is None
    later = next_span(_weekly(7, time(23, 30), 120, first_on=date(2021, 10, 11)), START)
    assert later is not None and later[0] == in_vietnam + timedelta(days=14)


@given(st.integers(1, 7), st.times(), st.integers(1, 6 * 24 * 60), st.integers(0, 9 * 365 * 86400))
def test_a_weekly_window_is_met_once_in_every_week(weekday: int, starts: time, minutes: int, at: int) -> None:
    window, now = _weekly(weekday, starts, minutes, first_on=date(2020, 1, 1)), START + timedelta(seconds=at)
    span = next_span(window, now)
    assert span is not None
    starts_at, ends_at = span
    assert ends_at - starts_at == timedelta(minutes=minutes)
    assert now < ends_at and starts_at - now <= timedelta(days=7)
    local = starts_at.astimezone(VIETNAM)
    assert (local.isoweekday(), local.time()) == (weekday, starts)
    assert is_inside([window], now, 0) is (starts_at <= now)
    following = next_span(window, ends_at)
    assert following == (starts_at + timedelta(days=7), ends_at + timedelta(days=7))


@pytest.mark.parametrize(
    "window",
    [
        Window(uuid.uuid4(), "p", "r"),
        Window(uuid.uuid4(), "p", "r", starts_at=START),
        _once(START, START),
        _once(START, START + timedelta(days=32)),
        _weekly(1, time(1), 6 * 24 * 60 + 1),
        _weekly(1, time(1), 60, last_on=date(2020, 1, 1)),
        Window(uuid.uuid4(), "p", "r", starts_at=START, ends_at=START + timedelta(hours=1), weekday=1),
    ],
)
def test_what_is_no_window_is_refused(window: Window) -> None:
    with pytest.raises(Refusal) as refused:
        check_window(window)
    assert refused.value.code.code == "wrong-window"


@given(st.integers(0, 60), st.floats(0, 1), st.floats(0, 100), st.booleans())
def test_pauses_are_longer_by_chance_and_never_shorter(tries: int, chance: float, asked: float, unknown: bool) -> None:
    usual = schedule_for("production")
    bare, moved = (Schedule(**{**_fields(usual), "chance": lambda c=c: c}) for c in (0.0, chance))
    for least, pause in (
        (bare.resend_pause_seconds(tries, asked), moved.resend_pause_seconds(tries, asked)),
        (bare.enquiry_pause_seconds(tries, unknown), moved.enquiry_pause_seconds(tries, unknown)),
    ):
        assert least <= pause <= least * (1 + JITTER)
    assert bare.resend_pause_seconds(tries, asked) >= asked


def _fields(schedule: Schedule) -> dict[str, Any]:
    return {name: getattr(schedule, name) for name in Schedule.__dataclass_fields__}


class WayMachine(RuleBasedStateMachine):
    """A provider under random calls, ends, clocks, windows and changed limits, beside a plain model of what must hold."""

    @initialize()
    def begin(self) -> None:
        self.now = START
        self.way: Way = fresh_way("p", TIGHT, START)
        self.windows: list[Window] = []
        self.under_way: list[datetime] = []
        self.begun: list[datetime] = []
        self.row: list[CallEnd] = []  # ends since the last answer
        self.failed_at: datetime | None = None
        self.probes = 0  # calls under way that began after the breaker opened
        self.closed_since_probe = True

    @rule(seconds=st.sampled_from([0.1, 1, 2, 10, 30, 61, 3600]))
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(in_seconds=st.integers(0, 100), minutes=st.integers(1, 90), weekly=st.booleans())
    def a_window_is_set(self, in_seconds: int, minutes: int, weekly: bool) -> None:
        starts_at = self.now + timedelta(seconds=in_seconds)
        local = starts_at.astimezone(VIETNAM)
        if weekly:
            self.windows.append(_weekly(local.isoweekday(), local.time().replace(microsecond=0), minutes))
        else:
            self.windows.append(_once(starts_at, starts_at + timedelta(minutes=minutes)))

    @precondition(lambda self: self.windows)
    @rule()
    def a_window_is_taken_back(self) -> None:
        self.windows.pop()

    @rule(calls_at_once=st.integers(1, 4), failures=st.integers(1, 4))
    def limits_are_set(self, calls_at_once: int, failures: int) -> None:
        limits = changed_limits(TIGHT, {"calls_at_once": calls_at_once, "failures_to_open": failures})
        self.way = Way(**{**{f: getattr(self.way, f) for f in Way.__dataclass_fields__}, "limits": limits})

    @rule()
    def a_call_is_tried(self) -> None:
        lead = self.way.limits.call_seconds
        why = why_closed(self.way, len(self.under_way), self.now, is_inside(self.windows, self.now, lead))
        if why is not None:
            return
        # What must hold of every call that begins, said without the rules' own words:
        for window in self.windows:
            span = next_span(window, self.now)
            assert span is None or not span[0] <= self.now + timedelta(seconds=lead) or self.now >= span[1]
        assert len(self.under_way) < self.way.limits.calls_at_once
        recent = [at for at in self.begun if self.now - at <= timedelta(seconds=60)]
        assert len(recent) + 1 <= TIGHT.burst + 60 * TIGHT.calls_per_second + 1
        if self.way.breaker != "closed":
            assert self.failed_at is not None
            assert self.now - self.failed_at >= timedelta(seconds=self.way.limits.open_seconds)
        self.way = begin_call(self.way, self.now, HOLD_SECONDS)
        self.under_way.append(self.now)
        self.begun.append(self.now)

    @precondition(lambda self: self.under_way)
    @rule(end=st.sampled_from(["answered", "throttled", "failed", "failed", "failed"]))
    def a_call_ends(self, end: CallEnd) -> None:
        self.under_way.pop(0)
        before = self.way.breaker
        self.way = end_call(self.way, self.now, end, "timeout" if end == "failed" else None)
        self.row = [*self.row, end] if end == "failed" else []
        if end == "failed" and self.way.breaker == "open" and before != "open":
            self.failed_at = self.now
        if before == "closed" and end == "failed" and len(self.row) >= self.way.limits.failures_to_open:
            assert self.way.breaker == "open"
        if before == "open":
            assert self.way.breaker == "open", "only a probe closes it"

    @invariant()
    def an_open_breaker_lets_nothing_through_at_once(self) -> None:
        if self.way.breaker == "open" and self.failed_at == self.now:
            assert why_closed(self.way, 0, self.now, False) == "breaker"
        if self.way.breaker == "half-open":
            assert self.way.probe_until is not None
            if self.now < self.way.probe_until:
                assert why_closed(self.way, 0, self.now, False) == "breaker", "one probe at a time"


TestWay = WayMachine.TestCase
TestWay.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
