"""Create a campaign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from services.disbursement.domain.campaign_refusals import CAMPAIGN_EXISTS, UNKNOWN_RECIPIENTS
from services.disbursement.domain.campaigns import LISTED, Campaign, check_recipients
from services.disbursement.domain.law import Law
from services.disbursement.storage import campaigns
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.months import require_month
from shared.kernel.units import UNKNOWN_UNIT, Unit

_MOST_NAMED = 20


async def create_campaign(
    tx: Tx, caller: Caller, campaign: Campaign, province: Unit, listed: Sequence[str], law: Law
) -> Campaign:
    """Keep a campaign, or give the one of this code where it says the same and names the same people.

    `listed` names people by id or code; somebody named twice is one person. Refused: `unknown-unit` for what is no province,
    `wrong-month`, `wrong-recipients`, `unknown-recipients`, `no-law-for-month` where the month's allowances are not known,
    `campaign-exists` where the code says something else.
    """
    if province.level != "province":
        raise Refusal(UNKNOWN_UNIT, f"{province.name} is a {province.level}, a campaign is a province's", unit=province.unit_id)
    require_month(campaign.benefit_month)
    groups = check_recipients(campaign.recipients, campaign.groups, listed)
    if campaign.recipients != LISTED:
        law.in_month(campaign.benefit_month, province.name)
    people = await _people(tx, province.unit_id, listed)
    wanted = replace(campaign, groups=groups, people=len(people))
    fresh = await campaigns.insert(tx, wanted, caller)
    held = await campaigns.by_code(tx, wanted.unit_id, wanted.code)
    if fresh:
        await campaigns.add_people(tx, held, people)
        await _audit(tx, caller, held)
    elif replace(held, campaign_id=wanted.campaign_id) != wanted or await campaigns.people_of(tx, held.campaign_id) != people:
        raise Refusal(CAMPAIGN_EXISTS, campaign=held.code, campaign_id=held.campaign_id)
    return held


async def _people(tx: Tx, province_id: str, listed: Sequence[str]) -> list[UUID]:
    ids = {found: text for text in listed if (found := _id(text))}
    codes = [text for text in listed if _id(text) is None]
    there = await campaigns.people_named(tx, province_id, list(ids), codes) if listed else []
    found_ids, found_codes = {person for person, _ in there}, {code for _, code in there}
    unknown = sorted({ids[one] for one in ids.keys() - found_ids} | (set(codes) - found_codes))
    if unknown:
        raise Refusal(UNKNOWN_RECIPIENTS, f"{len(unknown)} of {len(listed)}", unknown=unknown[:_MOST_NAMED])
    return sorted(found_ids)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


async def _audit(tx: Tx, caller: Caller, campaign: Campaign) -> None:
    await audit.append(
        tx,
        caller,
        "create-campaign",
        f"campaign/{campaign.campaign_id}",
        code=campaign.code,
        unit_id=campaign.unit_id,
        benefit_month=campaign.benefit_month,
        amount_dong=campaign.amount_dong,
        paper_number=campaign.paper_number,
        recipients=campaign.recipients,
        groups=campaign.groups,
        people=campaign.people,
    )
