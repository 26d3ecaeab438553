"""Take lines out of a payroll, by signed exceptions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.disbursement.domain.ledger import Posting
from services.disbursement.domain.payrolls import Payroll
from services.disbursement.domain.refusals import TOO_LATE, UNKNOWN_PAYMENT
from services.disbursement.domain.seal import sign_removal
from services.disbursement.storage import payrolls, removals, runs
from services.disbursement.storage.ledger import post
from services.disbursement.storage.moves import say_moves
from services.disbursement.storage.removals import Removal
from services.disbursement.use_cases.draw_up_run import in_order
from shared import audit
from shared.auth import Caller
from shared.contracts.base import MAX_RECORDS
from shared.database import Tx
from shared.kernel.errors import Refusal


async def remove_payment(
    tx: Tx, caller: Caller, payroll_id: UUID, payment_id: UUID, reason: str, key: Ed25519PrivateKey
) -> Payroll:
    """Take one line out of a payroll, in any state, as long as its chunk was not instructed.

    What it was to settle stays owed and rests for a supplement, or is cancelled where a stop or a death took the month away.
    Taking it out twice changes nothing. Refused: `unknown-payroll`, `unknown-payment`, `too-late-to-remove`.
    """
    payroll = await payrolls.find(tx, payroll_id, lock=True)
    state = await removals.state_of(tx, payroll, payment_id)
    if state is None:
        raise Refusal(UNKNOWN_PAYMENT, payment_id=payment_id)
    if state == "removed":
        return payroll
    if not await remove_lines(tx, caller, payroll, [(payment_id, reason)], key):
        raise Refusal(TOO_LATE, payment_id=payment_id)
    return await payrolls.find(tx, payroll_id)


async def remove_lines(
    tx: Tx, caller: Caller, payroll: Payroll, lines: Sequence[tuple[UUID, str]], key: Ed25519PrivateKey
) -> bool:
    """Take lines out with their reasons, all or none: False when a chunk of one was instructed before."""
    made_at = await tx.business_now()
    signed = [_signed(payroll.payroll_id, payment_id, reason, caller, made_at, key) for payment_id, reason in lines]
    if not await removals.remove(tx, payroll, signed):
        return False
    moves = await removals.let_go(tx, payroll, [removal.payment_id for removal in signed])
    cancelled = in_order([move for move in moves if move.to_place == "cancelled"])
    posting = Posting(
        run_id=payroll.run_id,
        authority_id=payroll.authority_id,
        cause="removal",
        contract_id=payroll.contract_id,
        provider=payroll.provider,
        channel=payroll.channel,
        payroll_id=payroll.payroll_id,
    )
    await post(tx, posting.obligations(cancelled))
    await say_moves(tx, await runs.find(tx, payroll.run_id), payroll.authority_id, None, None, cancelled)
    for start in range(0, len(signed), MAX_RECORDS):
        some = signed[start : start + MAX_RECORDS]
        await audit.append(
            tx,
            caller,
            "remove-payments",
            f"payroll/{payroll.payroll_id}",
            payments={str(removal.payment_id): removal.reason for removal in some},
        )
    return True


def _signed(
    payroll_id: UUID, payment_id: UUID, reason: str, caller: Caller, made_at: datetime, key: Ed25519PrivateKey
) -> Removal:
    signature = sign_removal(key, payroll_id, payment_id, reason, caller.issuer, caller.subject, made_at)
    return Removal(payment_id, reason, caller.issuer, caller.subject, made_at, signature)
