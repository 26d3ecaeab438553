"""Routes of communes' cash: given, brought back, settled, and differences that somebody owns."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.disbursement.api.cursors import id_after
from services.disbursement.api.fields import AmountDong, Cursor, Limit, Line, UnitId
from services.disbursement.domain.cash_advances import CloseReason, PaperKind
from services.disbursement.domain.refusals import UNKNOWN_RUN
from services.disbursement.storage import cash_advances as storage
from services.disbursement.storage import contracts, units
from services.disbursement.storage.run_books import run_place
from services.disbursement.storage.scope import see_everything
from services.disbursement.use_cases.advance_cash import CashAt, close_difference, record_cash, settle_cash
from shared.auth import Caller, require
from shared.database import Database, Row, Tx
from shared.idempotency import IdempotencyKey, once
from shared.kernel.errors import Refusal

Accountant = Annotated[Caller, Depends(require("disbursement:fund"))]
Reader = Annotated[Caller, Depends(require("disbursement:read"))]

_ID = "0190a1b2-0000-7000-8000-000000000001"
_PLACE: JsonDict = {"contract_id": _ID, "unit_id": "19750@2021-07-01"}
_PAPER: JsonDict = {
    **_PLACE,
    "amount_dong": 54_000_000,
    "paper_number": "PC 17/2021",
    "happened_on": "2021-10-04",
    "counterpart": "Trần Thị Mai, thủ quỹ UBND xã",
}
_STANDING: JsonDict = {
    "unit_id": "19750@2021-07-01",
    "advanced_dong": 54_000_000,
    "paid_dong": 53_460_000,
    "returned_dong": 0,
    "still_out_dong": 540_000,
    "open_payments": 0,
    "open_dong": 0,
}
_SETTLED: JsonDict = {
    **_PLACE,
    "settlement_id": _ID,
    "run_id": _ID,
    "authority_id": "474@2021-07-01",
    "advanced_dong": 54_000_000,
    "paid_dong": 53_460_000,
    "returned_dong": 360_000,
    "difference_dong": 180_000,
    "owner": "ha@hue.gov.vn",
    "settled_by": "lan@hue.gov.vn",
    "settled_at": "2021-10-20T02:00:00Z",
    "closed_as": None,
    "close_note": None,
    "evidence": None,
    "closed_by": None,
    "closed_at": None,
}


class CashRequest(BaseModel):
    """Cash that changed hands, and its paper: phiếu chi when it is given, phiếu thu when it comes back."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_PAPER]})

    contract_id: UUID
    unit_id: UnitId
    amount_dong: AmountDong
    paper_number: Line
    happened_on: date
    counterpart: Line = Field(description="Who took it, or brought it: name and office. No identity number.")


class CashView(CashRequest):
    """Cash that changed hands, kept."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_PAPER, "paper_id": _ID, "run_id": _ID, "kind": "advance"}]})

    paper_id: UUID
    run_id: UUID
    kind: PaperKind


class StandingView(BaseModel):
    """A commune's cash of a run and contract: advanced = paid + returned + still out."""

    model_config = ConfigDict(json_schema_extra={"examples": [_STANDING]})

    unit_id: str
    advanced_dong: int
    paid_dong: int
    returned_dong: int
    still_out_dong: int
    open_payments: int
    open_dong: int


class StandingsView(BaseModel):
    """All communes of a run and contract."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"communes": [_STANDING]}]})

    communes: list[StandingView]


class SettleRequest(BaseModel):
    """Whose cash to settle, and who looks after a difference."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{**_PLACE, "owner": "ha@hue.gov.vn"}]})

    contract_id: UUID
    unit_id: UnitId
    owner: Line | None = Field(default=None, description="Needed where the cash differs: the officer who looks after it.")


class SettlementView(BaseModel):
    """A commune's cash, settled. `difference_dong` above 0: cash is missing; below 0: the cashier paid from elsewhere. It is open
    until `closed_at`."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SETTLED]})

    settlement_id: UUID
    run_id: UUID
    contract_id: UUID
    authority_id: str
    unit_id: str
    advanced_dong: int
    paid_dong: int
    returned_dong: int
    difference_dong: int
    owner: str | None
    settled_by: str
    settled_at: datetime
    closed_as: Literal["returned", "repaid_to_cashier", "explained", "written_off"] | None
    close_note: str | None
    evidence: str | None
    closed_by: str | None
    closed_at: datetime | None


class SettlementPage(BaseModel):
    """Settlements, oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_SETTLED], "next_cursor": None}]})

    items: list[SettlementView]
    next_cursor: str | None


class CloseRequest(BaseModel):
    """How a difference ended: `returned` (the cash came back, by its own paper), `repaid_to_cashier`, `explained`,
    `written_off`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reason": "returned", "note": "Thủ quỹ nộp bù", "evidence": "PT 31/2021"}]},
    )

    reason: CloseReason
    note: Line
    evidence: Line = Field(description="Number of the paper behind it.")


def make_router(database: Database) -> APIRouter:
    """The routes of communes' cash."""
    router = APIRouter(prefix="/v1", tags=["communes' cash"])
    _add_papers(router, database)
    _add_settling(router, database)
    _add_differences(router, database)
    return router


def _add_papers(router: APIRouter, database: Database) -> None:
    @router.post("/runs/{run_id}/cash-advances", summary="Give cash to a commune's cashier", status_code=201)
    async def post_advance(run_id: UUID, request: CashRequest, caller: Accountant, key: IdempotencyKey = None) -> CashView:
        """Out of what the Treasury credited for the run. The same paper with the same content changes nothing.

        Refused: `unknown-run`, `unknown-contract`, `unknown-unit`, `not-your-unit`, `no-cashier`, `cash-paper-exists`,
        `advance-over-funding`, `cash-settled`.
        """
        return await _record(database, caller, run_id, request, "advance", key)

    @router.post("/runs/{run_id}/cash-returns", summary="Take unspent cash back", status_code=201)
    async def post_return(run_id: UUID, request: CashRequest, caller: Accountant, key: IdempotencyKey = None) -> CashView:
        """Counted and back with the authority. Only then it can go back to the Treasury (`/refunds`). The same paper with the
        same content changes nothing.

        Refused: `unknown-run`, `unknown-contract`, `unknown-unit`, `not-your-unit`, `no-cashier`, `cash-paper-exists`,
        `more-than-still-out`, `cash-settled`.
        """
        return await _record(database, caller, run_id, request, "return", key)


def _add_settling(router: APIRouter, database: Database) -> None:
    @router.get("/runs/{run_id}/cash-standings", summary="Where communes' cash stands")
    async def get_standings(run_id: UUID, contract_id: UUID, caller: Reader) -> StandingsView:
        """Of a run and contract, commune by commune, as far as the token sees. Refused: `unknown-run`."""
        async with database.transaction(caller.row_scope) as tx:
            if await run_place(tx, run_id, caller.unit_ids) is None:
                raise Refusal(UNKNOWN_RUN, run_id=str(run_id))
            found = await storage.standings(tx, run_id, contract_id)
        fields = ("advanced_dong", "paid_dong", "returned_dong", "still_out_dong", "open_payments", "open_dong")
        views = [
            StandingView(unit_id=unit_id, **{name: getattr(each, name) for name in fields}) for unit_id, each in found.items()
        ]
        return StandingsView(communes=views)

    @router.post("/runs/{run_id}/cash-settlements", summary="Settle a commune's cash", status_code=201)
    async def post_settlement(
        run_id: UUID, request: SettleRequest, caller: Accountant, key: IdempotencyKey = None
    ) -> SettlementView:
        """Once every payment of the commune has a result: what was advanced, less what was paid and brought back, is the
        difference. Settled before: how it was.

        Refused: `unknown-run`, `unknown-contract`, `unknown-unit`, `not-your-unit`, `no-cashier`, `nothing-advanced`,
        `cash-in-flight`, `break-needs-owner`.
        """
        body = f"{run_id}\n{request.model_dump_json()}".encode()
        async with database.transaction(caller.row_scope) as tx:
            at = await _at(tx, caller, run_id, request.contract_id, request.unit_id)

            async def work() -> SettlementView:
                return _view(await settle_cash(tx, caller, at, request.owner))

            return await once(tx, caller, "POST /v1/runs/{run_id}/cash-settlements", key, body, SettlementView, work)


def _add_differences(router: APIRouter, database: Database) -> None:
    @router.get("/cash-settlements", summary="List settlements of communes' cash")
    async def list_settlements(
        caller: Reader, run_id: UUID | None = None, only_open: bool = False, cursor: Cursor = None, limit: Limit = 100
    ) -> SettlementPage:
        """As far as the token sees; `only_open`: with a difference that nobody has closed. Refused: `bad-cursor`."""
        after = id_after(cursor)
        async with database.transaction(caller.row_scope) as tx:
            items = [_view(row) for row in await storage.settlements_page(tx, run_id, only_open, after, limit)]
        return SettlementPage(items=items, next_cursor=str(items[-1].settlement_id) if len(items) == limit else None)

    @router.post("/cash-settlements/{settlement_id}/close", summary="Close a difference of cash")
    async def post_close(
        settlement_id: UUID, request: CloseRequest, caller: Accountant, key: IdempotencyKey = None
    ) -> SettlementView:
        """By another officer than the one who owns it. The same again changes nothing.

        Refused: `unknown-cash-settlement`, `no-open-difference`, `owner-closes`, `cash-still-missing`.
        """
        body = f"{settlement_id}\n{request.model_dump_json()}".encode()
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> SettlementView:
                return _view(await close_difference(tx, caller, settlement_id, request.reason, request.note, request.evidence))

            return await once(tx, caller, "POST /v1/cash-settlements/{id}/close", key, body, SettlementView, work)


async def _record(
    database: Database, caller: Caller, run_id: UUID, request: CashRequest, kind: PaperKind, key: str | None
) -> CashView:
    body = f"{run_id}\n{kind}\n{request.model_dump_json()}".encode()
    async with database.transaction(caller.row_scope) as tx:
        at = await _at(tx, caller, run_id, request.contract_id, request.unit_id)

        async def work() -> CashView:
            paper = await record_cash(
                tx, caller, at, kind, request.amount_dong, request.paper_number, request.happened_on, request.counterpart
            )
            return CashView(**{name: getattr(paper, name) for name in CashView.model_fields})

        return await once(tx, caller, f"POST /v1/runs/{{run_id}}/cash-{kind}s", key, body, CashView, work)


async def _at(tx: Tx, caller: Caller, run_id: UUID, contract_id: UUID, unit_id: str) -> CashAt:
    """Whose cash, once the caller's right was settled: the contract's authority must be the caller's."""
    if await run_place(tx, run_id, caller.unit_ids) is None:
        raise Refusal(UNKNOWN_RUN, run_id=str(run_id))
    contract = await contracts.find(tx, contract_id)
    caller.require_unit((await units.find(tx, contract.authority_id)).path)
    await see_everything(tx)
    return CashAt(run_id, contract_id, unit_id)


def _view(row: Row) -> SettlementView:
    fields: dict[str, Any] = {name: row[name] for name in SettlementView.model_fields}
    return SettlementView(**fields)
