"""What the error-rate stop judges: how the newest chunks of a provider, or of a payroll, stand."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.provider_gateway.domain.chunk import Chunk, Standing
from services.provider_gateway.domain.error_rate import WINDOW_CHUNKS, Tally
from shared.database import Tx

_TALLY = "c.payments, c.unknown, c.refused, c.refused_by_provider, c.enquiries"


@dataclass(frozen=True, slots=True)
class ToJudge:
    """Providers and payrolls of which something was said since the last look."""

    providers: list[str]
    payroll_ids: list[UUID]


async def note_tally(tx: Tx, chunk: Chunk, standing: Standing) -> None:
    """Keep how a chunk stands, once the provider has spoken or fallen silent. Only what may be a failure is judged anew."""
    await tx.run(
        """UPDATE chunks SET answered_at = coalesce(answered_at, clock_timestamp()), unknown = :unknown, refused = :refused,
               refused_by_provider = :refused_by_provider, to_judge = to_judge OR :unknown > 0 OR :refused > 0
           WHERE payroll_id = :payroll_id AND chunk_no = :chunk_no AND NOT :nothing_said
             AND (answered_at IS NULL OR :unknown > 0
                  OR (unknown, refused, refused_by_provider) <> (:unknown, :refused, :refused_by_provider))""",
        payroll_id=chunk.key.payroll_id,
        chunk_no=chunk.key.chunk_no,
        unknown=standing.unknown,
        refused=standing.refused,
        refused_by_provider=standing.refused_by_provider,
        nothing_said=standing.sending > 0 and standing.unknown == 0,
    )


async def take_to_judge(tx: Tx) -> ToJudge | None:
    """What is to be judged, once; None when there is nothing, or another judge is at it."""
    if not await tx.scalar("SELECT pg_try_advisory_xact_lock(hashtextextended('judge', 0))"):
        return None
    rows = await tx.rows(
        """WITH due AS (SELECT payroll_id, chunk_no FROM chunks WHERE to_judge FOR UPDATE SKIP LOCKED)
           UPDATE chunks c SET to_judge = false FROM due WHERE c.payroll_id = due.payroll_id AND c.chunk_no = due.chunk_no
           RETURNING c.provider, c.payroll_id"""
    )
    if not rows:
        return None
    return ToJudge(sorted({row["provider"] for row in rows}), sorted({row["payroll_id"] for row in rows}))


async def newest_of_provider(tx: Tx, provider: str) -> list[Tally]:
    """The newest answered chunks of a provider since its newest lifting."""
    return await _newest(tx, "c.provider = :key", "provider", provider, provider)


async def newest_of_payroll(tx: Tx, payroll_id: UUID) -> list[Tally]:
    """The newest answered chunks of a payroll since its newest lifting."""
    return await _newest(tx, "c.payroll_id = :key", "payroll", str(payroll_id), payroll_id)


async def _newest(tx: Tx, whose: str, scope: str, gate: str, key: str | UUID) -> list[Tally]:
    rows = await tx.rows(
        f"""SELECT {_TALLY} FROM chunks c
            WHERE {whose} AND c.answered_at > coalesce(
                (SELECT g.judged_from FROM gates g WHERE g.scope = :scope AND g.key = :gate), '-infinity')
            ORDER BY c.answered_at DESC LIMIT {WINDOW_CHUNKS}""",  # noqa: S608 - constants only
        key=key,
        scope=scope,
        gate=gate,
    )
    return [Tally(**row) for row in rows]
