"""Route of fees that a contract agrees on."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from services.disbursement.api.contract_views import FEE, ContractView, FeeView, rates_of_views, view_of
from services.disbursement.storage import contracts
from services.disbursement.use_cases.agree_fees import agree_fees
from shared.auth import Caller, require
from shared.database import Database
from shared.idempotency import IdempotencyKey, once

Definer = Annotated[Caller, Depends(require("disbursement:contract"))]


class FeesRequest(BaseModel):
    """Fees to agree on."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"fees": [FEE]}]})

    fees: list[FeeView] = Field(min_length=1, max_length=20)


def add_fees(router: APIRouter, database: Database) -> None:
    """Agreeing on fees."""

    @router.post("/{contract_id}/fees", summary="Agree on fees", status_code=201)
    async def post_fees(contract_id: UUID, request: FeesRequest, caller: Definer, key: IdempotencyKey = None) -> ContractView:
        """From a day on each payment through a channel costs so much. A rate changes by a newer one; the same twice changes
        nothing. What was paid before keeps the fee of its day.

        Refused: `unknown-contract`, `no-such-channel`, `fee-rate-exists`.
        """
        body = f"{contract_id}\n{request.model_dump_json()}".encode()
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> ContractView:
                contract = await contracts.find(tx, contract_id)
                return view_of(contract, await agree_fees(tx, caller, contract, rates_of_views(request.fees)))

            return await once(tx, caller, "POST /v1/contracts/{contract_id}/fees", key, body, ContractView, work)
