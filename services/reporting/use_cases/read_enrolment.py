"""What happens when somebody asks how people stand with accounts, and whether the pace is enough."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby

from services.reporting.domain.delays import MEDIAN_PERCENT, P95_PERCENT, quantile
from services.reporting.domain.enrolment import Enrolment, OpeningTime, UnitEnrolment
from services.reporting.domain.pace import RATE_WEEKS, Ground, Pace, Target, judge_verdict, pace_of, week_of
from services.reporting.domain.targets import target_on
from services.reporting.storage import enrolment_sums, month_people
from services.reporting.storage.asked_units import Asked, asked_units
from services.reporting.storage.targets import all_targets
from shared.auth import Caller
from shared.database import Tx


async def read_enrolment(tx: Tx, caller: Caller, unit_id: str | None, weeks: int) -> Enrolment:
    """Enrolment as it stands, with the newest so many ISO weeks. Raises as `asked_units`."""
    asked = await asked_units(tx, caller, unit_id)
    first_week = week_of(await tx.today()) - timedelta(weeks=weeks - 1)
    return Enrolment(
        unit=await enrolment_sums.together(tx, asked.units, asked.unit_id, asked.level, asked.name),
        ways=tuple(await enrolment_sums.ways(tx, asked.units)),
        waiting=tuple(await enrolment_sums.waiting(tx, asked.units)),
        refused=tuple(await enrolment_sums.refused(tx, asked.units)),
        times=tuple(await _times(tx, asked)),
        weeks=tuple(await enrolment_sums.weeks(tx, asked.units, first_week)),
        parts=tuple(await enrolment_sums.parts(tx, asked.units)),
    )


async def _times(tx: Tx, asked: Asked) -> list[OpeningTime]:
    found = []
    for provider, group in groupby(await enrolment_sums.days_taken(tx, asked.units), key=lambda each: each.provider):
        pairs = [(each.days, each.accounts) for each in group]
        median, p95 = quantile(pairs, MEDIAN_PERCENT), quantile(pairs, P95_PERCENT)
        if median is not None and p95 is not None:
            found.append(OpeningTime(provider, sum(count for _, count in pairs), median, p95))
    return found


async def read_pace(tx: Tx, caller: Caller, unit_id: str | None) -> tuple[Pace, list[Pace]]:
    """The pace of what is asked for, and of each unit directly in it, all held against one target. Raises as `asked_units`."""
    asked = await asked_units(tx, caller, unit_id)
    today = await tx.today()
    target = target_on(all_targets(), asked.province_code, today)
    whole = await enrolment_sums.together(tx, asked.units, asked.unit_id, asked.level, asked.name)
    parts = await enrolment_sums.parts(tx, asked.units)
    named = [*asked.units, *(part.unit_id for part in parts)]
    weeks = await enrolment_sums.weeks_of_each(tx, named, week_of(today) - timedelta(weeks=RATE_WEEKS))
    month = await month_people.of_units(tx, target.target_on.replace(day=1), named)

    def judged(unit: UnitEnrolment, units: tuple[str, ...]) -> Pace:
        return _pace(unit, units, weeks, month, target, today)

    return judged(whole, asked.units), [judged(part, (part.unit_id,)) for part in parts]


def _pace(
    unit: UnitEnrolment,
    units: tuple[str, ...],
    weeks: dict[str, dict[date, int]],
    month: dict[str, tuple[int, int]],
    target: Target,
    today: date,
) -> Pace:
    new: dict[date, int] = {}
    for one in units:
        for week_on, people in weeks.get(one, {}).items():
            new[week_on] = new.get(week_on, 0) + people
    entitled = sum(month.get(one, (0, 0))[0] for one in units)
    by_account = sum(month.get(one, (0, 0))[1] for one in units)
    verdict = judge_verdict(target, entitled, by_account)
    return pace_of(Ground(unit.unit_id, unit.name, unit.beneficiaries, unit.with_account, new, verdict), target, today)
