"""Provincial top-ups: what a province's council pays beside the state's amount, as dated rows.

A row is for one province and for categories whose code begins with some letters, or for a coarse group. It gives flat đồng, or a
coefficient of the month's standard level. A top-up adds on top of what the law owes a person under a kind: it never decides
which category is the highest. Each row counts once for a person and month, however many of the person's categories it fits, and
never by heads.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.disbursement.domain.categories import GROUPS, group_of
from shared.kernel.money import times_coefficient


@dataclass(frozen=True, slots=True)
class TopUpRow:
    """A dated top-up. One of `category_prefix` and `group` is set, and one of `amount_dong` and `coefficient`."""

    code: str
    province: str  # bare name
    category_prefix: str | None
    group: str | None
    amount_dong: int | None
    coefficient: Decimal | None
    valid_from: date
    valid_to: date | None  # last day

    def __post_init__(self) -> None:
        whom, what = (self.category_prefix, self.group), (self.amount_dong, self.coefficient)
        if sum(each is not None for each in whom) != 1 or sum(each is not None for each in what) != 1:
            raise ValueError(f"top-up {self.code}: one of category and group, one of amount and coefficient")
        if self.group is not None and self.group not in GROUPS:
            raise ValueError(f"top-up {self.code}: {self.group!r} is none of {', '.join(sorted(GROUPS))}")

    def fits(self, category: str) -> bool:
        """Whether it is for people of this category."""
        if self.category_prefix is not None:
            return category.startswith(self.category_prefix)
        return group_of(category) == self.group

    def in_month(self, level_dong: int) -> TopUp:
        """What it adds in a month of this standard level."""
        if self.coefficient is not None:
            return TopUp(self.code, times_coefficient(level_dong, self.coefficient))
        return TopUp(self.code, self.amount_dong or 0)


@dataclass(frozen=True, slots=True)
class TopUp:
    """What one row adds to one person's month: a line of its own in the explanation of the amount."""

    code: str
    amount_dong: int
