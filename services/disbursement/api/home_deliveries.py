"""Routes of home delivery: who gets cash at home."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.disbursement.api.fields import Line
from services.disbursement.use_cases.deliver_home import begin_home_delivery, end_home_delivery
from shared.auth import Caller, require
from shared.database import Database
from shared.idempotency import IdempotencyKey, once

Officer = Annotated[Caller, Depends(require("disbursement:verify"))]

_BEGIN: JsonDict = {"from_on": "2021-10-01", "reason": "Không đi lại được, xã đề nghị bưu tá chi tại nhà"}


class HomeRequest(BaseModel):
    """From which day, and why."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_BEGIN]})

    from_on: date
    reason: Line = Field(description="In the officer's words. No illness by name, no number.")


class EndHomeRequest(BaseModel):
    """The last day."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"to_on": "2021-12-31"}]})

    to_on: date


class HomeView(BaseModel):
    """Cash orders of this person say that they are carried home, from a day on, to the last day where there is one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_BEGIN,
                    "beneficiary_id": "0190a1b2-0000-7000-8000-000000000001",
                    "unit_id": "19750@2021-07-01",
                    "to_on": None,
                    "made_by": "lan@hue.gov.vn",
                    "made_at": "2021-09-20T02:00:00Z",
                }
            ]
        }
    )

    beneficiary_id: UUID
    unit_id: str
    from_on: date
    to_on: date | None
    reason: str
    made_by: str
    made_at: datetime


def make_router(database: Database) -> APIRouter:
    """The routes of home delivery."""
    router = APIRouter(prefix="/v1/beneficiaries", tags=["payments"])

    @router.post("/{beneficiary_id}/home-delivery", summary="Pay somebody's cash at home", status_code=201)
    async def post_home(beneficiary_id: UUID, request: HomeRequest, caller: Officer, key: IdempotencyKey = None) -> HomeView:
        """Cash orders that are instructed from this day on say so, with providers that can. Said again: how it stands.
        Refused: `unknown-beneficiary`."""
        body = f"{beneficiary_id}\n{request.model_dump_json()}".encode()
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> HomeView:
                return HomeView(**await begin_home_delivery(tx, caller, beneficiary_id, request.from_on, request.reason))

            return await once(tx, caller, "POST /v1/beneficiaries/{id}/home-delivery", key, body, HomeView, work)

    @router.post("/{beneficiary_id}/home-delivery/end", summary="End home delivery")
    async def post_end(beneficiary_id: UUID, request: EndHomeRequest, caller: Officer, key: IdempotencyKey = None) -> HomeView:
        """Its last day; ended before: how it ended. Refused: `unknown-beneficiary`, `not-at-home`."""
        body = f"{beneficiary_id}\n{request.model_dump_json()}".encode()
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> HomeView:
                return HomeView(**await end_home_delivery(tx, caller, beneficiary_id, request.to_on))

            return await once(tx, caller, "POST /v1/beneficiaries/{id}/home-delivery/end", key, body, HomeView, work)

    return router
