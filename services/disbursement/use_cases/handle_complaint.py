"""Take a complaint, give it to an officer, answer it, and open it again once. Each step is kept and audited."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.disbursement.domain.calendar import Calendar
from services.disbursement.domain.complaints import (
    ANSWER_WITHIN_WORKING_DAYS,
    Answer,
    Complaint,
    ComplaintChannel,
    FromWhom,
    Officer,
    due_on,
    told_text,
)
from services.disbursement.domain.refusals import UNKNOWN_BENEFICIARY, UNKNOWN_PAYMENT
from services.disbursement.storage import complaints
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class ToldComplaint:
    """What an officer notes when somebody complains."""

    beneficiary_id: UUID
    benefit_month: date
    payment_id: UUID | None
    from_whom: FromWhom
    channel: ComplaintChannel
    text: str
    owner: str | None = None
    answer_within_working_days: int = ANSWER_WITHIN_WORKING_DAYS


async def file_complaint(tx: Tx, caller: Caller, told: ToldComplaint, calendar: Calendar) -> Complaint:
    """Keep a complaint; whoever takes it owns it, unless another officer is named. Refused: `unknown-beneficiary`,
    `unknown-payment` where the payment is not one for the person and month, `empty-complaint`."""
    unit_id = await complaints.commune_of(tx, told.beneficiary_id)
    if unit_id is None:
        raise Refusal(UNKNOWN_BENEFICIARY, beneficiary_id=told.beneficiary_id)
    paid = told.payment_id
    if paid is not None and not await complaints.is_payment_of(tx, paid, told.beneficiary_id, told.benefit_month):
        raise Refusal(UNKNOWN_PAYMENT, payment_id=paid)
    today = await tx.today()
    complaint = Complaint(
        complaint_id=new_id(),
        unit_id=unit_id,
        beneficiary_id=told.beneficiary_id,
        benefit_month=told.benefit_month,
        payment_id=told.payment_id,
        from_whom=told.from_whom,
        channel=told.channel,
        text=told_text(told.text),
        owner=Officer(caller.issuer, told.owner or caller.subject),
        filed_on=today,
        due_on=due_on(today, told.answer_within_working_days, calendar),
    )
    await complaints.insert(tx, complaint)
    await complaints.add_step(tx, complaint, "filed", caller)
    await _audit(tx, caller, "file-complaint", complaint, month=complaint.benefit_month, owner=complaint.owner.subject)
    return complaint


async def assign_complaint(tx: Tx, caller: Caller, complaint_id: UUID, owner: str) -> Complaint:
    """Give a complaint to another officer. Giving it to its owner changes nothing. Refused: `unknown-complaint`,
    `complaint-answered`."""
    held = await complaints.lock(tx, complaint_id)
    changed = held.assign(Officer(caller.issuer, owner))
    if changed != held:
        await complaints.save(tx, changed)
        await complaints.add_step(tx, changed, "assigned", caller)
        await _audit(tx, caller, "assign-complaint", changed, owner=owner, before=held.owner.subject)
    return changed


async def answer_complaint(tx: Tx, caller: Caller, complaint_id: UUID, answer: Answer) -> Complaint:
    """The owner's answer. Refused: `unknown-complaint`, `complaint-answered`, `not-the-owner`, `empty-complaint`."""
    held = await complaints.lock(tx, complaint_id)
    cleaned = replace(answer, text=told_text(answer.text), done=told_text(answer.done) if answer.done else None)
    changed = held.answered(Officer(caller.issuer, caller.subject), cleaned)
    await complaints.save(tx, changed)
    await complaints.add_step(tx, changed, "answered", caller, answer=cleaned)
    await _audit(tx, caller, "answer-complaint", changed, outcome=answer.outcome)
    return changed


async def reopen_complaint(tx: Tx, caller: Caller, complaint_id: UUID, why: str, calendar: Calendar) -> Complaint:
    """Open it again, once, with a new deadline. Refused: `unknown-complaint`, `complaint-open`, `complaint-reopened-before`,
    `empty-complaint`."""
    held = await complaints.lock(tx, complaint_id)
    said = told_text(why)
    changed = held.reopen(due_on(await tx.today(), ANSWER_WITHIN_WORKING_DAYS, calendar))
    await complaints.save(tx, changed)
    await complaints.add_step(tx, changed, "reopened", caller, said=said)
    await _audit(tx, caller, "reopen-complaint", changed, due_on=changed.due_on)
    return changed


async def _audit(tx: Tx, caller: Caller, action: str, complaint: Complaint, **detail: object) -> None:
    await audit.append(
        tx,
        caller,
        action,
        f"complaint/{complaint.complaint_id}",
        beneficiary_id=complaint.beneficiary_id,
        **detail,
    )
