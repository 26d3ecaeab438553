"""What happens when somebody asks which communes lag, and what holds their people back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.reporting.domain.causes import CommuneCauses, count_causes
from services.reporting.domain.pace import Laggard, Target
from services.reporting.domain.refusals import NOT_A_COMMUNE
from services.reporting.domain.targets import target_on
from services.reporting.storage import month_people
from services.reporting.storage.asked_units import asked_units
from services.reporting.storage.month_people import Behind
from services.reporting.storage.targets import all_targets
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal

COMMUNE = "commune"


@dataclass(frozen=True, slots=True)
class Lagging:
    """A page of communes below a target in a month; None where no month was drawn up yet. Still without what holds them back."""

    month: date | None
    target: Target
    communes: tuple[Behind, ...]


async def find_laggards(
    tx: Tx, caller: Caller, month: date | None, unit_id: str | None, after: tuple[int, str] | None, limit: int
) -> Lagging:
    """Communes below the target in a month, or in the newest one. Raises as `asked_units`."""
    asked = await asked_units(tx, caller, unit_id)
    target = target_on(all_targets(), asked.province_code, await tx.today())
    wanted = month or await month_people.newest_month(tx)
    if wanted is None:
        return Lagging(None, target, ())
    found = await month_people.laggards(tx, wanted, asked.units, target.share_percent, after, limit)
    return Lagging(wanted, target, tuple(found))


async def explain_laggards(tx: Tx, lagging: Lagging) -> list[Laggard]:
    """The same with causes. The transaction sees all rows: somebody of these communes may live elsewhere now."""
    if lagging.month is None:
        return []
    today = await tx.today()
    held = await month_people.held_back(tx, lagging.month, [one.unit_id for one in lagging.communes], today)
    return [
        Laggard(
            unit_id=one.unit_id,
            code=one.code,
            name=one.name,
            district_id=one.district_id,
            district_name=one.district_name,
            entitled=one.entitled,
            by_account=one.by_account,
            lacking=one.lacking,
            causes=count_causes(held[one.unit_id]),
        )
        for one in lagging.communes
    ]


async def check_commune(tx: Tx, caller: Caller, unit_id: str) -> None:
    """That a unit is a commune of the caller's. Raises as `asked_units`, and `not-a-commune`."""
    asked = await asked_units(tx, caller, unit_id)
    if asked.level != COMMUNE:
        raise Refusal(NOT_A_COMMUNE, f"{unit_id} is a {asked.level}", unit=unit_id)


async def read_causes(tx: Tx, unit_id: str, month: date) -> CommuneCauses:
    """What holds a commune's people back in a month. The transaction sees all rows, as in `explain_laggards`."""
    people = await month_people.of_units(tx, month, [unit_id])
    entitled, by_account = people.get(unit_id, (0, 0))
    held = await month_people.held_back(tx, month, [unit_id], await tx.today())
    return CommuneCauses(unit_id, month, entitled, by_account, count_causes(held[unit_id]))
