"""What one person is owed in one month: pure, and the yardstick for the SQL that draws up a whole authority."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.disbursement.domain.law import MonthLaw, Rate


@dataclass(frozen=True, slots=True)
class HeldDecision:
    """A decision that a person holds. `to_month` is the last month owed, None while it lasts."""

    decision_id: UUID
    category: str
    from_month: date
    to_month: date | None
    heads: int

    def covers(self, month: date) -> bool:
        """Whether it gives something in this month."""
        return self.from_month <= month <= (self.to_month or date.max)


@dataclass(frozen=True, slots=True)
class Due:
    """What a month owes a person under one obligation kind. Where several coefficients add up, `category` names them all
    with `+` between, `coefficient` is their sum over all heads, and `heads` is 1: amount = level x coefficient x heads."""

    kind: str
    amount_dong: int
    category: str
    group: str
    coefficient: Decimal | None
    heads: int
    level_dong: int
    decision_id: UUID


@dataclass(frozen=True, slots=True)
class _Claim:
    decision: HeldDecision
    rate: Rate
    amount_dong: int


def dues(law: MonthLaw, decisions: Sequence[HeldDecision], status: str, status_from_month: date) -> list[Due]:
    """What the month owes for these decisions of one person, at most one for each kind, in order of kind.

    Decree 20/2021/NĐ-CP Art. 6(2) and Decree 176/2025/NĐ-CP Art. 3; see `domain/law.py` for how categories combine.
    """
    ended = has_ended(status, status_from_month, law.month)
    claims = [claim for claim in _claims(law, decisions) if claim.rate.once or not ended]
    kinds = sorted({claim.rate.kind for claim in claims})
    return [_highest_bundle([claim for claim in claims if claim.rate.kind == kind]) for kind in kinds]


def has_ended(status: str, status_from_month: date, month: date) -> bool:
    """Whether a stop or a death took the month away: from the month after it on (Decree 20/2021/NĐ-CP Art. 8).

    `status_from_month` is the first month that the status counts for. A suspension takes nothing away, it holds the money.
    """
    return status in ("stopped", "dead") and month >= status_from_month


def _claims(law: MonthLaw, decisions: Iterable[HeldDecision]) -> Iterable[_Claim]:
    for decision in decisions:
        rate = law.rates.get(decision.category)
        if rate is None or not decision.covers(law.month) or (rate.once and decision.from_month != law.month):
            continue
        yield _Claim(decision, rate, rate.amount_dong(decision.heads))


def _highest_bundle(claims: list[_Claim]) -> Due:
    bundles: dict[str, dict[str, _Claim]] = {}
    for claim in sorted(claims, key=_preference):
        bundles.setdefault(claim.rate.bundle, {}).setdefault(claim.rate.part, claim)  # the highest of its part comes first
    sums = {name: sum(claim.amount_dong for claim in parts.values()) for name, parts in bundles.items()}
    best = min(sums, key=lambda name: (-sums[name], name))
    return _due(list(bundles[best].values()), sums[best])


def _preference(claim: _Claim) -> tuple[int, str, bytes]:
    return (-claim.amount_dong, claim.rate.category, claim.decision.decision_id.bytes)


def _due(parts: list[_Claim], amount_dong: int) -> Due:
    leading = min(parts, key=_preference)
    rate = leading.rate
    coefficient, heads = rate.coefficient, leading.decision.heads if rate.counts_heads else 1
    if len(parts) > 1:
        coefficient = sum((_total(claim) for claim in parts), Decimal(0))
        heads = 1
    return Due(
        kind=rate.kind,
        amount_dong=amount_dong,
        category="+".join(sorted(claim.rate.category for claim in parts)),
        group=rate.group,
        coefficient=coefficient,
        heads=heads,
        level_dong=rate.level_dong,
        decision_id=leading.decision.decision_id,
    )


def _total(claim: _Claim) -> Decimal:
    assert claim.rate.coefficient is not None  # only coefficients add up: a flat amount stands alone in its bundle
    return claim.rate.coefficient * (claim.decision.heads if claim.rate.counts_heads else 1)
