"""Agree what a contract's channels cost, and pay what was earned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.disbursement.domain.contracts import Contract
from services.disbursement.domain.fees import FEE_EXISTS, FEE_NOT_OWED, NO_SUCH_CHANNEL, SETTLEMENT_EXISTS, FeeRate
from services.disbursement.domain.ledger import Posting, fee_owed_account, fee_paid_account
from services.disbursement.domain.refusals import UNKNOWN_CONTRACT
from services.disbursement.storage import contracts, fees, runs
from services.disbursement.storage.fees import FeeSettlement
from services.disbursement.storage.ledger import post
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id


async def agree_fees(tx: Tx, caller: Caller, contract: Contract, rates: Sequence[FeeRate]) -> list[FeeRate]:
    """Keep rates beside those the contract has; all it has then. What is kept changes no more: a new rate has a new day.

    Refused: `no-such-channel`, `fee-rate-exists` where another rate holds from the same day.
    """
    channels = {each.channel for each in contract.channels}
    for rate in rates:
        if rate.channel not in channels:
            raise Refusal(NO_SUCH_CHANNEL, channel=rate.channel)
    fresh = [rate for rate in rates if await fees.add_rate(tx, contract.contract_id, rate)]
    held = (await fees.rates_of(tx, [contract.contract_id]))[contract.contract_id]
    for rate in rates:
        if rate not in held:
            raise Refusal(FEE_EXISTS, channel=rate.channel, from_on=str(rate.from_on))
    if fresh:
        agreed = [{"channel": r.channel, "from_on": str(r.from_on), "bp": r.basis_points, "flat": r.flat_dong} for r in fresh]
        await audit.append(tx, caller, "agree-fees", f"contract/{contract.contract_id}", rates=agreed)
    return held


@dataclass(frozen=True, slots=True)
class SettleFees:
    """What an accountant paid, and by which paper."""

    run_id: UUID
    authority_id: str
    contract_id: UUID
    amount_dong: int
    paper_number: str
    paid_on: date


async def settle_fees(tx: Tx, caller: Caller, command: SettleFees) -> FeeSettlement:
    """Record that fees of a run were paid to a contract's provider.

    Refused: `unknown-run`, `unknown-contract` (also one of another authority), `fee-not-owed`, `fee-settlement-exists`.
    """
    run = await runs.find(tx, command.run_id)
    await contracts.lock(tx, command.contract_id)
    contract = await contracts.find(tx, command.contract_id)
    if contract.authority_id != command.authority_id:
        raise Refusal(UNKNOWN_CONTRACT, f"{command.authority_id} has no such contract", contract_id=command.contract_id)
    owed = [each.owed_dong for each in await fees.of_run(tx, run.run_id) if each.contract_id == contract.contract_id]
    if command.amount_dong > sum(owed):
        raise Refusal(FEE_NOT_OWED, f"{sum(owed)} đồng are owed", owed_dong=sum(owed))
    kept = FeeSettlement(
        settlement_id=new_id(),
        run_id=run.run_id,
        authority_id=command.authority_id,
        contract_id=contract.contract_id,
        amount_dong=command.amount_dong,
        paper_number=command.paper_number,
        paid_on=command.paid_on,
        made_issuer=caller.issuer,
        made_subject=caller.subject,
        made_at=await tx.business_now(),
    )
    if not await fees.insert_settlement(tx, kept):
        raise Refusal(SETTLEMENT_EXISTS, paper_number=command.paper_number)
    posting = Posting(run.run_id, command.authority_id, "fee-settlement", contract.contract_id, contract.lead_provider)
    owed_account, paid_account = fee_owed_account(contract.contract_id), fee_paid_account(contract.contract_id)
    await post(tx, [posting.fees(owed_account, paid_account, kept.amount_dong)])
    await audit.append(
        tx,
        caller,
        "settle-fees",
        f"run/{run.run_id}",
        settlement_id=kept.settlement_id,
        contract_id=kept.contract_id,
        amount_dong=kept.amount_dong,
        paper_number=kept.paper_number,
    )
    return kept
