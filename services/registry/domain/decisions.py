"""Decisions: which obligation a category earns, what a list row does to the decision in force."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.registry.domain.lives import MONTHLY, slot_of
from shared.kernel.months import previous_month

COUNTS_HEADS = frozenset({"K4-DTN"})
"""Categories paid for each head: a poor single parent, per child raised (Decree 20/2021/NĐ-CP Art. 6(1)(d))."""

MAX_HEADS = 20

_MONTHLY = re.compile(r"^(K\d|HTXH-)")


def obligation_kind(category: str) -> str | None:
    """The kind of obligation a category earns; None for what no monthly list grants, such as funerals.

    `monthly`: Decree 20/2021/NĐ-CP Art. 5, and the social pension; `care_support`: its Art. 20.
    """
    if _MONTHLY.match(category):
        return "monthly"
    return "care_support" if category.startswith("CS-") else None


def stand_in_number(month: date, commune_code: str, row: int) -> str:
    """The number of a decision that the list doesn't name: `DS-2021-10-19870-14` (DS: danh sách, the list)."""
    return f"DS-{month:%Y-%m}-{commune_code}-{row}"


@dataclass(frozen=True, slots=True)
class InForce:
    """A decision that gives something for a list's month or a later one. `by_act`: an officer's act made or ended it."""

    decision_id: UUID
    number: str
    number_listed: bool
    decided_on: date
    kind: str
    category: str
    heads: int
    from_month: date
    to_month: date | None = None
    by_act: bool = False


@dataclass(frozen=True, slots=True)
class Granted:
    """What a list row grants. `number` is None where the list names none."""

    kind: str
    category: str
    heads: int
    number: str | None
    decided_on: date | None


@dataclass(frozen=True, slots=True)
class Change:
    """What a row does: `keep`, `correct` the decision in place, `succeed` it (end it at `ends`, begin another), or `ask` an
    officer, since a list doesn't change what a decision has settled."""

    action: str
    ends: date | None = None


def change_of(held: InForce, granted: Granted, month: date) -> Change:
    """What a list of `month` does to the decision in force.

    A list for the month in which the decision began corrects it; one of a later month ends it with the month before.
    """
    same_number = granted.number is None or (granted.number == held.number and granted.decided_on in (None, held.decided_on))
    if (held.kind, held.category, held.heads) == (granted.kind, granted.category, granted.heads) and same_number:
        return Change("keep")
    if held.by_act:
        return Change("ask")
    if held.from_month >= month:
        return Change("correct")
    return Change("succeed", previous_month(month))


def held_for(held: Sequence[InForce], granted: Granted, month: date) -> InForce | None:
    """The decision that a list row speaks of: the one of its slot that counts in the month, else the one that comes next.

    A row names one category. Where K4 stands beside another, each row is about its own; where a person has but one decision
    of the kind, a row with another category is about that.
    """
    same_kind = [one for one in held if one.kind == granted.kind]
    slot = slot_of(granted.kind, granted.category)
    same_slot = [one for one in same_kind if slot_of(one.kind, one.category) == slot]
    candidates = same_slot or (same_kind if granted.kind == MONTHLY else [])
    return min(candidates, key=lambda one: (one.from_month > month, one.from_month), default=None)
