"""The rules of complaints: what may follow what, deadlines, and numbers that are never kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.disbursement.domain.calendar import Calendar, SpecialDay
from services.disbursement.domain.complaints import (
    Answer,
    Complaint,
    Officer,
    Outcome,
    due_on,
    told_text,
)
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id

FILED = date(2021, 10, 4)  # a Monday
LAN, MINH = Officer("issuer", "lan"), Officer("issuer", "minh")
CALENDAR = Calendar([SpecialDay(date(2021, 10, 6), "holiday", "nghỉ", "off", "test")])


def complaint() -> Complaint:
    return Complaint(
        new_id(), "19750@2021-07-01", new_id(), date(2021, 10, 1), None, "payee", "phone", "chưa nhận được", LAN, FILED,
        FILED + timedelta(days=10),
    )  # fmt: skip


class Handled(RuleBasedStateMachine):
    """Any officers, any steps in any order; a model says what may be done."""

    def __init__(self) -> None:
        super().__init__()
        self.held = complaint()
        self.answers, self.reopenings = 0, 0
        self.owner = LAN

    def _try(self, allowed: str | None, step: Callable[[], Complaint]) -> bool:
        try:
            self.held = step()
        except Refusal as refusal:
            assert refusal.code.code == allowed
            return False
        assert allowed is None
        return True

    @rule(owner=st.sampled_from([LAN, MINH]))
    def assign(self, owner: Officer) -> None:
        """Give it to somebody."""
        is_open = self.answers == self.reopenings
        if self._try(None if is_open else "complaint-answered", lambda: self.held.assign(owner)):
            self.owner = owner

    @rule(by=st.sampled_from([LAN, MINH]), outcome=st.sampled_from(get_args(Outcome)))
    def answer(self, by: Officer, outcome: Outcome) -> None:
        """Somebody answers."""
        is_open = self.answers == self.reopenings
        refused = None if is_open and by == self.owner else "not-the-owner" if is_open else "complaint-answered"
        if self._try(refused, lambda: self.held.answered(by, Answer(outcome, "đã trả lời", None))):
            self.answers += 1

    @rule(days=st.integers(1, 30))
    def reopen(self, days: int) -> None:
        """Somebody is not content."""
        is_open = self.answers == self.reopenings
        refused = "complaint-open" if is_open else "complaint-reopened-before" if self.reopenings else None
        if self._try(refused, lambda: self.held.reopen(self.held.due_on + timedelta(days=days))):
            self.reopenings += 1

    @invariant()
    def stands_as_its_steps_say(self) -> None:
        """Open with an owner, or answered with an answer; opened again at most once; escalated only while open."""
        assert self.held.state == ("open" if self.answers == self.reopenings else "answered")
        assert self.held.owner == self.owner
        assert self.held.reopened == (self.reopenings == 1)
        assert self.reopenings <= 1
        assert self.answers <= 2
        assert (self.held.answer is not None) == (self.answers > 0)
        late = self.held.due_on + timedelta(days=400)
        assert (self.held.escalation(late) == "province") == (self.held.state == "open")


TestHandled = Handled.TestCase


@pytest.mark.parametrize(
    ("days_late", "overdue", "escalation"),
    [(-1, 0, "none"), (0, 0, "none"), (1, 1, "authority"), (10, 10, "authority"), (11, 11, "province")],
)
def test_who_looks_at_what_is_late(days_late: int, overdue: int, escalation: str) -> None:
    held = complaint()
    today = held.due_on + timedelta(days=days_late)
    assert (held.overdue_days(today), held.escalation(today)) == (overdue, escalation)
    done = held.answered(LAN, Answer("partly", "đã xem", None))
    assert (done.overdue_days(today), done.escalation(today)) == (0, "none")


@pytest.mark.parametrize(
    ("working_days", "last"),
    [(1, date(2021, 10, 5)), (2, date(2021, 10, 7)), (4, date(2021, 10, 11)), (15, date(2021, 10, 26))],
)
def test_a_deadline_counts_working_days(working_days: int, last: date) -> None:
    assert due_on(FILED, working_days, CALENDAR) == last


@given(st.dates(date(2021, 1, 1), date(2035, 12, 31)), st.integers(1, 60))
def test_a_deadline_is_a_day_of_work_also_in_years_without_a_calendar(filed_on: date, working_days: int) -> None:
    last = due_on(filed_on, working_days, CALENDAR)
    assert last.weekday() < 5
    assert last >= filed_on + timedelta(days=working_days)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Gọi lại 0912345678 nhé", "Gọi lại •••••••••• nhé"),
        ("Gọi lại 0912 345 678 nhé", "Gọi lại •••••••••••• nhé"),
        ("+84 912.345.678", "•••••••••••••••"),
        ("CCCD 046199012345", "CCCD ••••••••••••"),
        ("thiếu 540.000 540.000 đồng", "thiếu 540.000 540.000 đồng"),
        ("tháng 10/2021 được 1.080.000 đồng", "tháng 10/2021 được 1.080.000 đồng"),
        ("  chưa nhận \n", "chưa nhận"),
    ],
)
def test_numbers_are_not_kept(said: str, kept: str) -> None:
    assert told_text(said) == kept


def test_nothing_said_is_refused() -> None:
    with pytest.raises(Refusal, match="empty-complaint"):
        told_text(" \n ")
