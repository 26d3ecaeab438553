"""Routes of contracts with those who pay out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from services.disbursement.api.cursors import id_after
from services.disbursement.api.fields import Cursor, Limit, Line, Month, UnitId
from services.disbursement.domain.calendar import PayDays, SendOn
from services.disbursement.domain.canary import CANARY_PAYMENTS
from services.disbursement.domain.contracts import Contract, ContractChannel
from services.disbursement.domain.fees import FeeRate
from services.disbursement.domain.routing import Channel
from services.disbursement.storage import contracts, fees, units
from services.disbursement.use_cases.agree_fees import agree_fees
from services.disbursement.use_cases.define_contract import define_contract, serve_communes
from services.disbursement.use_cases.end_contract import end_contract, leave_communes
from services.disbursement.use_cases.set_sending import set_pay_days, set_sending
from shared.auth import Caller, require
from shared.contracts.base import MAX_RECORDS
from shared.database import Database, Tx
from shared.idempotency import IdempotencyKey, once
from shared.kernel.ids import new_id
from shared.kernel.months import parse_month

Reader = Annotated[Caller, Depends(require("disbursement:read"))]
Definer = Annotated[Caller, Depends(require("disbursement:contract"))]

_CONTRACT: JsonDict = {
    "authority_id": "474@2021-07-01",
    "number": "01/2021/HĐ-VTP",
    "lead_provider": "viettelpay",
    "channels": [
        {"channel": "wallet", "provider": "viettelpay", "canary_payments": 20, "send_on": "any_day"},
        {"channel": "cash", "provider": "viettelpay", "canary_payments": 20, "send_on": "pay_days"},
    ],
    "valid_from": "2021-09-01",
}
_FEE: JsonDict = {"channel": "wallet", "from_on": "2021-09-01", "basis_points": 50, "flat_dong": None, "back_on_return": True}
_VIEW: JsonDict = {
    **_CONTRACT,
    "contract_id": "0190a1b2-0000-7000-8000-000000000001",
    "valid_to": None,
    "communes": 36,
    "fees": [_FEE],
}


class ChannelView(BaseModel):
    """A channel of a contract, and who moves the money through it: `viettelpay`, `vietinbank`, `vnpost`, `commune_cashier`.

    Of a large payroll the first `canary_payments` go alone, and the rest when they have been paid; 0: all go at once.
    `send_on`: `any_day`, `working_days`, or `pay_days` (not before the contract's pay day).
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"channel": "wallet", "provider": "viettelpay"}]})

    channel: Channel
    provider: Line
    canary_payments: int = Field(default=CANARY_PAYMENTS, ge=0, le=MAX_RECORDS)
    send_on: SendOn = "any_day"


class FeeView(BaseModel):
    """What a channel costs from a day on: `basis_points` of each payment's amount, half up to whole đồng, or `flat_dong` for
    each payment; exactly one of them. `back_on_return`: the fee is not owed for a payment whose money came back."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_FEE]})

    channel: Channel
    from_on: date
    basis_points: Annotated[int | None, Field(ge=0, le=10_000)] = None
    flat_dong: Annotated[int | None, Field(ge=0, le=1_000_000)] = None
    back_on_return: bool = False

    @model_validator(mode="after")
    def one_of_two(self) -> FeeView:
        """A percentage or a flat sum, not both and not neither."""
        if (self.basis_points is None) == (self.flat_dong is None):
            raise ValueError("basis_points or flat_dong")
        return self


class FeesRequest(BaseModel):
    """Fees to agree on."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"fees": [_FEE]}]})

    fees: list[FeeView] = Field(min_length=1, max_length=20)


class NewContract(BaseModel):
    """A contract to keep. `lead_provider`: `viettelpay`, `vietinbank`, `commune_cashier`."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_CONTRACT]})

    authority_id: UnitId
    number: Line
    lead_provider: Line
    channels: list[ChannelView] = Field(min_length=1, max_length=4)
    valid_from: date
    fees: list[FeeView] = Field(default_factory=list, max_length=20)


class ContractView(BaseModel):
    """A contract. `communes` counts those it serves."""

    model_config = ConfigDict(json_schema_extra={"examples": [_VIEW]})

    contract_id: UUID
    authority_id: str
    number: str
    lead_provider: str
    channels: list[ChannelView]
    valid_from: date
    valid_to: date | None
    communes: int
    fees: list[FeeView]


class ContractPage(BaseModel):
    """Contracts, oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_VIEW], "next_cursor": None}]})

    items: list[ContractView]
    next_cursor: str | None


class CommunesRequest(BaseModel):
    """Communes that a contract is to serve from a run month on."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"unit_ids": ["19750@2021-07-01"], "from_month": "2021-10-01"}]}
    )

    unit_ids: list[UnitId] = Field(min_length=1, max_length=500)
    from_month: Month


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


def make_router(database: Database) -> APIRouter:
    """The routes of contracts."""
    router = APIRouter(prefix="/v1/contracts", tags=["contracts"])
    _add_defining(router, database)
    _add_communes(router, database)
    _add_sending(router, database)
    _add_ending(router, database)
    _add_fees(router, database)

    @router.get("", summary="List contracts")
    async def list_contracts(caller: Reader, cursor: Cursor = None, limit: Limit = 100) -> ContractPage:
        """Contracts of the authorities that the token covers. Refused: `bad-cursor`."""
        after = id_after(cursor)
        async with database.transaction(caller.row_scope) as tx:
            found = await contracts.page(tx, after, limit)
            rates = await fees.rates_of(tx, [contract.contract_id for contract in found])
        items = [_view(contract, rates[contract.contract_id]) for contract in found]
        return ContractPage(items=items, next_cursor=str(items[-1].contract_id) if len(items) == limit else None)

    return router


def _add_defining(router: APIRouter, database: Database) -> None:
    @router.post("", summary="Keep a contract", status_code=201)
    async def post_contract(request: NewContract, caller: Definer, key: IdempotencyKey = None) -> ContractView:
        """Keep a contract of a paying authority. The same number with the same content gives the same contract.

        Refused: `unknown-unit`, `not-your-unit`, `unknown-provider`, `contract-exists` (the number says something else),
        `no-such-channel`, `fee-rate-exists`.
        """
        async with database.transaction(caller.row_scope) as tx:
            caller.require_unit((await units.find(tx, request.authority_id)).path)

            async def work() -> ContractView:
                contract = await define_contract(tx, caller, _contract(request))
                return _view(contract, await agree_fees(tx, caller, contract, _rates(request.fees)))

            return await once(tx, caller, "POST /v1/contracts", key, request.model_dump_json().encode(), ContractView, work)


def _add_communes(router: APIRouter, database: Database) -> None:
    @router.post("/{contract_id}/communes", summary="Let a contract serve communes", status_code=201)
    async def post_communes(
        contract_id: UUID, request: CommunesRequest, caller: Definer, key: IdempotencyKey = None
    ) -> ContractView:
        """From a run month on the contract serves these communes; doing it twice changes nothing.

        Refused: `unknown-contract`, `unknown-unit` (no commune of the contract's authority), `wrong-month`.
        """
        month = parse_month(request.from_month)
        body = f"{contract_id}\n{request.model_dump_json()}".encode()
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> ContractView:
                contract = await serve_communes(tx, caller, contract_id, request.unit_ids, month)
                return await _with_fees(tx, contract)

            return await once(tx, caller, "POST /v1/contracts/{contract_id}/communes", key, body, ContractView, work)


def _add_sending(router: APIRouter, database: Database) -> None:
    @router.put("/{contract_id}/channels/{channel}/sending", summary="Say how a channel is instructed")
    async def put_sending(contract_id: UUID, channel: Channel, request: SendingRequest, caller: Definer) -> ContractView:
        """Set how many payments of a large payroll go first, and on which days. Payrolls that are drawn up keep their chunks.

        Refused: `unknown-contract`, `unknown-channel`.
        """
        async with database.transaction(caller.row_scope) as tx:
            return await _with_fees(
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


def _add_ending(router: APIRouter, database: Database) -> None:
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
                return await _with_fees(tx, await end_contract(tx, caller, contract_id, request.valid_to, request.paper))

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
                return await _with_fees(tx, await leave_communes(tx, caller, contract_id, request.unit_ids, month))

            return await once(tx, caller, "POST /v1/contracts/{contract_id}/communes/leave", key, body, ContractView, work)


def _contract(request: NewContract) -> Contract:
    channels = sorted(request.channels, key=lambda each: (each.channel, each.provider))
    return Contract(
        contract_id=new_id(),
        authority_id=request.authority_id,
        number=request.number,
        lead_provider=request.lead_provider,
        valid_from=request.valid_from,
        valid_to=None,
        channels=tuple(ContractChannel(**each.model_dump()) for each in channels),
        communes=0,
    )


async def _with_fees(tx: Tx, contract: Contract) -> ContractView:
    return _view(contract, (await fees.rates_of(tx, [contract.contract_id]))[contract.contract_id])


def _view(contract: Contract, rates: Sequence[FeeRate]) -> ContractView:
    return ContractView(
        contract_id=contract.contract_id,
        authority_id=contract.authority_id,
        number=contract.number,
        lead_provider=contract.lead_provider,
        channels=[ChannelView.model_validate(asdict(channel)) for channel in contract.channels],
        valid_from=contract.valid_from,
        valid_to=contract.valid_to,
        communes=contract.communes,
        fees=[FeeView.model_validate({name: getattr(rate, name) for name in FeeView.model_fields}) for rate in rates],
    )


def _add_fees(router: APIRouter, database: Database) -> None:
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
                return _view(contract, await agree_fees(tx, caller, contract, _rates(request.fees)))

            return await once(tx, caller, "POST /v1/contracts/{contract_id}/fees", key, body, ContractView, work)


def _rates(views: Sequence[FeeView]) -> list[FeeRate]:
    return [FeeRate(v.channel, v.from_on, v.basis_points, v.flat_dong, v.back_on_return) for v in views]
