"""Campaigns and whom their lists name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.disbursement.domain.campaign_refusals import UNKNOWN_CAMPAIGN
from services.disbursement.domain.campaigns import Campaign
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal

_SELECT = """
SELECT campaign_id, unit_id, code, name_vi, benefit_month, amount_dong, paper_number, paper_on, recipients, groups, people
FROM campaigns
"""


def _campaign(row: Any) -> Campaign:
    return Campaign(**{**row, "groups": tuple(row["groups"])})


async def insert(tx: Tx, campaign: Campaign, caller: Caller) -> bool:
    """Keep a campaign; False when the province has one of this code."""
    fresh = await tx.run(
        """INSERT INTO campaigns (campaign_id, unit_id, code, name_vi, benefit_month, amount_dong, paper_number, paper_on,
                                  recipients, groups, people, created_issuer, created_subject, created_at)
           VALUES (:campaign_id, :unit_id, :code, :name_vi, :benefit_month, :amount_dong, :paper_number, :paper_on,
                   :recipients, :groups, :people, :issuer, :subject, platform.business_now())
           ON CONFLICT (unit_id, code) DO NOTHING""",
        campaign_id=campaign.campaign_id,
        unit_id=campaign.unit_id,
        code=campaign.code,
        name_vi=campaign.name_vi,
        benefit_month=campaign.benefit_month,
        amount_dong=campaign.amount_dong,
        paper_number=campaign.paper_number,
        paper_on=campaign.paper_on,
        recipients=campaign.recipients,
        groups=list(campaign.groups),
        people=campaign.people,
        issuer=caller.issuer,
        subject=caller.subject,
    )
    return bool(fresh)


async def add_people(tx: Tx, campaign: Campaign, people: Sequence[UUID]) -> None:
    """Keep whom a campaign's list names."""
    await tx.run(
        """INSERT INTO campaign_people (campaign_id, beneficiary_id, unit_id)
           SELECT :campaign_id, named.id, :unit_id FROM unnest(CAST(:people AS uuid[])) AS named (id)""",
        campaign_id=campaign.campaign_id,
        unit_id=campaign.unit_id,
        people=list(people),
    )


async def people_of(tx: Tx, campaign_id: UUID) -> list[UUID]:
    """Whom a campaign's list names, in order of id."""
    rows = await tx.rows(
        "SELECT beneficiary_id FROM campaign_people WHERE campaign_id = :campaign_id ORDER BY beneficiary_id",
        campaign_id=campaign_id,
    )
    return [row["beneficiary_id"] for row in rows]


async def people_named(tx: Tx, province_id: str, ids: Sequence[UUID], codes: Sequence[str]) -> list[tuple[UUID, str]]:
    """Id and code of those of these people who live in the province."""
    rows = await tx.rows(
        """SELECT p.beneficiary_id, p.code FROM people p
           JOIN units u ON u.unit_id = p.unit_id AND u.path @> ARRAY[CAST(:province_id AS text)]
           WHERE p.beneficiary_id = ANY(CAST(:ids AS uuid[])) OR p.code = ANY(CAST(:codes AS text[]))""",
        ids=list(ids),
        codes=list(codes),
        province_id=province_id,
    )
    return [(row["beneficiary_id"], row["code"]) for row in rows]


async def find(tx: Tx, campaign_id: UUID) -> Campaign:
    """The campaign; refused with `unknown-campaign`."""
    row = await tx.row(f"{_SELECT} WHERE campaign_id = :campaign_id", campaign_id=campaign_id)
    if row is None:
        raise Refusal(UNKNOWN_CAMPAIGN, campaign_id=campaign_id)
    return _campaign(row)


async def by_code(tx: Tx, unit_id: str, code: str) -> Campaign:
    """The province's campaign of this code; refused with `unknown-campaign`."""
    row = await tx.row(f"{_SELECT} WHERE unit_id = :unit_id AND code = :code", unit_id=unit_id, code=code)
    if row is None:
        raise Refusal(UNKNOWN_CAMPAIGN, campaign=code)
    return _campaign(row)


async def page(tx: Tx, after: UUID | None, limit: int) -> list[Campaign]:
    """Campaigns of all provinces, by id, from after one."""
    rows = await tx.rows(
        f"{_SELECT} WHERE CAST(:after AS uuid) IS NULL OR campaign_id > :after ORDER BY campaign_id LIMIT :limit",
        after=after,
        limit=limit,
    )
    return [_campaign(row) for row in rows]
