"""A unit, and its ancestors with their names."""

from __future__ import annotations

from services.reporting.domain.dashboard import UnitStep
from shared.database import Tx
from shared.kernel.units import Unit

_STEPS = """
SELECT a.unit_id, a.level, a.name FROM units u
CROSS JOIN LATERAL unnest(u.path) WITH ORDINALITY AS p (unit_id, rank)
JOIN units a ON a.unit_id = p.unit_id
WHERE u.unit_id = :unit_id ORDER BY p.rank
"""


async def unit_steps(tx: Tx, unit_id: str) -> tuple[UnitStep, ...]:
    """The province first, the unit itself last; empty for a unit that nobody has defined."""
    return tuple(UnitStep(row["unit_id"], row["level"], row["name"]) for row in await tx.rows(_STEPS, unit_id=unit_id))


async def unit_of(tx: Tx, unit_id: str) -> Unit | None:
    """A unit; None where nobody has defined it."""
    row = await tx.row(
        "SELECT unit_id, code, valid_from, valid_to, level, name, parent_id, path FROM units WHERE unit_id = :unit_id",
        unit_id=unit_id,
    )
    return None if row is None else Unit(**{**row, "path": tuple(row["path"])})
