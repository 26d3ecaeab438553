"""Complaints (phản ánh) about somebody's month: who has to answer, until when, and what may be done with one.

A complaint is open with an owner until the owner answers it. Whoever complained may have it reopened once; the second answer
is the last one here (what follows is a formal complaint, khiếu nại, on paper).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from services.disbursement.domain.calendar import Calendar
from services.disbursement.domain.calendar_refusals import NO_CALENDAR
from services.disbursement.domain.complaint_refusals import (
    COMPLAINT_ANSWERED,
    COMPLAINT_OPEN,
    EMPTY_COMPLAINT,
    NOT_THE_OWNER,
    REOPENED_BEFORE,
)
from shared.kernel.errors import Refusal

FromWhom = Literal["beneficiary", "payee", "other"]
ComplaintChannel = Literal["in_person", "phone", "letter"]
ComplaintState = Literal["open", "answered"]
Outcome = Literal["justified", "unjustified", "partly"]
Escalation = Literal["none", "authority", "province"]

ANSWER_WITHIN_WORKING_DAYS = 15
"""Until a complaint is answered, where the one who takes it sets no shorter time."""

PROVINCE_AFTER_DAYS = 10
"""So many days overdue, and the province looks at it, not only the authority."""

# A phone number, spaced or not (it starts with 0 or 84: an amount does not), or any run of nine digits or more.
_NUMBER = re.compile(r"(?<![\d.,])(?:\+?84|0)(?:[ .\-]?\d){8,10}(?!\d)|(?<!\d)\d{9,}(?!\d)")


@dataclass(frozen=True, slots=True)
class Officer:
    """An officer, as tokens name them."""

    issuer: str
    subject: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it, in words for whoever complained, and what was done."""

    outcome: Outcome
    text: str
    done: str | None


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint as it stands. `answer` is the newest; an earlier one stays among the steps."""

    complaint_id: UUID
    unit_id: str
    beneficiary_id: UUID
    benefit_month: date
    payment_id: UUID | None
    from_whom: FromWhom
    channel: ComplaintChannel
    text: str
    owner: Officer
    filed_on: date
    due_on: date
    state: ComplaintState = "open"
    reopened: bool = False
    answer: Answer | None = None

    def assign(self, owner: Officer) -> Complaint:
        """Another owner. The deadline stays. Refused: `complaint-answered`."""
        if self.state != "open":
            raise Refusal(COMPLAINT_ANSWERED, complaint_id=self.complaint_id)
        return replace(self, owner=owner)

    def answered(self, by: Officer, answer: Answer) -> Complaint:
        """With the owner's answer. Refused: `complaint-answered`, `not-the-owner`."""
        if self.state != "open":
            raise Refusal(COMPLAINT_ANSWERED, complaint_id=self.complaint_id)
        if by != self.owner:
            raise Refusal(NOT_THE_OWNER, f"it is {self.owner.subject}'s", complaint_id=self.complaint_id)
        return replace(self, state="answered", answer=answer)

    def reopen(self, due_on: date) -> Complaint:
        """Open again, once, until another deadline. Refused: `complaint-open`, `complaint-reopened-before`."""
        if self.state != "answered":
            raise Refusal(COMPLAINT_OPEN, complaint_id=self.complaint_id)
        if self.reopened:
            raise Refusal(REOPENED_BEFORE, complaint_id=self.complaint_id)
        return replace(self, state="open", reopened=True, due_on=due_on)

    def overdue_days(self, today: date) -> int:
        """Days since the deadline passed; 0 while it has not, and once answered."""
        return max((today - self.due_on).days, 0) if self.state == "open" else 0

    def escalation(self, today: date) -> Escalation:
        """Who looks at it besides the owner, since it is overdue."""
        days = self.overdue_days(today)
        if days == 0:
            return "none"
        return "province" if days > PROVINCE_AFTER_DAYS else "authority"


def due_on(from_on: date, working_days: int, calendar: Calendar) -> date:
    """The last day to answer: so many working days after a day. A year whose holidays nobody knows has weekends only: a
    complaint is taken all the same."""
    day = from_on
    while working_days:
        day += timedelta(days=1)
        working_days -= _is_working_day(day, calendar)
    return day


def told_text(text: str) -> str:
    """What was said, without phone, identity and account numbers, which don't belong here. Refused: `empty-complaint`."""
    cleaned = _NUMBER.sub(lambda found: "•" * len(found[0]), text.strip())
    if not cleaned:
        raise Refusal(EMPTY_COMPLAINT)
    return cleaned


def _is_working_day(day: date, calendar: Calendar) -> bool:
    try:
        return calendar.is_working_day(day)
    except Refusal as refusal:
        if refusal.code != NO_CALENDAR:
            raise
        return day.weekday() < 5
