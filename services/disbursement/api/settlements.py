"""Routes that settle contradictions, and what was paid twice by them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.disbursement.api.cursors import id_after
from services.disbursement.api.fields import Cursor, Limit, Line
from services.disbursement.domain.settlements import Resolution, SettledBy
from services.disbursement.storage import settlements
from services.disbursement.storage.scope import see_everything
from services.disbursement.use_cases.settle_contradiction import settle_contradiction
from shared.auth import Caller, require
from shared.database import Database
from shared.idempotency import IdempotencyKey, once

_ID = "0190a1b2-0000-7000-8000-000000000001"
_ASKED: JsonDict = {
    "resolution": "provider_right",
    "reason": "Sao kê của ngân hàng ghi có ngày 06/10",
    "evidence": "SK-2021-10-06",
}
_OVERPAID: JsonDict = {
    "payment_id": _ID,
    "authority_id": "474@2021-07-01",
    "unit_id": "19750@2021-07-01",
    "beneficiary_id": _ID,
    "beneficiary_code": "HUE-0000123",
    "payee_name": "Nguyễn Thị Lan",
    "months": ["2021-10-01"],
    "amount_dong": 540_000,
    "why": "paid_by_another",
    "established_at": "2021-10-07T01:00:00Z",
}


class SettleInput(BaseModel):
    """How it is settled: `ours_right` (what was said did not happen), `provider_right` (it did), `paid_twice` (it was paid, and
    another payment pays the same or it is owed no more), `amount_corrected` (the provider put the amount right)."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_ASKED]})

    resolution: Resolution
    reason: Line = Field(description="In the officer's words.")
    evidence: Line = Field(description="Number of the statement, list or minutes.")


class SettledView(SettleInput):
    """How a contradiction was settled, by whom."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{**_ASKED, "contradiction_id": _ID, "settled_by": "minh", "settled_at": "2021-10-07T01:00:00Z"}]
        }
    )

    contradiction_id: UUID
    settled_by: str
    settled_at: datetime


class OverpaidView(BaseModel):
    """A payment that paid what another paid, or what was owed no more: for recovery, by a decision."""

    model_config = ConfigDict(json_schema_extra={"examples": [_OVERPAID]})

    payment_id: UUID
    authority_id: str
    unit_id: str
    beneficiary_id: UUID
    beneficiary_code: str
    payee_name: str
    months: list[date]
    amount_dong: int
    why: str = Field(description="`paid_by_another`, `not_owed`.")
    established_at: datetime


class OverpaidPage(BaseModel):
    """What was paid twice and has not come back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_OVERPAID], "next_cursor": None}]})

    items: list[OverpaidView]
    next_cursor: str | None


def make_router(database: Database) -> APIRouter:
    """The routes of settlements."""
    router = APIRouter(prefix="/v1", tags=["payments"])

    @router.post("/contradictions/{contradiction_id}/settle", summary="Settle a contradiction")
    async def post_settle(
        contradiction_id: UUID,
        request: SettleInput,
        caller: Annotated[Caller, Depends(require("disbursement:approve"))],
        key: IdempotencyKey = None,
    ) -> SettledView:
        """A second officer says which source is right; payment, obligations and both books follow, in the month and run they
        belong to. The same resolution again gives what was settled.

        Refused: `unknown-contradiction`, `service-account-approves`, `not-the-same-officer` (who released the payroll),
        `contradiction-settled` (otherwise), `wrong-resolution`, `amount-must-be-corrected`, `paid-by-another`,
        `not-paid-twice`, `settled-too-often`.
        """
        async with database.transaction(caller.row_scope) as tx:
            await settlements.find(tx, contradiction_id)  # within the caller's units
            await see_everything(tx)

            async def work() -> SettledView:
                by = await settle_contradiction(
                    tx, caller, contradiction_id, request.resolution, request.reason, request.evidence
                )
                return _view(contradiction_id, by)

            body = f"{contradiction_id}\n{request.model_dump_json()}".encode()
            return await once(tx, caller, "POST /v1/contradictions/{id}/settle", key, body, SettledView, work)

    @router.get("/overpaid", summary="List what was paid twice")
    async def list_overpaid(
        caller: Annotated[Caller, Depends(require("disbursement:read"))], cursor: Cursor = None, limit: Limit = 100
    ) -> OverpaidPage:
        """Payments settled as paid twice, or paid though nothing was owed any more, that have not come back. Refused:
        `bad-cursor`."""
        after = id_after(cursor)
        async with database.transaction(caller.row_scope) as tx:
            items = [OverpaidView(**row) for row in await settlements.overpaid(tx, after, limit)]
        return OverpaidPage(items=items, next_cursor=str(items[-1].payment_id) if len(items) == limit else None)

    return router


def _view(contradiction_id: UUID, by: SettledBy) -> SettledView:
    return SettledView(
        contradiction_id=contradiction_id,
        resolution=by.resolution,
        reason=by.reason,
        evidence=by.evidence,
        settled_by=by.subject,
        settled_at=by.at,
    )
