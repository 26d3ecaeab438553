"""How a person stands: the status and the decisions that count. Two lives are equal when every month owes the same.

Each act (`domain/acts.py`) makes another life out of one; the history keeps both, so an act entered by mistake can be undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

ACTIVE, SUSPENDED, STOPPED, DEAD = "active", "suspended", "stopped", "dead"
BY_STOP, BY_INSTITUTION, BY_TRANSFER, BY_MERGE = "stop", "institution", "transfer", "merged"

MONTHLY, SINGLE_PARENT = "monthly", "single_parent"
"""The slot of K4 is its own: K4 may stand beside another monthly decision."""

_SLOTS = (
    ("K4-", SINGLE_PARENT),
    ("CS-DBN-HGD", "care_household"),
    ("CS-NKT-MT", "care_mother"),
    ("CS-NHAN-", "care_foster"),
)


def slot_of(kind: str, category: str) -> str:
    """What no two decisions may give a person for the same month: the kind, but K4 and each ground of care support (Decree
    20/2021/NĐ-CP Art. 20) have a slot of their own. `decisions.slot` in the database says the same."""
    return next((slot for prefix, slot in _SLOTS if category.startswith(prefix)), kind)


@dataclass(frozen=True, slots=True)
class Held:
    """A decision that counts. `to_month` is the last month owed, None while it lasts; `paid_by` the commune whose it is."""

    decision_id: UUID
    number: str
    decided_on: date
    kind: str
    category: str
    heads: int
    from_month: date
    to_month: date | None
    paid_by: str

    @property
    def slot(self) -> str:
        """See `slot_of`."""
        return slot_of(self.kind, self.category)

    def covers(self, month: date) -> bool:
        """Whether it gives something for the month."""
        return self.from_month <= month <= (self.to_month or date.max)

    def reaches(self, month: date) -> bool:
        """Whether it gives something for the month or a later one."""
        return self.to_month is None or self.to_month >= month


@dataclass(frozen=True, slots=True)
class Life:
    """A status with the first month it counts for, and the decisions in the order of their months.

    `ended_by` says what stopped a stopped person, `died_on` when a dead one died; both are None otherwise.
    """

    status: str
    status_from_month: date
    decisions: tuple[Held, ...] = ()
    ended_by: str | None = None
    died_on: date | None = None

    def with_decisions(self, decisions: Iterable[Held]) -> Life:
        """The same with other decisions."""
        return replace(self, decisions=in_order(decisions))

    def owed(self, month: date) -> list[Held]:
        """Decisions that the month owes money for."""
        if self.status in (STOPPED, DEAD) and month >= self.status_from_month:
            return []
        return [held for held in self.decisions if held.covers(month)]


def in_order(decisions: Iterable[Held]) -> tuple[Held, ...]:
    """Decisions by month, then id."""
    return tuple(sorted(decisions, key=lambda held: (held.from_month, held.decision_id)))


def cut(held: Held, last_month: date) -> Held | None:
    """The decision with no month after `last_month`; None where that leaves none."""
    if held.from_month > last_month:
        return None
    return replace(held, to_month=last_month) if held.reaches(last_month) else held


def life_as_json(life: Life) -> dict[str, Any]:
    """A life in JSON's own types."""
    return {
        "status": life.status,
        "status_from_month": life.status_from_month.isoformat(),
        "ended_by": life.ended_by,
        "died_on": life.died_on.isoformat() if life.died_on else None,
        "decisions": [
            {name: str(value) if isinstance(value, UUID | date) else value for name, value in _fields(held)}
            for held in life.decisions
        ],
    }


def life_from_json(said: Mapping[str, Any]) -> Life:
    """What `life_as_json` wrote."""
    return Life(
        status=said["status"],
        status_from_month=date.fromisoformat(said["status_from_month"]),
        decisions=in_order(_held(one) for one in said["decisions"]),
        ended_by=said["ended_by"],
        died_on=date.fromisoformat(said["died_on"]) if said["died_on"] else None,
    )


def _fields(held: Held) -> list[tuple[str, Any]]:
    return [(name, getattr(held, name)) for name in held.__slots__]


def _held(said: Mapping[str, Any]) -> Held:
    return Held(
        decision_id=UUID(said["decision_id"]),
        number=said["number"],
        decided_on=date.fromisoformat(said["decided_on"]),
        kind=said["kind"],
        category=said["category"],
        heads=said["heads"],
        from_month=date.fromisoformat(said["from_month"]),
        to_month=date.fromisoformat(said["to_month"]) if said["to_month"] else None,
        paid_by=said["paid_by"],
    )
