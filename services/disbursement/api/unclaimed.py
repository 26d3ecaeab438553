"""Routes of money that nobody collected: who it is, and what the commune found when it verified."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.disbursement.api.cursors import id_after
from services.disbursement.api.fields import Cursor, Limit, Line, UnitId
from services.disbursement.domain.uncollected import Finding, Suspension
from services.disbursement.storage import suspensions
from services.disbursement.use_cases.verify_person import verify_person
from shared import audit
from shared.auth import Caller, require
from shared.database import Database
from shared.idempotency import IdempotencyKey, once

_ID = "0190a1b2-0000-7000-8000-000000000001"
_LINE: JsonDict = {
    "beneficiary_id": _ID,
    "beneficiary_code": "HUE-0000123",
    "full_name": "Nguyễn Thị Lan",
    "authority_id": "474@2021-07-01",
    "unit_id": "19750@2021-07-01",
    "months": ["2021-10-01", "2021-11-01", "2021-12-01"],
    "amount_dong": 1_620_000,
    "since_month": "2021-10-01",
    "suspended_at": "2021-12-24T01:00:00Z",
    "run_months_in_a_row": 3,
    "found": None,
}
_ASKED: JsonDict = {
    "beneficiary_id": _ID,
    "found": "alive_and_entitled",
    "paper": "15/BB-UBND",
    "verified_on": "2022-01-05",
}

Verifier = Annotated[Caller, Depends(require("disbursement:verify"))]


class UnclaimedView(BaseModel):
    """A person's money that was not collected; of somebody suspended, all that waits."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LINE]})

    beneficiary_id: UUID
    beneficiary_code: str | None = Field(description="Empty for somebody who lives outside the token's units now.")
    full_name: str | None
    authority_id: str
    unit_id: str
    months: list[date] = Field(description="Benefit months.")
    amount_dong: int
    since_month: date = Field(description="The oldest of them.")
    suspended_at: datetime | None = Field(description="Since when payment waits for the commune; empty while it goes on.")
    run_months_in_a_row: int | None
    found: Finding | None = Field(description="What the commune found last.")


class UnclaimedPage(BaseModel):
    """People with uncollected money, with totals over all pages."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"items": [_LINE], "next_cursor": None, "people": 1, "suspended": 1, "amount_dong": 1_620_000}]
        }
    )

    items: list[UnclaimedView]
    next_cursor: str | None
    people: int
    suspended: int
    amount_dong: int


class VerificationInput(BaseModel):
    """What the commune found, by which paper."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_ASKED]})

    beneficiary_id: UUID
    found: Finding
    paper: Line
    verified_on: date


class SuspensionView(BaseModel):
    """A suspension after the verification. `ended_at` is set where payment goes on."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "suspension_id": _ID,
                    "beneficiary_id": _ID,
                    "authority_id": "474@2021-07-01",
                    "unit_id": "19750@2021-07-01",
                    "since_month": "2021-10-01",
                    "months": 3,
                    "suspended_at": "2021-12-24T01:00:00Z",
                    "found": "alive_and_entitled",
                    "ended_at": "2022-01-05T01:00:00Z",
                }
            ]
        }
    )

    suspension_id: UUID
    beneficiary_id: UUID
    authority_id: str
    unit_id: str
    since_month: date
    months: int
    suspended_at: datetime
    found: Finding | None
    ended_at: datetime | None


def make_router(database: Database) -> APIRouter:
    """The routes of uncollected money."""
    router = APIRouter(prefix="/v1", tags=["unclaimed"])

    @router.get("/unclaimed", summary="List money that nobody collected")
    async def list_unclaimed(
        caller: Verifier,
        authority_id: Annotated[UnitId | None, Query()] = None,
        suspended: Annotated[bool | None, Query(description="Only those whose payment waits, or only the others.")] = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> UnclaimedPage:
        """People of the token's units whose cash was not collected, and those suspended for it. Reading it is audited.
        Refused: `bad-cursor`."""
        after = id_after(cursor)
        async with database.transaction(caller.row_scope) as tx:
            rows = await suspensions.unclaimed(tx, after, limit, authority_id=authority_id, suspended=suspended)
            totals = await suspensions.unclaimed_totals(tx, authority_id=authority_id)
            await audit.append(tx, caller, "read-unclaimed", "unclaimed", people=len(rows), authority_id=authority_id)
        items = [UnclaimedView(**row) for row in rows]
        more = str(items[-1].beneficiary_id) if len(items) >= limit else None
        return UnclaimedPage(items=items, next_cursor=more, **totals)

    @router.post("/verifications", summary="Verify somebody who collected nothing", status_code=201)
    async def post_verification(request: VerificationInput, caller: Verifier, key: IdempotencyKey = None) -> SuspensionView:
        """The commune's finding on somebody whose payment waits. `alive_and_entitled`: the next drawing up pays on, with all
        that is owed. Anything else: the money waits until the registry's decision (a stop, a move, a death) arrives.

        Refused: `service-account-approves`, `unknown-beneficiary`, `nothing-to-verify`.
        """
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> SuspensionView:
                held = await verify_person(tx, caller, request.beneficiary_id, request.found, request.paper, request.verified_on)
                return _view(held)

            body = request.model_dump_json().encode()
            return await once(tx, caller, "POST /v1/verifications", key, body, SuspensionView, work)

    return router


def _view(held: Suspension) -> SuspensionView:
    return SuspensionView.model_validate(held, from_attributes=True)
