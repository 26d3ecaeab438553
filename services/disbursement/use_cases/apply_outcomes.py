"""Apply what the gateway says of a chunk's payments: states, obligations let go, both books, and what reporting hears."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from services.disbursement.domain.outcomes import (
    Contradiction,
    HeldPayment,
    Transition,
    hear_all,
    transition,
)
from services.disbursement.storage import outcomes as storage
from services.disbursement.storage.late_handovers import who_answers
from services.disbursement.use_cases.move_payments import move_payments
from shared.contracts.gateway_events import ChunkProgressed, PaymentOutcome
from shared.database import Tx
from shared.kernel.errors import NotYet


async def apply_outcomes(tx: Tx, event: ChunkProgressed) -> None:
    """Apply one event. Raises NotYet when its chunk, or one of its payments, is not instructed here yet."""
    chunk = await storage.lock_chunk(tx, event.payroll_id, event.chunk_no)
    if chunk is None or chunk.state == "sealed":
        raise NotYet(f"chunk {event.payroll_id}/{event.chunk_no} instructed")
    said = _by_payment(event)
    held = await storage.held_payments(tx, chunk, said)
    missing = said.keys() - held.keys()
    if missing:
        raise NotYet(f"payment {min(missing)}")
    after, contradictions = _heard(held, said)
    touched = [p.payment_id for p in after.values() if p.state != held[p.payment_id].state]
    answering = await who_answers(tx, chunk, {*touched, *(c.payment_id for c in contradictions)})
    await storage.save(tx, chunk, [p for p in after.values() if p != held[p.payment_id]])
    await storage.open_contradictions(tx, chunk, contradictions, answering)
    for (change, authority_id), payments in _changes(held, after, chunk.channel, answering).items():
        await move_payments(tx, chunk, authority_id, change, payments, "outcome")
    if event.answered:
        await storage.mark_answered(tx, chunk)


def _by_payment(event: ChunkProgressed) -> dict[UUID, list[PaymentOutcome]]:
    said: dict[UUID, list[PaymentOutcome]] = defaultdict(list)
    for each in event.outcomes:
        said[each.payment_id].append(each)
    return said


def _heard(
    held: Mapping[UUID, HeldPayment], said: Mapping[UUID, Sequence[PaymentOutcome]]
) -> tuple[dict[UUID, HeldPayment], list[Contradiction]]:
    after: dict[UUID, HeldPayment] = {}
    contradictions: list[Contradiction] = []
    for payment_id, words in said.items():
        after[payment_id], contradicting = hear_all(held[payment_id], words)
        contradictions += contradicting
    return after, contradictions


def _changes(
    held: Mapping[UUID, HeldPayment], after: Mapping[UUID, HeldPayment], channel: str, answering: Mapping[UUID, str]
) -> dict[tuple[Transition, str], list[HeldPayment]]:
    changes: dict[tuple[Transition, str], list[HeldPayment]] = defaultdict(list)
    for payment_id, payment in after.items():
        change = transition(held[payment_id].state, payment.state, channel)
        if change is not None:
            changes[change, answering[payment_id]].append(payment)
    return changes
