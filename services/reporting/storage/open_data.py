"""Which communes' months have closed books."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from shared.database import Tx


async def settled_communes(tx: Tx, months: Sequence[date]) -> set[tuple[date, str]]:
    """Months and communes of which the books are closed."""
    rows = await tx.rows(
        "SELECT unit_id, benefit_month FROM commune_closings WHERE benefit_month = ANY(CAST(:months AS date[]))",
        months=list(months),
    )
    return {(row["benefit_month"], row["unit_id"]) for row in rows}
