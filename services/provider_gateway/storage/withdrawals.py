"""Cash orders asked back: claimed by the worker, and how each ended."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from services.provider_gateway.domain.attempt import Attempt
from services.provider_gateway.domain.chunk import Chunk, ChunkKey
from shared.database import Database, Tx

MOST_TOGETHER = 500

_COLUMNS = """payment_id, run_month, attempt_no, reference, payroll_id, chunk_no, unit_id, provider, withdrawal_reference, state,
              tries"""


@dataclass(frozen=True, slots=True)
class HeldWithdrawal:
    """An order asked back, as held."""

    payment_id: UUID
    run_month: date
    attempt_no: int
    reference: str
    payroll_id: UUID
    chunk_no: int
    unit_id: str
    provider: str
    withdrawal_reference: str | None
    state: str
    tries: int

    @property
    def chunk(self) -> ChunkKey:
        """The chunk that its payment is in."""
        return ChunkKey(self.payroll_id, self.chunk_no)


async def are_due(database: Database) -> bool:
    """Whether there is anything to ask or to end."""
    return bool(await database.peek("SELECT withdrawals_are_due()"))


async def insert(tx: Tx, chunk: Chunk, attempt: Attempt) -> None:
    """Keep that an order is asked back, to be told to its provider."""
    await tx.run(
        """INSERT INTO withdrawals (payment_id, run_month, attempt_no, reference, payroll_id, chunk_no, unit_id, provider,
                                    next_try_at, wanted_at)
           VALUES (:payment_id, :run_month, :attempt_no, :reference, :payroll_id, :chunk_no, :unit_id, :provider,
                   clock_timestamp(), platform.business_now())""",
        payment_id=attempt.payment_id,
        run_month=chunk.run_month,
        attempt_no=attempt.attempt_no,
        reference=attempt.reference,
        payroll_id=chunk.key.payroll_id,
        chunk_no=chunk.key.chunk_no,
        unit_id=attempt.unit_id,
        provider=chunk.provider,
    )


async def claim(tx: Tx, lease_seconds: float) -> list[HeldWithdrawal]:
    """Those due that go together: of one provider and one withdrawal, or not asked yet. Kept from other workers for so long."""
    rows = await tx.rows(
        f"""WITH first AS (SELECT provider, withdrawal_reference FROM withdrawals WHERE next_try_at <= clock_timestamp()
                           ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED),
                due AS (SELECT w.payment_id FROM withdrawals w JOIN first f ON f.provider = w.provider
                            AND f.withdrawal_reference IS NOT DISTINCT FROM w.withdrawal_reference
                        WHERE w.next_try_at <= clock_timestamp()
                        ORDER BY w.payment_id LIMIT {MOST_TOGETHER} FOR UPDATE OF w SKIP LOCKED)
           UPDATE withdrawals SET next_try_at = clock_timestamp() + make_interval(secs => :lease), tries = tries + 1
           WHERE payment_id IN (SELECT payment_id FROM due) RETURNING {_COLUMNS}""",  # noqa: S608 - constants only
        lease=lease_seconds,
    )
    return sorted((HeldWithdrawal(**row) for row in rows), key=lambda held: held.payment_id)


async def lock(tx: Tx, payment_ids: Collection[UUID]) -> list[HeldWithdrawal]:
    """Those of these that have not ended, locked."""
    rows = await tx.rows(
        f"""SELECT {_COLUMNS} FROM withdrawals WHERE payment_id = ANY(CAST(:ids AS uuid[])) AND next_try_at IS NOT NULL
            ORDER BY payment_id FOR UPDATE""",  # noqa: S608
        ids=list(payment_ids),
    )
    return [HeldWithdrawal(**row) for row in rows]


async def set_asked(tx: Tx, payment_ids: Sequence[UUID], withdrawal_reference: str) -> None:
    """The intent: the provider is about to be asked, by this name and no other."""
    await tx.run(
        """UPDATE withdrawals SET state = 'asked', withdrawal_reference = :reference,
               asked_at = coalesce(asked_at, platform.business_now())
           WHERE payment_id = ANY(CAST(:ids AS uuid[])) AND state = 'waiting'""",
        ids=list(payment_ids),
        reference=withdrawal_reference,
    )


async def set_later(tx: Tx, held: Sequence[tuple[UUID, str]], seconds: float) -> None:
    """Look again then; each with the state it has by now."""
    await tx.run(
        """UPDATE withdrawals w SET tries = CASE WHEN w.state = n.state THEN w.tries ELSE 0 END, state = n.state,
               next_try_at = clock_timestamp() + make_interval(secs => :seconds)
           FROM unnest(CAST(:ids AS uuid[]), CAST(:states AS text[])) AS n (payment_id, state)
           WHERE w.payment_id = n.payment_id AND w.next_try_at IS NOT NULL""",
        ids=[payment_id for payment_id, _ in held],
        states=[state for _, state in held],
        seconds=seconds,
    )


async def end(tx: Tx, payment_id: UUID, outcome: Literal["withdrawn", "too_late"], reason: str | None) -> bool:
    """How it ended; False where it had ended before."""
    return bool(
        await tx.run(
            """UPDATE withdrawals SET state = :outcome, reason = :reason, next_try_at = NULL, ended_at = platform.business_now()
               WHERE payment_id = :payment_id AND next_try_at IS NOT NULL""",
            payment_id=payment_id,
            outcome=outcome,
            reason=reason,
        )
    )


async def of_payment(tx: Tx, payment_id: UUID) -> dict[str, Any] | None:
    """Where a payment's withdrawal stands."""
    row = await tx.row(
        """SELECT attempt_no, withdrawal_reference, state, reason, wanted_at, asked_at, ended_at FROM withdrawals
           WHERE payment_id = :payment_id""",
        payment_id=payment_id,
    )
    return dict(row) if row else None
