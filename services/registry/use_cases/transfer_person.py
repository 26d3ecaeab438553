"""A person moves to another commune: one transfer, opened by the old commune, received by the new.

The old commune pays through the month of its stop decision, the new one from the next on, whenever it decides; until then
nobody pays those months, and afterwards exactly one of the two does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.domain import acts
from services.registry.domain.act_refusals import (
    ACT_OVERTAKEN,
    BAD_CATEGORY,
    BAD_DAY,
    NOT_A_COMMUNE,
    SAME_COMMUNE,
    TRANSFER_SETTLED,
    UNKNOWN_TRANSFER,
)
from services.registry.domain.holds import REPORTED_AWAY
from services.registry.domain.legal_months import Categories, check_signed
from services.registry.domain.lives import Held, life_from_json
from services.registry.domain.orders import with_ids
from services.registry.storage.acts import NewAct, act_by_id, mark_annulled
from services.registry.storage.adjustment_proposals import reopen_about
from services.registry.storage.dependants import dependants_of, insert_dependants
from services.registry.storage.holds import open_holds
from services.registry.storage.imports import lock_commune
from services.registry.storage.lives import Person, write_life
from services.registry.storage.moves import move_person
from services.registry.storage.transfers import NewTransfer, insert_transfer, settle_transfer, transfer_by_id
from services.registry.storage.units import unit_by_id
from services.registry.use_cases.hold_accounts import release_account
from services.registry.use_cases.lift_holds import lift_holds
from services.registry.use_cases.publish_changes import publish_changes
from services.registry.use_cases.record_act import person_to_act_on, record_act
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id
from shared.kernel.months import month_of, next_month

OPEN, RECEIVED, CANCELLED = "open", "received", "cancelled"


@dataclass(frozen=True, slots=True)
class Paper:
    """A decision's number and date, and why."""

    number: str
    signed_on: date
    note: str | None = None


async def open_transfer(tx: Tx, caller: Caller, beneficiary_id: UUID, to_unit_id: str, paper: Paper) -> UUID:
    """The old commune's stop decision: it pays through that month. The transfer's id.

    Refused: `unknown-beneficiary`, `signed-in-the-future`, `same-commune`, `not-a-commune`, and as `move_out` refuses.
    """
    check_signed(paper.signed_on, await tx.today())
    person = await person_to_act_on(tx, beneficiary_id)
    last_month = month_of(paper.signed_on)
    from_month = next_month(last_month)
    if to_unit_id == person.unit_id:
        raise Refusal(SAME_COMMUNE)
    unit = await unit_by_id(tx, to_unit_id)
    if unit is None or unit.level != "commune" or unit.valid_from > from_month or (unit.valid_to or date.max) < from_month:
        raise Refusal(NOT_A_COMMUNE, f"{to_unit_id} in {from_month:%Y-%m}", unit=to_unit_id)
    carried = [held for held in person.life.decisions if held.reaches(from_month)]
    after = acts.move_out(person.life, last_month)
    act = NewAct(new_id(), acts.MOVE_OUT, paper.number, paper.signed_on, from_month, paper.note)
    await record_act(tx, caller, person, after, act)
    transfer_id = new_id()
    await insert_transfer(tx, person, NewTransfer(transfer_id, to_unit_id, from_month, act.act_id), carried)
    await lift_holds(tx, caller, await open_holds(tx, [beneficiary_id], REPORTED_AWAY), paper.number)
    return transfer_id


async def receive_transfer(
    tx: Tx, caller: Caller, categories: Categories, transfer_id: UUID, paper: Paper, village: str | None
) -> Person:
    """The new commune's own decision: it pays from the month after the old one's last, and the person's rows are its own now.

    The transaction must see both communes. Refused: `unknown-transfer`, `not-your-unit` (the old commune's officer),
    `transfer-settled`, `signed-in-the-future`, `bad-day` (signed before the old commune's), `bad-category` (no law any more),
    `payee-number-taken`.
    """
    check_signed(paper.signed_on, await tx.today())
    transfer = await _open(tx, caller, transfer_id, "to_unit_id")
    for unit_id in sorted((transfer["from_unit_id"], transfer["to_unit_id"])):
        await lock_commune(tx, unit_id)  # neither commune's lists may name payees or people meanwhile
    person = await person_to_act_on(tx, transfer["beneficiary_id"])
    left = await act_by_id(tx, person.beneficiary_id, transfer["out_act_id"])
    if left is None or paper.signed_on < left["signed_on"]:
        raise Refusal(BAD_DAY, "signed before the old commune's decision")
    to_unit_id, from_month = transfer["to_unit_id"], transfer["from_month"]
    given = [_goes_on(categories, carried, from_month, paper, to_unit_id) for carried in transfer["carried"]]
    after = acts.move_in(person.life, given)
    left_account = await move_person(tx, person, to_unit_id, village)
    moved = replace(person, unit_id=to_unit_id)
    act = NewAct(new_id(), acts.MOVE_IN, paper.number, paper.signed_on, from_month, paper.note)
    await record_act(tx, caller, moved, after, act)
    await _take_dependants(tx, moved, transfer["carried"], given)
    if left_account is not None:
        await release_account(tx, caller, [person.beneficiary_id], left_account, paper.number)
    await settle_transfer(tx, caller, transfer_id, RECEIVED, paper.note, act.act_id)
    return moved


def _goes_on(categories: Categories, carried: dict[str, Any], from_month: date, paper: Paper, to_unit_id: str) -> Held:
    """What a carried decision gives at the new commune: from no earlier than it did, to the end that was decided."""
    began, ends = carried.get("from_month"), carried.get("to_month")  # a transfer opened before these were kept has neither
    first = date.fromisoformat(began) if began else from_month
    fact = categories.get(carried["category"])
    if fact is None or not fact.in_force(first):
        raise Refusal(BAD_CATEGORY, f"{carried['category']} in {first:%Y-%m}", category=carried["category"])
    given = acts.Given(
        new_id(), paper.number, paper.signed_on, carried["kind"], carried["category"], carried["heads"], to_unit_id
    )
    return given.held(first, date.fromisoformat(ends) if ends else None)


async def _take_dependants(tx: Tx, person: Person, carried: list[dict[str, Any]], given: list[Held]) -> None:
    for old, new in zip(carried, given, strict=True):
        dependants = await dependants_of(tx, UUID(old["decision_id"]))
        await insert_dependants(
            tx, with_ids(dependants, [new_id() for _ in dependants]), decision_id=new.decision_id,
            beneficiary_id=person.beneficiary_id, unit_id=person.unit_id,
        )  # fmt: skip


async def cancel_transfer(tx: Tx, caller: Caller, transfer_id: UUID, note: str) -> None:
    """The old commune takes its stop decision back: it goes on paying, as if there had been none.

    Refused: `unknown-transfer`, `not-your-unit` (the new commune's officer), `transfer-settled`, `act-overtaken`.
    """
    transfer = await _open(tx, caller, transfer_id, "from_unit_id")
    person = await person_to_act_on(tx, transfer["beneficiary_id"])
    act = await act_by_id(tx, person.beneficiary_id, transfer["out_act_id"])
    if act is None:
        raise Refusal(ACT_OVERTAKEN)
    lives = life_from_json(act["life_before"]), life_from_json(act["life_after"])
    before = acts.annul(person.life, *lives, is_newest=True)  # nothing is decided while a transfer is open
    await mark_annulled(tx, caller, act["act_id"], note)
    await write_life(tx, person, before, act["act_id"])
    await reopen_about(tx, [held.decision_id for held in before.decisions if held.to_month is None], None)
    await settle_transfer(tx, caller, transfer_id, CANCELLED, note)
    await publish_changes(
        tx, caller, [person.beneficiary_id], reason="transfer_cancelled", effective_from=act["from_month"],
        paper_number=act["paper_number"], note=note,
    )  # fmt: skip
    await audit.append(tx, caller, "transfer.cancel", f"beneficiary/{person.beneficiary_id}", transfer_id=transfer_id)


async def _open(tx: Tx, caller: Caller, transfer_id: UUID, side: str) -> dict[str, Any]:
    """An open transfer, locked, for the commune on one side of it."""
    transfer = await transfer_by_id(tx, transfer_id, lock=True)
    if transfer is None:
        raise Refusal(UNKNOWN_TRANSFER)
    unit = await unit_by_id(tx, transfer[side])
    if unit is not None:
        caller.require_unit(unit.path)
    if transfer["state"] != OPEN:
        raise Refusal(TRANSFER_SETTLED, transfer["state"], state=transfer["state"])
    return transfer
