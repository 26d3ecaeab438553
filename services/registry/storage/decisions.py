"""Decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.domain.decisions import InForce
from services.registry.storage import bulk
from shared.database import Tx

_DECISION = {
    "decision_id": "uuid",
    "beneficiary_id": "uuid",
    "unit_id": "text",
    "number": "text",
    "number_listed": "boolean",
    "decided_on": "date",
    "kind": "text",
    "category": "text",
    "from_month": "date",
    "heads": "integer",
    "row_id": "uuid",
}
_CORRECTED = {name: kind for name, kind in _DECISION.items() if name not in ("beneficiary_id", "unit_id", "from_month")}


async def decisions_in_force(tx: Tx, beneficiary_ids: Sequence[UUID], month: date) -> dict[UUID, list[InForce]]:
    """Decisions of each beneficiary that give something for the month or a later one, in the order of their months."""
    rows = await tx.rows(
        """SELECT beneficiary_id, decision_id, number, number_listed, decided_on, kind, category, heads, from_month, to_month,
               act_id IS NOT NULL AS by_act
           FROM decisions WHERE beneficiary_id = ANY(CAST(:ids AS uuid[])) AND annulled_at IS NULL
               AND (to_month IS NULL OR to_month >= :month)
           ORDER BY beneficiary_id, from_month, decision_id""",
        ids=list(beneficiary_ids),
        month=month,
    )
    found: dict[UUID, list[InForce]] = {}
    for row in rows:
        found.setdefault(row.pop("beneficiary_id"), []).append(InForce(**row))
    return found


async def insert_decisions(tx: Tx, decisions: Sequence[Mapping[str, Any]]) -> None:
    """New decisions, without an end."""
    await bulk.insert(tx, "decisions", _DECISION, decisions)


async def correct_decisions(tx: Tx, decisions: Sequence[Mapping[str, Any]]) -> None:
    """Decisions whose list was corrected for the month in which they began."""
    if not decisions:
        return
    assignments = ", ".join(f"{name} = v.{name}" for name in _CORRECTED if name != "decision_id")
    await tx.run(
        f"UPDATE decisions d SET {assignments} FROM {bulk.values_of(_CORRECTED)} WHERE d.decision_id = v.decision_id",  # noqa: S608
        **bulk.arrays_of(_CORRECTED, decisions),
    )


async def end_decisions(tx: Tx, ends: Sequence[Mapping[str, Any]]) -> None:
    """Decisions that owe nothing after a month: `decision_id`, `to_month`."""
    if not ends:
        return
    types = {"decision_id": "uuid", "to_month": "date"}
    await tx.run(
        f"UPDATE decisions d SET to_month = v.to_month FROM {bulk.values_of(types)} WHERE d.decision_id = v.decision_id",  # noqa: S608
        **bulk.arrays_of(types, ends),
    )
