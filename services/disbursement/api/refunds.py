"""POST unspent money of a run back to the Treasury."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from services.disbursement.domain.refunds import Refund
from services.disbursement.domain.refusals import UNKNOWN_RUN
from services.disbursement.storage import units
from services.disbursement.storage.run_books import run_place
from services.disbursement.storage.scope import see_everything
from services.disbursement.use_cases.refund_unspent import refund_unspent
from shared import audit
from shared.auth import Caller, require
from shared.database import Database, Tx
from shared.idempotency import IdempotencyKey, once
from shared.kernel.errors import Refusal

_CONTRACT = "0190a1b2-0000-7000-8000-000000000001"


class RefundRequest(BaseModel):
    """Whose unspent money."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"authority_id": "474@2021-07-01"}]})

    authority_id: str = Field(max_length=40, description="The paying authority.")


class RefundView(BaseModel):
    """What one contract's providers gave back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"contract_id": _CONTRACT, "amount_dong": 480_000}]})

    contract_id: UUID
    amount_dong: int


class RefundsView(BaseModel):
    """What went back to the Treasury by this request. Nothing unspent: an empty list."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "run_id": "0190a1b2-0000-7000-8000-000000000002",
                    "authority_id": "474@2021-07-01",
                    "amount_dong": 480_000,
                    "refunds": [{"contract_id": _CONTRACT, "amount_dong": 480_000}],
                }
            ]
        }
    )

    run_id: UUID
    authority_id: str
    amount_dong: int
    refunds: list[RefundView]


def make_router(database: Database) -> APIRouter:
    """The route of refunds."""
    router = APIRouter(prefix="/v1", tags=["fundings"])

    @router.post("/runs/{run_id}/refunds", summary="Give unspent money back to the Treasury", status_code=201)
    async def post_refunds(
        run_id: UUID,
        request: RefundRequest,
        caller: Annotated[Caller, Depends(require("disbursement:fund"))],
        key: IdempotencyKey = None,
    ) -> RefundsView:
        """What an authority's providers were credited up to this run, less what they paid and what open payments still
        claim, goes back, contract by contract. Asked again when nothing is left, nothing more goes back.

        Refused: `unknown-run`, `unknown-unit`, `not-your-unit`.
        """
        async with database.transaction(caller.row_scope) as tx:
            caller.require_unit((await units.find(tx, request.authority_id)).path)
            body = f"{run_id}\n{request.model_dump_json()}".encode()
            route = "POST /v1/runs/{run_id}/refunds"

            async def work() -> RefundsView:
                return await _refund(tx, caller, run_id, request.authority_id)

            return await once(tx, caller, route, key, body, RefundsView, work)

    return router


async def _refund(tx: Tx, caller: Caller, run_id: UUID, authority_id: str) -> RefundsView:
    run = await run_place(tx, run_id, caller.unit_ids)
    if run is None:
        raise Refusal(UNKNOWN_RUN, run_id=str(run_id))
    await see_everything(tx)
    refunds = await refund_unspent(tx, run, authority_id, caller.issuer, caller.subject)
    view = _view(run_id, authority_id, refunds)
    await audit.append(
        tx, caller, "refund", f"run/{run_id}", authority_id=authority_id, refunds=view.model_dump(mode="json")["refunds"]
    )
    return view


def _view(run_id: UUID, authority_id: str, refunds: list[Refund]) -> RefundsView:
    return RefundsView(
        run_id=run_id,
        authority_id=authority_id,
        amount_dong=sum(refund.amount_dong for refund in refunds),
        refunds=[RefundView(contract_id=r.contract_id, amount_dong=r.amount_dong) for r in refunds],
    )
