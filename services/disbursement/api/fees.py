"""GET the fees of a run, and POST that they were paid."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.disbursement.api.books import DifferenceView, difference_views
from services.disbursement.api.fields import AmountDong, Line, UnitId
from services.disbursement.domain.fees import ContractFees
from services.disbursement.domain.refusals import UNKNOWN_RUN
from services.disbursement.storage import fees as storage
from services.disbursement.storage import units
from services.disbursement.storage.run_books import run_place
from services.disbursement.use_cases.agree_fees import SettleFees, settle_fees
from shared.auth import Caller, require
from shared.database import Database, Tx
from shared.idempotency import IdempotencyKey, once
from shared.kernel.errors import Refusal

_FEES: JsonDict = {
    "authority_id": "474@2021-07-01",
    "contract_id": "0190a1b2-0000-7000-8000-000000000001",
    "payments": 500,
    "accrued_dong": 1_350_000,
    "reversed_dong": 2_700,
    "settled_dong": 0,
    "owed_dong": 1_347_300,
    "books_balance": True,
    "differences": [],
}
_SETTLEMENT: JsonDict = {
    "authority_id": "474@2021-07-01",
    "contract_id": "0190a1b2-0000-7000-8000-000000000001",
    "amount_dong": 1_347_300,
    "paper_number": "UNC 17/2021",
    "paid_on": "2021-10-29",
}


class ContractFeesView(BaseModel):
    """What a contract's provider earned by a run: accrued - reversed - settled = owed, each as the ledger has it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FEES]})

    authority_id: str
    contract_id: UUID
    payments: int = Field(description="With a fee, also those that came back.")
    accrued_dong: int
    reversed_dong: int
    settled_dong: int
    owed_dong: int = Field(description="Below zero where a fee came back after it was paid.")
    books_balance: bool
    differences: list[DifferenceView]


class RunFeesView(BaseModel):
    """The fees of a run."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"run_id": _FEES["contract_id"], "contracts": [_FEES]}]})

    run_id: UUID
    contracts: list[ContractFeesView]


class SettlementRequest(BaseModel):
    """Fees that were paid, and the number of the paper."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_SETTLEMENT]})

    authority_id: UnitId
    contract_id: UUID
    amount_dong: AmountDong
    paper_number: Line
    paid_on: date


class SettlementView(SettlementRequest):
    """A settlement as kept."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_SETTLEMENT, "settlement_id": _FEES["contract_id"]}]})

    settlement_id: UUID


def make_router(database: Database) -> APIRouter:
    """The routes of fees."""
    router = APIRouter(prefix="/v1/runs/{run_id}/fees", tags=["fees"])

    @router.get("", summary="The fees of a run")
    async def read_fees(run_id: UUID, caller: Annotated[Caller, Depends(require("disbursement:read"))]) -> RunFeesView:
        """What each contract's provider earned, of the authorities that the token covers. Refused: `unknown-run`."""
        async with database.transaction(caller.row_scope, repeatable_read=True) as tx:
            await _require_run(tx, caller, run_id)
            found = await storage.of_run(tx, run_id)
        return RunFeesView(run_id=run_id, contracts=[_view(each) for each in found])

    @router.post("/settlements", summary="Record that fees were paid", status_code=201)
    async def post_settlement(
        run_id: UUID,
        request: SettlementRequest,
        caller: Annotated[Caller, Depends(require("disbursement:fund"))],
        key: IdempotencyKey = None,
    ) -> SettlementView:
        """Fees are paid from their own budget line, by a paper.

        Refused: `unknown-run`, `unknown-unit`, `not-your-unit`, `unknown-contract`, `fee-not-owed`, `fee-settlement-exists`.
        """
        body = f"{run_id}\n{request.model_dump_json()}".encode()
        async with database.transaction(caller.row_scope) as tx:
            caller.require_unit((await units.find(tx, request.authority_id)).path)

            async def work() -> SettlementView:
                await _require_run(tx, caller, run_id)
                kept = await settle_fees(tx, caller, SettleFees(run_id=run_id, **request.model_dump()))
                return SettlementView(settlement_id=kept.settlement_id, **request.model_dump())

            return await once(tx, caller, "POST /v1/runs/{run_id}/fees/settlements", key, body, SettlementView, work)

    return router


async def _require_run(tx: Tx, caller: Caller, run_id: UUID) -> None:
    if await run_place(tx, run_id, caller.unit_ids) is None:
        raise Refusal(UNKNOWN_RUN, run_id=str(run_id))


def _view(fees: ContractFees) -> ContractFeesView:
    return ContractFeesView(
        authority_id=fees.authority_id,
        contract_id=fees.contract_id,
        payments=fees.payments,
        accrued_dong=fees.accrued_dong,
        reversed_dong=fees.reversed_dong,
        settled_dong=fees.settled_dong,
        owed_dong=fees.owed_dong,
        books_balance=not fees.differences,
        differences=difference_views(fees.differences),
    )
