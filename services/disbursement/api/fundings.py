"""Routes of funding: the accountant confirms what the Treasury credited."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.disbursement.api.fields import AmountDong, Line, UnitId
from services.disbursement.storage import units
from services.disbursement.storage.fundings import Funding
from services.disbursement.use_cases.confirm_funding import ConfirmFunding, confirm_funding
from shared.auth import Caller, require
from shared.database import Database
from shared.idempotency import IdempotencyKey, once

_FUNDING: JsonDict = {
    "authority_id": "474@2021-07-01",
    "contract_id": "0190a1b2-0000-7000-8000-000000000001",
    "amount_dong": 438_480_000,
    "withdrawal_paper": "RDT-2021-10-01",
    "treasury_reference": "KB474-20210924-0001",
    "credited_on": "2021-09-24",
}


class NewFunding(BaseModel):
    """What the Treasury credited to a contract's provider for a run."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_FUNDING]})

    authority_id: UnitId
    contract_id: UUID
    amount_dong: AmountDong
    withdrawal_paper: Line = Field(description="Number of the giấy rút dự toán.")
    treasury_reference: Line = Field(description="The Treasury's reference: used once.")
    credited_on: date


class FundingView(BaseModel):
    """A confirmed funding."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_FUNDING,
                    "funding_id": "0190a1b2-0000-7000-8000-000000000003",
                    "run_id": "0190a1b2-0000-7000-8000-000000000002",
                    "confirmed_by": "ha@hue.gov.vn",
                    "confirmed_at": "2021-09-24T03:00:00Z",
                }
            ]
        }
    )

    funding_id: UUID
    run_id: UUID
    authority_id: str
    contract_id: UUID
    amount_dong: int
    withdrawal_paper: str
    treasury_reference: str
    credited_on: date
    confirmed_by: str
    confirmed_at: datetime


def make_router(database: Database) -> APIRouter:
    """The route of fundings."""
    router = APIRouter(prefix="/v1/runs", tags=["fundings"])

    @router.post("/{run_id}/fundings", summary="Confirm funding", status_code=201)
    async def post_funding(
        run_id: UUID,
        request: NewFunding,
        caller: Annotated[Caller, Depends(require("disbursement:fund"))],
        key: IdempotencyKey = None,
    ) -> FundingView:
        """Confirm an amount that the Treasury credited to a contract's provider for a run.

        Refused: `unknown-run`, `unknown-unit`, `not-your-unit`, `unknown-contract`, `funding-exists` (the Treasury reference
        was used before).
        """
        body = f"{run_id}\n{request.model_dump_json()}".encode()
        async with database.transaction(caller.row_scope) as tx:
            caller.require_unit((await units.find(tx, request.authority_id)).path)

            async def work() -> FundingView:
                return _view(await confirm_funding(tx, caller, ConfirmFunding(run_id=run_id, **dict(request))))

            return await once(tx, caller, "POST /v1/runs/{run_id}/fundings", key, body, FundingView, work)

    return router


def _view(funding: Funding) -> FundingView:
    return FundingView(
        funding_id=funding.funding_id,
        run_id=funding.run_id,
        authority_id=funding.authority_id,
        contract_id=funding.contract_id,
        amount_dong=funding.amount_dong,
        withdrawal_paper=funding.withdrawal_paper,
        treasury_reference=funding.treasury_reference,
        credited_on=funding.credited_on,
        confirmed_by=funding.confirmed_subject,
        confirmed_at=funding.confirmed_at,
    )
