"""What happens when somebody opens the dashboard: everything of one month and one unit, read at one moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.reporting.domain.coverage import Coverage, cover
from services.reporting.domain.dashboard import MOST_TILES, TARGET_PERCENT, Closed, Dashboard, LatePosting, UnitStep, as_closed
from services.reporting.storage import coverage as sums
from services.reporting.storage import late_postings
from services.reporting.storage.asked_units import asked_units
from services.reporting.storage.unit_steps import unit_steps
from services.reporting.storage.versions import events_applied
from services.reporting.use_cases.read_enrolment import read_enrolment, read_pace
from services.reporting.use_cases.read_laggards import Lagging, explain_laggards, find_laggards, read_causes
from services.reporting.use_cases.read_money import read_health, read_money
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.months import month_of
from shared.kernel.units import UNKNOWN_UNIT, require_unit_id

WEEKS = 16
"""Weeks of enrolment that are shown."""
MOST_LAGGARDS = 20
"""Communes that lag on a page; on paper there is room for more."""


@dataclass(frozen=True, slots=True)
class Unexplained:
    """A dashboard whose communes that lag are known, but not yet what holds them back."""

    shown: Dashboard
    lagging: Lagging


@dataclass(frozen=True, slots=True)
class Moment:
    """What a dashboard depends on besides what was asked: the same moment shows the same numbers."""

    applied: int  # events
    on: date  # the business day


async def read_moment(tx: Tx) -> Moment:
    """The moment of this transaction."""
    return Moment(await events_applied(tx), await tx.today())


async def read_dashboard(
    tx: Tx, caller: Caller, month: date | None, unit_id: str | None, most_laggards: int = MOST_LAGGARDS
) -> Unexplained:
    """The dashboard of a month (None: the newest of which something is owed) and a unit (None: all that the caller may see).

    A token of a single unit opens that unit. Raises `unknown-unit`, and `not-your-unit` for a unit outside the caller's.
    """
    on = await tx.today()
    path = await _path(tx, caller, unit_id)
    within = path[-1].unit_id if path else None
    units = (await asked_units(tx, caller, within)).units
    found = await sums.totals(tx, await sums.months(tx, units), units)
    months = tuple((each, coverage) for each, coverage in found.items() if coverage.owed.obligations)
    shown = month or (months[-1][0] if months else month_of(on))
    coverage = await _coverage(tx, shown, within, units)
    late = await late_postings.postings(tx, shown, within)
    dashboard = Dashboard(
        month=shown,
        on=on,
        path=path,
        coverage=coverage,
        months=months,
        behind=await sums.count_behind(tx, shown, units, TARGET_PERCENT),
        pace=(await read_pace(tx, caller, within))[0],
        health=tuple(await read_health(tx, caller, within, shown, shown)),
        enrolment=await read_enrolment(tx, caller, within, WEEKS),
        money=await read_money(tx, caller, within, None, None),
        late=late,
        closed=await _closed(tx, coverage, late, shown, within),
    )
    return Unexplained(dashboard, await find_laggards(tx, caller, shown, within, None, most_laggards))


async def _coverage(tx: Tx, month: date, within: str | None, units: Sequence[str]) -> Coverage:
    """A month commune by commune, or, where that is too many to look at, by the smallest units that are not."""
    ways = await sums.ways(tx, month, units)
    whole = (await sums.totals(tx, [month], units))[month]
    if whole.communes_total <= MOST_TILES:
        return cover((await sums.communes(tx, [month], within=within))[month], ways)
    districts = await sums.count_units(tx, month, "district", within)
    level = "district" if 0 < districts <= MOST_TILES else "province"
    return replace(whole, ways=tuple(ways), units=tuple(await sums.units_of(tx, month, level, within)))


async def explain_dashboard(tx: Tx, unexplained: Unexplained) -> Dashboard:
    """The same with what holds people back. The transaction sees all rows: somebody of these communes may live elsewhere now."""
    shown = unexplained.shown
    if shown.unit is not None and shown.unit.level == "commune":
        return replace(shown, causes=await read_causes(tx, shown.unit.unit_id, shown.month))
    return replace(shown, laggards=tuple(await explain_laggards(tx, unexplained.lagging)))


async def _closed(tx: Tx, coverage: Coverage, late: Sequence[LatePosting], month: date, within: str | None) -> Closed | None:
    """The month as closed; None where nobody has closed it."""
    closed_on = await late_postings.closed_on(tx, month, within)
    if closed_on is None:
        return None
    since = await late_postings.people_since(tx, month, within)
    return as_closed(coverage, late, since, month, closed_on)


async def _path(tx: Tx, caller: Caller, unit_id: str | None) -> tuple[UnitStep, ...]:
    """The way to the unit asked for, as far as the caller may see it."""
    asked = unit_id or (caller.unit_ids[0] if len(caller.unit_ids) == 1 else None)
    if asked is None:
        return ()
    steps = await unit_steps(tx, require_unit_id(asked))
    if unit_id:
        if not steps:
            raise Refusal(UNKNOWN_UNIT, unit=unit_id)
        caller.require_unit(tuple(step.unit_id for step in steps))
    ids = [step.unit_id for step in steps]
    return tuple(step for at, step in enumerate(steps) if caller.may_see(tuple(ids[: at + 1])))
