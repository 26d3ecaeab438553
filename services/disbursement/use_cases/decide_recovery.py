"""By a decision an overpayment becomes a receivable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.disbursement.domain.law import Law
from services.disbursement.domain.ledger import PAYEES, RECEIVABLE, Posting
from services.disbursement.domain.overpayments import RecoveredMonth, check_recoverable
from services.disbursement.domain.receivables import Debt, check_order
from services.disbursement.storage import receivables
from services.disbursement.storage.ledger import post
from services.disbursement.storage.receivables import Receivable
from services.disbursement.use_cases.list_overpayments import overpaid_of
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class DecideRecovery:
    """What a recovery decision says. `notified_on`: the day on which the debtor was told."""

    authority_id: str
    beneficiary_id: UUID
    months: tuple[RecoveredMonth, ...]
    debtor_name: str
    debtor_relationship: str
    decision_number: str
    decided_on: date
    notified_on: date


async def decide_recovery(tx: Tx, caller: Caller, command: DecideRecovery, law: Law) -> Receivable:
    """Keep the decision and post what is owed back. The transaction must see all rows.

    Refused: `wrong-date` (told before it was decided, or later than today), `same-month-twice`, `more-than-overpaid`.
    """
    check_order(command.decided_on, command.notified_on, await tx.today())
    await receivables.one_at_a_time(tx, command.beneficiary_id)
    found = await overpaid_of(tx, command.authority_id, law, command.beneficiary_id)
    check_recoverable(command.months, found)
    amount_dong = sum(each.amount_dong for each in command.months)
    newest = max(found, key=lambda each: each.benefit_month)
    kept = Receivable(
        receivable_id=new_id(),
        authority_id=command.authority_id,
        unit_id=newest.unit_id,
        run_id=newest.run_id,
        origin="overpayment",
        opening_entry_id=None,
        beneficiary_id=newest.beneficiary_id,
        debtor_name=command.debtor_name,
        debtor_relationship=command.debtor_relationship,
        decision_number=command.decision_number,
        decided_on=command.decided_on,
        notified_on=command.notified_on,
        debt=Debt("decided", amount_dong),
        overdue_dong=0,
        agreed_on=None,
        agreed_repaid_dong=None,
        made_issuer=caller.issuer,
        made_subject=caller.subject,
        made_at=await tx.business_now(),
        closing_number=None,
        closed_on=None,
        closing_reason=None,
        closed_subject=None,
        closed_at=None,
    )
    await receivables.insert(tx, kept, newest.beneficiary_id, command.months)
    await post(tx, [Posting(kept.run_id, kept.authority_id, "recovery").money(PAYEES, RECEIVABLE, amount_dong)])
    await audit.append(
        tx,
        caller,
        "decide-recovery",
        f"receivable/{kept.receivable_id}",
        beneficiary_id=newest.beneficiary_id,
        decision_number=kept.decision_number,
        amount_dong=amount_dong,
        months={f"{each.benefit_month:%Y-%m} {each.kind}": each.amount_dong for each in command.months},
    )
    return kept
