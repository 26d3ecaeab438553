"""disbursement.payment_recalled: a line asked back is stopped where there is no intent of it yet; else withdrawn, or too late."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from services.provider_gateway.domain.attempt import RECALLED, Attempt, Said, first_step, judge
from services.provider_gateway.domain.chunk import Chunk, ChunkKey, Line
from services.provider_gateway.storage import attempts, chunks, recalls, withdrawals
from shared.contracts.disbursement_events import PaymentRecalled
from shared.contracts.gateway_events import ChunkProgressed, PaymentOutcome, RecallAnswered
from shared.database import Tx
from shared.kernel.errors import NotYet
from shared.kernel.ids import payment_reference
from shared.outbox import emit


class NoSuchLine(ValueError):
    """A recall of a payment that its chunk doesn't hold: a dead letter, since nobody instructed it."""


async def recall_payment(tx: Tx, event: PaymentRecalled, withdrawing: Collection[str] = ()) -> None:
    """Decide under the chunk's lock, which whoever commits intents holds too: either the line is never sent, and is told of as
    refused (`recalled`), or an intent of it was there first. Then a provider that withdraws orders (`withdrawing`) is asked, and
    disbursement is answered once that has an end; with any other it is too late.

    Raises NotYet while the chunk has not come, NoSuchLine.
    """
    key = ChunkKey(event.payroll_id, event.chunk_no)
    if not await recalls.is_here(tx, key):
        raise NotYet(f"chunk {event.payroll_id}/{event.chunk_no}")
    chunk = await chunks.lock_chunk(tx, key)
    lines = {line.payment_id: line for line in await chunks.read_lines(tx, key)}
    if event.payment_id not in lines:
        raise NoSuchLine(str(event.payment_id))
    line = lines[event.payment_id]
    reference = payment_reference(line.payment_id, line.attempt_no)
    attempt = (await attempts.read_attempts(tx, chunk, {reference})).get(reference)
    if attempt is not None and attempt.is_open and chunk.provider in withdrawing:
        await recalls.record(tx, key, line.payment_id, line.unit_id, "withdrawing")
        await withdrawals.insert(tx, chunk, attempt)
        return
    outcome: Literal["stopped", "too_late"] = "stopped" if attempt is None else "too_late"
    await recalls.record(tx, key, line.payment_id, line.unit_id, outcome)
    if attempt is None:
        await _refuse(tx, chunk, line, left=len(lines.keys() - await recalls.stopped(tx, key)))
    answer = RecallAnswered(payroll_id=key.payroll_id, chunk_no=key.chunk_no, payment_id=line.payment_id, outcome=outcome)
    await emit(tx, answer, chunk.authority_id)


async def _refuse(tx: Tx, chunk: Chunk, line: Line, left: int) -> None:
    """The line's attempt, refused before it was sent; of a chunk with nothing left nothing is sent at all."""
    reference = payment_reference(line.payment_id, line.attempt_no)
    await attempts.insert_intents(tx, chunk, [line], [reference])
    intent = Attempt(
        line.payment_id, line.attempt_no, reference, line.amount_dong, "sending", first_step(line.attempt_no), line.unit_id
    )
    _, refused = judge(intent, Said(reference, "rejected", RECALLED))
    await attempts.save(tx, chunk, [refused])
    if left == 0:
        await chunks.settle(tx, chunk.key)
    event = ChunkProgressed(
        run_month=chunk.run_month,
        payroll_id=chunk.key.payroll_id,
        chunk_no=chunk.key.chunk_no,
        provider=chunk.provider,
        answered=left == 0,
        outcomes=[
            PaymentOutcome(
                payment_id=refused.payment_id,
                attempt_no=refused.attempt_no,
                step=refused.step,
                outcome="rejected",
                reason=RECALLED,
                amount_dong=refused.amount_dong,
                provider_reference=None,
                at=await tx.business_now(),
            )
        ],
    )
    await emit(tx, event, chunk.authority_id)
