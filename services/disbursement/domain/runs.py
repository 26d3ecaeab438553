"""Pay runs (kỳ chi trả)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.disbursement.domain.campaign_refusals import RUN_NEEDS_CAMPAIGN
from services.disbursement.domain.campaigns import Campaign, is_code
from shared.kernel.errors import Refusal
from shared.kernel.months import WRONG_MONTH, parse_month, require_month

MAX_BENEFIT_MONTHS = 12
_MONTH_LENGTH = len("2021-10")


@dataclass(frozen=True, slots=True)
class Run:
    """A pay run of a province. It may pay several benefit months: before Tết two are paid together. A run of a campaign pays
    that campaign, in its month, and nothing else."""

    run_id: UUID
    unit_id: str  # province
    code: str
    run_month: date
    benefit_months: tuple[date, ...]
    opened_at: datetime
    campaign_id: UUID | None = None


def run_month_of(code: str, campaign: Campaign | None = None) -> date:
    """The month that a run's code names: `2021-10`, or of a campaign's run `2022-01-tet`.

    Refused: `wrong-month` for anything else, `run-needs-campaign` where there is a name without a campaign or a campaign
    without a name: a month's own code stays free for what the law owes.
    """
    text, name = code[:_MONTH_LENGTH], code[_MONTH_LENGTH:]
    month = parse_month(text)
    if f"{month:%Y-%m}" != text or (name and not (name[0] == "-" and is_code(name[1:]))):
        raise Refusal(WRONG_MONTH, f"{code!r} is not a run's code such as 2021-10 or 2022-01-tet", run=code)
    if bool(name) != (campaign is not None):
        raise Refusal(RUN_NEEDS_CAMPAIGN, run=code)
    return month


def check_benefit_months(months: Iterable[date], campaign: Campaign | None = None) -> tuple[date, ...]:
    """The months in order, each once. None, more than twelve, one twice, or a day that is no month: `wrong-month`.

    A campaign's run has its campaign's month, which need not be said.
    """
    found = [require_month(month) for month in months]
    if campaign is not None:
        if found not in ([], [campaign.benefit_month]):
            raise Refusal(WRONG_MONTH, f"campaign {campaign.code} is of {campaign.benefit_month:%m/%Y}")
        return (campaign.benefit_month,)
    if not 1 <= len(found) <= MAX_BENEFIT_MONTHS or len(set(found)) != len(found):
        raise Refusal(WRONG_MONTH, f"a run pays 1 to {MAX_BENEFIT_MONTHS} months, each once")
    return tuple(sorted(found))
