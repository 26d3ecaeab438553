"""Routes of contracts with those who pay out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from services.disbursement.api.cursors import id_after
from services.disbursement.api.fields import Cursor, Limit, Line, Month, UnitId
from services.disbursement.domain.contracts import Contract, ContractChannel
from services.disbursement.domain.fees import FeeRate
from services.disbursement.domain.routing import Channel
from services.disbursement.storage import contracts, fees, units
from services.disbursement.use_cases.agree_fees import agree_fees
from services.disbursement.use_cases.define_contract import define_contract, serve_communes
from shared.auth import Caller, require
from shared.database import Database
from shared.idempotency import IdempotencyKey, once
from shared.kernel.ids import new_id
from shared.kernel.months import parse_month

Reader = Annotated[Caller, Depends(require("disbursement:read"))]
Definer = Annotated[Caller, Depends(require("disbursement:contract"))]

_CONTRACT: JsonDict = {
    "authority_id": "474@2021-07-01",
    "number": "01/2021/HĐ-VTP",
    "lead_provider": "viettelpay",
    "channels": [{"channel": "wallet", "provider": "viettelpay"}, {"channel": "cash", "provider": "viettelpay"}],
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
    """A channel of a contract, and who moves the money through it: `viettelpay`, `vietinbank`, `vnpost`, `commune_cashier`."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"channel": "wallet", "provider": "viettelpay"}]})

    channel: Channel
    provider: Line


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


def make_router(database: Database) -> APIRouter:
    """The routes of contracts."""
    router = APIRouter(prefix="/v1/contracts", tags=["contracts"])
    _add_defining(router, database)
    _add_communes(router, database)
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
                return _view(contract, (await fees.rates_of(tx, [contract_id]))[contract_id])

            return await once(tx, caller, "POST /v1/contracts/{contract_id}/communes", key, body, ContractView, work)


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


def _contract(request: NewContract) -> Contract:
    channels = sorted((each.channel, each.provider) for each in request.channels)
    return Contract(
        contract_id=new_id(),
        authority_id=request.authority_id,
        number=request.number,
        lead_provider=request.lead_provider,
        valid_from=request.valid_from,
        valid_to=None,
        channels=tuple(ContractChannel(channel, provider) for channel, provider in channels),
        communes=0,
    )


def _view(contract: Contract, rates: Sequence[FeeRate]) -> ContractView:
    return ContractView(
        contract_id=contract.contract_id,
        authority_id=contract.authority_id,
        number=contract.number,
        lead_provider=contract.lead_provider,
        channels=[ChannelView.model_validate({"channel": c.channel, "provider": c.provider}) for c in contract.channels],
        valid_from=contract.valid_from,
        valid_to=contract.valid_to,
        communes=contract.communes,
        fees=[FeeView.model_validate({name: getattr(rate, name) for name in FeeView.model_fields}) for rate in rates],
    )
