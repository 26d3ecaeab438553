"""Campaigns (đợt chi một lần): a flat amount paid once to many, such as a Tết gift, by a paper of the province.

What a campaign owes is an obligation of its own kind, `one_off:<code>`, of the campaign's month: a person has it once, whatever
else the month owes, and however often the person stands on a list. It is drawn up by runs of the campaign only.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from services.disbursement.domain.amounts import Due, HeldDecision, claims
from services.disbursement.domain.campaign_refusals import WRONG_RECIPIENTS
from services.disbursement.domain.categories import MONTHLY, MONTHLY_GROUPS
from services.disbursement.domain.law import MonthLaw
from shared.kernel.errors import Refusal

Recipients = Literal["monthly", "groups", "list"]
"""Who receives: whoever has a monthly allowance in the month; of these who holds a category of certain groups; or a list."""

LISTED: Recipients = "list"
BY_GROUP: Recipients = "groups"

CODE_PATTERN = r"^[a-z][a-z0-9-]{0,29}$"
"""A campaign's code: `tet-2022`."""

GIFTS = "gifts"
"""The coarse group of what campaigns owe, for reporting."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign of a province. `amount_dong` is for each person; `people` counts those a list names, each once."""

    campaign_id: UUID
    unit_id: str
    code: str
    name_vi: str
    benefit_month: date
    amount_dong: int
    paper_number: str
    paper_on: date
    recipients: Recipients
    groups: tuple[str, ...]
    people: int

    @property
    def kind(self) -> str:
        """The kind of its obligations."""
        return f"one_off:{self.code}"


def check_recipients(recipients: Recipients, groups: Iterable[str], listed: Sequence[str]) -> tuple[str, ...]:
    """The groups in order, each once. Refused with `wrong-recipients` where groups or a list are missing, or given beside
    something else, or a group is none that has a monthly allowance."""
    found = tuple(sorted(set(groups)))
    if bool(found) != (recipients == BY_GROUP) or bool(listed) != (recipients == LISTED):
        raise Refusal(WRONG_RECIPIENTS, f"recipients {recipients}, {len(found)} groups, {len(listed)} people on a list")
    unknown = sorted(set(found) - MONTHLY_GROUPS)
    if unknown:
        raise Refusal(WRONG_RECIPIENTS, f"none of {', '.join(sorted(MONTHLY_GROUPS))}: {', '.join(unknown)}", groups=unknown)
    return found


def gift(
    campaign: Campaign,
    law: MonthLaw,
    decisions: Sequence[HeldDecision],
    status: str,
    status_from_month: date,
    communes: Container[str] | None = None,
) -> Due | None:
    """What a campaign for people with a monthly allowance owes one of them, by the law of its month; None for nobody of these.

    The commune that pays is that of the highest category that makes the person one of them. Lists are another matter: they
    name people, who need no decision.
    """
    found = [
        claim
        for claim in claims(law, decisions, status, status_from_month, communes)
        if claim.rate.kind == MONTHLY and (campaign.recipients != BY_GROUP or claim.rate.group in campaign.groups)
    ]
    if not found:
        return None
    leading = min(found, key=lambda claim: claim.preference)
    return Due(
        kind=campaign.kind,
        amount_dong=campaign.amount_dong,
        category=campaign.kind,
        group=GIFTS,
        coefficient=None,
        heads=1,
        level_dong=campaign.amount_dong,
        decision_id=campaign.campaign_id,
        unit_id=leading.decision.unit_id,
    )


def is_code(text: str) -> bool:
    """Whether a text can be a campaign's code, or the ending of its run's."""
    return re.fullmatch(CODE_PATTERN, text) is not None
