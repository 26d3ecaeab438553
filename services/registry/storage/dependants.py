"""Dependants of decisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.registry.domain.adjustments import LOOK_BACK_DAYS, PROPOSE_AHEAD_DAYS
from services.registry.domain.dependants import CHILD_BELOW_YEARS, STUDENT_BELOW_YEARS, Dependant
from services.registry.domain.legal_months import birthday
from services.registry.storage import bulk
from shared.database import Tx

_DEPENDANT = {
    "dependant_id": "uuid",
    "full_name": "text",
    "birth_date": "date",
    "birth_precision": "text",
    "sex": "text",
    "relationship": "text",
    "study_until": "date",
    "identity_sealed": "text",
    "identity_index": "bytea",
}
_COLUMNS = ", ".join(_DEPENDANT)


async def insert_dependants(
    tx: Tx, dependants: Sequence[Dependant], *, decision_id: UUID, beneficiary_id: UUID, unit_id: str
) -> None:
    """Enter dependants of a decision."""
    if not dependants:
        return
    rows = [{name: getattr(one, name) for name in _DEPENDANT} for one in dependants]
    await tx.run(
        f"""INSERT INTO dependants ({_COLUMNS}, decision_id, beneficiary_id, unit_id, entered_at)
            SELECT v.*, :decision_id, :beneficiary_id, :unit_id, platform.business_now() FROM {bulk.values_of(_DEPENDANT)}""",  # noqa: S608
        decision_id=decision_id,
        beneficiary_id=beneficiary_id,
        unit_id=unit_id,
        **bulk.arrays_of(_DEPENDANT, rows),
    )


async def dependants_of(tx: Tx, decision_id: UUID) -> list[Dependant]:
    """Dependants of a decision that stand, oldest first."""
    rows = await tx.rows(
        f"""SELECT {_COLUMNS} FROM dependants WHERE decision_id = :decision_id AND removed_at IS NULL
            ORDER BY birth_date, dependant_id""",  # noqa: S608 - constants only
        decision_id=decision_id,
    )
    return [Dependant(**row) for row in rows]


async def remove_dependant(tx: Tx, decision_id: UUID, dependant_id: UUID) -> bool:
    """Take a dependant off a decision: it is kept, and counts no more. Whether it stood."""
    return bool(
        await tx.run(
            """UPDATE dependants SET removed_at = platform.business_now()
               WHERE dependant_id = :dependant_id AND decision_id = :decision_id AND removed_at IS NULL""",
            dependant_id=dependant_id,
            decision_id=decision_id,
        )
    )


async def prove_study(tx: Tx, decision_id: UUID, dependant_id: UUID, study_until: date) -> bool:
    """Note until when a proof of study lasts. Whether the dependant stood."""
    return bool(
        await tx.run(
            """UPDATE dependants SET study_until = :study_until
               WHERE dependant_id = :dependant_id AND decision_id = :decision_id AND removed_at IS NULL""",
            study_until=study_until,
            dependant_id=dependant_id,
            decision_id=decision_id,
        )
    )


async def ending_decisions(tx: Tx, today: date, *, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Decisions without an end whose dependants may soon stop counting, in the order of their ids, after one.

    The windows are a little wide; the rule decides.
    """
    first, last = today - timedelta(days=LOOK_BACK_DAYS + 1), today + timedelta(days=PROPOSE_AHEAD_DAYS + 1)
    return await tx.rows(
        """SELECT DISTINCT d.decision_id, d.beneficiary_id, d.category, d.heads
           FROM (SELECT decision_id FROM dependants WHERE removed_at IS NULL AND birth_date BETWEEN :child_from AND :child_to
                 UNION SELECT decision_id FROM dependants
                     WHERE removed_at IS NULL AND birth_date BETWEEN :student_from AND :student_to
                 UNION SELECT decision_id FROM dependants
                     WHERE removed_at IS NULL AND study_until IS NOT NULL AND study_until BETWEEN :first AND :last) p
           JOIN decisions d USING (decision_id)
           WHERE d.to_month IS NULL AND d.annulled_at IS NULL
               AND (CAST(:after AS uuid) IS NULL OR d.decision_id > CAST(:after AS uuid))
           ORDER BY d.decision_id LIMIT :limit""",
        child_from=birthday(first, -CHILD_BELOW_YEARS),
        child_to=birthday(last, -CHILD_BELOW_YEARS),
        student_from=birthday(first, -STUDENT_BELOW_YEARS),
        student_to=birthday(last, -STUDENT_BELOW_YEARS),
        first=first,
        last=last,
        after=after,
        limit=limit,
    )


async def dependants_of_many(tx: Tx, decision_ids: Sequence[UUID]) -> dict[UUID, list[Dependant]]:
    """Dependants that stand, by decision."""
    rows = await tx.rows(
        f"""SELECT decision_id, {_COLUMNS} FROM dependants
            WHERE decision_id = ANY(CAST(:ids AS uuid[])) AND removed_at IS NULL ORDER BY birth_date, dependant_id""",  # noqa: S608
        ids=list(decision_ids),
    )
    found: dict[UUID, list[Dependant]] = {}
    for row in rows:
        found.setdefault(row.pop("decision_id"), []).append(Dependant(**row))
    return found
