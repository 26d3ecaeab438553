"""A child's parent came back: the line is held until it is settled who receives, and whether the category still stands."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.registry.domain.appointment_refusals import FROM_DAY, NO_GUARDIAN
from services.registry.domain.appointments import CARER, GUARDIAN, MONTHLY, is_minor
from services.registry.domain.payee_watch import after_return
from services.registry.storage.appointments import current_appointments
from services.registry.storage.proposals import insert_proposals
from services.registry.storage.receiving import categories_in_force
from services.registry.use_cases.appoint_payee import person_now
from services.registry.use_cases.place_holds import place_holds
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal


async def note_parent_returned(
    tx: Tx, caller: Caller, beneficiary_id: UUID, parent: str, relationship: str, returned_on: date
) -> bool:
    """Hold the line and propose what next; whether it was not held for this before.

    Refused: `unknown-beneficiary`, `no-guardian` (of age, or nobody stands in for the parents), `payee-from-day`.
    """
    person = await person_now(tx, beneficiary_id)
    today = await tx.today()
    current = (await current_appointments(tx, beneficiary_id)).get(MONTHLY)
    if current is None or current["capacity"] not in (GUARDIAN, CARER) or not is_minor(person["birth_date"], today):
        raise Refusal(NO_GUARDIAN)
    if returned_on > today:
        raise Refusal(FROM_DAY)
    categories = await categories_in_force(tx, beneficiary_id)
    found = after_return(beneficiary_id, current["payee_id"], parent, relationship, returned_on, categories)
    held = await place_holds(tx, caller, found.holds)
    await insert_proposals(tx, found.proposals)
    await audit.append(tx, caller, "payee.parent_returned", f"beneficiary/{beneficiary_id}", returned_on=returned_on)
    return bool(held)
