"""Dependants of a decision are entered, taken off, or prove their study. The decision itself changes by a decision only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.registry.domain.act_refusals import UNKNOWN_DECISION, UNKNOWN_DEPENDANT
from services.registry.domain.adjustments import DEPENDANT_ENDS, HEADS_DIFFER, HeadCount, propose_for_heads
from services.registry.domain.dependants import PER_HEAD, Dependant, heads_in
from services.registry.domain.lives import Held
from services.registry.storage.adjustment_proposals import withdraw_about
from services.registry.storage.dependants import dependants_of, insert_dependants, prove_study, remove_dependant
from services.registry.storage.lives import Person
from services.registry.storage.proposals import insert_proposals
from services.registry.use_cases.record_act import person_to_act_on
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.months import month_of


async def enter_dependants(
    tx: Tx, caller: Caller, beneficiary_id: UUID, decision_id: UUID, dependants: Sequence[Dependant]
) -> int:
    """Enter dependants of a decision; how many heads count this month. More or fewer than the decision counts are proposed.

    Refused: `unknown-beneficiary`, `unknown-decision`.
    """
    person, held = await _decision(tx, beneficiary_id, decision_id)
    await insert_dependants(tx, dependants, decision_id=decision_id, beneficiary_id=beneficiary_id, unit_id=person.unit_id)
    return await _recount(
        tx, caller, person, held, "dependants.enter", str(dependants[-1].dependant_id) if dependants else "none"
    )


async def take_off_dependant(tx: Tx, caller: Caller, beneficiary_id: UUID, decision_id: UUID, dependant_id: UUID) -> int:
    """Somebody is no dependant any more, or was entered by mistake; how many heads count this month.

    Refused: `unknown-beneficiary`, `unknown-decision`, `unknown-dependant`.
    """
    person, held = await _decision(tx, beneficiary_id, decision_id)
    if not await remove_dependant(tx, decision_id, dependant_id):
        raise Refusal(UNKNOWN_DEPENDANT)
    await _forget_end(tx, caller, held, dependant_id)
    return await _recount(tx, caller, person, held, "dependants.take_off", f"{dependant_id}:off")


async def note_study(
    tx: Tx, caller: Caller, beneficiary_id: UUID, decision_id: UUID, dependant_id: UUID, study_until: date
) -> int:
    """A proof of study lasts until a day; how many heads count this month. Refused as `take_off_dependant`."""
    person, held = await _decision(tx, beneficiary_id, decision_id)
    if not await prove_study(tx, decision_id, dependant_id, study_until):
        raise Refusal(UNKNOWN_DEPENDANT)
    await _forget_end(tx, caller, held, dependant_id)
    return await _recount(tx, caller, person, held, "dependants.study", f"{dependant_id}:{study_until}")


async def _decision(tx: Tx, beneficiary_id: UUID, decision_id: UUID) -> tuple[Person, Held]:
    person = await person_to_act_on(tx, beneficiary_id)
    held = next((one for one in person.life.decisions if one.decision_id == decision_id), None)
    if held is None:
        raise Refusal(UNKNOWN_DECISION)
    return person, held


async def _forget_end(tx: Tx, caller: Caller, held: Held, dependant_id: UUID) -> None:
    """What was proposed for the day on which this one would have stopped counting falls away."""
    await withdraw_about(tx, caller, [held.decision_id], "dependants", kinds=[DEPENDANT_ENDS], occasion=f"{dependant_id}:")


async def _recount(tx: Tx, caller: Caller, person: Person, held: Held, action: str, occasion: str) -> int:
    """How many count now; where the decision counts more or fewer, that is proposed, in place of what was before."""
    today = await tx.today()
    counted = heads_in(held.category, await dependants_of(tx, held.decision_id), max(month_of(today), held.from_month))
    await withdraw_about(tx, caller, [held.decision_id], action, kinds=[HEADS_DIFFER])
    if held.category in PER_HEAD and held.to_month is None and counted != held.heads:
        counts = HeadCount(person.beneficiary_id, held.decision_id, held.category, held.heads)
        await insert_proposals(tx, [propose_for_heads(counts, counted, today, occasion)])
    await audit.append(tx, caller, action, f"beneficiary/{person.beneficiary_id}", decision_id=held.decision_id, counted=counted)
    return counted
