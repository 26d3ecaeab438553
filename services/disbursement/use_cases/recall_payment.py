"""Ask a line back between release and credit."""

from __future__ import annotations

from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.disbursement.domain.recalls import check_recall
from services.disbursement.domain.refusals import UNKNOWN_PAYMENT
from services.disbursement.storage import payrolls, recalls, removals
from services.disbursement.storage.recalls import Recall
from services.disbursement.use_cases.remove_payment import remove_lines
from shared import audit
from shared.auth import Caller
from shared.contracts.disbursement_events import PaymentRecalled
from shared.contracts.gateway_events import RecallAnswered
from shared.database import Tx
from shared.kernel.errors import NotYet, Refusal
from shared.outbox import emit


async def recall_payment(tx: Tx, caller: Caller, payment_id: UUID, reason: str, key: Ed25519PrivateKey) -> Recall:
    """Take a line out where its chunk was not instructed; else ask the gateway, and leave the line in flight until it answers.

    Asked again, it says how the recall stands: also of a line that was taken out before the rest of its chunk was
    instructed. The transaction must see all rows.
    Refused: `unknown-payment`, `already-paid`, `payment-ended`, `not-released`.
    """
    payroll_id = await recalls.payroll_of(tx, payment_id)
    if payroll_id is None:
        raise Refusal(UNKNOWN_PAYMENT, payment_id=payment_id)
    payroll = await payrolls.find(tx, payroll_id, lock=True)
    payment = await recalls.lock_payment(tx, payroll_id, payroll.run_month, payment_id)
    asked = await recalls.find(tx, payment_id)
    if asked is not None:
        return asked
    check_recall(payroll.state, payment.state)
    if payment.state == "removed" or not payment.instructed:
        if payment.state == "open":
            removed = await remove_lines(tx, caller, payroll, [(payment_id, reason)], key)
            assert removed  # its chunk is locked
        gone = (await removals.of_payments(tx, payroll_id, [payment_id]))[payment_id]
        return Recall(payment_id, gone.reason, "removed", gone.subject, gone.made_at, gone.made_at)
    await recalls.insert(tx, payment_id, payment, reason, caller.issuer, caller.subject)
    event = PaymentRecalled(run_month=payment.run_month, payroll_id=payroll_id, chunk_no=payment.chunk_no, payment_id=payment_id)
    await emit(tx, event, unit_id=payroll.authority_id)
    await audit.append(tx, caller, "recall-payment", f"payment/{payment_id}", payroll_id=payroll_id, reason=reason)
    kept = await recalls.find(tx, payment_id)
    assert kept is not None
    return kept


async def hear_recall(tx: Tx, event: RecallAnswered) -> None:
    """Keep what the gateway answered. The line itself moves by the gateway's word on it alone (`apply_outcomes`)."""
    if await recalls.find(tx, event.payment_id) is None:
        raise NotYet(f"recall of payment {event.payment_id}")
    await recalls.answer(tx, event.payment_id, event.outcome)
