"""A payee's standing ends: revoked, no longer guardian, no longer carer. The line is held until somebody else receives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.registry.domain.appointment_refusals import FROM_DAY, NO_APPOINTMENT, NO_CARER
from services.registry.domain.appointments import (
    AUTHORISED,
    CARE_ENDED,
    CARE_SUPPORT,
    CARER,
    GUARDIANSHIP_ENDED,
    MONTHLY,
    REVOKED,
    SELF,
    Appointing,
    is_minor,
)
from services.registry.domain.change_requests import WAITING
from services.registry.domain.holds import NewHold
from services.registry.domain.payee_content import WantedPayee
from services.registry.domain.payee_watch import CARER_NEEDED, HOLD_OF_ENDING, PAYEE_NEEDED
from services.registry.domain.proposals import NewProposal
from services.registry.storage.appointments import current_appointments, end_appointment
from services.registry.storage.change_requests import page_of_changes
from services.registry.storage.payee_watch import likely_payees
from services.registry.storage.proposals import insert_proposals
from services.registry.use_cases.appoint_payee import PAYEE, ask_payee_change, person_now
from services.registry.use_cases.place_holds import place_holds
from shared import audit
from shared.auth import Caller
from shared.crypto import FieldCipher
from shared.database import Tx
from shared.kernel.errors import Refusal

_WHY = {AUTHORISED: REVOKED, CARER: CARE_ENDED}


@dataclass(frozen=True, slots=True)
class Ending:
    """How it ends: from which day, by which paper, why, and whether the beneficiary can receive in person."""

    ended_on: date
    paper_number: str
    note: str
    beneficiary_able: bool
    care_alone: bool = False  # the carer of care support, not who receives the rest


async def end_payee(tx: Tx, caller: Caller, cipher: FieldCipher, beneficiary_id: UUID, ending: Ending) -> UUID | None:
    """End who receives in the person's stead, and hold the line at once; or the carer, and hold care support alone.

    A beneficiary of age who is able receives in person as soon as a second officer approves: the request's id. None where
    another payee must be found, or a request for one waits already. Refused: `unknown-beneficiary`, `no-appointment`,
    `no-carer`, `payee-from-day`.
    """
    person = await person_now(tx, beneficiary_id)
    purpose = CARE_SUPPORT if ending.care_alone else MONTHLY
    current = (await current_appointments(tx, beneficiary_id)).get(purpose)
    if current is None or current["capacity"] == SELF:
        raise Refusal(NO_CARER if ending.care_alone else NO_APPOINTMENT)
    today = await tx.today()
    if not current["from_on"] <= ending.ended_on <= today:
        raise Refusal(FROM_DAY)
    why = _WHY.get(current["capacity"], GUARDIANSHIP_ENDED)
    await end_appointment(tx, caller, current["appointment_id"], ending.ended_on, why, ending.paper_number)
    held_kind = CARE_SUPPORT if ending.care_alone else None
    await place_holds(
        tx, caller, [NewHold(beneficiary_id, HOLD_OF_ENDING[why], current["payee_id"], ending.note, kind=held_kind)]
    )
    likely = await likely_payees(tx, [beneficiary_id], current["payee_id"])
    details = {"why": why, "likely": likely.get(beneficiary_id, [])}
    occasion, needed = f"ended_{ending.ended_on}", CARER_NEEDED if ending.care_alone else PAYEE_NEEDED
    proposal = NewProposal(beneficiary_id, needed, occasion, ending.ended_on, current["payee_id"], details=details)
    await insert_proposals(tx, [proposal])
    await audit.append(
        tx, caller, "payee.end", f"beneficiary/{beneficiary_id}",
        appointment_id=current["appointment_id"], why=why, paper=ending.paper_number,
    )  # fmt: skip
    if ending.care_alone:
        return None
    able = ending.beneficiary_able and not is_minor(person["birth_date"], today)
    waiting = await page_of_changes(tx, cipher, beneficiary_id=beneficiary_id, kind=PAYEE, state=WAITING)
    if not able or waiting:
        return None
    new = Appointing(SELF, SELF, ending.ended_on, None)
    request_id, _digest = await ask_payee_change(tx, caller, cipher, beneficiary_id, new, WantedPayee(), ending.note)
    return request_id
