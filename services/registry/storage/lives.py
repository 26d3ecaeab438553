"""How people stand, locked while an act changes it, and what the act wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.domain.lives import Held, Life, in_order
from services.registry.storage import bulk
from services.registry.storage.imports import lock_commune
from shared.database import Tx

_DECISION = {
    "decision_id": "uuid",
    "number": "text",
    "decided_on": "date",
    "kind": "text",
    "category": "text",
    "heads": "integer",
    "from_month": "date",
    "to_month": "date",
    "paid_by": "text",
}
_ENTERED = {"paid_by": "nullif(v.paid_by, :unit_id)"}
"""A decision of the person's own commune names none."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whom an act is about."""

    beneficiary_id: UUID
    code: str
    unit_id: str
    full_name: str
    birth_date: date
    birth_precision: str
    sex: str
    payee_id: UUID
    merged_into: UUID | None
    life: Life


async def lock_person(tx: Tx, beneficiary_id: UUID) -> Person | None:
    """A person whom the caller may see, with the commune's lists and other acts kept out until the transaction ends."""
    unit_id = await tx.scalar("SELECT unit_id FROM beneficiaries WHERE beneficiary_id = :id", id=beneficiary_id)
    if unit_id is None:
        return None
    await lock_commune(tx, unit_id)
    row = await tx.row(
        """SELECT beneficiary_id, code, unit_id, full_name, birth_date, birth_precision, sex, payee_id, merged_into, status,
               status_from_month, ended_by, died_on
           FROM beneficiaries WHERE beneficiary_id = :id AND unit_id = :unit_id FOR NO KEY UPDATE""",
        id=beneficiary_id,
        unit_id=unit_id,
    )
    if row is None:  # moved away meanwhile
        return None
    of_life = ("status", "status_from_month", "ended_by", "died_on")
    decisions = await _decisions(tx, beneficiary_id)
    life = Life(**{name: row[name] for name in of_life}, decisions=decisions)
    return Person(**{name: value for name, value in row.items() if name not in of_life}, life=life)


async def _decisions(tx: Tx, beneficiary_id: UUID) -> tuple[Held, ...]:
    rows = await tx.rows(
        """SELECT decision_id, number, decided_on, kind, category, heads, from_month, to_month,
               coalesce(paid_by, unit_id) AS paid_by
           FROM decisions WHERE beneficiary_id = :id AND annulled_at IS NULL""",
        id=beneficiary_id,
    )
    return in_order(Held(**row) for row in rows)


async def write_life(tx: Tx, person: Person, after: Life, act_id: UUID) -> None:
    """Write what differs from the person's life, at the next version. What fell away is kept as annulled, not deleted."""
    before = {held.decision_id: held for held in person.life.decisions}
    now = {held.decision_id: held for held in after.decisions}
    await _annul(tx, [one for one in before if one not in now], act_id)
    changed = [held for one, held in now.items() if one in before and before[one] != held]
    new = [held for one, held in now.items() if one not in before]
    # What ends makes room first: no two may ever give the same month.
    await _end(tx, [held for held in changed if _shorter(held, before[held.decision_id])], act_id)
    await _enter(tx, person, new, act_id)
    await _end(tx, [held for held in changed if not _shorter(held, before[held.decision_id])], act_id)
    await tx.run(
        """UPDATE beneficiaries SET version = version + 1, status = :status, status_from_month = :status_from_month,
               ended_by = :ended_by, died_on = :died_on WHERE beneficiary_id = :id""",
        id=person.beneficiary_id,
        status=after.status,
        status_from_month=after.status_from_month,
        ended_by=after.ended_by,
        died_on=after.died_on,
    )


def _shorter(held: Held, before: Held) -> bool:
    return held.to_month is not None and (before.to_month is None or held.to_month < before.to_month)


async def _annul(tx: Tx, decision_ids: Sequence[UUID], act_id: UUID) -> None:
    await tx.run(
        """UPDATE decisions SET annulled_at = platform.business_now(), act_id = :act_id
           WHERE decision_id = ANY(CAST(:ids AS uuid[]))""",
        ids=list(decision_ids),
        act_id=act_id,
    )


async def _end(tx: Tx, decisions: Sequence[Held], act_id: UUID) -> None:
    types = {"decision_id": "uuid", "to_month": "date"}
    rows = [{"decision_id": held.decision_id, "to_month": held.to_month} for held in decisions]
    await tx.run(
        f"""UPDATE decisions d SET to_month = v.to_month, act_id = :act_id
            FROM {bulk.values_of(types)} WHERE d.decision_id = v.decision_id""",  # noqa: S608 - constants only
        act_id=act_id,
        **bulk.arrays_of(types, rows),
    )


async def _enter(tx: Tx, person: Person, decisions: Sequence[Held], act_id: UUID) -> None:
    """New decisions; one that an act had made fall away, and that counts again, comes back as it is said now."""
    if not decisions:
        return
    rows: list[Mapping[str, Any]] = [{name: getattr(held, name) for name in _DECISION} for held in decisions]
    names = ", ".join(_DECISION)
    await tx.run(
        f"""INSERT INTO decisions ({names}, beneficiary_id, unit_id, number_listed, act_id)
            SELECT {", ".join(_ENTERED.get(name, f"v.{name}") for name in _DECISION)}, :beneficiary_id, :unit_id, true, :act_id
            FROM {bulk.values_of(_DECISION)}
            ON CONFLICT (decision_id) DO UPDATE SET annulled_at = NULL, to_month = excluded.to_month, act_id = excluded.act_id""",  # noqa: S608
        beneficiary_id=person.beneficiary_id,
        unit_id=person.unit_id,
        act_id=act_id,
        **bulk.arrays_of(_DECISION, rows),
    )
