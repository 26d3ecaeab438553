"""What a provider said of payments of a chunk, by whichever way it came, becomes state, event and, where it must, a question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from services.provider_gateway.domain.attempt import Attempt, Outcome, Said, Verdict, contradicted, has_steps_left, judge
from services.provider_gateway.domain.chunk import Chunk
from services.provider_gateway.storage import attempts as attempts_storage
from services.provider_gateway.storage import chunks
from services.provider_gateway.storage.enquiries import open_contradictions
from shared.contracts.events import ChunkProgressed, PaymentOutcome
from shared.database import Tx
from shared.outbox import emit

Source = Literal["call", "enquiry", "webhook"]


@dataclass(slots=True)
class Settling:
    """A locked chunk, its attempts as they are becoming, and what is to be told of it."""

    chunk: Chunk
    held: dict[str, Attempt]  # by reference, as they are becoming
    before: dict[str, Attempt]
    now: datetime  # business clock
    told: list[PaymentOutcome] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    contradictions: list[tuple[Attempt, Said]] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)  # references that are none of this chunk's

    @property
    def any_open(self) -> bool:
        """Whether any payment is still in flight."""
        return any(attempt.is_open for attempt in self.held.values())

    @property
    def any_unknown(self) -> bool:
        """Whether of any payment we don't know whether it was taken."""
        return any(attempt.state == "unknown" for attempt in self.held.values())

    def hear(self, said: Iterable[Said]) -> None:
        """Judge each saying against what is held."""
        for each in said:
            attempt = self.held.get(each.reference)
            if attempt is None:
                self.unmatched.append(each.reference)
                continue
            verdict, became = judge(attempt, each)
            self.counts[verdict.value] += 1
            self.held[each.reference] = became
            if verdict is Verdict.APPLIED:
                assert became.state != "sending"
                self.told.append(_outcome(became, became.state, became.amount_dong, self.now))
            elif verdict is Verdict.CONTRADICTION:
                self.contradictions.append((attempt, each))


async def open_settling(tx: Tx, chunk: Chunk) -> Settling:
    """Begin to settle; the caller holds the chunk's lock."""
    held = await attempts_storage.read_attempts(tx, chunk)
    return Settling(chunk, held, dict(held), await tx.business_now())


async def close_settling(tx: Tx, settling: Settling, source: Source) -> None:
    """Write what changed, open contradictions, tell disbursement, and settle the chunk when nothing of it is open."""
    for attempt, said in await open_contradictions(tx, settling.chunk, settling.contradictions, source):
        current = settling.held[attempt.reference]
        if has_steps_left(current):
            settling.held[attempt.reference] = further = contradicted(current)
            settling.told.append(_outcome(further, said.outcome, said.amount_dong or attempt.amount_dong, settling.now))
    changed = [attempt for reference, attempt in settling.held.items() if attempt != settling.before[reference]]
    await attempts_storage.save(tx, settling.chunk, changed)
    if settling.told:
        await _tell(tx, settling)
    if not settling.any_open and settling.chunk.state == "open":
        await chunks.settle(tx, settling.chunk.key)


async def _tell(tx: Tx, settling: Settling) -> None:
    chunk = settling.chunk
    event = ChunkProgressed.model_construct(
        run_month=chunk.run_month,
        payroll_id=chunk.key.payroll_id,
        chunk_no=chunk.key.chunk_no,
        provider=chunk.provider,
        answered=all(attempt.is_answered for attempt in settling.held.values()),
        outcomes=settling.told,
    )
    await emit(tx, event, chunk.authority_id)


def _outcome(attempt: Attempt, outcome: Outcome, amount_dong: int, now: datetime) -> PaymentOutcome:
    """What disbursement is told: the new state, or (the state being unchanged) what was said against it."""
    return PaymentOutcome.model_construct(  # checked values, 500 of them: nothing to validate
        payment_id=attempt.payment_id,
        attempt_no=attempt.attempt_no,
        step=attempt.step,
        outcome=outcome,
        reason=attempt.reason,
        amount_dong=amount_dong,
        provider_reference=attempt.provider_reference,
        at=now,
    )
