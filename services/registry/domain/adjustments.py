"""A birthday or an ending proof of study proposes an adjustment decision, 60 days ahead. Only a decision changes anything.

Which category follows which stands in the text of Decree 20/2021/NĐ-CP Art. 5 and 6 (codes: `shared/data/categories.csv`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.registry.domain.acts import CHANGE, STOP
from services.registry.domain.dependants import CARED_FOR, STUDENT, Dependant, heads_in
from services.registry.domain.legal_months import Categories, birthday, falls
from services.registry.domain.proposals import NewProposal, proposal_kind
from shared.kernel.months import month_of, next_month

PROPOSE_AHEAD_DAYS = 60
LOOK_BACK_DAYS = 92
"""Somebody registered shortly after the birthday, or a platform that stood still: proposed all the same."""

YEAR_ALONE = (1, 1)
"""Month and day that a birth year alone stands for: a provincial parameter, 1 January by default."""

BIRTHDAY = proposal_kind(
    "birthday",
    "Đối tượng đến tuổi chuyển mức hoặc thôi hưởng, cần quyết định điều chỉnh.",
    "A birthday calls for another decision.",
)
DEPENDANT_ENDS = proposal_kind(
    "dependant_ends",
    "Người phụ thuộc hết điều kiện (đủ 16 tuổi, thôi học hoặc đủ 22 tuổi), cần quyết định điều chỉnh.",
    "A dependant no longer counts (16 years, end of study or 22 years): another decision is called for.",
)
HEADS_DIFFER = proposal_kind(
    "heads_differ",
    "Số người tính hưởng theo hồ sơ khác với quyết định, cần quyết định điều chỉnh.",
    "The dependants on file are not as many as the decision counts: another decision is called for.",
)
ADJUSTMENT_KINDS = (BIRTHDAY, DEPENDANT_ENDS, HEADS_DIFFER)


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to a category at an age: what follows it, None for the end; `or_else` is what an officer may find instead."""

    age: int
    follows: str | None
    or_else: tuple[str, ...] = ()


STEPS: dict[str, Step] = {
    "K1-TE-U4": Step(4, "K1-TE-4-16"),  # Art. 6(1)(a): 2.5 under 4, then 1.5
    "K1-TE-4-16": Step(16, None, (STUDENT,)),  # Art. 5(1): under 16; Art. 5(2): who studies goes on
    "K2-16-22": Step(22, None),  # Art. 5(2): not beyond 22
    "K3-HIV-U4": Step(4, "K3-HIV-4-16"),  # Art. 6(1)(c): 2.5 under 4, then 2.0
    "K3-HIV-4-16": Step(16, None, ("K8-HIV",)),  # Art. 5(3): a child; Art. 5(8): poor and without a stable income
    "K5A-60-80": Step(80, "K5A-80"),  # Art. 6(1)(đ): 1.5 from 60, 2.0 from 80
    "K5B-75-80": Step(80, "K5C-80"),  # Art. 5(5)(b) ends where (c) begins; both 1.0
    "K6-DBN-TE": Step(16, "K6-DBN"),  # Art. 6(1)(e): a child 2.5, an adult 2.0 ...
    "K6-DBN": Step(60, "K6-DBN-NCT"),  # ... an elderly person 2.5
    "K6-N-TE": Step(16, "K6-N"),  # Art. 6(1)(e): 2.0, 1.5 ...
    "K6-N": Step(60, "K6-N-NCT"),  # ... 2.0
    "K7-TE3": Step(3, None),  # Art. 5(7): under 3
    "HTXH-70": Step(75, "HTXH-75"),  # Decree 176/2025/NĐ-CP Art. 2: from 75 without regard to poverty
    "CS-NHAN-TE-U4": Step(4, "CS-NHAN-TE-4-16"),  # Art. 20, as for the child itself
    "CS-NHAN-TE-4-16": Step(16, None),
}
"""By category. Art. 5(5)(a) to (c), 5(6): see also the ages in `categories.csv`, which a test holds against these."""


@dataclass(frozen=True, slots=True)
class Aging:
    """A person with a decision that a birthday may change."""

    beneficiary_id: UUID
    birth_date: date
    birth_precision: str
    decision_id: UUID
    category: str
    heads: int


@dataclass(frozen=True, slots=True)
class HeadCount:
    """A decision with the heads that it counts."""

    beneficiary_id: UUID
    decision_id: UUID
    category: str
    heads: int

    def details(self, counted: int) -> dict[str, Any]:
        """What is proposed where `counted` heads are to count: none is the end."""
        return _details((self.category, self.heads), self.category if counted else None, counted or None, ())


@dataclass(frozen=True, slots=True)
class Window:
    """Birth dates that make somebody reach an age soon (or did so lately), as far as the birth is known so precisely."""

    age: int
    precision: str
    born_from: date
    born_to: date


def windows(today: date, year_alone: tuple[int, int] = YEAR_ALONE) -> list[Window]:
    """Where to look for birthdays between `LOOK_BACK_DAYS` ago and `PROPOSE_AHEAD_DAYS` ahead: a little wide, never narrow."""
    first, last = _span(today)
    found = []
    for age in sorted({step.age for step in STEPS.values()}):
        found.append(Window(age, "day", birthday(first, -age) - timedelta(days=1), birthday(last, -age) + timedelta(days=1)))
        years = [year for year in range(first.year, last.year + 1) if first <= date(year, *year_alone) <= last]
        found += [Window(age, "year", date(year - age, 1, 1), date(year - age, 12, 31)) for year in years]
    return found


def propose_for_birthday(
    aging: Aging, categories: Categories, today: date, year_alone: tuple[int, int] = YEAR_ALONE
) -> NewProposal | None:
    """What a birthday in reach proposes; None where none is, or where what would follow is no longer law."""
    step = STEPS.get(aging.category)
    if step is None:
        return None
    born_on = birth_day(aging.birth_date, aging.birth_precision, year_alone)
    due_on = birthday(born_on, step.age)
    first, last = _span(today)
    if not first <= due_on <= last:
        return None
    before = (aging.category, aging.heads)
    month = month_of(due_on)
    if step.follows is None or falls(categories, before, (step.follows, aging.heads)):
        month = next_month(month)
    if step.follows and not categories[step.follows].in_force(month):
        return None
    details = _details(before, step.follows, aging.heads if step.follows else None, step.or_else)
    occasion = f"age_{step.age}"
    return NewProposal(aging.beneficiary_id, BIRTHDAY, occasion, due_on, aging.decision_id, month, details)


def birth_day(birth_date: date, precision: str, year_alone: tuple[int, int] = YEAR_ALONE) -> date:
    """The birth date that the law is applied to: a year alone stands for a day of it."""
    return date(birth_date.year, *year_alone) if precision == "year" else birth_date


def propose_for_dependants(decision: HeadCount, dependants: Sequence[Dependant], today: date) -> list[NewProposal]:
    """What follows where dependants of a decision stop counting soon: fewer heads from the month after, or the end."""
    first, last = _span(today)
    found = []
    for one in () if decision.category in CARED_FOR else dependants:
        due_on = one.ends_on
        if not first <= due_on <= last:
            continue
        month = next_month(month_of(due_on))
        left = heads_in(decision.category, dependants, month)
        if left >= decision.heads:
            continue
        details = {**decision.details(left), "dependant": one.full_name}
        occasion = f"{one.dependant_id}:{due_on}"
        found.append(NewProposal(decision.beneficiary_id, DEPENDANT_ENDS, occasion, due_on, decision.decision_id, month, details))
    return found


def propose_for_heads(decision: HeadCount, counted: int, today: date, occasion: str) -> NewProposal:
    """The dependants that were entered are more or fewer than the decision counts."""
    month = next_month(month_of(today)) if counted < decision.heads else month_of(today)
    return NewProposal(
        decision.beneficiary_id, HEADS_DIFFER, occasion, today, decision.decision_id, month, decision.details(counted)
    )


def _span(today: date) -> tuple[date, date]:
    return today - timedelta(days=LOOK_BACK_DAYS), today + timedelta(days=PROPOSE_AHEAD_DAYS)


def _details(before: tuple[str, int], category: str | None, heads: int | None, or_else: tuple[str, ...]) -> dict[str, Any]:
    return {
        "act": CHANGE if category else STOP,
        "category_from": before[0],
        "heads_from": before[1],
        "category_to": category,
        "heads_to": heads,
        "or_else": list(or_else),
    }
