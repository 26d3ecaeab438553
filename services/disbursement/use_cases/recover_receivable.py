"""A receivable's way back to the Treasury: an instalment plan, repayments, or its end by another decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.disbursement.domain.ledger import OPENING, PAYEES, RECEIVABLE, TREASURY, WRITTEN_OFF, Cause, Posting
from services.disbursement.domain.receivable_refusals import REPAYMENT_EXISTS
from services.disbursement.domain.receivables import Closing, Instalment, agree, check_may_close, check_order, close, repay
from services.disbursement.storage import receivables
from services.disbursement.storage.ledger import post
from services.disbursement.storage.receivables import Receivable, Repayment
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id


async def agree_instalments(
    tx: Tx, caller: Caller, receivable_id: UUID, agreed_on: date, instalments: Sequence[Instalment]
) -> Receivable:
    """Keep the plan that was agreed with the debtor, in place of any before.

    Refused: `unknown-receivable`, `receivable-closed`, `wrong-instalment-plan`, `wrong-date` (agreed before it was decided, or
    later than today).
    """
    held = await receivables.find(tx, receivable_id, lock=True)
    check_order(held.decided_on, agreed_on, await tx.today())
    await receivables.set_debt(tx, receivable_id, agree(held.debt, agreed_on, instalments))
    await receivables.set_plan(tx, held, agreed_on, instalments)
    plan = {each.due_on.isoformat(): each.amount_dong for each in instalments}
    await audit.append(tx, caller, "agree-instalments", f"receivable/{receivable_id}", agreed_on=agreed_on, plan=plan)
    return await receivables.find(tx, receivable_id)


async def record_repayment(
    tx: Tx, caller: Caller, receivable_id: UUID, amount_dong: int, treasury_reference: str, repaid_on: date
) -> Repayment:
    """Count money that came back to the Treasury, once for each of its references: the same again gives the same.

    Refused: `unknown-receivable`, `repayment-exists` (the reference stands for something else), `receivable-closed`,
    `more-than-left`, `wrong-date` (before it was decided, or later than today).
    """
    held = await receivables.find(tx, receivable_id, lock=True)
    before = await receivables.repayment_by_reference(tx, held.authority_id, treasury_reference)
    if before is not None:
        if (before.receivable_id, before.amount_dong, before.repaid_on) != (receivable_id, amount_dong, repaid_on):
            raise Refusal(REPAYMENT_EXISTS, f"Treasury reference {treasury_reference}")
        return before
    check_order(held.decided_on, repaid_on, await tx.today())
    after = repay(held.debt, amount_dong)
    kept = Repayment(new_id(), receivable_id, amount_dong, treasury_reference, repaid_on, caller.subject, await tx.business_now())
    if not await receivables.add_repayment(tx, held, kept, caller.issuer):  # for another receivable, at the same time
        raise Refusal(REPAYMENT_EXISTS, f"Treasury reference {treasury_reference}")
    await receivables.set_debt(tx, receivable_id, after)
    await _post(tx, held, "repayment", TREASURY, amount_dong)
    await audit.append(
        tx,
        caller,
        "record-repayment",
        f"receivable/{receivable_id}",
        amount_dong=amount_dong,
        treasury_reference=treasury_reference,
    )
    return kept


async def close_receivable(
    tx: Tx, caller: Caller, receivable_id: UUID, how: Closing, number: str, closed_on: date, reason: str
) -> Receivable:
    """Write off what is left, or withdraw it with its decision; recorded by another officer than the recovery.

    Refused: `unknown-receivable`, `service-account-approves`, `maker-is-checker`, `receivable-closed`, `wrong-date`.
    """
    held = await receivables.find(tx, receivable_id, lock=True)
    check_may_close((held.made_issuer, held.made_subject), (caller.issuer, caller.subject), caller.kind)
    check_order(held.decided_on, closed_on, await tx.today())
    await _end(tx, held, how, number, closed_on, reason, caller.issuer, caller.subject)
    await audit.append(
        tx,
        caller,
        "write-off-receivable" if how == "written_off" else "withdraw-receivable",
        f"receivable/{receivable_id}",
        decision_number=number,
        amount_dong=held.debt.left_dong,
        reason=reason,
    )
    return await receivables.find(tx, receivable_id)


async def counter_receivable(tx: Tx, entry_id: UUID, minutes_number: str) -> bool:
    """An opening receivable was taken back: withdraw what is left of it. False where something had come back before."""
    held = await receivables.of_opening(tx, entry_id)
    if held is None:
        return True
    if held.debt.state in ("decided", "agreed", "repaying"):
        await _end(tx, held, "withdrawn", minutes_number, await tx.today(), "opening entry countered", "chitra", "registry")
    return held.debt.left_dong == held.debt.amount_dong


async def _end(
    tx: Tx, held: Receivable, how: Closing, number: str, closed_on: date, reason: str, issuer: str, subject: str
) -> None:
    after = close(held.debt, how)
    if how == "withdrawn":
        await receivables.withdraw_months(tx, held.receivable_id, held.debt.left_dong)
    await receivables.set_debt(tx, held.receivable_id, after)
    await receivables.set_closed(
        tx, held.receivable_id, number=number, closed_on=closed_on, reason=reason, issuer=issuer, subject=subject
    )
    came_from = OPENING if held.origin == "opening" else PAYEES
    if how == "written_off":
        await _post(tx, held, "write-off", WRITTEN_OFF, held.debt.left_dong)
    else:
        await _post(tx, held, "withdrawal", came_from, held.debt.left_dong)


async def _post(tx: Tx, held: Receivable, cause: Cause, target: str, amount_dong: int) -> None:
    await post(tx, [Posting(held.run_id, held.authority_id, cause).money(RECEIVABLE, target, amount_dong)])
