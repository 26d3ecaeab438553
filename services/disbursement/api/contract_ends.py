"""Routes that end a contract, or take communes out of it."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from services.disbursement.api.contract_views import ContractView, with_fees
from services.disbursement.api.fields import Line, Month, UnitId
from services.disbursement.use_cases.end_contract import end_contract, leave_communes
from shared.auth import Caller, require
from shared.database import Database
from shared.idempotency import IdempotencyKey, once
from shared.kernel.months import parse_month

Definer = Annotated[Caller, Depends(require("disbursement:contract"))]


class EndRequest(BaseModel):
    """The last day of a contract, and the paper that ends it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"valid_to": "2021-12-31", "paper": "05/BB-TLHĐ"}]})

    valid_to: date
    paper: Line


class LeaveRequest(BaseModel):
    """Communes that a contract serves for the last time in a run month."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"unit_ids": ["19750@2021-07-01"], "to_month": "2021-12-01"}]}
    )

    unit_ids: list[UnitId] = Field(min_length=1, max_length=500)
    to_month: Month


def add_ending(router: APIRouter, database: Database) -> None:
    """The last day of a contract, and of communes in it."""

    @router.post("/{contract_id}/end", summary="End a contract")
    async def post_end(contract_id: UUID, request: EndRequest, caller: Definer, key: IdempotencyKey = None) -> ContractView:
        """Runs of later months go through the contract no more. Payments under way, and returns after them, run to their end.
        The same day again changes nothing.

        Refused: `unknown-contract`, `wrong-period`, `contract-ended` (on another day), `contract-in-use` (payrolls of later
        months are drawn up and not released).
        """
        body = f"{contract_id}\n{request.model_dump_json()}".encode()
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> ContractView:
                return await with_fees(tx, await end_contract(tx, caller, contract_id, request.valid_to, request.paper))

            return await once(tx, caller, "POST /v1/contracts/{contract_id}/end", key, body, ContractView, work)

    @router.post("/{contract_id}/communes/leave", summary="Let communes leave a contract")
    async def post_leave(contract_id: UUID, request: LeaveRequest, caller: Definer, key: IdempotencyKey = None) -> ContractView:
        """After a run month the contract serves these communes no more; another may from the next. Twice changes nothing.

        Refused: `unknown-contract`, `wrong-month`, `commune-not-served`, `contract-in-use`.
        """
        month = parse_month(request.to_month)
        body = f"{contract_id}\n{request.model_dump_json()}".encode()
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> ContractView:
                return await with_fees(tx, await leave_communes(tx, caller, contract_id, request.unit_ids, month))

            return await once(tx, caller, "POST /v1/contracts/{contract_id}/communes/leave", key, body, ContractView, work)
