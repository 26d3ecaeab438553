"""Apply what the gateway says of a chunk's payments: states, obligations let go, both books, and what reporting hears."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from services.disbursement.domain.ledger import PAYEES, UNCLAIMED, LedgerEntry, Posting, provider_account
from services.disbursement.domain.outcomes import (
    Contradiction,
    HeldPayment,
    SaidOutcome,
    Transition,
    hear_all,
    transition,
)
from services.disbursement.storage import outcomes as storage
from services.disbursement.storage.ledger import post
from services.disbursement.storage.moves import moves_of_chunk, say_moves
from services.disbursement.storage.outcomes import ChunkRef
from services.disbursement.use_cases.accrue_fees import accrue_fees
from shared.contracts.events import ChunkProgressed
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
    await storage.save(tx, chunk.run_month, [p for p in after.values() if p != held[p.payment_id]])
    await storage.open_contradictions(tx, chunk, contradictions)
    for change, payments in _changes(held, after, chunk.channel).items():
        await _move(tx, chunk, change, payments)
    if event.answered:
        await storage.mark_answered(tx, chunk)


def _by_payment(event: ChunkProgressed) -> dict[UUID, list[SaidOutcome]]:
    said: dict[UUID, list[SaidOutcome]] = defaultdict(list)
    for each in event.outcomes:
        said[each.payment_id].append(
            SaidOutcome(
                payment_id=each.payment_id,
                step=each.step,
                outcome=each.outcome,
                amount_dong=each.amount_dong,
                at=each.at,
                reason=each.reason,
                provider_reference=each.provider_reference,
            )
        )
    return said


def _heard(
    held: Mapping[UUID, HeldPayment], said: Mapping[UUID, Sequence[SaidOutcome]]
) -> tuple[dict[UUID, HeldPayment], list[Contradiction]]:
    after: dict[UUID, HeldPayment] = {}
    contradictions: list[Contradiction] = []
    for payment_id, words in said.items():
        after[payment_id], contradicting = hear_all(held[payment_id], words)
        contradictions += contradicting
    return after, contradictions


def _changes(
    held: Mapping[UUID, HeldPayment], after: Mapping[UUID, HeldPayment], channel: str
) -> dict[Transition, list[HeldPayment]]:
    changes: dict[Transition, list[HeldPayment]] = defaultdict(list)
    for payment_id, payment in after.items():
        change = transition(held[payment_id].state, payment.state, channel)
        if change is not None:
            changes[change].append(payment)
    return changes


async def _move(tx: Tx, chunk: ChunkRef, change: Transition, payments: Sequence[HeldPayment]) -> None:
    """One transition of some payments of the chunk: obligations let go, ledger postings, the event."""
    payment_ids = [payment.payment_id for payment in payments]
    if change.lets_go:
        await storage.let_go(tx, chunk, payment_ids, "unclaimed" if change.to_place == UNCLAIMED else "returned")
    moves = await moves_of_chunk(
        tx,
        chunk.payroll_id,
        chunk.chunk_no,
        from_place=change.from_place,
        to_place=change.to_place,
        stage=change.stage,
        payment_ids=payment_ids,
    )
    posting = Posting(
        run_id=chunk.run_id,
        authority_id=chunk.authority_id,
        cause="outcome",
        contract_id=chunk.contract_id,
        provider=chunk.provider,
        channel=chunk.channel,
        payroll_id=chunk.payroll_id,
        chunk_no=chunk.chunk_no,
    )
    entries = posting.obligations(moves) + _money(posting, change, chunk.contract_id, payments)
    await post(tx, entries)
    await accrue_fees(tx, chunk, posting, change, payments)
    await say_moves(tx, chunk, chunk.authority_id, chunk.provider, chunk.channel, moves)


def _money(posting: Posting, change: Transition, contract_id: UUID, payments: Sequence[HeldPayment]) -> list[LedgerEntry]:
    if change.money == "none":
        return []
    amount_dong = sum(payment.amount_dong for payment in payments)
    provider = provider_account(contract_id)
    accounts = (provider, PAYEES) if change.money == "to_payees" else (PAYEES, provider)
    return [posting.money(*accounts, amount_dong)]
