"""What happens when somebody asks how far the plan has come."""

from __future__ import annotations

from datetime import date

from services.reporting.domain.coverage import Commune, Coverage, cover
from services.reporting.storage import coverage as sums
from services.reporting.storage.asked_units import asked_units
from shared.auth import Caller
from shared.database import Tx


async def read_coverage(tx: Tx, caller: Caller, month: date, unit_id: str | None = None) -> Coverage:
    """The coverage of a month: of all that the caller may see, or of one unit and what lies in it.

    Raises `unknown-unit`, and `not-your-unit` for a unit outside the caller's.
    """
    asked = await asked_units(tx, caller, unit_id)
    found = await sums.communes(tx, [month], within=unit_id)
    return cover(found[month], await sums.ways(tx, month, asked.units))


async def read_months(tx: Tx, caller: Caller) -> list[tuple[date, Coverage]]:
    """Every benefit month of which something is owed, oldest first, with its coverage over the caller's units."""
    units = (await asked_units(tx, caller, None)).units
    return list((await sums.totals(tx, await sums.months(tx, units), units)).items())


async def read_communes(tx: Tx, month: date, after: str, limit: int) -> tuple[list[Commune], str | None]:
    """A page of the communes of a month, and the cursor of the next page."""
    found = (await sums.communes(tx, [month], after=after, limit=limit + 1))[month]
    page = found[:limit]
    return page, page[-1].unit_id if len(found) > limit else None
