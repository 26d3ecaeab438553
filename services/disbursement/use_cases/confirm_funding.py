"""Confirm what the Treasury credited to a contract's provider for a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.disbursement.domain.ledger import TREASURY, Posting, provider_account
from services.disbursement.domain.refusals import FUNDING_EXISTS, UNKNOWN_CONTRACT
from services.disbursement.storage import closings, contracts, fundings, handovers, runs
from services.disbursement.storage.fundings import Funding
from services.disbursement.storage.ledger import post
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class ConfirmFunding:
    """What an accountant confirms."""

    run_id: UUID
    authority_id: str
    contract_id: UUID
    amount_dong: int
    withdrawal_paper: str
    treasury_reference: str
    credited_on: date


async def confirm_funding(tx: Tx, caller: Caller, command: ConfirmFunding) -> Funding:
    """Keep the confirmation and post the money to the contract's provider.

    Refused: `unknown-run`, `unknown-contract` (also one of another authority), `authority-handed-over`, `run-closed`,
    `funding-exists` where the Treasury reference was used before: the same money is never counted twice.
    """
    run = await runs.find(tx, command.run_id)
    contract = await contracts.find(tx, command.contract_id)
    if contract.authority_id != command.authority_id:
        raise Refusal(UNKNOWN_CONTRACT, f"{command.authority_id} has no such contract", contract_id=command.contract_id)
    # Whoever closes the run or hands over holds the contracts: it is asked for after them, or they see this money.
    await contracts.lock(tx, command.contract_id)
    await handovers.check_stands(tx, command.authority_id)
    await closings.check_open(tx, run.run_id, command.authority_id)
    kept = Funding(
        funding_id=new_id(),
        run_id=run.run_id,
        authority_id=command.authority_id,
        contract_id=command.contract_id,
        amount_dong=command.amount_dong,
        withdrawal_paper=command.withdrawal_paper,
        treasury_reference=command.treasury_reference,
        credited_on=command.credited_on,
        confirmed_issuer=caller.issuer,
        confirmed_subject=caller.subject,
        confirmed_at=await tx.business_now(),
    )
    if not await fundings.insert(tx, kept):
        raise Refusal(FUNDING_EXISTS, f"Treasury reference {command.treasury_reference}")
    posting = Posting(
        run_id=run.run_id,
        authority_id=kept.authority_id,
        cause="funding",
        contract_id=kept.contract_id,
        provider=contract.lead_provider,
    )
    await post(tx, [posting.money(TREASURY, provider_account(kept.contract_id), kept.amount_dong)])
    await audit.append(
        tx,
        caller,
        "confirm-funding",
        f"run/{run.run_id}",
        funding_id=kept.funding_id,
        contract_id=kept.contract_id,
        amount_dong=kept.amount_dong,
        withdrawal_paper=kept.withdrawal_paper,
        treasury_reference=kept.treasury_reference,
    )
    return kept
