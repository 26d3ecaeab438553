"""How far a run's payments have come."""

from __future__ import annotations

from uuid import UUID

from shared.database import Row, Tx


async def run_progress(tx: Tx, run_id: UUID) -> Row:
    """Chunks of released payrolls not yet instructed, and payments by where they stand. One row, of one run month's partition."""
    row = await tx.row(
        """SELECT
               (SELECT count(*) FROM chunks c JOIN payrolls r USING (payroll_id)
                WHERE r.run_id = :run_id AND r.state = 'released' AND c.state = 'sealed'
                  AND NOT c.awaits_funding) AS chunks_waiting,
               count(*) FILTER (WHERE p.state = 'open' AND c.state <> 'sealed') AS in_flight,
               count(*) FILTER (WHERE p.state = 'paid') AS settled,
               count(*) FILTER (WHERE p.state IN ('rejected', 'returned', 'unclaimed')) AS failed,
               count(*) FILTER (WHERE p.state = 'removed') AS removed,
               count(*) FILTER (WHERE p.state = 'open' AND c.state = 'sealed') AS not_instructed
           FROM payments p JOIN chunks c USING (payroll_id, chunk_no)
           WHERE p.run_month = (SELECT run_month FROM runs WHERE run_id = :run_id) AND p.run_id = :run_id""",
        run_id=run_id,
    )
    assert row is not None, "an aggregate has one row"
    return row
