"""Routes of reconciliations: a provider's list in, the comparison out."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path

from services.disbursement.api.cursors import id_after
from services.disbursement.api.fields import Cursor, Limit
from services.disbursement.api.reconciliation_views import (
    LineRequest,
    PartRequest,
    ReconciliationPage,
    ReconciliationRequest,
    ReconciliationView,
    read_csv,
    reconciliation_view,
)
from services.disbursement.storage import breaks, reconciliations, units
from services.disbursement.storage.scope import see_everything
from services.disbursement.use_cases.reconcile import (
    StartReconciliation,
    compare_sides,
    receive_lines,
    start_reconciliation,
)
from shared.auth import Caller, require
from shared.database import Database, Tx
from shared.idempotency import IdempotencyKey, once

Reader = Annotated[Caller, Depends(require("disbursement:read"))]
Reconciler = Annotated[Caller, Depends(require("disbursement:reconcile"))]
PartNo = Annotated[int, Path(ge=1, le=10_000)]


def make_router(database: Database) -> APIRouter:
    """The routes of reconciliations."""
    router = APIRouter(prefix="/v1/reconciliations", tags=["reconciliation"])
    _add_starting(router, database)
    _add_parts(router, database)
    _add_comparing(router, database)
    _add_reading(router, database)
    return router


def _add_starting(router: APIRouter, database: Database) -> None:
    @router.post("", summary="Reconcile a provider's list", status_code=201)
    async def post_reconciliation(
        request: ReconciliationRequest, caller: Reconciler, key: IdempotencyKey = None
    ) -> ReconciliationView:
        """Compare a unit's payments through a provider with its list or statement, on reference and amount. The same list
        again closes what has healed and opens nothing twice.

        Refused: `unknown-unit`, `not-your-unit`, `unknown-run`, `unknown-contract`, `provider-days-missing` (from the gateway).
        """
        async with database.transaction(caller.row_scope) as tx:
            caller.require_unit((await units.find(tx, request.unit_id)).path)

            async def work() -> ReconciliationView:
                return await _start(tx, caller, request)

            body = request.model_dump_json().encode()
            return await once(tx, caller, "POST /v1/reconciliations", key, body, ReconciliationView, work)


async def _start(tx: Tx, caller: Caller, request: ReconciliationRequest) -> ReconciliationView:
    command = StartReconciliation(
        unit_id=request.unit_id,
        provider=request.provider,
        contract_id=request.contract_id,
        source=request.source,
        run_id=request.run_id,
        from_on=request.from_on,
        to_on=request.to_on,
        from_gateway=request.from_gateway,
    )
    held = await start_reconciliation(tx, caller, command)
    if request.lines:
        await receive_lines(tx, held.reconciliation_id, 1, [line.line() for line in request.lines])
    if request.more_parts:
        return reconciliation_view(held, (0, 0))
    return await _compare(tx, caller, held.reconciliation_id)


async def _compare(tx: Tx, caller: Caller, reconciliation_id: UUID) -> ReconciliationView:
    await reconciliations.find(tx, reconciliation_id)  # within the caller's units; what it compares may lie outside them
    await see_everything(tx)
    held = await compare_sides(tx, caller, reconciliation_id)
    return reconciliation_view(held, await breaks.still_open(tx, reconciliation_id))


def _add_parts(router: APIRouter, database: Database) -> None:
    async def keep(caller: Caller, reconciliation_id: UUID, part_no: int, lines: list[LineRequest]) -> ReconciliationView:
        async with database.transaction(caller.row_scope) as tx:
            await receive_lines(tx, reconciliation_id, part_no, [line.line() for line in lines])
            return reconciliation_view(await reconciliations.find(tx, reconciliation_id), (0, 0))

    @router.put("/{reconciliation_id}/parts/{part_no}", summary="Send a part of the list")
    async def put_part(reconciliation_id: UUID, part_no: PartNo, request: PartRequest, caller: Reconciler) -> ReconciliationView:
        """Up to 50,000 lines. The same part again changes nothing.

        Refused: `unknown-reconciliation`, `already-compared`, `part-differs` (it came before with other lines).
        """
        return await keep(caller, reconciliation_id, part_no, request.lines)

    @router.put("/{reconciliation_id}/parts/{part_no}/csv", summary="Send a part of the list as CSV")
    async def put_csv(
        reconciliation_id: UUID,
        part_no: PartNo,
        content: Annotated[
            bytes,
            Body(
                media_type="text/csv",
                max_length=10_000_000,
                description="`reference,amount_dong,state,at,seq`, UTF-8.",
                examples=[
                    "reference,amount_dong,state,at,seq\nABCDEFGHIJKLMNOPQRSTUVWXYZ,540000,paid,2021-10-05T08:30:00+07:00,17\n"
                ],
            ),
        ],
        caller: Reconciler,
    ) -> ReconciliationView:
        """A CSV with a header. The same part again changes nothing.

        Refused: `bad-csv`, `unknown-reconciliation`, `already-compared`, `part-differs`.
        """
        return await keep(caller, reconciliation_id, part_no, read_csv(content))


def _add_comparing(router: APIRouter, database: Database) -> None:
    @router.post("/{reconciliation_id}/comparison", summary="Compare what came")
    async def post_comparison(reconciliation_id: UUID, caller: Reconciler) -> ReconciliationView:
        """After the last part. Asked again, it answers what was found. Refused: `unknown-reconciliation`."""
        async with database.transaction(caller.row_scope) as tx:
            return await _compare(tx, caller, reconciliation_id)


def _add_reading(router: APIRouter, database: Database) -> None:
    @router.get("", summary="List reconciliations")
    async def list_reconciliations(caller: Reader, cursor: Cursor = None, limit: Limit = 100) -> ReconciliationPage:
        """Reconciliations of the token's units. Refused: `bad-cursor`."""
        after = id_after(cursor)
        async with database.transaction(caller.row_scope) as tx:
            found = await reconciliations.page(tx, after, limit)
            items = [reconciliation_view(held, await breaks.still_open(tx, held.reconciliation_id)) for held in found]
        return ReconciliationPage(items=items, next_cursor=str(items[-1].reconciliation_id) if len(items) == limit else None)

    @router.get("/{reconciliation_id}", summary="A reconciliation")
    async def read_reconciliation(reconciliation_id: UUID, caller: Reader) -> ReconciliationView:
        """What was found, and what of it is still open. Refused: `unknown-reconciliation`."""
        async with database.transaction(caller.row_scope) as tx:
            held = await reconciliations.find(tx, reconciliation_id)
            return reconciliation_view(held, await breaks.still_open(tx, reconciliation_id))
