"""Route that settles contradictions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.disbursement.api.fields import Line
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


def make_router(database: Database) -> APIRouter:
    """The route of settlements."""
    router = APIRouter(prefix="/v1", tags=["payments"])

    @router.post("/contradictions/{contradiction_id}/settle", summary="Settle a contradiction")
    async def post_settle(
        contradiction_id: UUID,
        request: SettleInput,
        caller: Annotated[Caller, Depends(require("disbursement:approve"))],
        key: IdempotencyKey = None,
    ) -> SettledView:
        """A second officer says which source is right; payment, obligations and both books follow, in the month and run they
        belong to. The same resolution again gives what was settled. What is settled as `paid_twice` stands in
        `GET /v1/overpayments`, where a decision makes it a receivable.

        Refused: `unknown-contradiction`, `service-account-approves`, `not-the-same-officer` (who released the payroll),
        `contradiction-settled` (otherwise), `wrong-resolution`, `amount-must-be-corrected`, `paid-by-another`,
        `not-paid-twice`, `settled-too-often`, `no-open-run` (the payment's run is closed: open the next one first).
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
