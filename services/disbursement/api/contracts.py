"""Routes of contracts with those who pay out: keep one, let it serve communes, list them. Fees, sending and ending have files of
their own."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from services.disbursement.api.contract_ends import add_ending
from services.disbursement.api.contract_fees import add_fees
from services.disbursement.api.contract_sending import add_sending
from services.disbursement.api.contract_views import ContractPage, ContractView, NewContract, rates_of_views, view_of, with_fees
from services.disbursement.api.cursors import id_after
from services.disbursement.api.fields import Cursor, Limit, Month, UnitId
from services.disbursement.domain.contracts import Contract, ContractChannel
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
    add_sending(router, database)
    add_ending(router, database)
    add_fees(router, database)

    @router.get("", summary="List contracts")
    async def list_contracts(caller: Reader, cursor: Cursor = None, limit: Limit = 100) -> ContractPage:
        """Contracts of the authorities that the token covers. Refused: `bad-cursor`."""
        after = id_after(cursor)
        async with database.transaction(caller.row_scope) as tx:
            found = await contracts.page(tx, after, limit)
            rates = await fees.rates_of(tx, [contract.contract_id for contract in found])
        items = [view_of(contract, rates[contract.contract_id]) for contract in found]
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
                return view_of(contract, await agree_fees(tx, caller, contract, rates_of_views(request.fees)))

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
                return await with_fees(tx, contract)

            return await once(tx, caller, "POST /v1/contracts/{contract_id}/communes", key, body, ContractView, work)


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
