"""Somebody asks how people were on a day, as known then or now. The reading is audited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.registry.domain.act_refusals import NOT_YET_REGISTERED
from services.registry.domain.as_of import as_of
from services.registry.domain.refusals import UNKNOWN_BENEFICIARY
from services.registry.storage.versions import ever_in_unit, versions_of
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.months import month_of


@dataclass(frozen=True, slots=True)
class Then:
    """A person's record on a day; `version` is the newest that it is made of."""

    beneficiary_id: UUID
    version: int
    record: Mapping[str, Any]


async def person_as_of(tx: Tx, caller: Caller, beneficiary_id: UUID, on: date | None, known_at: datetime | None) -> Then:
    """One person. Refused: `unknown-beneficiary`, `not-yet-registered`."""
    versions = (await versions_of(tx, [beneficiary_id])).get(beneficiary_id)
    if versions is None:
        raise Refusal(UNKNOWN_BENEFICIARY)
    found = as_of(versions, on, known_at)
    if found is None:
        raise Refusal(NOT_YET_REGISTERED)
    await audit.append(tx, caller, "beneficiary.read", f"beneficiary/{beneficiary_id}", as_of=on, known_at=known_at)
    return Then(beneficiary_id, found.version, found.record)


async def people_as_of(
    tx: Tx, caller: Caller, unit_id: str, on: date, known_at: datetime | None, *, after: UUID | None, limit: int
) -> tuple[list[Then], UUID | None]:
    """People of a commune on a day, each with the decisions of its month; and the id to go on after, where there is more."""
    candidates = await ever_in_unit(tx, unit_id, on, known_at, after=after, limit=limit)
    versions = await versions_of(tx, candidates)
    people = []
    for beneficiary_id in candidates:
        found = as_of(versions[beneficiary_id], on, known_at)
        if found is None or found.record["unit_id"] != unit_id:
            continue
        counting = [one for one in found.record["decisions"] if _counts(one, month_of(on))]
        people.append(Then(beneficiary_id, found.version, {**found.record, "decisions": counting}))
    if people:
        await audit.append(tx, caller, "beneficiaries.read", f"unit/{unit_id}", as_of=on, people=len(people))
    return people, candidates[-1] if len(candidates) == limit else None


def _counts(decision: Mapping[str, Any], month: date) -> bool:
    return decision["to_month"] is None or date.fromisoformat(decision["to_month"]) >= month
