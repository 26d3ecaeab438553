"""Copy administrative units from the registry."""

from __future__ import annotations

from services.disbursement.storage import units
from shared.contracts.registry_events import UnitsDefined
from shared.database import Tx


async def copy_units(tx: Tx, event: UnitsDefined) -> None:
    """Take over units that came to be or whose last day became known."""
    await units.upsert(tx, event.units)
