"""Administrative units come to be, or their last day becomes known."""

from __future__ import annotations

from collections.abc import Sequence

from services.registry.domain.refusals import BAD_UNIT
from services.registry.storage.units import known_unit_ids, upsert_unit
from shared import audit, outbox
from shared.auth import Caller
from shared.contracts.base import MAX_RECORDS
from shared.contracts.registry_events import UnitRecord, UnitsDefined
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.units import UNKNOWN_UNIT, unit_id


async def define_units(tx: Tx, caller: Caller, units: Sequence[UnitRecord]) -> int:
    """Store units and say `units_defined` of those that are new or changed; how many those are.

    Refused: `bad-unit` where id, path or parent contradict each other, `unknown-unit` where an ancestor is neither known
    nor in the request, `not-your-unit` outside the caller's units.
    """
    for unit in units:
        _check(unit)
        caller.require_unit(unit.path)
    named = {ancestor for unit in units for ancestor in unit.path} - {unit.unit_id for unit in units}
    unknown = named - await known_unit_ids(tx, sorted(named))
    if unknown:
        raise Refusal(UNKNOWN_UNIT, f"{min(unknown)} is no unit", unit=min(unknown))
    changed = [unit for unit in units if await upsert_unit(tx, unit)]
    for at in range(0, len(changed), MAX_RECORDS):
        await outbox.emit(tx, UnitsDefined(units=changed[at : at + MAX_RECORDS]))
    if changed:
        await audit.append(tx, caller, "units.define", "units", units=len(changed))
    return len(changed)


def _check(unit: UnitRecord) -> None:
    sound = (
        unit.unit_id == unit_id(unit.code, unit.valid_from)
        and bool(unit.path)
        and unit.path[-1] == unit.unit_id
        and unit.parent_id == (unit.path[-2] if len(unit.path) > 1 else None)
        and (unit.valid_to is None or unit.valid_to >= unit.valid_from)
    )
    if not sound:
        raise Refusal(BAD_UNIT, f"{unit.unit_id}: id, path, parent or dates contradict each other", unit=unit.unit_id)
