"""What was repaid without need goes back to whoever repaid it, by the Treasury's order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.disbursement.domain.law import Law
from services.disbursement.domain.ledger import PAYEES, TREASURY, Posting
from services.disbursement.domain.overpayments import NeedlessMonth
from services.disbursement.domain.receivable_refusals import GIVE_BACK_EXISTS
from services.disbursement.domain.receivables import check_may_close, check_order, give_back
from services.disbursement.storage import give_backs, receivables
from services.disbursement.storage.give_backs import GiveBack
from services.disbursement.storage.ledger import post
from services.disbursement.use_cases.recall_overdrawn import reckon_now
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id

NOBODY = UUID(int=0)


async def list_needless(
    tx: Tx, authority_ids: Sequence[str], law: Law, after: UUID = NOBODY, limit: int = 100
) -> tuple[list[NeedlessMonth], UUID | None]:
    """What was repaid to these authorities (all of one province) beyond what is overpaid now, of up to `limit` people after one;
    and the person after whom to go on. Nothing is kept: it shows at once, and goes when it was given back. The transaction must
    see all rows."""
    people = await give_backs.suspects(tx, authority_ids, after, limit)
    if not people:
        return [], None
    await reckon_now(tx, authority_ids[0], law, people)
    return await give_backs.needless(tx, authority_ids, people), people[-1] if len(people) == limit else None


async def give_back_repayment(
    tx: Tx, caller: Caller, receivable_id: UUID, amount_dong: int, treasury_reference: str, given_on: date, law: Law
) -> GiveBack:
    """Count money that the Treasury gave back, once for each of its references: the same again gives the same.

    The transaction must see all rows. Refused: `unknown-receivable`, `give-back-exists` (the reference stands for something
    else), `service-account-approves`, `maker-is-checker`, `wrong-date` (before the decision, or later than today),
    `nothing-to-give-back`, `more-than-to-give-back`.
    """
    held = await receivables.find(tx, receivable_id, lock=True)
    before = await give_backs.by_reference(tx, held.authority_id, treasury_reference)
    if before is not None:
        if (before.receivable_id, before.amount_dong, before.given_on) != (receivable_id, amount_dong, given_on):
            raise Refusal(GIVE_BACK_EXISTS, f"Treasury reference {treasury_reference}")
        return before
    check_may_close((held.made_issuer, held.made_subject), (caller.issuer, caller.subject), caller.kind)
    check_order(held.decided_on, given_on, await tx.today())
    months: list[NeedlessMonth] = []
    if held.beneficiary_id is not None:
        await receivables.one_at_a_time(tx, held.beneficiary_id)
        await reckon_now(tx, held.authority_id, law, [held.beneficiary_id])
        found = await give_backs.needless(tx, [held.authority_id], [held.beneficiary_id])
        months = [each for each in found if each.receivable_id == receivable_id]
    after = give_back(held.debt, amount_dong, sum(each.to_give_back_dong for each in months))
    kept = GiveBack(new_id(), receivable_id, amount_dong, treasury_reference, given_on, caller.subject, await tx.business_now())
    if not await give_backs.add(tx, held, kept, caller.issuer, months):  # for another receivable, at the same time
        raise Refusal(GIVE_BACK_EXISTS, f"Treasury reference {treasury_reference}")
    await receivables.set_debt(tx, receivable_id, after)
    await post(tx, [Posting(held.run_id, held.authority_id, "give-back").money(TREASURY, PAYEES, amount_dong)])
    await audit.append(
        tx,
        caller,
        "give-back-repayment",
        f"receivable/{receivable_id}",
        amount_dong=amount_dong,
        treasury_reference=treasury_reference,
    )
    return kept
