"""Wire models of the campaign: gaps, progress, targets."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.registry.api.wire import COMMUNE, ID, Short

GapReason = Literal[
    "refused_by_beneficiary", "cash_chosen", "on_hold", "requested", "name_in_review", "refused_by_provider", "account_closed",
    "not_requested",
]  # fmt: skip
Level = Literal["province", "district", "commune"]

_GAP: JsonDict = {
    "beneficiary_id": ID,
    "code": "HUE-0000123",
    "full_name": "Nguyễn Thị Hòa",
    "unit_id": COMMUNE,
    "village": "Thôn 1",
    "payee_id": ID,
    "payee_name": "Nguyễn Thị Hòa",
    "relationship": "self",
    "provider": "viettelpay",
    "reason": "requested",
    "reason_vi": "Đã đăng ký, chờ đơn vị chi trả mở",
    "reason_en": "Asked for, the provider has not answered",
    "detail": None,
    "since": "2021-10-02T03:00:00Z",
    "account_id": ID,
}
_COUNT: JsonDict = {
    "unit_id": COMMUNE,
    "provider": "viettelpay",
    "reason": "requested",
    "people": 12,
    "waiting_since": "2021-10-02T03:00:00Z",
}
_TARGET: JsonDict = {
    "unit_id": "46@2021-07-01",
    "starts_on": "2021-10-01",
    "target_on": "2021-12-31",
    "share_percent": 80,
    "provider": None,
}
_PROGRESS: JsonDict = {
    "unit_id": COMMUNE,
    "code": "19870",
    "name": "Phường Phú Thuận",
    "level": "commune",
    "entitled": 352,
    "with_account": 241,
    "share_percent": 68.5,
    "held": 1,
    "providers": {"viettelpay": 239, "vietinbank": 2},
    "steps": {"requested": 260, "opened": 245, "refused": 3, "card_handed_over": 190, "guidance_given": 190},
    "target": _TARGET,
    "missing": 41,
    "weeks_left": 4,
    "needed_per_week": 11,
}


class GapView(BaseModel):
    """Somebody entitled who is not paid into an account."""

    model_config = ConfigDict(json_schema_extra={"examples": [_GAP]})

    beneficiary_id: UUID
    code: str
    full_name: str
    unit_id: str
    village: str | None
    payee_id: UUID
    payee_name: str
    relationship: str = Field(description="Of the payee: `self`, or as the list says it.")
    provider: str | None = Field(description="Asked at, else wished by the family, else the unit's by contract.")
    reason: GapReason = Field(description="What stands in the way first.")
    reason_vi: str
    reason_en: str
    detail: str | None = Field(description="The provider's reason, the beneficiary's, or that of the hold.")
    since: datetime | None = Field(description="Asked for, refused or opened at (business clock).")
    account_id: UUID | None


class GapPage(BaseModel):
    """People, commune by commune, in the order of their codes."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_GAP], "next_cursor": None}]})

    items: list[GapView]
    next_cursor: str | None


class GapCount(BaseModel):
    """How many people of a commune have no account, for one provider and reason."""

    model_config = ConfigDict(json_schema_extra={"examples": [_COUNT]})

    unit_id: str
    provider: str | None
    reason: GapReason
    people: int
    waiting_since: datetime | None = Field(description="Of requests: the oldest without an answer.")


class GapCounts(BaseModel):
    """Counts by commune, provider and reason."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_COUNT]}]})

    items: list[GapCount]


class TargetInput(BaseModel):
    """What a unit is to reach."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"starts_on": "2021-10-01", "target_on": "2021-12-31", "share_percent": 80}]},
    )

    starts_on: date
    target_on: date
    share_percent: Annotated[int, Field(ge=1, le=100)] = Field(default=80, description="Of the people entitled.")
    provider: Short | None = Field(default=None, description="Who opens the accounts there, by contract.")


class TargetView(BaseModel):
    """What a unit is to reach, by its own target or that of a unit above it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_TARGET]})

    unit_id: str = Field(description="Whose target it is.")
    starts_on: date
    target_on: date
    share_percent: int
    provider: str | None


class TargetList(BaseModel):
    """Targets in the order of their units."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_TARGET]}]})

    items: list[TargetView]


class ProgressView(BaseModel):
    """How far a unit is."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PROGRESS]})

    unit_id: str
    code: str
    name: str
    level: Level
    entitled: int = Field(description="People whose status is active.")
    with_account: int
    share_percent: float
    held: int = Field(description="Of those with an account: whose money is held.")
    providers: dict[str, int] = Field(description="People with an account, by provider.")
    steps: dict[str, int] = Field(description="Accounts by the steps that were recorded of them.")
    target: TargetView | None
    missing: int | None = Field(description="Accounts still to be opened to reach the target.")
    weeks_left: int | None = Field(description="A week that has begun counts; 0 on the target's day and after.")
    needed_per_week: int | None


class ProgressPage(BaseModel):
    """Units in the order of their ids."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_PROGRESS], "next_cursor": None}]})

    items: list[ProgressView]
    next_cursor: str | None
