"""Administrative units as the registry says them."""

from __future__ import annotations

from collections.abc import Sequence

from shared.contracts.disbursement_events import CommuneHandedOver
from shared.contracts.registry_events import UnitRecord
from shared.database import Tx
from shared.kernel.errors import NotYet


async def upsert_units(tx: Tx, units: Sequence[UnitRecord]) -> None:
    """Copy units; a unit's last day may become known later. What a hand-over added to a path stays."""
    await tx.run_many(
        """INSERT INTO units (unit_id, code, valid_from, valid_to, level, name, parent_id, path)
           VALUES (:unit_id, :code, :valid_from, :valid_to, :level, :name, :parent_id, CAST(:path AS text[]))
           ON CONFLICT (unit_id) DO UPDATE SET valid_to = excluded.valid_to, name = excluded.name,
               parent_id = excluded.parent_id,
               path = excluded.path || ARRAY(SELECT e FROM unnest(units.path) e WHERE e <> ALL (excluded.path))""",
        [{**unit.model_dump(), "path": list(unit.path)} for unit in units],
    )


# Rows keep the unit of then; who stands in the path of that unit sees them. A unit that was divided is seen by what stands above
# all of its parts. An heir that hands over itself gives its place to its own heirs: they come into every path that it is in.
_FOLLOW = """
WITH pairs AS (
    SELECT h.from_unit_id, h.to_unit_id FROM unnest(CAST(:froms AS text[]), CAST(:tos AS text[])) AS h (from_unit_id, to_unit_id)
    UNION
    SELECT CAST(:from_authority_id AS text), a.unit_id FROM unnest(CAST(:authorities AS text[])) AS a (unit_id)),
above AS (
    SELECT p.from_unit_id, x.unit_id
    FROM pairs p JOIN units v ON v.unit_id = p.to_unit_id CROSS JOIN LATERAL unnest(v.path) AS x (unit_id)
    GROUP BY p.from_unit_id, x.unit_id
    HAVING count(*) = (SELECT count(*) FROM pairs q WHERE q.from_unit_id = p.from_unit_id)),
added AS (
    SELECT u.unit_id, array_agg(DISTINCT a.unit_id) AS path FROM units u JOIN above a ON a.from_unit_id = ANY (u.path)
    WHERE a.unit_id <> ALL (u.path) GROUP BY u.unit_id)
UPDATE units u SET path = u.path || a.path FROM added a WHERE u.unit_id = a.unit_id
"""


async def follow_heirs(tx: Tx, from_authority_id: str, communes: Sequence[CommuneHandedOver]) -> None:
    """Let those that follow an authority and its communes see the rows of these. Again changes nothing. Not yet where a unit that
    follows is not here."""
    authorities = sorted({each.to_authority_id for each in communes})
    named = sorted({*authorities, *(each.to_unit_id for each in communes)})
    known = await tx.scalar("SELECT count(*) FROM units WHERE unit_id = ANY(CAST(:named AS text[]))", named=named)
    if known != len(named):
        raise NotYet(f"units that follow {from_authority_id}")
    await tx.run(
        _FOLLOW,
        from_authority_id=from_authority_id,
        froms=[each.from_unit_id for each in communes],
        tos=[each.to_unit_id for each in communes],
        authorities=authorities,
    )
