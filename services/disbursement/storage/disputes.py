"""What the provider says it paid while our books have it back: not paid again before an officer has settled which is true.

The contradiction is on a payment that was let go or taken out; what it was to settle rests, or is on another payroll already.
"""

from __future__ import annotations

from uuid import UUID

from shared.database import Tx

REASON = "disputed"

IS_DISPUTED = """(o.payment_seq > 0 AND EXISTS (
    SELECT FROM payment_lines x
    JOIN contradictions t ON t.payment_id = x.payment_id AND t.said = 'paid' AND t.settled_at IS NULL
    WHERE x.benefit_month = o.benefit_month AND x.subject_id = o.subject_id AND x.kind = o.kind AND x.revision = o.revision))"""
"""Whether a resting obligation `o` is disputed."""

# Open contradictions are few: from them to what other payments are to settle of the same, not the other way round.
_LINES = """
SELECT DISTINCT m.payroll_id, m.payment_id
FROM contradictions t
JOIN payment_lines x ON x.run_month = t.run_month AND x.payment_id = t.payment_id
JOIN obligations o ON o.benefit_month = x.benefit_month AND o.subject_id = x.subject_id AND o.kind = x.kind
    AND o.revision = x.revision AND o.live_payment_id <> t.payment_id
JOIN payments m ON m.run_month = o.live_run_month AND m.payment_id = o.live_payment_id AND m.state = 'open'
JOIN payrolls r ON r.payroll_id = m.payroll_id AND r.state <> 'cancelled'
JOIN chunks c ON c.payroll_id = m.payroll_id AND c.chunk_no = m.chunk_no AND c.state = 'sealed'
WHERE t.said = 'paid' AND t.settled_at IS NULL AND r.authority_id = :authority_id
  AND (CAST(:payroll_id AS uuid) IS NULL OR r.payroll_id = CAST(:payroll_id AS uuid))
ORDER BY m.payroll_id, m.payment_id
"""


async def lines(tx: Tx, authority_id: str, payroll_id: UUID | None) -> dict[UUID, list[tuple[UUID, str]]]:
    """By payroll, open lines of chunks that were not instructed which would pay again what is disputed, with the reason."""
    found: dict[UUID, list[tuple[UUID, str]]] = {}
    for row in await tx.rows(_LINES, authority_id=authority_id, payroll_id=payroll_id):
        found.setdefault(row["payroll_id"], []).append((row["payment_id"], REASON))
    return found


async def people(tx: Tx, authority_id: str, campaign_kind: str | None) -> int:
    """How many people have something that rests because it is disputed: of a campaign, or (None) of what the law owes."""
    return int(
        await tx.scalar(
            f"""SELECT count(DISTINCT o.subject_id) FROM obligations o
                WHERE o.authority_id = :authority_id AND o.live_payment_id IS NULL AND o.resting <> 'cancelled'
                  AND CASE WHEN CAST(:kind AS text) IS NULL THEN o.kind NOT LIKE 'one_off:%' ELSE o.kind = :kind END
                  AND {IS_DISPUTED}""",  # noqa: S608 - constants only
            authority_id=authority_id,
            kind=campaign_kind,
        )
    )
