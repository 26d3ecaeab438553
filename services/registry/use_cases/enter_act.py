"""An officer enters a decision about a person: it takes effect from its month, and everybody hears of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.registry.domain import acts
from services.registry.domain.act_refusals import (
    ACT_ANNULLED,
    ACT_OF_TRANSFER,
    BAD_CATEGORY,
    NEEDS_ITS_OWN_ACT,
    UNKNOWN_ACT,
)
from services.registry.domain.adjustments import ADJUSTMENT_KINDS, birth_day
from services.registry.domain.holds import REPORTED_AWAY, REPORTED_DEAD
from services.registry.domain.legal_months import Categories
from services.registry.domain.lives import life_from_json, slot_of
from services.registry.domain.orders import Order, Subject, effect_of, with_ids
from services.registry.domain.proposals import ACCEPTED
from services.registry.storage.acts import NewAct, act_by_id, mark_annulled, newest_act
from services.registry.storage.adjustment_proposals import reopen_about
from services.registry.storage.dependants import dependants_of, insert_dependants
from services.registry.storage.holds import open_holds
from services.registry.storage.lives import Person, write_life
from services.registry.storage.proposals import settle_proposal
from services.registry.use_cases.decline_proposal import open_proposal
from services.registry.use_cases.lift_holds import lift_holds
from services.registry.use_cases.publish_changes import publish_changes
from services.registry.use_cases.record_act import person_to_act_on, record_act
from services.registry.use_cases.record_payee_death import die_as_payee, live_as_payee
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class Entered:
    """An act that was entered, with the first month for which it counts, and the decision that it made, if it made one."""

    act_id: UUID
    from_month: date
    decision_id: UUID | None


async def enter_act(tx: Tx, caller: Caller, categories: Categories, beneficiary_id: UUID, order: Order) -> Entered:
    """Enter a grant, change, stop, suspension, resumption, death, or the entering or leaving of an institution. A death settles
    what was held for being reported, and holds the lines of others for whom the person received.

    Refused: `unknown-beneficiary`, and as `domain/orders.py` and `domain/acts.py` refuse.
    """
    person = await person_to_act_on(tx, beneficiary_id)
    act_id, decision_id = new_id(), new_id()
    effect = effect_of(order, await _subject(tx, person, order), categories, await tx.today(), decision_id)
    made = any(held.decision_id == decision_id for held in effect.life.decisions)
    act = NewAct(
        act_id, order.kind, order.paper_number, order.signed_on, effect.from_month, order.note, order.proposal_id
    )  # fmt: skip
    if order.proposal_id:
        await settle_proposal(tx, caller, order.proposal_id, ACCEPTED, order.note)
    await record_act(tx, caller, person, effect.life, act)
    if made:
        await insert_dependants(
            tx, with_ids(effect.dependants, [new_id() for _ in effect.dependants]), decision_id=decision_id,
            beneficiary_id=beneficiary_id, unit_id=person.unit_id,
        )  # fmt: skip
    if order.kind == acts.DEATH:
        for reason in (REPORTED_DEAD, REPORTED_AWAY):
            await lift_holds(tx, caller, await open_holds(tx, [beneficiary_id], reason), order.paper_number)
        if effect.life.died_on is not None:
            await die_as_payee(tx, caller, beneficiary_id, effect.life.died_on, order.paper_number)
    return Entered(act_id, effect.from_month, decision_id if made else None)


async def _subject(tx: Tx, person: Person, order: Order) -> Subject:
    changing = [
        held
        for held in person.life.decisions
        if order.kind == acts.CHANGE
        and order.decision_id in (None, held.decision_id)
        and held.slot == slot_of(held.kind, order.category)
    ]
    newest = max(changing, key=lambda held: held.from_month, default=None)
    dependants = await dependants_of(tx, newest.decision_id) if newest else []
    born_on = birth_day(person.birth_date, person.birth_precision)
    return Subject(person.full_name, born_on, person.birth_precision, person.sex, person.unit_id, person.life, tuple(dependants))


async def annul_act(tx: Tx, caller: Caller, beneficiary_id: UUID, act_id: UUID, note: str) -> None:
    """An act was entered by mistake: it is kept as annulled, and the person stands as before it.

    Refused: `unknown-beneficiary`, `unknown-act`, `act-annulled`, `act-of-transfer`, `act-overtaken` where something was
    decided after it.
    """
    person = await person_to_act_on(tx, beneficiary_id)
    act = await act_by_id(tx, beneficiary_id, act_id)
    if act is None:
        raise Refusal(UNKNOWN_ACT)
    if act["annulled_at"] is not None:
        raise Refusal(ACT_ANNULLED)
    if act["kind"] in (acts.MOVE_OUT, acts.MOVE_IN):
        raise Refusal(ACT_OF_TRANSFER)
    lives = life_from_json(act["life_before"]), life_from_json(act["life_after"])
    before = acts.annul(person.life, *lives, is_newest=await newest_act(tx, beneficiary_id) == act_id)
    await mark_annulled(tx, caller, act_id, note)
    await write_life(tx, person, before, act_id)
    lasting = [held.decision_id for held in before.decisions if held.to_month is None]
    await reopen_about(tx, lasting, act["proposal_id"])
    await publish_changes(
        tx, caller, [beneficiary_id], reason="act_annulled", effective_from=act["from_month"],
        paper_number=act["paper_number"], note=note,
    )  # fmt: skip
    if act["kind"] == acts.DEATH:
        await live_as_payee(tx, caller, beneficiary_id, act["paper_number"])
    await audit.append(tx, caller, "act.annul", f"beneficiary/{beneficiary_id}", act_id=act_id, kind=act["kind"])


@dataclass(frozen=True, slots=True)
class Acceptance:
    """How an officer carries a proposal out: the decision, and another category of those that the proposal leaves open."""

    paper_number: str
    signed_on: date
    note: str | None = None
    category: str | None = None
    study_until: date | None = None


async def accept_proposal(tx: Tx, caller: Caller, categories: Categories, proposal_id: UUID, acceptance: Acceptance) -> Entered:
    """Carry out what a birthday or a dependant's end proposed.

    Refused: `unknown-proposal`, `proposal-settled`, `proposal-needs-its-own-act` for other kinds, `bad-category`, and as
    `enter_act` refuses.
    """
    proposal = await open_proposal(tx, proposal_id)
    if proposal["kind"] not in ADJUSTMENT_KINDS:
        raise Refusal(NEEDS_ITS_OWN_ACT, proposal["kind"])
    details = proposal["details"]
    category = acceptance.category or details["category_to"]
    if category not in (details["category_to"], *details["or_else"]):
        raise Refusal(BAD_CATEGORY, f"{category} was not proposed", category=category)
    order = Order(
        kind=acts.CHANGE if category else acts.STOP,
        paper_number=acceptance.paper_number,
        signed_on=acceptance.signed_on,
        note=acceptance.note,
        happened_on=proposal["due_on"],
        decision_id=proposal["about"],
        category=category or "",
        study_until=acceptance.study_until,
        proposal_id=proposal_id,
    )
    return await enter_act(tx, caller, categories, proposal["beneficiary_id"], order)
