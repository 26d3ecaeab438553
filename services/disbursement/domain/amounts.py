"""What one person is owed in one month: pure, and the yardstick for the SQL that draws up a whole authority."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.disbursement.domain.categories import FUNERAL, kind_of
from services.disbursement.domain.law import MonthLaw, Rate
from services.disbursement.domain.topups import TopUp


@dataclass(frozen=True, slots=True)
class HeldDecision:
    """A decision that a person holds. `to_month` is the last month owed, None while it lasts."""

    decision_id: UUID
    category: str
    from_month: date
    to_month: date | None
    heads: int
    unit_id: str = ""  # commune that pays it

    def covers(self, month: date) -> bool:
        """Whether it gives something in this month."""
        return self.from_month <= month <= (self.to_month or date.max)


@dataclass(frozen=True, slots=True)
class Due:
    """What a month owes a person under one obligation kind: level x coefficient x heads, and the top-ups on top of it. Where
    several coefficients add up, `category` names them all with `+` between, `coefficient` is their sum over all heads, and
    `heads` is 1."""

    kind: str
    amount_dong: int  # with the top-ups
    category: str
    group: str
    coefficient: Decimal | None
    heads: int
    level_dong: int
    decision_id: UUID
    unit_id: str = ""  # commune that pays it
    topups: tuple[TopUp, ...] = ()  # in order of code, each once


@dataclass(frozen=True, slots=True)
class Claim:
    """A decision that gives something in the month, with what the law gives for it."""

    decision: HeldDecision
    rate: Rate
    amount_dong: int

    @property
    def preference(self) -> tuple[int, str, bytes]:
        """The highest first; the rest only makes the choice the same everywhere."""
        return (-self.amount_dong, self.rate.category, self.decision.decision_id.bytes)


def dues(
    law: MonthLaw,
    decisions: Sequence[HeldDecision],
    status: str,
    status_from_month: date,
    communes: Container[str] | None = None,
) -> list[Due]:
    """What the month owes for these decisions of one person, at most one for each kind, in order of kind.

    `decisions` are all of the person's; with `communes` only what these communes pay is owed (an authority's part of a mover).
    Decree 20/2021/NĐ-CP Art. 6(2) and Decree 176/2025/NĐ-CP Art. 3; see `domain/categories.py` for how categories combine.
    """
    found = claims(law, decisions, status, status_from_month, communes)
    kinds = sorted({claim.rate.kind for claim in found})
    return [_highest_bundle([claim for claim in found if claim.rate.kind == kind]) for kind in kinds]


def claims(
    law: MonthLaw,
    decisions: Sequence[HeldDecision],
    status: str,
    status_from_month: date,
    communes: Container[str] | None = None,
) -> list[Claim]:
    """The decisions that give something in the month, before it is asked which of them count."""
    ended = has_ended(status, status_from_month, law.month)
    return [
        Claim(decision, rate, rate.amount_dong(decision.heads))
        for decision in _in_month(decisions, law.month, ended, communes)
        if (rate := law.rates.get(decision.category)) is not None
    ]


def not_dated(
    law: MonthLaw,
    decisions: Sequence[HeldDecision],
    status: str,
    status_from_month: date,
    communes: Container[str] | None = None,
) -> list[HeldDecision]:
    """Decisions that would give something in the month, were their category dated in it, where nothing else of the kind does.

    Such a month is not owed nothing: it is not known what it owes. Drawing up says so, for an officer to look.
    """
    ended = has_ended(status, status_from_month, law.month)
    given = {claim.rate.kind for claim in claims(law, decisions, status, status_from_month, communes)}
    return [
        decision
        for decision in _in_month(decisions, law.month, ended, communes)
        if decision.category not in law.rates and kind_of(decision.category) not in given
    ]


def has_ended(status: str, status_from_month: date, month: date) -> bool:
    """Whether a stop or a death took the month away: from the month after it on (Decree 20/2021/NĐ-CP Art. 8).

    `status_from_month` is the first month that the status counts for. A suspension takes nothing away, it holds the money.
    """
    return status in ("stopped", "dead") and month >= status_from_month


def funeral_month(decisions: Iterable[HeldDecision]) -> date | None:
    """The one month that owes funeral support: the first of the person's decisions on it.

    Whoever is buried is buried once. A later decision that finds another ground (Art. 14 instead of Art. 11) raises what this
    month owes to the higher of the two; never are both owed (Decree 20/2021/NĐ-CP Art. 11, 14).
    """
    return min((decision.from_month for decision in decisions if kind_of(decision.category) == FUNERAL), default=None)


def _in_month(
    decisions: Sequence[HeldDecision], month: date, ended: bool, communes: Container[str] | None
) -> Iterable[HeldDecision]:
    """Decisions that speak of the month: those that cover it, unless a stop or a death took it; a funeral's in its month."""
    buried_in = funeral_month(decisions)
    for decision in decisions:
        if communes is not None and decision.unit_id not in communes:
            continue
        funeral = kind_of(decision.category) == FUNERAL
        if (funeral and month == buried_in) or (not funeral and not ended and decision.covers(month)):
            yield decision


def _highest_bundle(found: list[Claim]) -> Due:
    bundles: dict[str, dict[str, Claim]] = {}
    for claim in sorted(found, key=lambda claim: claim.preference):
        bundles.setdefault(claim.rate.bundle, {}).setdefault(claim.rate.part, claim)  # the highest of its part comes first
    sums = {name: sum(claim.amount_dong for claim in parts.values()) for name, parts in bundles.items()}
    best = min(sums, key=lambda name: (-sums[name], name))
    return _due(list(bundles[best].values()), sums[best])


def _due(parts: list[Claim], amount_dong: int) -> Due:
    leading = min(parts, key=lambda claim: claim.preference)
    rate = leading.rate
    coefficient, heads = rate.coefficient, leading.decision.heads if rate.counts_heads else 1
    if len(parts) > 1:
        coefficient = sum((_total(claim) for claim in parts), Decimal(0))
        heads = 1
    topups = sorted({topup for claim in parts for topup in claim.rate.topups}, key=lambda topup: topup.code)
    return Due(
        kind=rate.kind,
        amount_dong=amount_dong + sum(topup.amount_dong for topup in topups),
        category="+".join(sorted(claim.rate.category for claim in parts)),
        group=rate.group,
        coefficient=coefficient,
        heads=heads,
        level_dong=rate.level_dong,
        decision_id=leading.decision.decision_id,
        unit_id=leading.decision.unit_id,
        topups=tuple(topups),
    )


def _total(claim: Claim) -> Decimal:
    assert claim.rate.coefficient is not None  # only coefficients add up: a flat amount stands alone in its bundle
    return claim.rate.coefficient * (claim.decision.heads if claim.rate.counts_heads else 1)
