"""Who receives for whom: appointments, the one of now and those of before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.domain.appointments import Appointing, Paper
from services.registry.storage import bulk
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.ids import new_id

LISTED = {
    "appointment_id": "uuid",
    "beneficiary_id": "uuid",
    "payee_id": "uuid",
    "capacity": "text",
    "relationship": "text",
    "of_age_on": "date",
    "row_id": "uuid",
}
_ENDED_BY = "ended_why = :why, ended_issuer = :issuer, ended_subject = :subject, ended_paper = :paper"


async def sync_listed(
    tx: Tx, caller: Caller, from_on: date, listed: Sequence[Mapping[str, Any]], changed: Sequence[UUID]
) -> None:
    """Let monthly appointments be as a list says, from a day on. `changed` are those who had one before.

    The same payee again corrects the word, the capacity and the ward's age, where no paper says otherwise.
    """
    arrays = bulk.arrays_of(LISTED, listed)
    if changed:
        await tx.run(
            f"""UPDATE payee_appointments a SET ended_on = greatest(:from_on, a.from_on), {_ENDED_BY} FROM beneficiaries b
                WHERE a.beneficiary_id = b.beneficiary_id AND b.beneficiary_id = ANY(CAST(:ids AS uuid[]))
                    AND a.purpose = 'monthly' AND a.ended_on IS NULL AND a.payee_id <> b.payee_id""",  # noqa: S608
            from_on=from_on,
            why="replaced",
            paper=None,
            issuer=caller.issuer,
            subject=caller.subject,
            ids=list(changed),
        )
        await tx.run(
            f"""UPDATE payee_appointments a SET
                    of_age_on = CASE WHEN a.paper_kind IS NULL THEN v.of_age_on
                                     ELSE CAST(b.birth_date + interval '18 years' AS date) END,
                    relationship = CASE WHEN a.paper_kind IS NULL THEN v.relationship ELSE a.relationship END,
                    capacity = CASE WHEN a.paper_kind IS NULL THEN v.capacity ELSE a.capacity END
                FROM {bulk.values_of(LISTED)} JOIN beneficiaries b USING (beneficiary_id)
                WHERE a.beneficiary_id = v.beneficiary_id AND a.purpose = 'monthly'
                    AND a.ended_on IS NULL AND (a.paper_kind IS NULL OR a.of_age_on IS NOT NULL)
                    AND (a.of_age_on, a.relationship, a.capacity) IS DISTINCT FROM (v.of_age_on, v.relationship, v.capacity)""",  # noqa: S608
            **arrays,
        )
    await tx.run(
        f"""INSERT INTO payee_appointments (appointment_id, beneficiary_id, unit_id, payee_id, purpose, capacity, relationship,
                from_on, of_age_on, row_id, made_at, made_issuer, made_subject)
            SELECT v.appointment_id, v.beneficiary_id, b.unit_id, v.payee_id, 'monthly', v.capacity, v.relationship, :from_on,
                v.of_age_on, v.row_id, platform.business_now(), :issuer, :subject
            FROM {bulk.values_of(LISTED)} JOIN beneficiaries b USING (beneficiary_id)
            ON CONFLICT (beneficiary_id, purpose) WHERE ended_on IS NULL DO NOTHING""",  # noqa: S608
        from_on=from_on,
        issuer=caller.issuer,
        subject=caller.subject,
        **arrays,
    )


async def guarded_people(tx: Tx, beneficiary_ids: Sequence[UUID], payee_holds: Sequence[str]) -> set[UUID]:
    """People whose payee a list may not change: the one of now has a paper, or a hold awaits another."""
    rows = await tx.rows(
        """SELECT a.beneficiary_id FROM payee_appointments a WHERE a.beneficiary_id = ANY(CAST(:ids AS uuid[]))
               AND a.purpose = 'monthly' AND a.ended_on IS NULL AND (a.request_id IS NOT NULL OR a.paper_kind IS NOT NULL)
           UNION SELECT h.beneficiary_id FROM holds h WHERE h.beneficiary_id = ANY(CAST(:ids AS uuid[]))
               AND h.lifted_at IS NULL AND h.kind IS NULL AND h.reason = ANY(CAST(:reasons AS text[]))""",
        ids=list(beneficiary_ids),
        reasons=list(payee_holds),
    )
    return {row["beneficiary_id"] for row in rows}


async def current_appointments(tx: Tx, beneficiary_id: UUID) -> dict[str, dict[str, Any]]:
    """The appointments of now by purpose, held until the transaction ends."""
    rows = await tx.rows(
        """SELECT * FROM payee_appointments WHERE beneficiary_id = :id AND ended_on IS NULL ORDER BY purpose FOR NO KEY UPDATE""",
        id=beneficiary_id,
    )
    return {row["purpose"]: row for row in rows}


async def last_change(tx: Tx, beneficiary_id: UUID, purpose: str) -> date | None:
    """The newest day on which who receives began or ended."""
    day: date | None = await tx.scalar(
        """SELECT max(coalesce(ended_on, from_on)) FROM payee_appointments
           WHERE beneficiary_id = :id AND purpose = :purpose""",
        id=beneficiary_id,
        purpose=purpose,
    )
    return day


async def end_appointment(tx: Tx, caller: Caller, appointment_id: UUID, ended_on: date, why: str, paper: str | None) -> None:
    """End one appointment; not before the day on which it began."""
    await tx.run(
        f"""UPDATE payee_appointments SET ended_on = greatest(:ended_on, from_on), {_ENDED_BY}
            WHERE appointment_id = :id AND ended_on IS NULL""",  # noqa: S608
        id=appointment_id,
        ended_on=ended_on,
        why=why,
        paper=paper,
        issuer=caller.issuer,
        subject=caller.subject,
    )


async def end_appointments_of_payee(
    tx: Tx, caller: Caller, payee_id: UUID, ended_on: date, why: str, paper: str | None, but: UUID | None = None
) -> list[dict[str, Any]]:
    """End every appointment of a payee, for everybody but one; which they were."""
    return await tx.rows(
        f"""UPDATE payee_appointments SET ended_on = greatest(:ended_on, from_on), {_ENDED_BY}
            WHERE payee_id = :payee_id AND ended_on IS NULL AND beneficiary_id IS DISTINCT FROM CAST(:but AS uuid)
            RETURNING beneficiary_id, purpose, capacity""",  # noqa: S608
        payee_id=payee_id,
        but=but,
        ended_on=ended_on,
        why=why,
        paper=paper,
        issuer=caller.issuer,
        subject=caller.subject,
    )


async def reopen_appointments_of_payee(tx: Tx, payee_id: UUID, why: str, paper: str) -> None:
    """Let what a paper ended go on, where nobody else receives by now."""
    await tx.run(
        """UPDATE payee_appointments a SET ended_on = NULL, ended_why = NULL, ended_paper = NULL, ended_issuer = NULL,
               ended_subject = NULL
           WHERE a.payee_id = :payee_id AND a.ended_why = :why AND a.ended_paper = :paper AND NOT EXISTS (
               SELECT FROM payee_appointments c
               WHERE c.beneficiary_id = a.beneficiary_id AND c.purpose = a.purpose AND c.appointment_id > a.appointment_id)""",
        payee_id=payee_id,
        why=why,
        paper=paper,
    )


async def insert_appointment(
    tx: Tx, caller: Caller, beneficiary_id: UUID, payee_id: UUID, new: Appointing, *,
    expires_on: date | None, of_age_on: date | None, request_id: UUID | None, carries_on: Mapping[str, Any] | None = None,
) -> UUID:  # fmt: skip
    """A new appointment of now; its id. `carries_on`: the one before of the same carer, whose account and hold it keeps."""
    paper = new.paper
    kept = carries_on or {"account_id": None, "cash_chosen": False, "hold": None}
    appointment_id = new_id()
    await tx.run(
        """INSERT INTO payee_appointments (appointment_id, beneficiary_id, unit_id, payee_id, purpose, capacity, relationship,
               from_on, expires_on, of_age_on, paper_kind, paper_number, paper_issued_on, paper_issued_by, request_id,
               account_id, cash_chosen, hold,
               made_at, made_issuer, made_subject)
           SELECT :appointment_id, b.beneficiary_id, b.unit_id, :payee_id, :purpose, :capacity, :relationship, :from_on,
               :expires_on, :of_age_on, :paper_kind, :paper_number, :paper_issued_on, :paper_issued_by, :request_id,
               :account_id, :cash_chosen, :hold,
               platform.business_now(), :issuer, :subject
           FROM beneficiaries b WHERE b.beneficiary_id = :beneficiary_id""",
        appointment_id=appointment_id,
        beneficiary_id=beneficiary_id,
        payee_id=payee_id,
        purpose=new.purpose,
        capacity=new.capacity,
        relationship=new.relationship,
        from_on=new.from_on,
        expires_on=expires_on,
        of_age_on=of_age_on,
        paper_kind=paper.kind if paper else None,
        paper_number=paper.number if paper else None,
        paper_issued_on=paper.issued_on if paper else None,
        paper_issued_by=paper.issued_by if paper else None,
        request_id=request_id,
        issuer=caller.issuer,
        subject=caller.subject,
        **{name: kept[name] for name in ("account_id", "cash_chosen", "hold")},
    )
    return appointment_id


async def appointments_of_person(tx: Tx, beneficiary_id: UUID) -> list[dict[str, Any]]:
    """All appointments of a person, newest first, with their payees."""
    return await tx.rows(
        """SELECT a.*, p.full_name AS payee_name, p.identity_sealed, p.phone_sealed, p.died_on
           FROM payee_appointments a JOIN payees p USING (payee_id)
           WHERE a.beneficiary_id = :id ORDER BY a.appointment_id DESC""",
        id=beneficiary_id,
    )


async def appointments_of_payee(tx: Tx, payee_id: UUID) -> list[dict[str, Any]]:
    """For whom a payee receives and received, those of now first."""
    return await tx.rows(
        """SELECT a.*, b.code, b.full_name FROM payee_appointments a JOIN beneficiaries b USING (beneficiary_id)
           WHERE a.payee_id = :id ORDER BY a.ended_on IS NOT NULL, b.code, a.appointment_id DESC""",
        id=payee_id,
    )


def paper_of(row: Mapping[str, Any]) -> Paper | None:
    """The paper of an appointment; None where none is known."""
    if row["paper_kind"] is None:
        return None
    return Paper(row["paper_kind"], row["paper_number"], row["paper_issued_on"], row["paper_issued_by"], row["expires_on"])
