"""Chunks on their way to the gateway."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.disbursement.storage.waits import HOLDS, WHY
from shared.database import Tx

# What holds is asked once a payroll, not once a chunk.
_CLAIM = f"""
WITH free AS MATERIALIZED (
    SELECT p.payroll_id, p.released_at FROM payrolls p
    {HOLDS}
    WHERE p.state = 'released' AND p.provider = :provider
      AND EXISTS (SELECT FROM chunks w WHERE w.payroll_id = p.payroll_id AND w.state <> 'answered' AND w.state = 'sealed'
                  AND NOT w.awaits_funding)
      AND {WHY} IS NULL)
SELECT c.payroll_id, c.chunk_no, coalesce(c.cut_from, c.chunk_no) AS sealed_no
FROM free JOIN chunks c ON c.payroll_id = free.payroll_id
WHERE c.state <> 'answered' AND c.state = 'sealed' AND NOT c.awaits_funding
  AND :most > (SELECT count(*) FROM chunks i JOIN payrolls q ON q.payroll_id = i.payroll_id
               WHERE q.provider = :provider AND i.state <> 'answered' AND i.state = 'instructed')
ORDER BY free.released_at, free.payroll_id, c.chunk_no LIMIT 1 FOR UPDATE OF c SKIP LOCKED
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True)
class ClaimedChunk:
    """A chunk that this transaction has locked, to instruct it. `sealed_no`: the chunk under the seal that its lines are of,
    itself unless it was cut from another."""

    payroll_id: UUID
    chunk_no: int
    sealed_no: int


async def waiting_providers(tx: Tx) -> list[str]:
    """Providers for which a released payroll has chunks that were not instructed."""
    rows = await tx.rows(
        """SELECT DISTINCT p.provider FROM payrolls p JOIN chunks c ON c.payroll_id = p.payroll_id AND c.state <> 'answered'
           WHERE p.state = 'released' AND p.seal_broken_at IS NULL AND c.state = 'sealed' AND NOT c.awaits_funding
           ORDER BY p.provider"""
    )
    return [row["provider"] for row in rows]


async def claim(tx: Tx, provider: str, most_unanswered: int, held: Mapping[UUID, str]) -> ClaimedChunk | None:
    """Lock the oldest waiting chunk of a provider; None where nothing waits, the bound is reached, something holds all that
    waits (see `waits.py`; `held` is what the calendar holds), or another dispatcher is at this provider just now.

    One dispatcher at a time instructs for a provider: the bound on what is under way is counted exactly.
    """
    if not await tx.scalar("SELECT pg_try_advisory_xact_lock(hashtextextended('dispatch:' || :provider, 0))", provider=provider):
        return None
    row = await tx.row(_CLAIM, provider=provider, most=most_unanswered, held_ids=list(held), held_whys=list(held.values()))
    return ClaimedChunk(**row) if row else None


async def digests(tx: Tx, payroll_id: UUID) -> dict[int, bytes]:
    """The stored digests of a payroll's chunks as they were sealed, by number and in order."""
    rows = await tx.rows(
        "SELECT chunk_no, digest FROM chunks WHERE payroll_id = :payroll_id AND cut_from IS NULL ORDER BY chunk_no",
        payroll_id=payroll_id,
    )
    return {row["chunk_no"]: row["digest"] for row in rows}


async def set_instructed(tx: Tx, payroll_id: UUID, chunk_no: int, *, answered: bool) -> None:
    """Mark a chunk as handed to the gateway; `answered` at once where no line of it is left to pay."""
    await tx.run(
        """UPDATE chunks SET state = CASE WHEN :answered THEN 'answered' ELSE 'instructed' END,
               instructed_at = platform.business_now(),
               answered_at = CASE WHEN :answered THEN platform.business_now() END
           WHERE payroll_id = :payroll_id AND chunk_no = :chunk_no""",
        payroll_id=payroll_id,
        chunk_no=chunk_no,
        answered=answered,
    )
