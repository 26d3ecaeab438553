"""Canaries: payrolls whose first chunk is under way and whose others wait for what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from services.disbursement.domain.canary import CanaryStanding
from shared.database import Tx

FIRST_CHUNK = 0
RECALLED = "recalled"
"""Why a payment ended that was asked back before it was sent: it says nothing of the provider."""

# Only payrolls that wait for it: a handful at a time, each with one chunk to count.
_UNDECIDED = f"""
SELECT p.payroll_id, p.run_id, p.authority_id, p.provider, p.channel, n.payments, n.paid, n.failed,
       c.state = 'answered' AS answered
FROM payrolls p
JOIN chunks c ON c.payroll_id = p.payroll_id AND c.chunk_no = {FIRST_CHUNK} AND c.state <> 'sealed'
CROSS JOIN LATERAL (
    SELECT count(*) AS payments, count(*) FILTER (WHERE m.state = 'paid') AS paid,
           count(*) FILTER (WHERE m.state IN ('rejected', 'returned', 'unclaimed')) AS failed
    FROM payments m WHERE m.run_month = p.run_month AND m.payroll_id = p.payroll_id AND m.chunk_no = {FIRST_CHUNK}
      AND m.state <> 'removed' AND m.reason IS DISTINCT FROM '{RECALLED}') n
WHERE p.state = 'released' AND p.seal_broken_at IS NULL
  AND EXISTS (SELECT FROM chunks w WHERE w.payroll_id = p.payroll_id AND w.state <> 'answered' AND w.state = 'sealed')
  AND NOT EXISTS (SELECT FROM canaries k WHERE k.payroll_id = p.payroll_id)
ORDER BY p.payroll_id
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True)
class Canary:
    """A payroll's first chunk."""

    payroll_id: UUID
    authority_id: str
    provider: str
    standing: CanaryStanding


async def undecided(tx: Tx) -> list[Canary]:
    """Canaries under way."""
    return [
        Canary(
            payroll_id=row["payroll_id"],
            authority_id=row["authority_id"],
            provider=row["provider"],
            standing=CanaryStanding(row["channel"], row["payments"], row["paid"], row["failed"], row["answered"]),
        )
        for row in await tx.rows(_UNDECIDED)
    ]


async def decide(tx: Tx, canary: Canary, state: Literal["passed", "failed"]) -> bool:
    """Keep what became of it; False when another dispatcher was faster."""
    return bool(
        await tx.run(
            """INSERT INTO canaries (payroll_id, state, payments, paid, failed, decided_at)
               VALUES (:payroll_id, :state, :payments, :paid, :failed, platform.business_now()) ON CONFLICT DO NOTHING""",
            payroll_id=canary.payroll_id,
            state=state,
            payments=canary.standing.payments,
            paid=canary.standing.paid,
            failed=canary.standing.failed,
        )
    )
