"""Administrative units as the registry says them."""

from __future__ import annotations

from collections.abc import Sequence

from shared.contracts.registry_events import UnitRecord
from shared.database import Tx


async def upsert_units(tx: Tx, units: Sequence[UnitRecord]) -> None:
    """Copy units; a unit's last day may become known later."""
    await tx.run_many(
        """INSERT INTO units (unit_id, code, valid_from, valid_to, level, name, parent_id, path)
           VALUES (:unit_id, :code, :valid_from, :valid_to, :level, :name, :parent_id, CAST(:path AS text[]))
           ON CONFLICT (unit_id) DO UPDATE SET valid_to = excluded.valid_to, name = excluded.name,
               parent_id = excluded.parent_id, path = excluded.path""",
        [{**unit.model_dump(), "path": list(unit.path)} for unit in units],
    )
