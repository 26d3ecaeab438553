"""Routes of campaigns: a flat amount paid once to many."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.disbursement.api.cursors import id_after
from services.disbursement.api.fields import AmountDong, Cursor, Limit, Line, Month, UnitId
from services.disbursement.domain.campaigns import CODE_PATTERN, Campaign, Recipients
from services.disbursement.domain.law import Law
from services.disbursement.storage import campaigns, units
from services.disbursement.use_cases.create_campaign import create_campaign
from shared.auth import Caller, require
from shared.database import Database
from shared.idempotency import IdempotencyKey, once
from shared.kernel.ids import new_id
from shared.kernel.months import parse_month

Reader = Annotated[Caller, Depends(require("disbursement:read"))]
Maker = Annotated[Caller, Depends(require("disbursement:prepare"))]

MAX_LISTED = 20_000
"""People that one campaign's list may name; for more there are `monthly` and `groups`."""

_CAMPAIGN: JsonDict = {
    "unit_id": "46@2021-07-01",
    "code": "tet-2022",
    "name_vi": "Quà Tết Nhâm Dần 2022",
    "benefit_month": "2022-01-01",
    "amount_dong": 300_000,
    "paper_number": "123/QĐ-UBND",
    "paper_on": "2022-01-05",
    "recipients": "groups",
    "groups": ["elderly", "disabled"],
}
_VIEW: JsonDict = {**_CAMPAIGN, "campaign_id": "0190a1b2-0000-7000-8000-000000000001", "people": 0}


class NewCampaign(BaseModel):
    """A campaign to keep. It is for everybody with a monthly allowance in its month (`monthly`), for those of them with a
    category of certain `groups`, or for the people of a list."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                _CAMPAIGN,
                {**_CAMPAIGN, "recipients": "list", "groups": [], "beneficiaries": ["HUE-0000123", "HUE-0000124"]},
            ]
        },
    )

    unit_id: UnitId = Field(description="The province.")
    code: str = Field(pattern=CODE_PATTERN, description="Its obligations are of the kind `one_off:` and this.")
    name_vi: Line
    benefit_month: Month
    amount_dong: AmountDong = Field(description="Đồng for each person.")
    paper_number: Line = Field(description="Of the decision that gives it.")
    paper_on: date
    recipients: Recipients
    groups: list[Line] = Field(
        default=[], max_length=20, description="`children`, `single_parents`, `elderly`, `disabled`; with `groups` only."
    )
    beneficiaries: list[Line] = Field(
        default=[], max_length=MAX_LISTED, description="Ids or codes; with `list` only. Somebody named twice receives once."
    )


class CampaignView(BaseModel):
    """A campaign. `people` counts those whom its list names."""

    model_config = ConfigDict(json_schema_extra={"examples": [_VIEW]})

    campaign_id: UUID
    unit_id: str
    code: str
    name_vi: str
    benefit_month: date
    amount_dong: int
    paper_number: str
    paper_on: date
    recipients: Recipients
    groups: list[str]
    people: int


class CampaignPage(BaseModel):
    """Campaigns, oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_VIEW], "next_cursor": None}]})

    items: list[CampaignView]
    next_cursor: str | None


def make_router(database: Database, law: Law) -> APIRouter:
    """The routes of campaigns."""
    router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"])

    @router.post("", summary="Keep a campaign", status_code=201)
    async def post_campaign(request: NewCampaign, caller: Maker, key: IdempotencyKey = None) -> CampaignView:
        """Keep a campaign of a province. The same code with the same content gives the same campaign. It pays nothing by
        itself: a run of it does, once its payrolls were approved, funded and released.

        Refused: `wrong-month`, `unknown-unit`, `not-your-unit`, `wrong-recipients`, `unknown-recipients`,
        `no-law-for-month`, `campaign-exists` (the code says something else).
        """
        campaign = _campaign(request)
        async with database.transaction(caller.row_scope) as tx:
            province = await units.find(tx, request.unit_id)
            caller.require_unit(province.path)

            async def work() -> CampaignView:
                return _view(await create_campaign(tx, caller, campaign, province, request.beneficiaries, law))

            return await once(tx, caller, "POST /v1/campaigns", key, request.model_dump_json().encode(), CampaignView, work)

    @router.get("", summary="List campaigns")
    async def list_campaigns(caller: Reader, cursor: Cursor = None, limit: Limit = 100) -> CampaignPage:
        """Campaigns by id. Refused: `bad-cursor`."""
        after = id_after(cursor)
        async with database.transaction(caller.row_scope) as tx:
            items = [_view(campaign) for campaign in await campaigns.page(tx, after, limit)]
        return CampaignPage(items=items, next_cursor=str(items[-1].campaign_id) if len(items) == limit else None)

    @router.get("/{campaign_id}", summary="One campaign")
    async def read_campaign(campaign_id: UUID, caller: Reader) -> CampaignView:
        """A campaign by its id. Refused: `unknown-campaign`."""
        async with database.transaction(caller.row_scope) as tx:
            return _view(await campaigns.find(tx, campaign_id))

    return router


def _campaign(request: NewCampaign) -> Campaign:
    return Campaign(
        campaign_id=new_id(),
        unit_id=request.unit_id,
        code=request.code,
        name_vi=request.name_vi,
        benefit_month=parse_month(request.benefit_month),
        amount_dong=request.amount_dong,
        paper_number=request.paper_number,
        paper_on=request.paper_on,
        recipients=request.recipients,
        groups=tuple(request.groups),
        people=0,
    )


def _view(campaign: Campaign) -> CampaignView:
    plain = {name: getattr(campaign, name) for name in CampaignView.model_fields}
    return CampaignView.model_validate({**plain, "groups": list(campaign.groups)})
