"""A payee's paper is renewed, or recorded where only a list named the payee: the money goes where it went."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.registry.domain.appointment_refusals import NOTHING_TO_RENEW, PAYEE_IS_DEAD
from services.registry.domain.appointments import (
    CARE_SUPPORT,
    MONTHLY,
    RENEWED,
    SELF,
    Appointing,
    Candidate,
    Paper,
    Person,
    birth_year,
    check_appointing,
    expiry_of,
)
from services.registry.domain.payee_watch import HOLD_AUTHORISATION_EXPIRED, HOLD_GUARDIANSHIP_ENDED, HOLD_WARD_OF_AGE
from services.registry.storage import receiving
from services.registry.storage.appointments import current_appointments, end_appointment, insert_appointment
from services.registry.use_cases.appoint_payee import person_now
from services.registry.use_cases.settle_payee_holds import settle_payee_holds
from shared import audit
from shared.auth import Caller
from shared.crypto import IDENTITY, FieldCipher
from shared.database import Tx
from shared.kernel.errors import Refusal

_LIFTED = (HOLD_AUTHORISATION_EXPIRED, HOLD_GUARDIANSHIP_ENDED, HOLD_WARD_OF_AGE)
"""What another paper of the same payee puts right: a ward of age may authorise who was the guardian."""


async def renew_appointment(
    tx: Tx, caller: Caller, cipher: FieldCipher, beneficiary_id: UUID, capacity: str, paper: Paper, *, care_alone: bool = False
) -> date | None:
    """Let the payee of now (the carer of care support, where that is meant) go on by another paper; the last day for which it
    holds.

    Holds for the paper that ran out are lifted. Refused: `unknown-beneficiary`, `nothing-to-renew`, and what
    `check_appointing` refuses.
    """
    person = await person_now(tx, beneficiary_id)
    current = (await current_appointments(tx, beneficiary_id)).get(CARE_SUPPORT if care_alone else MONTHLY)
    if current is None or current["capacity"] == SELF or capacity == SELF:
        raise Refusal(NOTHING_TO_RENEW)
    if not care_alone and current["payee_id"] != person["payee_id"]:
        raise Refusal(NOTHING_TO_RENEW)
    payee = await receiving.payee_by_id(tx, current["payee_id"])
    if payee is None:
        raise Refusal(PAYEE_IS_DEAD)
    new = Appointing(capacity, current["relationship"], max(paper.issued_on, current["from_on"]), paper, care_alone)
    number = cipher.open(payee["identity_sealed"], IDENTITY) if payee["identity_sealed"] else None
    candidate = Candidate(payee["payee_id"], payee["self_of"], False, birth_year(number) or payee["birth_year"], payee["died_on"])
    about = Person(beneficiary_id, person["birth_date"], person["status"])
    check_appointing(new, about, candidate, None, await tx.today(), not_before=current["from_on"])
    await end_appointment(tx, caller, current["appointment_id"], new.from_on, RENEWED, None)
    ends = expiry_of(capacity, paper)
    appointment_id = await insert_appointment(
        tx, caller, beneficiary_id, payee["payee_id"], new, expires_on=ends, request_id=current["request_id"],
        of_age_on=new.of_age_on(person["birth_date"]), carries_on=current if care_alone else None,
    )  # fmt: skip
    kind = CARE_SUPPORT if care_alone else None
    await settle_payee_holds(tx, caller, beneficiary_id, "Đã gia hạn giấy tờ", _LIFTED, kind=kind)
    await audit.append(
        tx, caller, "payee.renew", f"beneficiary/{beneficiary_id}", appointment_id=appointment_id, capacity=capacity, until=ends
    )
    return ends
