"""End a contract, or let communes leave it: what is under way runs to its end, later months go another way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.disbursement.domain.contract_refusals import CONTRACT_ENDED, CONTRACT_IN_USE, NOT_SERVED, WRONG_PERIOD
from services.disbursement.domain.contracts import Contract
from services.disbursement.storage import contract_ends, contracts
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.months import require_month


async def end_contract(tx: Tx, caller: Caller, contract_id: UUID, valid_to: date, paper: str) -> Contract:
    """Let a contract end on a day. Runs of later months go through it no more; payments under way run to their end.

    The same day again changes nothing. Refused: `unknown-contract`, `wrong-period`, `contract-ended` (on another day),
    `contract-in-use` while payrolls of later months are drawn up and not released.
    """
    await contract_ends.lock(tx, contract_id)
    contract = await contracts.find(tx, contract_id)
    if contract.valid_to == valid_to:
        return contract
    if contract.valid_to is not None:
        raise Refusal(CONTRACT_ENDED, f"on {contract.valid_to}", valid_to=contract.valid_to)
    if valid_to < contract.valid_from:
        raise Refusal(WRONG_PERIOD, f"it begins on {contract.valid_from}", valid_from=contract.valid_from)
    await _check_released(tx, contract_id, valid_to.replace(day=1), None)
    await contract_ends.end(tx, contract_id, valid_to)
    await audit.append(tx, caller, "end-contract", f"contract/{contract_id}", valid_to=valid_to, paper=paper)
    return await contracts.find(tx, contract_id)


async def leave_communes(tx: Tx, caller: Caller, contract_id: UUID, unit_ids: Sequence[str], to_month: date) -> Contract:
    """Let communes leave a contract after a run month. Doing it twice changes nothing.

    Refused: `wrong-month`, `unknown-contract`, `commune-not-served` (in that month), `contract-in-use` while payrolls of later
    months with payments there are drawn up and not released.
    """
    require_month(to_month)
    await contract_ends.lock(tx, contract_id)
    await contracts.find(tx, contract_id)
    missing = await contract_ends.not_served(tx, contract_id, unit_ids, to_month)
    if missing:
        raise Refusal(NOT_SERVED, ", ".join(missing[:10]), units=missing)
    await _check_released(tx, contract_id, to_month, unit_ids)
    if await contract_ends.leave(tx, contract_id, unit_ids, to_month):
        await audit.append(
            tx, caller, "leave-communes", f"contract/{contract_id}", communes=sorted(set(unit_ids)), to_month=to_month
        )
    return await contracts.find(tx, contract_id)


async def _check_released(tx: Tx, contract_id: UUID, last_month: date, unit_ids: Sequence[str] | None) -> None:
    waiting = await contract_ends.unreleased(tx, contract_id, last_month, unit_ids)
    if waiting:
        raise Refusal(CONTRACT_IN_USE, f"{len(waiting)} payrolls", payrolls=[str(payroll_id) for payroll_id in waiting])
