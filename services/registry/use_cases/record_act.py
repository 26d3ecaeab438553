"""What every act does once it is clear what becomes of the person: it is kept, takes effect, and is said to the others."""

from __future__ import annotations

from uuid import UUID

from services.registry.domain.lives import Life
from services.registry.domain.refusals import UNKNOWN_BENEFICIARY
from services.registry.domain.settling_duplicates import PERSON_MERGED
from services.registry.storage.acts import NewAct, insert_act
from services.registry.storage.adjustment_proposals import withdraw_about
from services.registry.storage.lives import Person, lock_person, write_life
from services.registry.use_cases.publish_changes import publish_changes
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal


async def person_to_act_on(tx: Tx, beneficiary_id: UUID) -> Person:
    """The person, locked. Refused: `unknown-beneficiary`, `person-merged`: the one who stayed is decided upon."""
    person = await lock_person(tx, beneficiary_id)
    if person is None:
        raise Refusal(UNKNOWN_BENEFICIARY)
    if person.merged_into is not None:
        raise Refusal(PERSON_MERGED)
    return person


async def record_act(tx: Tx, caller: Caller, person: Person, after: Life, act: NewAct) -> None:
    """Keep an act, write what it makes of the person, and say `beneficiaries_changed`."""
    await insert_act(tx, caller, person, act, after)
    await write_life(tx, person, after, act.act_id)
    lasting = {held.decision_id for held in after.decisions if held.to_month is None}
    ended = [held.decision_id for held in person.life.decisions if held.decision_id not in lasting]
    await withdraw_about(tx, caller, ended, act.paper_number)
    await publish_changes(
        tx, caller, [person.beneficiary_id], reason=act.kind, effective_from=act.from_month,
        paper_number=act.paper_number, note=act.note,
    )  # fmt: skip
    await audit.append(
        tx, caller, f"act.{act.kind}", f"beneficiary/{person.beneficiary_id}", act_id=act.act_id, paper=act.paper_number,
        signed_on=act.signed_on, from_month=act.from_month,
    )  # fmt: skip
