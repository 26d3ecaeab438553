"""What a provider said of payments of a chunk, by whichever way it came, becomes state, event and, where it must, a question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import orjson

from services.provider_gateway.connectors.protocol import OfAll
from services.provider_gateway.domain.attempt import (
    VAGUE,
    Attempt,
    Collected,
    Outcome,
    Said,
    Verdict,
    contradicted,
    has_steps_left,
    judge,
)
from services.provider_gateway.domain.chunk import Chunk, Standing
from services.provider_gateway.domain.messages import TOLD
from services.provider_gateway.storage import attempts as attempts_storage
from services.provider_gateway.storage import chunks, collections, messages
from services.provider_gateway.storage.enquiries import open_contradictions
from services.provider_gateway.storage.tallies import note_tally
from shared.contracts.gateway_events import ChunkProgressed
from shared.database import Tx
from shared.outbox import emit_body

Source = Literal["call", "enquiry", "webhook", "person"]


@dataclass(slots=True)
class Settling:
    """A locked chunk, the attempts spoken of as they are becoming, and what is to be told of them."""

    chunk: Chunk
    held: dict[str, Attempt]  # by reference, as they are becoming
    before: dict[str, Attempt]
    told: list[tuple[Attempt, Outcome, int]] = field(default_factory=list)  # with the amount in đồng that was said
    counts: Counter[str] = field(default_factory=Counter)
    contradictions: list[tuple[Attempt, Said]] = field(default_factory=list)
    collected: dict[str, tuple[Attempt, Collected]] = field(default_factory=dict)  # by reference: who took cash that is paid

    def hear(self, said: Iterable[Said]) -> None:
        """Judge each saying against what is held."""
        for each in said:
            attempt = self.held.get(each.reference)
            if attempt is None:
                continue  # not one of those that are settled here
            verdict, became = judge(attempt, each)
            self.counts[verdict.value] += 1
            self.held[each.reference] = became
            if each.collected is not None and became.state == "paid" and verdict is not Verdict.CONTRADICTION:
                self.collected.setdefault(each.reference, (became, each.collected))
            if verdict is Verdict.APPLIED:
                assert became.state != "sending"
                self.told.append((became, became.state, became.amount_dong))
            elif verdict is Verdict.CONTRADICTION:
                self.contradictions.append((attempt, each))

    def hear_of_all(self, of_all: OfAll, besides: Collection[str]) -> None:
        """What was said of the batch as a whole, of each payment but those spoken of by themselves."""
        self.hear(Said(each, of_all.outcome, of_all.reason) for each in list(self.held) if each not in besides)

    @property
    def has_news(self) -> bool:
        """Whether anything said was not known before."""
        return bool(self.told or self.contradictions or self.collected) or self.held != self.before


async def open_settling(tx: Tx, chunk: Chunk, references: Collection[str] | None = None) -> Settling:
    """Begin to settle these attempts, or all; the caller holds the chunk's lock."""
    held = await attempts_storage.read_attempts(tx, chunk, references)
    return Settling(chunk, held, dict(held))


async def close_settling(tx: Tx, settling: Settling, source: Source) -> Standing:
    """Write what changed, open contradictions, tell disbursement, and settle the chunk when nothing of it is open."""
    for attempt, said in await open_contradictions(tx, settling.chunk, settling.contradictions, source):
        current = settling.held[attempt.reference]
        if has_steps_left(current):
            settling.held[attempt.reference] = further = contradicted(current)
            # Why it was said is told with it: "withdrawn" of what was paid would pass for a return there without its reason.
            told = replace(further, reason=said.reason)
            settling.told.append((told, said.outcome, said.amount_dong or attempt.amount_dong))
    changed = [attempt for reference, attempt in settling.held.items() if attempt != settling.before[reference]]
    await attempts_storage.save(tx, settling.chunk, changed)
    await collections.keep(tx, settling.collected)
    standing = await attempts_storage.read_standing(tx, settling.chunk)
    await note_tally(tx, settling.chunk, standing)
    if settling.told:
        await _tell(tx, settling.chunk, settling.told, standing)
    await messages.queue(tx, settling.chunk, _ended(settling, changed))
    if not standing.any_open and settling.chunk.state == "open":
        await chunks.settle(tx, settling.chunk.key)
    return standing


def _ended(settling: Settling, changed: Iterable[Attempt]) -> dict[UUID, str]:
    """Payments that came to an end, or to another one, with the outcome: what their payees are told."""
    before = settling.before
    return {a.payment_id: a.state for a in changed if a.state in TOLD and a.state != before[a.reference].state}


async def accept(tx: Tx, chunk: Chunk, references: Collection[str] | None) -> tuple[int, Standing]:
    """Hear the bare word "accepted" of attempts of a locked chunk (None: of all): the usual answer to a batch, the same for all
    of it. For how many it was news, and how the chunk stands then."""
    news = await attempts_storage.accept(tx, chunk, references)
    standing = await attempts_storage.read_standing(tx, chunk)
    if news:
        await note_tally(tx, chunk, standing)
        await _tell(tx, chunk, (), standing)
    return news, standing


async def _tell(tx: Tx, chunk: Chunk, told: Sequence[tuple[Attempt, Outcome, int]], standing: Standing) -> None:
    """Tell disbursement what is news to it: not of a payment that it is in flight as before."""
    told = [each for each in told if each[1] not in VAGUE]
    if not told and not standing.answered:
        return
    now = await tx.business_now()
    event = ChunkProgressed(
        run_month=chunk.run_month,
        payroll_id=chunk.key.payroll_id,
        chunk_no=chunk.key.chunk_no,
        provider=chunk.provider,
        answered=standing.answered,
        outcomes=[],
    )
    # Of checked values: 500 of them are not worth checking again on their way out.
    body = orjson.dumps({**event.model_dump(mode="json"), "outcomes": [_outcome(*each, now) for each in told]})
    await emit_body(tx, ChunkProgressed, body.decode(), chunk.authority_id)


def _outcome(attempt: Attempt, outcome: Outcome, amount_dong: int, now: datetime) -> dict[str, Any]:
    """A `PaymentOutcome`: the new state, or (the state being unchanged) what was said against it."""
    return {
        "payment_id": str(attempt.payment_id),
        "attempt_no": attempt.attempt_no,
        "step": attempt.step,
        "outcome": outcome,
        "reason": attempt.reason,
        "amount_dong": amount_dong,
        "provider_reference": attempt.provider_reference,
        "at": now,
    }
