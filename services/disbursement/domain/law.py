"""The law by date: standard levels, coefficients and top-ups, and what a category gives in one month in one province.

Values come from data files (`shared/data/standard_levels.csv`, `categories.csv`, `provincial_topups.csv`) as rows;
`storage/law_data.py` reads them. How categories combine stands in `domain/categories.py`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from services.disbursement.domain.categories import COUNTS_HEADS, place_of
from services.disbursement.domain.refusals import NO_LAW
from services.disbursement.domain.topups import TopUp, TopUpRow
from shared.kernel.errors import Refusal
from shared.kernel.money import times_coefficient

NATIONAL = "national"


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
    topups: tuple[TopUp, ...] = ()  # the province's own, in order of code

    def amount_dong(self, heads: int) -> int:
        """Đồng a month for this many heads, without top-ups; heads count only where the law counts them (Decree
        20/2021/NĐ-CP Art. 6(1))."""
        counted = heads if self.counts_heads else 1
        return self.level_dong * counted if self.coefficient is None else self._times(counted)

    def _times(self, heads: int) -> int:
        assert self.coefficient is not None
        return times_coefficient(self.level_dong, self.coefficient, heads)


@dataclass(frozen=True, slots=True)
class MonthLaw:
    """The law of one benefit month in one province. A category that is not among the rates is not dated in this month."""

    month: date
    rates: dict[str, Rate]  # by category


def bare_province(name: str) -> str:
    """`Tỉnh Quảng Ninh` -> `quảng ninh`: rows name provinces without their rank, which changes; capitals and spacing don't
    count."""
    words = " ".join(unicodedata.normalize("NFC", name).casefold().split())
    for rank in ("tỉnh ", "thành phố ", "tp. ", "tp.", "tp "):
        if words.startswith(rank):
            return words.removeprefix(rank)
    return words


Dated = TypeVar("Dated", LevelRow, CategoryRow, TopUpRow)


@dataclass(frozen=True, slots=True)
class Law:
    """All dated rows."""

    levels: tuple[LevelRow, ...]
    categories: tuple[CategoryRow, ...]
    topups: tuple[TopUpRow, ...] = ()

    def in_month(self, month: date, province: str) -> MonthLaw:
        """The law of a benefit month in a province. Refused with `no-law-for-month` where a level or all categories are missing.

        What is in force on the month's first day counts for the whole month.
        """
        level_dong = self._level_dong(month, province)
        pension = _newest(row for row in self.levels if row.pension and _in_force(row, month))
        topups = [row for row in self.topups if _in_force(row, month) and bare_province(row.province) == bare_province(province)]
        rates: dict[str, Rate] = {}
        for row in self.categories:
            if _in_force(row, month):
                rate = _rate(row, level_dong, pension.amount_dong if pension else None, topups)
                if rate is not None:
                    rates[row.code] = rate
        if not rates:
            raise Refusal(NO_LAW, f"no category of assistance is dated for {month:%m/%Y}", month=str(month))
        return MonthLaw(month, rates)

    def _level_dong(self, month: date, province: str) -> int:
        """The province's own level where one is in force, else the country's (Decree 20/2021/NĐ-CP Art. 4(2), (3))."""
        standard = [row for row in self.levels if not row.pension and _in_force(row, month)]
        own = _newest(row for row in standard if bare_province(row.scope) == bare_province(province))
        found = own or _newest(row for row in standard if row.scope == NATIONAL)
        if found is None:
            raise Refusal(NO_LAW, f"no standard level is dated for {month:%m/%Y} in {province}", month=str(month))
        return found.amount_dong


def _in_force(row: Dated, month: date) -> bool:
    return row.valid_from <= month <= (row.valid_to or date.max)


def _newest(rows: Iterable[LevelRow]) -> LevelRow | None:
    return max(rows, key=lambda row: row.valid_from, default=None)


def _rate(row: CategoryRow, level_dong: int, pension_dong: int | None, topups: Sequence[TopUpRow]) -> Rate | None:
    """None where the law gives a flat amount but none is dated, or the code fits no place."""
    place = place_of(row.code)
    flat_missing = row.coefficient is None and pension_dong is None
    if place is None or flat_missing:
        return None
    added = [topup.in_month(level_dong) for topup in topups if topup.fits(row.code)]
    return Rate(
        category=row.code,
        kind=place.kind,
        bundle=place.bundle,
        part=place.part,
        group=place.group,
        coefficient=row.coefficient,
        level_dong=level_dong if row.coefficient is not None else pension_dong or 0,
        counts_heads=row.code in COUNTS_HEADS,
        topups=tuple(sorted(added, key=lambda topup: topup.code)),
    )


def law_of_months(law: Law, months: Sequence[date], province: str) -> list[MonthLaw]:
    """The law of each month, in order. Refused with `no-law-for-month` if one of them has none."""
    return [law.in_month(month, province) for month in sorted(months)]
