"""Copies of the registry's administrative units."""

from __future__ import annotations

from collections.abc import Sequence

from shared.contracts.registry_events import UnitRecord
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.units import UNKNOWN_UNIT, Unit, require_unit_id

_COLUMNS = "unit_id, code, valid_from, valid_to, level, name, parent_id, path"

_UPSERT = f"""
INSERT INTO units ({_COLUMNS})
VALUES (:unit_id, :code, :valid_from, :valid_to, :level, :name, :parent_id, :path)
ON CONFLICT (unit_id) DO UPDATE SET valid_to = excluded.valid_to, name = excluded.name, parent_id = excluded.parent_id,
    path = excluded.path
"""  # noqa: S608 - constants only


async def upsert(tx: Tx, units: Sequence[UnitRecord]) -> None:
    """Take over units as the registry says them."""
    await tx.run_many(_UPSERT, [{**unit.model_dump(), "path": list(unit.path)} for unit in units])


async def find(tx: Tx, unit_id: str) -> Unit:
    """The unit; refused with `unknown-unit`."""
    row = await tx.row(f"SELECT {_COLUMNS} FROM units WHERE unit_id = :unit_id", unit_id=require_unit_id(unit_id))  # noqa: S608
    if row is None:
        raise Refusal(UNKNOWN_UNIT, unit=unit_id)
    return Unit(**{**row, "path": tuple(row["path"])})


async def outside(tx: Tx, unit_ids: Sequence[str], authority_id: str) -> list[str]:
    """Those of the units that are no communes of the authority."""
    rows = await tx.rows(
        """SELECT asked.unit_id FROM unnest(CAST(:unit_ids AS text[])) AS asked (unit_id)
           LEFT JOIN units u ON u.unit_id = asked.unit_id AND u.level = 'commune' AND u.path @> ARRAY[CAST(:authority_id AS text)]
           WHERE u.unit_id IS NULL ORDER BY asked.unit_id""",
        unit_ids=list(unit_ids),
        authority_id=authority_id,
    )
    return [row["unit_id"] for row in rows]
