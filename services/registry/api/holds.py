"""Holds: why no money may go to somebody now."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.registry.api.wire import COMMUNE, ID, Cursor, Limit, Text, UnitQuery, id_cursor
from services.registry.domain.holds import HOLD_LIFTED, HOLD_REASONS, UNKNOWN_HOLD, NewHold
from services.registry.domain.refusals import UNKNOWN_BENEFICIARY
from services.registry.storage.holds import hold_by_id, page_of_holds
from services.registry.storage.records import load_records
from services.registry.use_cases.lift_holds import lift_holds
from services.registry.use_cases.place_holds import place_holds
from shared.auth import Caller, require
from shared.database import Database
from shared.idempotency import IdempotencyKey, once
from shared.kernel.errors import ErrorCode, Kind, Refusal

BAD_HOLD_REASON = ErrorCode(
    "bad-hold-reason", Kind.INVALID, "Officers place holds for other reasons", "Lý do tạm giữ này cán bộ không được chọn"
)

_HOLD: JsonDict = {
    "hold_id": ID,
    "beneficiary_id": ID,
    "code": "HUE-0000123",
    "full_name": "Nguyễn Thị Hòa",
    "unit_id": COMMUNE,
    "reason": "reported_dead",
    "message_vi": "Có tin báo đối tượng đã chết, chờ quyết định.",
    "message_en": "Said to have died; a decision is awaited.",
    "about": None,
    "kind": None,
    "note": "Trưởng thôn báo ngày 3/11",
    "placed_at": "2021-11-03T02:00:00Z",
    "placed_subject": "can-bo-phu-thuan",
    "lifted_at": None,
    "lifted_subject": None,
    "lifted_note": None,
}

Writer = Annotated[Caller, Depends(require("registry:write"))]


class HoldInput(BaseModel):
    """A hold that an officer places."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "reported_dead", "note": "Trưởng thôn báo ngày 3/11"}]}
    )

    reason: Annotated[str, Field(max_length=40, pattern="^[a-z][a-z0-9_]*$")] = Field(
        description="reported_dead, reported_away or under_review."
    )
    note: Text


class LiftInput(BaseModel):
    """Why a hold is lifted."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"note": "Đã gặp đối tượng tại nhà"}]})

    note: Text


class HoldView(BaseModel):
    """A hold."""

    model_config = ConfigDict(json_schema_extra={"examples": [_HOLD]})

    hold_id: UUID
    beneficiary_id: UUID
    code: str
    full_name: str
    unit_id: str
    reason: str
    message_vi: str
    message_en: str
    about: UUID | None = Field(description="What it hangs on (a payee, an account); none: the person.")
    kind: Literal["care_support"] | None = Field(description="The one kind of obligation that is held; none: the person's money.")
    note: str | None
    placed_at: datetime = Field(description="Business clock.")
    placed_subject: str
    lifted_at: datetime | None = Field(description="None while it stands.")
    lifted_subject: str | None
    lifted_note: str | None


class HoldPage(BaseModel):
    """Holds in the order in which they were placed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_HOLD], "next_cursor": None}]})

    items: list[HoldView]
    next_cursor: str | None


class HoldsChanged(BaseModel):
    """How many holds the request placed or lifted; 0 where it stood so already."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"changed": 1}]})

    changed: int


def make_router(database: Database) -> APIRouter:
    """The routes of holds."""
    router = APIRouter(prefix="/v1", tags=["holds"])

    @router.get("/holds", summary="List holds")
    async def list_holds(
        caller: Annotated[Caller, Depends(require("registry:read"))],
        beneficiary_id: UUID | None = None,
        unit_id: UnitQuery = None,
        reason: Annotated[str | None, Query(max_length=40, pattern="^[a-z][a-z0-9_]*$")] = None,
        standing: Annotated[bool | None, Query(description="Only those that stand, or only lifted ones.")] = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> HoldPage:
        """Holds of the token's units. Refused: `bad-cursor`."""
        after = id_cursor(cursor)
        async with database.transaction(caller.row_scope) as tx:
            rows = await page_of_holds(
                tx, beneficiary_id=beneficiary_id, unit_id=unit_id, reason=reason, standing=standing, after=after, limit=limit
            )
        items = [_view(row) for row in rows]
        return HoldPage(items=items, next_cursor=str(items[-1].hold_id) if len(items) == limit else None)

    @router.post("/beneficiaries/{beneficiary_id}/holds", summary="Hold a person's money")
    async def place(caller: Writer, beneficiary_id: UUID, hold: HoldInput, key: IdempotencyKey = None) -> HoldsChanged:
        """Nothing is paid to the person until the hold is lifted; what the law owes goes on being owed. A reason that stands
        already changes nothing. Refused: `unknown-beneficiary`, `bad-hold-reason`."""
        known = HOLD_REASONS.get(hold.reason)
        if known is None or not known.by_officer:
            raise Refusal(BAD_HOLD_REASON, hold.reason)
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> HoldsChanged:
                if not await load_records(tx, [beneficiary_id]):
                    raise Refusal(UNKNOWN_BENEFICIARY)
                placed = await place_holds(tx, caller, [NewHold(beneficiary_id, hold.reason, note=hold.note)])
                return HoldsChanged(changed=len(placed))

            request = f"{beneficiary_id}{hold.model_dump_json()}".encode()
            return await once(tx, caller, "POST /v1/beneficiaries/holds", key, request, HoldsChanged, work)

    @router.post("/holds/{hold_id}/lift", summary="Lift a hold")
    async def lift(caller: Writer, hold_id: UUID, why: LiftInput, key: IdempotencyKey = None) -> HoldsChanged:
        """Money may go to the person again, unless another hold stands. Refused: `unknown-hold`, `hold-lifted`."""
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> HoldsChanged:
                found = await hold_by_id(tx, hold_id)
                if found is None:
                    raise Refusal(UNKNOWN_HOLD)
                if found["lifted_at"] is not None:
                    raise Refusal(HOLD_LIFTED)
                return HoldsChanged(changed=len(await lift_holds(tx, caller, [hold_id], why.note)))

            return await once(tx, caller, "POST /v1/holds/lift", key, f"{hold_id}{why.note}".encode(), HoldsChanged, work)

    return router


def _view(row: dict[str, Any]) -> HoldView:
    known = HOLD_REASONS.get(row["reason"])
    sentences = {
        "message_vi": known.message_vi if known else row["reason"],
        "message_en": known.message_en if known else row["reason"],
    }
    return HoldView.model_validate({**row, **sentences})
