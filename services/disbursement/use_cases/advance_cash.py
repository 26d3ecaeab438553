"""Cash goes to a commune's cashier, unspent cash comes back, and the two are settled with what was paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.disbursement.domain.cash_advances import (
    CASH_SETTLED,
    NO_CASHIER,
    NO_DIFFERENCE,
    PAPER_EXISTS,
    SAME_OFFICER,
    UNKNOWN_CASH_SETTLEMENT,
    CloseReason,
    PaperKind,
    check_advance,
    check_close,
    check_return,
    settle,
)
from services.disbursement.domain.contracts import Contract
from services.disbursement.storage import cash_advances as storage
from services.disbursement.storage import contracts, units
from services.disbursement.storage.cash_advances import CashPaper
from shared import audit
from shared.auth import Caller
from shared.database import Row, Tx
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id
from shared.kernel.units import UNKNOWN_UNIT


@dataclass(frozen=True, slots=True)
class CashAt:
    """Whose cash: of a run, a contract, a commune."""

    run_id: UUID
    contract_id: UUID
    unit_id: str


async def record_cash(
    tx: Tx, caller: Caller, at: CashAt, kind: PaperKind, amount_dong: int, paper_number: str, happened_on: date, counterpart: str
) -> CashPaper:
    """Keep cash that was given to a commune, or brought back. The same paper with the same content changes nothing.

    Refused: `unknown-contract`, `no-cashier`, `unknown-unit`, `cash-paper-exists`, `advance-over-funding`,
    `more-than-still-out`, `cash-settled` (but for cash that closes a difference).
    """
    contract = await _lock(tx, at)
    held = await storage.find_paper(tx, contract.authority_id, kind, paper_number)
    paper = CashPaper(
        held.paper_id if held else new_id(), at.run_id, at.contract_id, contract.authority_id, at.unit_id, kind, amount_dong,
        paper_number, happened_on, counterpart,
    )  # fmt: skip
    if held is not None:
        if held != paper:
            raise Refusal(PAPER_EXISTS, paper_number=paper_number)
        return held
    settled = await storage.settlement_of(tx, at.run_id, at.contract_id, at.unit_id)
    if settled is not None and (kind == "advance" or not settled["difference_dong"] or settled["closed_at"]):
        raise Refusal(CASH_SETTLED)
    if kind == "advance":
        found = await storage.standings(tx, at.run_id, at.contract_id)
        net_dong = sum(each.advanced_dong - each.returned_dong for each in found.values())
        check_advance(amount_dong, net_dong, await storage.funded_dong(tx, at.run_id, at.contract_id))
        check_advance(amount_dong, *await storage.of_contract(tx, at.contract_id))  # what went back to the Treasury is not there
    else:
        check_return(amount_dong, await storage.standing(tx, at.run_id, at.contract_id, at.unit_id))
    if not await storage.insert_paper(tx, paper, caller.issuer, caller.subject):  # under another contract, at the same time
        raise Refusal(PAPER_EXISTS, paper_number=paper_number)
    await audit.append(
        tx, caller, f"cash-{kind}", f"run/{at.run_id}", unit_id=at.unit_id, amount_dong=amount_dong, paper_number=paper_number
    )
    return paper


async def settle_cash(tx: Tx, caller: Caller, at: CashAt, owner: str | None) -> Row:
    """Settle a commune's cash of a run: what is neither paid nor back is a difference, and `owner` looks after it.

    Settled before: how it was. Refused: `unknown-contract`, `no-cashier`, `unknown-unit`, `nothing-advanced`,
    `cash-in-flight`, `break-needs-owner`.
    """
    contract = await _lock(tx, at)
    held = await storage.settlement_of(tx, at.run_id, at.contract_id, at.unit_id)
    if held is not None:
        return held
    standing = await storage.standing(tx, at.run_id, at.contract_id, at.unit_id)
    difference_dong = settle(standing, owner)
    place = {
        "run_id": at.run_id, "contract_id": at.contract_id, "authority_id": contract.authority_id, "unit_id": at.unit_id,
    }  # fmt: skip
    await storage.insert_settlement(tx, place, standing, owner, caller.issuer, caller.subject)
    await audit.append(
        tx, caller, "settle-cash", f"run/{at.run_id}", unit_id=at.unit_id, difference_dong=difference_dong, owner=owner
    )
    kept = await storage.settlement_of(tx, at.run_id, at.contract_id, at.unit_id)
    assert kept is not None
    return kept


async def close_difference(tx: Tx, caller: Caller, settlement_id: UUID, reason: CloseReason, note: str, evidence: str) -> Row:
    """Close a difference, by another than its owner. The same again changes nothing.

    Refused: `unknown-cash-settlement`, `no-open-difference`, `owner-closes`, `cash-still-missing`.
    """
    held = await storage.find_settlement(tx, settlement_id, lock=True)
    if held is None:
        raise Refusal(UNKNOWN_CASH_SETTLEMENT, settlement_id=settlement_id)
    if held["closed_at"] is not None and (held["closed_as"], held["evidence"]) == (reason, evidence):
        return held
    if held["closed_at"] is not None or not held["difference_dong"]:
        raise Refusal(NO_DIFFERENCE)
    if held["owner"] == caller.subject:
        raise Refusal(SAME_OFFICER)
    standing = await storage.standing(tx, held["run_id"], held["contract_id"], held["unit_id"])
    check_close(reason, standing.still_out_dong)
    await storage.close(tx, settlement_id, reason, note, evidence, caller.issuer, caller.subject)
    await audit.append(tx, caller, "close-cash-difference", f"cash-settlement/{settlement_id}", reason=reason, evidence=evidence)
    kept = await storage.find_settlement(tx, settlement_id)
    assert kept is not None
    return kept


async def _lock(tx: Tx, at: CashAt) -> Contract:
    """The contract, locked: cash of its communes changes one at a time."""
    contract = await contracts.find(tx, at.contract_id)
    if not any(channel.channel == "cashier" for channel in contract.channels):
        raise Refusal(NO_CASHIER, contract_id=at.contract_id)
    if await units.outside(tx, [at.unit_id], contract.authority_id):
        raise Refusal(UNKNOWN_UNIT, unit_id=at.unit_id)
    await contracts.lock(tx, at.contract_id)
    return contract
