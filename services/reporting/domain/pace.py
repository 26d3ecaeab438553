"""How fast accounts must come to reach the plan's share by its date, how fast they come, and which communes lag. Pure.

The plan (Thừa Thiên Huế, 2021) asks that at least 80% of beneficiaries be paid into an account by January 2022. Before the date
the pace is of people with an account, since an account must stand before it is paid into; after it, the plan is judged by what
was paid in the month of the date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from services.reporting.domain.causes import CauseCount

WEEK_DAYS = 7

RATE_WEEKS = 4
"""The present rate is the mean over so many whole weeks before the one that runs."""

State = Literal["reached", "on_pace", "behind", "stalled", "met", "missed"]
"""Before the date: reached already, will be by it at the present rate, will be later, or never (no account came in the weeks
looked at). After it: whether the plan was met."""


@dataclass(frozen=True, slots=True)
class Target:
    """So many per cent of beneficiaries paid into an account by a date: a dated parameter of the province."""

    share_percent: int
    target_on: date

    def goal(self, people: int) -> int:
        """The fewest of so many people who make up the share."""
        return -(-people * self.share_percent // 100)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the month of the target's date ended: its benefit month's people paid by account."""

    month: date
    entitled: int
    by_account: int
    goal: int  # people who had to be paid by account
    people_over: int  # above the goal; below zero: so many were missing


@dataclass(frozen=True, slots=True)
class Pace:
    """A unit's pace on a day."""

    unit_id: str
    name: str
    on: date
    target: Target
    beneficiaries: int
    with_account: int
    goal: int  # people with an account who make up the share, of those that there are now
    missing: int  # accounts still to open; 0 once reached
    weeks_left: int  # a week that has begun counts as one; 0 from the date on
    needed_per_week: int  # all that is missing where no week is left
    rate_per_week: float  # people who came to their first account, mean of the last whole weeks
    projected_on: date | None  # the day on which the share is reached at that rate; None: never
    state: State
    verdict: Verdict | None  # once the date has passed and its month was paid

    @property
    def share_with_account(self) -> float:
        """With an account, of all; 0 where there is nobody."""
        return self.with_account / self.beneficiaries if self.beneficiaries else 0.0


@dataclass(frozen=True, slots=True)
class Laggard:
    """A commune below the target in a benefit month."""

    unit_id: str
    code: str
    name: str
    district_id: str
    district_name: str
    entitled: int
    by_account: int
    lacking: int  # people more to be paid by account to reach the target
    causes: tuple[CauseCount, ...]

    @property
    def share_by_account(self) -> float:
        """Paid by account, of all; 0 where there is nobody."""
        return self.by_account / self.entitled if self.entitled else 0.0


def week_of(day: date) -> date:
    """The Monday of a day's ISO week."""
    return day - timedelta(days=day.weekday())


def rate_of(new_by_week: dict[date, int], on: date) -> float:
    """People a week who came to their first account: the mean of the last whole weeks before the one that runs."""
    this_week = week_of(on)
    weeks = [this_week - timedelta(weeks=n) for n in range(1, RATE_WEEKS + 1)]
    return sum(new_by_week.get(week, 0) for week in weeks) / RATE_WEEKS


def judge_verdict(target: Target, entitled: int, by_account: int) -> Verdict | None:
    """How the target's month ended, by its people; None where nobody was entitled in it: nothing was drawn up."""
    if not entitled:
        return None
    goal = target.goal(entitled)
    return Verdict(target.target_on.replace(day=1), entitled, by_account, goal, by_account - goal)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a unit's pace is judged by. `verdict` counts once the date has passed."""

    unit_id: str
    name: str
    beneficiaries: int
    with_account: int
    new_by_week: dict[date, int]  # Monday -> people who came to their first account
    verdict: Verdict | None


def pace_of(ground: Ground, target: Target, on: date) -> Pace:
    """A unit's pace on a day."""
    goal = target.goal(ground.beneficiaries)
    missing = max(goal - ground.with_account, 0)
    passed = on > target.target_on
    weeks_left = max(-(-(target.target_on - on).days // WEEK_DAYS), 0)
    rate = rate_of(ground.new_by_week, on)
    projected_on = on if not missing else on + timedelta(days=-(-missing * WEEK_DAYS // rate)) if rate else None
    verdict = ground.verdict if passed else None
    return Pace(
        unit_id=ground.unit_id,
        name=ground.name,
        on=on,
        target=target,
        beneficiaries=ground.beneficiaries,
        with_account=ground.with_account,
        goal=goal,
        missing=missing,
        weeks_left=weeks_left,
        needed_per_week=-(-missing // weeks_left) if weeks_left else missing,
        rate_per_week=rate,
        projected_on=projected_on,
        state=_after(verdict, missing) if passed else _before(target, missing, projected_on),
        verdict=verdict,
    )


def _before(target: Target, missing: int, projected_on: date | None) -> State:
    if not missing:
        return "reached"
    if projected_on is None:
        return "stalled"
    return "on_pace" if projected_on <= target.target_on else "behind"


def _after(verdict: Verdict | None, missing: int) -> State:
    """Where the month was not paid here, the accounts that stand now decide."""
    over = verdict.people_over if verdict else -missing
    return "met" if over >= 0 else "missed"
