"""Pay runs (kỳ chi trả)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from shared.kernel.errors import Refusal
from shared.kernel.months import WRONG_MONTH, parse_month, require_month

MAX_BENEFIT_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Run:
    """A pay run of a province. It may pay several benefit months: before Tết two are paid together."""

    run_id: UUID
    unit_id: str  # province
    code: str
    run_month: date
    benefit_months: tuple[date, ...]
    opened_at: datetime


def run_month_of(code: str) -> date:
    """The month that a run's code names: `2021-10`. Anything else is refused with `wrong-month`."""
    month = parse_month(code)
    if f"{month:%Y-%m}" != code:
        raise Refusal(WRONG_MONTH, f"{code!r} is not a run's code such as 2021-10", run=code)
    return month


def check_benefit_months(months: Iterable[date]) -> tuple[date, ...]:
    """The months in order, each once. None, more than twelve, one twice, or a day that is no month: `wrong-month`."""
    found = [require_month(month) for month in months]
    if not 1 <= len(found) <= MAX_BENEFIT_MONTHS or len(set(found)) != len(found):
        raise Refusal(WRONG_MONTH, f"a run pays 1 to {MAX_BENEFIT_MONTHS} months, each once")
    return tuple(sorted(found))
