"""What happens when somebody asks how far the plan has come."""

from __future__ import annotations

from datetime import date

from services.reporting.domain.coverage import Commune, Coverage, cover
from services.reporting.storage import coverage as sums
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.units import UNKNOWN_UNIT, require_unit_id


async def read_coverage(tx: Tx, caller: Caller, month: date, unit_id: str | None = None) -> Coverage:
    """The coverage of a month: of all that the caller may see, or of one unit and what lies in it.

    Raises `unknown-unit`, and `not-your-unit` for a unit outside the caller's.
    """
    if unit_id is not None:
        path = await sums.unit_path(tx, require_unit_id(unit_id))
        if path is None:
            raise Refusal(UNKNOWN_UNIT, unit=unit_id)
        caller.require_unit(path)
    found = await sums.communes(tx, [month], within=unit_id)
    return cover(found[month], await sums.ways(tx, month, await whose(tx, caller, unit_id)))


async def whose(tx: Tx, caller: Caller, unit_id: str | None = None) -> list[str]:
    """The units whose sums together are what a caller asks for: one, the caller's own, or all there are."""
    if unit_id is not None:
        return [unit_id]
    return await sums.outermost(tx, caller.unit_ids) if caller.unit_ids else [sums.ALL_UNITS]


async def read_months(tx: Tx, caller: Caller) -> list[tuple[date, Coverage]]:
    """Every benefit month of which something is owed, oldest first, with its coverage over the caller's units."""
    units = await whose(tx, caller)
    return list((await sums.totals(tx, await sums.months(tx, units), units)).items())


async def read_communes(tx: Tx, month: date, after: str, limit: int) -> tuple[list[Commune], str | None]:
    """A page of the communes of a month, and the cursor of the next page."""
    found = (await sums.communes(tx, [month], after=after, limit=limit + 1))[month]
    page = found[:limit]
    return page, page[-1].unit_id if len(found) > limit else None
