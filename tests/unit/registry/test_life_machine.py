"""Random acts on one person: whatever is decided, no month is owed twice, a move leaves no gap, and the dead stay dead."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.registry.domain import acts
from services.registry.domain.legal_months import months_between
from services.registry.domain.lives import DEAD, STOPPED, Held, Life
from services.registry.domain.orders import Effect, Order, Subject, effect_of
from services.registry.files.reference import load_reference
from shared.kernel.errors import Refusal
from shared.kernel.months import month_of, next_month, previous_month

CATEGORIES = load_reference().categories
FOR_AN_ADULT = ["K4-DTN", "K6-DBN", "K6-N", "K8-HIV", "CS-DBN-HGD", "CS-NKT-MT1", "CS-NKT-MT2", "CS-NHAN-NCT"]
BORN_ON, START = date(1970, 5, 5), date(2021, 10, 5)
COMMUNES = ("20116@2021-07-01", "20113@2021-07-01")
MONTHS = [date(2021 + (6 + at) // 12, (6 + at) % 12 + 1, 1) for at in range(60)]

categories = st.sampled_from(FOR_AN_ADULT)
days = st.integers(-80, 200)


class OneLife(RuleBasedStateMachine):
    """A person, the day, the acts that count, and the commune."""

    def __init__(self) -> None:
        super().__init__()
        self.ids = (UUID(int=number) for number in itertools.count(1))
        self.today = START
        self.life = Life("active", month_of(START))
        self.start = self.life
        self.counting: list[tuple[Life, Life]] = []  # before and after, of acts that were not annulled
        self.commune = 0
        self.carried: tuple[Held, ...] | None = None
        self.left_open: Life | None = None

    def _try(self, kind: str, category: str = "", **fields: Any) -> bool:
        """Give an order; whether it was taken. A refusal leaves the life as it is."""
        order = Order(kind, "1/QĐ", self.today, category=category, **fields)
        subject = Subject("A", BORN_ON, "day", "female", COMMUNES[self.commune], self.life)
        try:
            effect: Effect = effect_of(order, subject, CATEGORIES, self.today, next(self.ids))
        except Refusal:
            return False
        self._take(effect.life)
        return True

    def _take(self, after: Life) -> None:
        self.counting.append((self.life, after))
        self.life = after

    @rule(days=st.integers(1, 70))
    def time_passes(self, days: int) -> None:
        self.today = min(self.today + timedelta(days=days), date(2025, 1, 1))

    @rule(category=categories, ahead=st.integers(0, 3))
    def grant(self, category: str, ahead: int) -> None:
        month = month_of(self.today)
        for _ in range(ahead):
            month = next_month(month)
        owed = {each: self.life.owed(each) for each in MONTHS if each < month}
        if self._try(acts.GRANT, category, from_month=month):
            assert all(self.life.owed(each) == owed[each] for each in owed if each < month), "a grant reaches back to nothing"

    @rule(category=categories, at=st.integers(0, 5), heads=st.integers(1, 4))
    def change(self, category: str, at: int, heads: int) -> None:
        decisions = self.life.decisions
        which = decisions[at % len(decisions)].decision_id if decisions and at else None
        before = {each: self.life.owed(each) for each in MONTHS}
        if self._try(acts.CHANGE, category, decision_id=which, heads=heads if category == "K4-DTN" else None):
            past = [each for each in MONTHS if each < month_of(self.today)]
            assert all(_ids(self.life.owed(each)) == _ids(before[each]) for each in past), "a change reaches back to nothing"
            assert all(bool(self.life.owed(each)) == bool(before[each]) for each in MONTHS), "nor does it take or give a month"

    @rule(days=days, at=st.integers(0, 5))
    def stop(self, days: int, at: int) -> None:
        day = self.today + timedelta(days=days)
        decisions = self.life.decisions
        which = decisions[at % len(decisions)].decision_id if decisions and at else None
        before = {each: self.life.owed(each) for each in MONTHS}
        if self._try(acts.STOP, happened_on=day, decision_id=which):
            kept = [each for each in MONTHS if each <= month_of(day)]
            assert all(_ids(self.life.owed(each)) == _ids(before[each]) for each in kept), "its own month is owed"
            if which is None:
                assert not any(self.life.owed(each) for each in MONTHS if each > month_of(day))

    @rule()
    def suspend_or_resume(self) -> None:
        before = {each: _ids(self.life.owed(each)) for each in MONTHS}
        kind = acts.RESUME if self.life.status == "suspended" else acts.SUSPEND
        if self._try(kind):
            assert {each: _ids(self.life.owed(each)) for each in MONTHS} == before, "the money waits, none is lost"

    @rule(days=days)
    def die(self, days: int) -> None:
        day = self.today + timedelta(days=min(days, 0))
        if self._try(acts.DEATH, happened_on=day):
            assert not any(self.life.owed(each) for each in MONTHS if each > month_of(day))

    @rule(days=st.integers(-20, 0), category=categories)
    def enter_or_leave_an_institution(self, days: int, category: str) -> None:
        if self.life.ended_by == "institution":
            self._try(acts.LEAVE_INSTITUTION, category)
        else:
            self._try(acts.ENTER_INSTITUTION, happened_on=self.today + timedelta(days=days))

    @precondition(lambda self: self.carried is None)
    @rule()
    def move_out(self) -> None:
        last = month_of(self.today)
        try:
            after = acts.move_out(self.life, last)
        except Refusal:
            return
        self.carried = tuple(held for held in self.life.decisions if held.reaches(next_month(last)))
        self.left_open = self.life
        self._take(after)

    @precondition(lambda self: self.carried is not None)
    @rule()
    def move_in(self) -> None:
        assert self.carried is not None
        assert self.left_open is not None
        stayed, first = self.left_open, self.life.status_from_month
        self.commune = 1 - self.commune
        given = [
            acts.Given(next(self.ids), "2/QĐ", self.today, held.kind, held.category, held.heads, COMMUNES[self.commune]).held(
                max(held.from_month, first), held.to_month
            )
            for held in self.carried
        ]
        self._take(acts.move_in(self.life, given))
        for month in MONTHS:
            if month < first:
                assert _ids(self.life.owed(month)) == _ids(stayed.owed(month)), "the old commune's months stay"
            else:
                assert _what(self.life.owed(month)) == _what(stayed.owed(month)), "no gap, no overlap"
                assert {held.paid_by for held in self.life.owed(month)} <= {COMMUNES[self.commune]}
        self.carried = self.left_open = None

    @precondition(lambda self: bool(self.counting))
    @rule(at=st.integers(0, 3))
    def annul(self, at: int) -> None:
        which = max(len(self.counting) - 1 - at, 0)
        newest = which == len(self.counting) - 1
        try:
            self.life = acts.annul(self.life, *self.counting[which], is_newest=newest)
        except Refusal as refusal:
            assert refusal.code.code == "act-overtaken"
            assert not newest, "the newest act can always be taken back"
            return
        assert newest, "and only that one"
        self.counting.pop()
        if self.carried is not None and self.life.ended_by != "transfer":
            self.carried = self.left_open = None

    @invariant()
    def no_month_is_owed_twice(self) -> None:
        for month in MONTHS:
            slots = Counter(held.slot for held in self.life.owed(month))
            assert not slots or max(slots.values()) == 1
            beside = [held.category for held in self.life.owed(month) if held.slot == "monthly"]
            assert "single_parent" not in slots or all(category.startswith(("K5", "K6", "K8")) for category in beside)

    @invariant()
    def the_dead_and_the_stopped_are_owed_nothing_more(self) -> None:
        if self.life.status in (DEAD, STOPPED):
            assert not any(held.reaches(self.life.status_from_month) for held in self.life.decisions), "dates say so alone"
        assert (self.life.status == DEAD) == (self.life.died_on is not None)
        assert (self.life.status == STOPPED) == (self.life.ended_by is not None)

    @invariant()
    def the_acts_that_count_tell_the_whole_life(self) -> None:
        """Each begins where the one before ended: the history replays to the present."""
        life = self.start
        for before, after in self.counting:
            assert before == life
            life = after
        assert life == self.life

    @invariant()
    def decisions_are_dated_soundly(self) -> None:
        for held in self.life.decisions:
            assert held.to_month is None or held.to_month >= held.from_month
            assert months_between(previous_month(held.from_month), held.from_month) == 1


def _ids(held: list[Held]) -> set[UUID]:
    return {one.decision_id for one in held}


def _what(held: list[Held]) -> list[tuple[str, int]]:
    return sorted((one.category, one.heads) for one in held)


TestOneLife = OneLife.TestCase
TestOneLife.settings = settings(max_examples=120, stateful_step_count=30, deadline=None)
