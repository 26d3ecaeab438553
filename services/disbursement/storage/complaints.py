"""Complaints and their steps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from services.disbursement.domain.complaint_refusals import UNKNOWN_COMPLAINT
from services.disbursement.domain.complaints import Answer, Complaint, ComplaintState, Officer
from shared.auth import Caller
from shared.database import Row, Tx
from shared.kernel.errors import Refusal

Action = Literal["filed", "assigned", "answered", "reopened"]

_COLUMNS = """complaint_id, unit_id, beneficiary_id, benefit_month, payment_id, from_whom, channel, text, owner_issuer,
    owner_subject, filed_on, due_on, state, reopened, outcome, answer, done"""


async def insert(tx: Tx, complaint: Complaint) -> None:
    """Keep a new complaint."""
    await tx.run(
        """INSERT INTO complaints (complaint_id, unit_id, beneficiary_id, benefit_month, payment_id, from_whom, channel, text,
                                   owner_issuer, owner_subject, filed_on, due_on)
           VALUES (:complaint_id, :unit_id, :beneficiary_id, :benefit_month, :payment_id, :from_whom, :channel, :text,
                   :owner_issuer, :owner_subject, :filed_on, :due_on)""",
        complaint_id=complaint.complaint_id,
        unit_id=complaint.unit_id,
        beneficiary_id=complaint.beneficiary_id,
        benefit_month=complaint.benefit_month,
        payment_id=complaint.payment_id,
        from_whom=complaint.from_whom,
        channel=complaint.channel,
        text=complaint.text,
        owner_issuer=complaint.owner.issuer,
        owner_subject=complaint.owner.subject,
        filed_on=complaint.filed_on,
        due_on=complaint.due_on,
    )


async def save(tx: Tx, complaint: Complaint) -> None:
    """Write back what a step changes; the caller holds the row."""
    answer = complaint.answer
    await tx.run(
        """UPDATE complaints SET owner_issuer = :owner_issuer, owner_subject = :owner_subject, due_on = :due_on, state = :state,
               reopened = :reopened, outcome = :outcome, answer = :answer, done = :done
           WHERE complaint_id = :complaint_id""",
        complaint_id=complaint.complaint_id,
        owner_issuer=complaint.owner.issuer,
        owner_subject=complaint.owner.subject,
        due_on=complaint.due_on,
        state=complaint.state,
        reopened=complaint.reopened,
        outcome=answer.outcome if answer else None,
        answer=answer.text if answer else None,
        done=answer.done if answer else None,
    )


async def add_step(
    tx: Tx, complaint: Complaint, action: Action, caller: Caller, said: str | None = None, answer: Answer | None = None
) -> None:
    """Keep what was done; the caller holds the complaint's row."""
    await tx.run(
        """INSERT INTO complaint_steps (complaint_id, step_no, unit_id, action, issuer, subject, at, owner, due_on, outcome, said,
                                        done)
           SELECT :complaint_id, count(*) + 1, :unit_id, :action, :issuer, :subject, platform.business_now(), :owner, :due_on,
                  :outcome, :said, :done
           FROM complaint_steps WHERE complaint_id = :complaint_id""",
        complaint_id=complaint.complaint_id,
        unit_id=complaint.unit_id,
        action=action,
        issuer=caller.issuer,
        subject=caller.subject,
        owner=complaint.owner.subject,
        due_on=complaint.due_on,
        outcome=answer.outcome if answer else None,
        said=answer.text if answer else said,
        done=answer.done if answer else None,
    )


async def lock(tx: Tx, complaint_id: UUID) -> Complaint:
    """The complaint, held until the transaction ends; refused with `unknown-complaint`."""
    return _one(
        await tx.row(
            f"SELECT {_COLUMNS} FROM complaints WHERE complaint_id = :complaint_id FOR UPDATE",  # noqa: S608
            complaint_id=complaint_id,
        ),
        complaint_id,
    )


async def find(tx: Tx, complaint_id: UUID) -> Complaint:
    """The complaint; refused with `unknown-complaint`."""
    return _one(
        await tx.row(f"SELECT {_COLUMNS} FROM complaints WHERE complaint_id = :complaint_id", complaint_id=complaint_id),  # noqa: S608
        complaint_id,
    )


async def steps(tx: Tx, complaint_id: UUID) -> Sequence[Row]:
    """What was done with it, in order."""
    return await tx.rows(
        """SELECT step_no, action, subject AS by, at, owner, due_on, outcome, said, done FROM complaint_steps
           WHERE complaint_id = :complaint_id ORDER BY step_no""",
        complaint_id=complaint_id,
    )


async def page(
    tx: Tx,
    after: UUID,
    limit: int,
    *,
    state: ComplaintState | None,
    overdue_at: date | None,
    owner: str | None,
    unit_id: str | None,
    beneficiary_id: UUID | None,
) -> list[Complaint]:
    """Complaints in the order of filing, after one; of a unit and all below it. `overdue_at`: open and due before this day."""
    rows = await tx.rows(
        f"""SELECT {_COLUMNS} FROM complaints c
            WHERE complaint_id > :after
              AND (CAST(:state AS text) IS NULL OR state = CAST(:state AS text))
              AND (CAST(:overdue_at AS date) IS NULL OR (state = 'open' AND due_on < CAST(:overdue_at AS date)))
              AND (CAST(:owner AS text) IS NULL OR owner_subject = CAST(:owner AS text))
              AND (CAST(:beneficiary_id AS uuid) IS NULL OR beneficiary_id = CAST(:beneficiary_id AS uuid))
              AND (CAST(:unit_id AS text) IS NULL OR unit_id IN (
                   SELECT u.unit_id FROM units u WHERE u.path @> ARRAY[CAST(:unit_id AS text)]))
            ORDER BY complaint_id LIMIT :limit""",  # noqa: S608 - constants only
        after=after,
        limit=limit,
        state=state,
        overdue_at=overdue_at,
        owner=owner,
        unit_id=unit_id,
        beneficiary_id=beneficiary_id,
    )
    return [_complaint(row) for row in rows]


async def commune_of(tx: Tx, beneficiary_id: UUID) -> str | None:
    """The commune of a person whom the caller may see."""
    unit_id: str | None = await tx.scalar(
        "SELECT unit_id FROM people WHERE beneficiary_id = :beneficiary_id", beneficiary_id=beneficiary_id
    )
    return unit_id


async def is_payment_of(tx: Tx, payment_id: UUID, beneficiary_id: UUID, month: date) -> bool:
    """Whether a payment that the caller may see is for this person and settles something of the month."""
    return bool(
        await tx.scalar(
            """SELECT EXISTS (
                   SELECT FROM payments p JOIN payment_lines l ON l.payment_id = p.payment_id AND l.run_month = p.run_month
                   WHERE p.beneficiary_id = :beneficiary_id AND p.payment_id = :payment_id AND l.benefit_month = :month)""",
            payment_id=payment_id,
            beneficiary_id=beneficiary_id,
            month=month,
        )
    )


def _one(row: Row | None, complaint_id: UUID) -> Complaint:
    if row is None:
        raise Refusal(UNKNOWN_COMPLAINT, complaint_id=complaint_id)
    return _complaint(row)


def _complaint(row: Row) -> Complaint:
    plain = {name: row[name] for name in Complaint.__dataclass_fields__ if name in row and name != "answer"}
    answer = Answer(row["outcome"], row["answer"], row["done"]) if row["outcome"] else None
    return Complaint(**plain, owner=Officer(row["owner_issuer"], row["owner_subject"]), answer=answer)
