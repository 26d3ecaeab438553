"""Whose books a token may ask for."""

from __future__ import annotations

from collections.abc import Sequence

from shared.database import Tx


async def communes_without_books(tx: Tx, unit_ids: Sequence[str]) -> list[str]:
    """Those of the units that are communes and no paying authority: their payments stand in their authority's books."""
    rows = await tx.rows(
        """SELECT u.unit_id FROM units u WHERE u.unit_id = ANY(CAST(:unit_ids AS text[])) AND u.level = 'commune'
           AND NOT EXISTS (SELECT FROM contracts c WHERE c.authority_id = u.unit_id) ORDER BY u.unit_id""",
        unit_ids=list(unit_ids),
    )
    return [row["unit_id"] for row in rows]


async def authorities_within(tx: Tx, unit_ids: Sequence[str]) -> list[str]:
    """Every unit that is one of these or lies in one: whichever of them pay keep books that a token for these may read. So do
    authorities that handed over, where all that follow them are among these."""
    rows = await tx.rows(
        """SELECT unit_id FROM units WHERE path && CAST(:unit_ids AS text[])
           UNION
           SELECT h.from_unit_id FROM unit_heirs h JOIN units u ON u.unit_id = h.to_unit_id
           GROUP BY h.from_unit_id HAVING bool_and(u.path && CAST(:unit_ids AS text[]))
           ORDER BY unit_id""",
        unit_ids=list(unit_ids),
    )
    return [row["unit_id"] for row in rows]
