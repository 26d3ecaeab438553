"""From which month an act counts (Decree 20/2021/NĐ-CP Art. 8).

A grant and a rise count from the month in which they are signed, a fall from the month after; neither before what it rests
on has happened: a rise counts in the birthday's own month, a fall from the month after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from services.registry.domain.act_refusals import BAD_AGE, BAD_CATEGORY, MONTH_TOO_EARLY, MONTH_TOO_FAR, SIGNED_AHEAD
from services.registry.domain.decisions import obligation_kind
from services.registry.domain.lists.reference import CategoryFact
from shared.kernel.errors import Refusal
from shared.kernel.months import month_of, next_month

AHEAD_MONTHS = 12
"""How long after it was signed an act may begin: a later month is a slip of the pen."""

Categories = Mapping[str, CategoryFact]

_FLAT_WEIGHT = Decimal(1)
"""A flat amount beside coefficients: the social pension is 500,000 đồng, the standard level since 7/2024."""


def check_signed(signed_on: date, today: date) -> None:
    """Refused with `signed-in-the-future` where the paper is dated ahead."""
    if signed_on > today:
        raise Refusal(SIGNED_AHEAD, f"{signed_on} is after {today}")


def lawful_month(wanted: date | None, earliest: date, signed_on: date) -> date:
    """The month that an act counts from: the earliest that the law allows, or a later one that the officer wants.

    Refused: `month-too-early`, `month-too-far`.
    """
    month = wanted or earliest
    if month < earliest:
        raise Refusal(MONTH_TOO_EARLY, f"not before {earliest:%Y-%m}", earliest=earliest.isoformat())
    if months_between(month_of(signed_on), month) > AHEAD_MONTHS:
        raise Refusal(MONTH_TOO_FAR, f"{month:%Y-%m} for a paper of {signed_on}")
    return month


def months_between(first: date, second: date) -> int:
    """How many months the second lies after the first."""
    return (second.year - first.year) * 12 + second.month - first.month


def change_month(signed_on: date, due_on: date | None, falls: bool) -> date:
    """The first month for which a change counts. `due_on` is the day it rests on, such as a birthday."""
    ground = max(signed_on, due_on) if due_on else signed_on
    month = month_of(ground)
    return next_month(month) if falls else month


def weight_of(categories: Categories, category: str, heads: int) -> Decimal:
    """What tells a rise from a fall: the coefficient times the heads."""
    coefficient = categories[category].coefficient
    return (_FLAT_WEIGHT if coefficient is None else coefficient) * heads


def falls(categories: Categories, before: tuple[str, int], after: tuple[str, int]) -> bool:
    """Whether (category, heads) is less after than before."""
    return weight_of(categories, *after) < weight_of(categories, *before)


def check_given(categories: Categories, category: str, month: date, born_on: date) -> str:
    """The obligation kind of a category that can be given from a month to somebody born on a day.

    Refused: `bad-category` (not the law of that month, or no monthly payment), `age-does-not-fit`.
    """
    kind = obligation_kind(category)
    fact = categories.get(category)
    if kind is None or fact is None or not fact.in_force(month):
        raise Refusal(BAD_CATEGORY, f"{category} in {month:%Y-%m}", category=category)
    first, last = age_on(born_on, month), age_on(born_on, next_month(month) - timedelta(days=1))
    if not (fact.admits_age(first) or fact.admits_age(last)):
        raise Refusal(BAD_AGE, f"{category} at {last}", category=category, age=last)
    return kind


def age_on(born_on: date, day: date) -> int:
    """Completed years. Somebody born on 29 February is a year older on the last day of a shorter February."""
    return day.year - born_on.year - (day < birthday(born_on, day.year - born_on.year))


def birthday(born_on: date, age: int) -> date:
    """The day on which somebody reaches an age; 28 February for 29 where there is none (Civil Code 2015 Art. 148)."""
    year = born_on.year + age
    try:
        return born_on.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
