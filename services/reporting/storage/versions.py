"""How far the read models are: a number that grows with each event applied."""

from __future__ import annotations

from shared.database import Tx

_APPLIED = """
SELECT coalesce((SELECT sum(position) FROM inbox_watermark), 0)
    + (SELECT count(*) FROM inbox i LEFT JOIN inbox_watermark w USING (source) WHERE i.position > coalesce(w.position, 0))
"""


async def events_applied(tx: Tx) -> int:
    """How many events have been applied in what this transaction sees; folding them into the watermark changes nothing."""
    return int(await tx.scalar(_APPLIED))
