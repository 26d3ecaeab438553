"""A payee died: every line that they received is held, and who may receive next is proposed for each."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.registry.domain.appointment_refusals import BAD_DEATH_DATE, DEATH_KNOWN, UNKNOWN_PAYEE
from services.registry.domain.appointments import PAYEE_DIED
from services.registry.domain.holds import NewHold
from services.registry.domain.payee_watch import after_death
from services.registry.domain.proposals import NewProposal
from services.registry.storage import receiving
from services.registry.storage.appointments import end_appointments_of_payee
from services.registry.storage.payee_watch import likely_payees
from services.registry.storage.proposals import insert_proposals
from services.registry.use_cases.place_holds import place_holds
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal


async def record_payee_death(tx: Tx, caller: Caller, payee_id: UUID, died_on: date, paper_number: str) -> int:
    """Note the death and hold the lines; how many lines were new on hold.

    Where the payee is a beneficiary too, that line is held as `reported_dead`: a death decision is another act. Refused:
    `unknown-payee`, `bad-death-date`, `death-known`.
    """
    payee = await receiving.payee_by_id(tx, payee_id)
    if payee is None:
        raise Refusal(UNKNOWN_PAYEE)
    if died_on > await tx.today():
        raise Refusal(BAD_DEATH_DATE)
    if payee["died_on"] is not None:
        raise Refusal(DEATH_KNOWN, str(payee["died_on"]))
    await receiving.note_death(tx, payee_id, died_on, paper_number)
    ended = await end_appointments_of_payee(tx, caller, payee_id, died_on, PAYEE_DIED, paper_number)
    lines = await receiving.lines_of_payee(tx, payee_id)
    once = {row["beneficiary_id"] for row in ended} - {line["beneficiary_id"] for line in lines}
    people = [line["beneficiary_id"] for line in lines] + sorted(once)
    likely = await likely_payees(tx, people, payee_id) if people else {}
    holds: list[NewHold] = []
    proposals: list[NewProposal] = []
    for person, own, monthly in [(line["beneficiary_id"], line["own"], True) for line in lines] + [
        (person, False, False) for person in sorted(once)
    ]:
        found = after_death(person, payee_id, payee["full_name"], died_on, likely.get(person, []), own=own)
        holds += found.holds if monthly else ()
        proposals += found.proposals
    held = await place_holds(tx, caller, holds)
    await insert_proposals(tx, proposals)
    await audit.append(tx, caller, "payee.death", f"payee/{payee_id}", died_on=died_on, paper=paper_number, lines=len(lines))
    return len(held)
