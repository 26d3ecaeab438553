"""The registry's units as this service copies them."""

from __future__ import annotations

from collections.abc import Sequence

from shared.contracts.registry_events import UnitRecord
from shared.database import Tx

_UPSERT = """
INSERT INTO units (unit_id, code, valid_from, valid_to, level, name, parent_id, path)
VALUES (:unit_id, :code, :valid_from, :valid_to, :level, :name, :parent_id, :path)
ON CONFLICT (unit_id) DO UPDATE SET valid_to = coalesce(excluded.valid_to, units.valid_to), level = excluded.level,
    name = excluded.name, parent_id = excluded.parent_id, path = excluded.path
"""


async def copy_units(tx: Tx, units: Sequence[UnitRecord]) -> None:
    """Take units over. A last day once known stays known when an older event comes late."""
    await tx.run_many(
        _UPSERT, [{**unit.model_dump(), "path": list(unit.path)} for unit in sorted(units, key=lambda unit: unit.unit_id)]
    )
