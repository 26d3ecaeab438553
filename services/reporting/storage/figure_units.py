"""Units for the query for figures."""

from __future__ import annotations

from collections.abc import Sequence

from shared import reference
from shared.database import Tx
from shared.kernel.units import Unit

_UNITS = """
SELECT unit_id, code, valid_from, valid_to, level, name, parent_id, path FROM units
WHERE CAST(:within AS text[]) IS NULL OR path && CAST(:within AS text[])
    OR unit_id IN (SELECT unnest(u.path) FROM units u WHERE u.unit_id = ANY(CAST(:within AS text[])))
ORDER BY unit_id
"""


async def units_around(tx: Tx, within: Sequence[str] | None) -> dict[str, Unit]:
    """Units of all times that lie in these, those too and the units above them; all units for None."""
    rows = await tx.rows(_UNITS, within=None if within is None else list(within))
    return {row["unit_id"]: Unit(**{**row, "path": tuple(row["path"])}) for row in rows}


def mapped_units() -> tuple[list[dict[str, str]], dict[str, Unit]]:
    """The map of communes over the reforms, and the units that it names."""
    return reference.read_rows("units_map.csv"), {unit.unit_id: unit for unit in reference.units()}
