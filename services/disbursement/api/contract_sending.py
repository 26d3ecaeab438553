"""Routes that say when and how a contract's channels are instructed."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from services.disbursement.api.contract_views import ContractView, with_fees
from services.disbursement.api.fields import Month, UnitId
from services.disbursement.domain.calendar import PayDays, SendOn
from services.disbursement.domain.routing import Channel
from services.disbursement.use_cases.set_sending import set_pay_days, set_sending
from shared.auth import Caller, require
from shared.contracts.base import MAX_RECORDS
from shared.database import Database
from shared.idempotency import IdempotencyKey, once
from shared.kernel.months import parse_month

Definer = Annotated[Caller, Depends(require("disbursement:contract"))]


class SendingRequest(BaseModel):
    """How a contract's channel is instructed."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"canary_payments": 50, "send_on": "working_days"}]}
    )

    canary_payments: int = Field(ge=0, le=MAX_RECORDS)
    send_on: SendOn


class PayDaysRequest(BaseModel):
    """Days of the month on which cash is handed out, in a commune, or (with the authority's id) in all of them."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"unit_id": "19750@2021-07-01", "from_month": "2021-10-01", "first_day": 5, "last_day": 10}]
        },
    )

    unit_id: UnitId
    from_month: Month
    first_day: int = Field(ge=1, le=31)
    last_day: int = Field(ge=1, le=31)


def add_sending(router: APIRouter, database: Database) -> None:
    """First payments, days to send on, days on which cash is handed out."""

    @router.put("/{contract_id}/channels/{channel}/sending", summary="Say how a channel is instructed")
    async def put_sending(contract_id: UUID, channel: Channel, request: SendingRequest, caller: Definer) -> ContractView:
        """Set how many payments of a large payroll go first, and on which days. Payrolls that are drawn up keep their chunks.

        Refused: `unknown-contract`, `unknown-channel`.
        """
        async with database.transaction(caller.row_scope) as tx:
            return await with_fees(
                tx, await set_sending(tx, caller, contract_id, channel, request.canary_payments, request.send_on)
            )

    @router.post("/{contract_id}/pay-days", summary="Say on which days cash is handed out", status_code=201)
    async def post_pay_days(
        contract_id: UUID, request: PayDaysRequest, caller: Definer, key: IdempotencyKey = None
    ) -> PayDaysRequest:
        """From a run month on the contract's provider hands out cash on these days of the month, in one commune or (with the
        authority's id) in all. The newest that has begun counts. Doing it twice changes nothing.

        Refused: `unknown-contract`, `unknown-unit`, `wrong-month`, `bad-pay-days`.
        """
        body = f"{contract_id}\n{request.model_dump_json()}".encode()
        days = PayDays(contract_id, request.unit_id, parse_month(request.from_month), request.first_day, request.last_day)
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> PayDaysRequest:
                await set_pay_days(tx, caller, days)
                return request

            return await once(tx, caller, "POST /v1/contracts/{contract_id}/pay-days", key, body, PayDaysRequest, work)
