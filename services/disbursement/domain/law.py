"""The law by date: standard levels, coefficients, and which allowances add up.

Values come from data files (`shared/data/standard_levels.csv`, `categories.csv`) as rows; `storage/law_data.py` reads them.
How categories combine is the law's text, so it stands here:

- Of several coefficients of the monthly allowance only the highest counts (Decree 20/2021/NĐ-CP Art. 6(2)).
- A poor single parent (Art. 5(4), 1.0 for each child) who also falls under Art. 5(5), (6) or (8) gets both (Art. 6(2)).
- Whoever could have the social pension or the monthly allowance gets the higher of the two (Decree 176/2025/NĐ-CP Art. 3).
- Care support (Art. 20) stands beside the monthly allowance; its three grounds stand beside each other.

One rule covers them: a category belongs to a *part* of a *bundle* of an obligation kind. Of a part the highest counts, the
parts of a bundle add up, and of the bundles the highest is owed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.disbursement.domain.refusals import NO_LAW
from shared.kernel.errors import Refusal
from shared.kernel.money import times_coefficient

NATIONAL = "national"

MONTHLY = "monthly"
CARE_SUPPORT = "care_support"
FUNERAL = "funeral"

COUNTS_HEADS = frozenset({"K4-DTN", "CS-DBN-HGD", "CS-NHAN-DBN"})
"""Categories whose coefficient counts for each head: a child raised (Art. 6(1)(d)), a person cared for (Art. 20)."""


@dataclass(frozen=True, slots=True)
class LevelRow:
    """A dated amount: the standard level of the country or of a province, or the flat social pension."""

    scope: str  # "national", or a province's bare name
    pension: bool  # the social pension, not a standard level
    amount_dong: int
    valid_from: date
    valid_to: date | None  # last day


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A category between two dates. `coefficient` is None where the law gives a flat amount."""

    code: str
    coefficient: Decimal | None
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Rate:
    """What a category gives in one month in one province. Amounts are đồng for one head."""

    category: str
    kind: str  # obligation kind
    bundle: str
    part: str
    group: str  # coarse, for reporting
    coefficient: Decimal | None
    level_dong: int  # the standard level, or the flat amount
    counts_heads: bool
    once: bool  # owed in the first month of its decision only, to whoever carries it out

    def amount_dong(self, heads: int) -> int:
        """Đồng a month for this many heads; heads count only where the law counts them (Decree 20/2021/NĐ-CP Art. 6(1))."""
        counted = heads if self.counts_heads else 1
        return self.level_dong * counted if self.coefficient is None else self._times(counted)

    def _times(self, heads: int) -> int:
        assert self.coefficient is not None
        return times_coefficient(self.level_dong, self.coefficient, heads)


@dataclass(frozen=True, slots=True)
class MonthLaw:
    """The law of one benefit month in one province."""

    month: date
    rates: dict[str, Rate]  # by category


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a category stands in the rule above."""

    kind: str
    bundle: str
    part: str
    group: str


# First letters of a category's code -> its place; the first that fits counts. The groups are coarse so that none tells
# that a person has HIV: K3 (children with HIV) counts among children, K8 (adults with HIV) among the disabled.
_PLACES: tuple[tuple[str, _Place], ...] = (
    ("K1-", _Place(MONTHLY, "one", "one", "children")),
    ("K2-", _Place(MONTHLY, "one", "one", "children")),
    ("K3-", _Place(MONTHLY, "one", "one", "children")),
    ("K4-", _Place(MONTHLY, "parent", "children", "single_parents")),
    ("K5", _Place(MONTHLY, "parent", "own", "elderly")),
    ("K6-", _Place(MONTHLY, "parent", "own", "disabled")),
    ("K7-", _Place(MONTHLY, "one", "one", "children")),
    ("K8-", _Place(MONTHLY, "parent", "own", "disabled")),
    ("HTXH-", _Place(MONTHLY, "one", "one", "elderly")),
    ("CS-DBN-HGD", _Place(CARE_SUPPORT, "care", "household", "carers")),
    ("CS-NKT-MT", _Place(CARE_SUPPORT, "care", "mother", "disabled")),
    ("CS-NHAN-", _Place(CARE_SUPPORT, "care", "foster", "carers")),
    ("MT-", _Place(FUNERAL, "funeral", "funeral", "funerals")),
)


def bare_province(name: str) -> str:
    """`Tỉnh Quảng Ninh` -> `Quảng Ninh`: levels name provinces without their rank, which changes."""
    return name.removeprefix("Tỉnh ").removeprefix("Thành phố ").strip()


@dataclass(frozen=True, slots=True)
class Law:
    """All dated rows."""

    levels: tuple[LevelRow, ...]
    categories: tuple[CategoryRow, ...]

    def in_month(self, month: date, province: str) -> MonthLaw:
        """The law of a benefit month in a province. Refused with `no-law-for-month` where a level or all categories are missing.

        What is in force on the month's first day counts for the whole month.
        """
        level_dong = self._level_dong(month, province)
        pension_dong = _in_force((row for row in self.levels if row.pension), month)
        rates: dict[str, Rate] = {}
        for row in self.categories:
            if row.valid_from <= month <= (row.valid_to or date.max):
                flat = pension_dong.amount_dong if pension_dong else None
                rate = _rate(row, level_dong, flat)
                if rate is not None:
                    rates[row.code] = rate
        if not rates:
            raise Refusal(NO_LAW, f"no category of assistance is dated for {month:%m/%Y}", month=str(month))
        return MonthLaw(month, rates)

    def _level_dong(self, month: date, province: str) -> int:
        """The province's own level where one is in force, else the country's (Decree 20/2021/NĐ-CP Art. 4(2), (3))."""
        standard = [row for row in self.levels if not row.pension]
        own = _in_force((row for row in standard if row.scope == bare_province(province)), month)
        found = own or _in_force((row for row in standard if row.scope == NATIONAL), month)
        if found is None:
            raise Refusal(NO_LAW, f"no standard level is dated for {month:%m/%Y} in {province}", month=str(month))
        return found.amount_dong


def _in_force(rows: Iterable[LevelRow], month: date) -> LevelRow | None:
    found = [row for row in rows if row.valid_from <= month <= (row.valid_to or date.max)]
    return max(found, key=lambda row: row.valid_from) if found else None


def group_of(category: str) -> str | None:
    """The coarse group of a category, for reporting; None for a code that fits no place."""
    return next((place.group for prefix, place in _PLACES if category.startswith(prefix)), None)


def _rate(row: CategoryRow, level_dong: int, pension_dong: int | None) -> Rate | None:
    """None where the law gives a flat amount but none is dated, or the code fits no place."""
    place = next((place for prefix, place in _PLACES if row.code.startswith(prefix)), None)
    flat_missing = row.coefficient is None and pension_dong is None
    if place is None or flat_missing:
        return None
    return Rate(
        category=row.code,
        kind=place.kind,
        bundle=place.bundle,
        part=place.part,
        group=place.group,
        coefficient=row.coefficient,
        level_dong=level_dong if row.coefficient is not None else pension_dong or 0,
        counts_heads=row.code in COUNTS_HEADS,
        once=place.kind == FUNERAL,
    )


def law_of_months(law: Law, months: Sequence[date], province: str) -> list[MonthLaw]:
    """The law of each month, in order. Refused with `no-law-for-month` if one of them has none."""
    return [law.in_month(month, province) for month in sorted(months)]
