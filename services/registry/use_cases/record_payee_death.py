"""A payee died: every line that they received is held, and who may receive next is proposed for each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.domain.appointment_refusals import BAD_DEATH_DATE, DEATH_KNOWN, UNKNOWN_PAYEE
from services.registry.domain.appointments import CARE_SUPPORT, PAYEE_DIED
from services.registry.domain.holds import NewHold
from services.registry.domain.payee_watch import CARER_NEEDED, HOLD_PAYEE_DIED, PAYEE_NEEDED, after_carers_death, after_death
from services.registry.domain.proposals import WITHDRAWN, NewProposal
from services.registry.storage import receiving
from services.registry.storage.appointments import end_appointments_of_payee, reopen_appointments_of_payee
from services.registry.storage.payee_watch import likely_payees
from services.registry.storage.proposals import insert_proposals, settle_proposals
from services.registry.use_cases.lift_holds import lift_holds
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
    return await _let_die(tx, caller, payee, died_on, paper_number)


async def die_as_payee(tx: Tx, caller: Caller, beneficiary_id: UUID, died_on: date, paper_number: str) -> None:
    """A beneficiary's death was decided: for whoever else they receive, that line is held in the same transaction."""
    payee = await receiving.own_payee(tx, beneficiary_id)
    if payee is not None and payee["died_on"] is None:
        await _let_die(tx, caller, payee, died_on, paper_number, decided=beneficiary_id)


async def live_as_payee(tx: Tx, caller: Caller, beneficiary_id: UUID, paper_number: str) -> None:
    """A death was annulled: what it ended for others begins again, where nobody else receives by now; its holds are lifted."""
    payee = await receiving.own_payee(tx, beneficiary_id)
    if payee is None or not await receiving.forget_death(tx, payee["payee_id"], paper_number):
        return
    held = await receiving.holds_about(tx, payee["payee_id"], HOLD_PAYEE_DIED)
    await reopen_appointments_of_payee(tx, payee["payee_id"], PAYEE_DIED, paper_number)
    await lift_holds(tx, caller, [row["hold_id"] for row in held], paper_number)
    for person in {row["beneficiary_id"] for row in held}:
        await settle_proposals(
            tx,
            caller,
            WITHDRAWN,
            paper_number,
            beneficiary_id=person,
            kinds=[PAYEE_NEEDED, CARER_NEEDED],
            about=payee["payee_id"],
        )
    await audit.append(tx, caller, "payee.death_annulled", f"payee/{payee['payee_id']}", paper=paper_number, lines=len(held))


async def _let_die(
    tx: Tx, caller: Caller, payee: Mapping[str, Any], died_on: date, paper_number: str, decided: UUID | None = None
) -> int:
    """`decided`: the payee's own line, where its death decision is entered here: nothing of it is held or ended."""
    payee_id = payee["payee_id"]
    await receiving.note_death(tx, payee_id, died_on, paper_number)
    ended = await end_appointments_of_payee(tx, caller, payee_id, died_on, PAYEE_DIED, paper_number, but=decided)
    lines = await receiving.lines_of_payee(tx, payee_id)
    care = sorted({row["beneficiary_id"] for row in ended if row["purpose"] == CARE_SUPPORT})
    once = {row["beneficiary_id"] for row in ended if row["purpose"] != CARE_SUPPORT} - {line["beneficiary_id"] for line in lines}
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
    for person in care:
        found = after_carers_death(person, payee_id, payee["full_name"], died_on)
        holds += found.holds
        proposals += found.proposals
    held = await place_holds(tx, caller, holds)
    await insert_proposals(tx, proposals)
    await audit.append(
        tx, caller, "payee.death", f"payee/{payee_id}", died_on=died_on, paper=paper_number, lines=len(lines) + len(care)
    )
    return len(held)
