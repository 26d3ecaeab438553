"""The canary (nhóm chi thử): the first payments of a payroll go alone, and what becomes of them decides on the rest.

It finds what no check of our own can: a provider that refuses everybody, a wrong file of accounts, money that is not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from services.disbursement.domain.routing import ACCOUNT_CHANNELS

CANARY_PAYMENTS = 20
"""How many go first, where the contract's channel does not say otherwise: at two refusals in a hundred, seven of twenty are
refused once in ten million payrolls, and of a list that is wrong throughout hardly ever less."""

LEAST_TIMES_CANARY = 5
"""A payroll of up to so many canaries goes whole: a hundred payments, where waiting would cost more than it protects."""

MOST_FAILED_PERCENT = 30
"""More than this share refused or returned: the payroll stops. At least the others paid: it goes on."""

CanaryVerdict = Literal["passed", "failed", "waiting"]


@dataclass(frozen=True, slots=True)
class CanaryStanding:
    """How the first payments of a payroll stand. `answered`: the provider has said something of each of them."""

    channel: str
    payments: int  # without those that were removed, or recalled before they were sent
    paid: int
    failed: int
    answered: bool


def judge_canary(standing: CanaryStanding) -> CanaryVerdict:
    """Whether the rest may follow. Into accounts it must have been paid; cash is collected over days, so there it is enough
    that the provider took the list."""
    if standing.failed * 100 > standing.payments * MOST_FAILED_PERCENT:
        return "failed"
    if not standing.answered:
        return "waiting"
    if standing.channel not in ACCOUNT_CHANNELS:
        return "passed"
    return "passed" if standing.paid * 100 >= standing.payments * (100 - MOST_FAILED_PERCENT) else "waiting"
