"""Payments were paid, or came back: what their provider earns by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from services.disbursement.domain.fees import rate_on
from services.disbursement.domain.ledger import FEE_BUDGET, Posting, fee_owed_account
from services.disbursement.domain.outcomes import HeldPayment, MoneyMoved
from services.disbursement.storage import fees
from services.disbursement.storage.ledger import post
from services.disbursement.storage.outcomes import ChunkRef
from shared.database import Tx

_VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


async def accrue_fees(tx: Tx, chunk: ChunkRef, posting: Posting, money: MoneyMoved, payments: Sequence[HeldPayment]) -> None:
    """Owe the fees of payments that reached their payees, by the rate of the day they did; take back those of money that came
    back, where the contract says so, in the books that owed them. A contract without rates costs nothing."""
    if money == "none":
        return
    owed = fee_owed_account(chunk.contract_id)
    if money == "back":
        gone = await fees.reverse(tx, chunk.run_month, [payment.payment_id for payment in payments])
        back = replace(posting, cause="fee-reversal")
        await post(tx, [replace(back, authority_id=whose).fees(owed, FEE_BUDGET, dong) for whose, dong in gone.items()])
        return
    accrued_dong = await _accrue(tx, chunk, posting.authority_id, payments)
    if accrued_dong:
        await post(tx, [replace(posting, cause="fee").fees(FEE_BUDGET, owed, accrued_dong)])


async def _accrue(tx: Tx, chunk: ChunkRef, authority_id: str, payments: Sequence[HeldPayment]) -> int:
    rates = (await fees.rates_of(tx, [chunk.contract_id]))[chunk.contract_id]
    if not rates:
        return 0
    earned = []
    for payment in payments:
        paid_on = payment.settled_at.astimezone(_VIETNAM).date() if payment.settled_at else await tx.today()
        rate = rate_on(rates, chunk.channel, paid_on)
        if rate is not None:
            earned.append((payment.payment_id, rate.fee_dong(payment.amount_dong), rate.back_on_return))
    return await fees.accrue(tx, chunk, authority_id, earned) if earned else 0
