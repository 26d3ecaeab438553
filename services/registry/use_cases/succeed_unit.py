"""A commune is merged or renamed: its people go over to its successor in one dated act."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.registry.domain.act_refusals import NOT_A_SUCCESSOR
from services.registry.storage.imports import lock_commune
from services.registry.storage.successions import people_going, take_over, take_over_debts
from services.registry.storage.units import unit_by_id
from services.registry.use_cases.publish_changes import publish_changes
from shared import audit
from shared.auth import Caller
from shared.contracts.base import MAX_RECORDS
from shared.contracts.registry_events import UnitRecord
from shared.database import Tx
from shared.kernel.errors import Refusal

REASON = "unit_succeeded"


@dataclass(frozen=True, slots=True)
class Succession:
    """What becomes of a commune, or of some of its villages where it was divided; by which paper."""

    from_unit_id: str
    to_unit_id: str
    paper_number: str
    villages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Succeeded:
    """How many went over, and who could not yet, with why."""

    moved: int
    left: dict[UUID, str]


async def succeed_unit(tx: Tx, caller: Caller, succession: Succession) -> Succeeded:
    """Let the people of a commune go over to its successor. Whoever went before is not there any more: again changes nothing.

    The transaction must see both communes. Refused: `not-a-successor`, `not-your-unit`.
    """
    old, new = await _units(tx, caller, succession)
    for unit_id in sorted((old.unit_id, new.unit_id)):
        await lock_commune(tx, unit_id)
    going, left = await people_going(tx, old.unit_id, new.unit_id, succession.villages or None)
    changed = list(going)
    if going:
        await take_over(tx, going, old.unit_id, new.unit_id)
    if not succession.villages:
        changed += await take_over_debts(tx, old.unit_id, new.unit_id)
    await _say(tx, caller, changed, new, succession)
    if changed:
        await audit.append(
            tx, caller, "unit.succeed", f"unit/{old.unit_id}", to=new.unit_id, people=len(going), left=Counter(left.values())
        )
    return Succeeded(len(going), left)


async def _units(tx: Tx, caller: Caller, succession: Succession) -> tuple[UnitRecord, UnitRecord]:
    old, new = await unit_by_id(tx, succession.from_unit_id), await unit_by_id(tx, succession.to_unit_id)
    if old is None or new is None or {old.level, new.level} != {"commune"} or old.unit_id == new.unit_id:
        raise Refusal(NOT_A_SUCCESSOR, f"{succession.from_unit_id} to {succession.to_unit_id}")
    if old.valid_to is None or not old.valid_to < new.valid_from <= await tx.today():
        raise Refusal(NOT_A_SUCCESSOR, f"{old.unit_id} does not end before {new.unit_id} begins, or that lies ahead")
    caller.require_unit(old.path)
    caller.require_unit(new.path)
    return old, new


async def _say(tx: Tx, caller: Caller, people: Sequence[UUID], new: UnitRecord, succession: Succession) -> None:
    for at in range(0, len(people), MAX_RECORDS):
        await publish_changes(
            tx, caller, people[at : at + MAX_RECORDS], reason=REASON, effective_from=new.valid_from,
            paper_number=succession.paper_number,
        )  # fmt: skip
