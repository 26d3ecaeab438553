"""The calendar (lịch chi trả): working days, cut-off and funding of a month, the pay days of who hands out cash.

Circular 76/2021/TT-BTC and Decree 20/2021/NĐ-CP: before the 25th of each month the paying authority has the next month's
money withdrawn and credited to who pays out (FROM MEMORY; the figures stand here to be corrected in one place).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from services.disbursement.domain.calendar_refusals import BAD_PAY_DAYS, NO_CALENDAR
from shared.kernel.errors import Refusal
from shared.kernel.months import next_month, previous_month

FUNDED_BEFORE_DAY = 25
"""Of the month before: the Treasury has paid by the last working day before it."""

WORKING_DAYS_TO_FUNDING = 3
"""Between cut-off and funding: one each to draw up and compare, for the two officers, for the Treasury."""

SendOn = Literal["any_day", "working_days", "pay_days"]
"""When a contract lets a channel be instructed. Wallets and accounts take orders on any day; so, as pay lists, does cash,
unless the contract says that lists are only taken on working days, or not before the pay day."""

DayKind = Literal["holiday", "compensatory", "working"]


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that is off, or a Saturday or Sunday that is worked in its place (`working`)."""

    on: date
    kind: DayKind
    name_vi: str
    name_en: str
    source: str


class Calendar:
    """Special days by date, as the data file has them. A year of which it has none is not guessed."""

    def __init__(self, days: Iterable[SpecialDay]) -> None:
        self._days = {day.on: day for day in days}
        self._years = {on.year for on in self._days}

    def is_working_day(self, day: date) -> bool:
        """Whether offices and post offices work. Refused with `no-calendar-for-month` where no day of the year is known."""
        if day.year not in self._years:
            raise Refusal(NO_CALENDAR, f"no holidays of {day.year} are known", year=day.year)
        special = self._days.get(day)
        return special.kind == "working" if special else day.weekday() < 5

    def next_working_day(self, day: date) -> date:
        """The day itself when it is a working day, else the first one after it."""
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def working_day_before(self, day: date, count: int = 1) -> date:
        """The working day so many before a day, which itself does not count."""
        while count:
            day -= timedelta(days=1)
            count -= self.is_working_day(day)
        return day

    def days_of(self, month: date) -> list[SpecialDay]:
        """The special days of a month, in order."""
        return [self._days[on] for on in sorted(self._days) if on.replace(day=1) == month]

    def funding_on(self, month: date) -> date:
        """The day by which the month's money is to be credited: the last working day before the 25th of the month before."""
        return self.working_day_before(previous_month(month).replace(day=FUNDED_BEFORE_DAY))

    def cut_off_on(self, month: date) -> date:
        """The last day whose decisions the month's run pays in time."""
        return self.working_day_before(self.funding_on(month), WORKING_DAYS_TO_FUNDING)

    def first_run_of(self, decided_on: date, from_month: date) -> date:
        """The month whose run is the first to pay a decision: of its first month, or where it was decided after that month's
        cut-off, of a later one, with the months between as arrears."""
        month = from_month
        while self.cut_off_on(month) < decided_on:
            month = next_month(month)
        return month


@dataclass(frozen=True, slots=True)
class PayDays:
    """Days of the month on which a contract's provider hands out cash: in all communes of the authority, or in one."""

    contract_id: UUID
    unit_id: str  # the authority, or one commune
    from_month: date
    first_day: int
    last_day: int

    def first_on(self, month: date, calendar: Calendar) -> date:
        """The first of them in a month: a working day."""
        return calendar.next_working_day(month.replace(day=self.first_day))

    def last_on(self, month: date) -> date:
        """The last of them in a month."""
        return min(next_month(month) - timedelta(days=1), month + timedelta(days=self.last_day - 1))


def check_pay_days(days: PayDays) -> None:
    """The first day exists in every month and is not after the last; else `bad-pay-days`."""
    if not 1 <= days.first_day <= 28 or not days.first_day <= days.last_day <= 31:
        raise Refusal(BAD_PAY_DAYS, f"from the {days.first_day}th to the {days.last_day}th")


def in_force(pay_days: Iterable[PayDays], month: date) -> list[PayDays]:
    """For each contract and unit the newest that has begun by a month."""
    newest: dict[tuple[UUID, str], PayDays] = {}
    for each in sorted(pay_days, key=lambda days: days.from_month):
        if each.from_month <= month:
            newest[each.contract_id, each.unit_id] = each
    return list(newest.values())


def why_not_today(
    send_on: SendOn, today: date, run_month: date, pay_days: Iterable[PayDays], calendar: Calendar
) -> Literal["holiday", "pay-day"] | None:
    """Why a payroll of a contract may not be instructed today; None: it may. `pay_days` are the contract's.

    A payroll goes to the provider as a whole, so the earliest pay day of any commune opens it.
    """
    if send_on == "working_days" and not calendar.is_working_day(today):
        return "holiday"
    if send_on == "pay_days":
        first = min((days.first_on(run_month, calendar) for days in in_force(pay_days, run_month)), default=None)
        if first is not None and today < first:
            return "pay-day"
    return None
