"""Settle a contradiction: a person says which of two sources is right, and the payment stands as what happened."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from services.disbursement.domain.ledger import PAYEES, paid_place, provider_account
from services.disbursement.domain.outcomes import HeldPayment, PaymentState, transition
from services.disbursement.domain.refusals import SERVICE_APPROVES
from services.disbursement.domain.settlements import NO_OPEN_RUN, SETTLED, Resolution, SettledBy, check_settler, settle
from services.disbursement.storage import outcomes, settlements
from services.disbursement.storage.closings import LateEntry
from services.disbursement.storage.late_handovers import who_answers
from services.disbursement.storage.ledger import post
from services.disbursement.storage.moves import say_moves
from services.disbursement.storage.outcomes import ChunkRef
from services.disbursement.use_cases.accrue_fees import accrue_fees
from services.disbursement.use_cases.draw_up_run import in_order
from services.disbursement.use_cases.move_payments import move_payments, note_late, posting_of
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import NotYet, Refusal


async def settle_contradiction(
    tx: Tx, caller: Caller, contradiction_id: UUID, resolution: Resolution, reason: str, evidence: str
) -> SettledBy:
    """Settle it; the same again gives what was settled. The transaction must see all rows.

    Refused: `unknown-contradiction`, `service-account-approves`, `not-the-same-officer`, `contradiction-settled`, `no-open-run`
    (the payment's run is closed, and none after it is open), and what `domain.settlements.settle` refuses.
    """
    if caller.kind != "person":
        raise Refusal(SERVICE_APPROVES)
    found = await settlements.find(tx, contradiction_id)
    chunk = await outcomes.lock_chunk(tx, found.payroll_id, found.chunk_no)
    assert chunk is not None
    settled = (await settlements.find(tx, contradiction_id, lock=True)).settled
    if settled is not None:
        if settled.resolution != resolution:
            raise Refusal(SETTLED, f"by {settled.subject} as {settled.resolution}")
        return settled
    held = await settlements.as_it_stands(tx, contradiction_id)
    check_settler(held, caller.issuer, caller.subject)
    effect = settle(held, resolution, await settlements.lines(tx, held.payment_id))
    by = SettledBy(resolution, reason, evidence, caller.issuer, caller.subject, await tx.business_now())
    if effect.to_state is not None:
        try:
            await _apply(tx, chunk, held.payment_id, contradiction_id, effect.to_state, by, takes_back=effect.takes_back)
        except NotYet:  # an event would wait for the next run; a person is told to open it
            raise Refusal(NO_OPEN_RUN) from None
    await settlements.mark_settled(tx, contradiction_id, by)
    await audit.append(
        tx,
        caller,
        "settle-contradiction",
        f"contradiction/{contradiction_id}",
        payment_id=held.payment_id,
        resolution=resolution,
        evidence=evidence,
        from_state=held.state,
        to_state=effect.to_state,
    )
    return by


async def _apply(
    tx: Tx, chunk: ChunkRef, payment_id: UUID, contradiction_id: UUID, state: PaymentState, by: SettledBy, *, takes_back: bool
) -> None:
    before = (await outcomes.held_payments(tx, chunk, [payment_id]))[payment_id]
    authority_id = (await who_answers(tx, chunk, [payment_id]))[payment_id]
    reason = None if state == "paid" else before.reason or by.resolution
    after = replace(before, state=state, settled_at=by.at, reason=reason)
    await outcomes.save(tx, chunk, [after])
    if takes_back:
        await _paid_after_all(tx, chunk, after, contradiction_id, authority_id)
        return
    change = transition(before.state, state, chunk.channel)
    assert change is not None
    await move_payments(tx, chunk, authority_id, change, [after], "settlement")


async def _paid_after_all(tx: Tx, chunk: ChunkRef, payment: HeldPayment, contradiction_id: UUID, authority_id: str) -> None:
    """The payment takes its free obligations back; the whole money has gone to the payee."""
    posting = await posting_of(tx, chunk, authority_id, "settlement")
    taken = await settlements.take_back(
        tx, chunk, posting.run_id, payment.payment_id, contradiction_id, authority_id, paid_place(chunk.channel)
    )
    money = posting.money(provider_account(chunk.contract_id), PAYEES, payment.amount_dong)
    passed = [entry for passage in taken.passages for entry in passage.entries]
    await post(tx, [*passed, *posting.obligations(taken.moves), money])
    await note_late(tx, chunk, posting, [LateEntry(payment.payment_id, payment.amount_dong)])
    await accrue_fees(tx, chunk, posting, "to_payees", [payment])
    await say_moves(tx, chunk, authority_id, chunk.provider, chunk.channel, in_order(taken.moves))
