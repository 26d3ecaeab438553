"""Which communes' months have closed books."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from shared.database import Tx


async def settled_communes(tx: Tx, months: Sequence[date]) -> set[tuple[date, str]]:
    """Months and communes of which an authority above, or of the commune itself, has closed the books."""
    rows = await tx.rows(
        """SELECT DISTINCT c.benefit_month, u.unit_id FROM closings c JOIN units u ON c.authority_id = ANY(u.path)
           WHERE u.level = 'commune' AND c.benefit_month = ANY(CAST(:months AS date[]))""",
        months=list(months),
    )
    return {(row["benefit_month"], row["unit_id"]) for row in rows}
