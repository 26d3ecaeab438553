"""Routes of comparisons: a run, or one payroll of it, against the authority's run before."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from services.disbursement.api.comparison_views import (
    ComparedLine,
    ComparedLinePage,
    ComparisonView,
    GroupName,
    months_of,
)
from services.disbursement.api.cursors import id_after
from services.disbursement.api.fields import Cursor, Limit, UnitId
from services.disbursement.storage import comparisons, payrolls, runs, units
from services.disbursement.storage.comparisons import Pair
from services.disbursement.storage.scope import see_everything
from shared.auth import Caller, require
from shared.database import Database, Tx

Reader = Annotated[Caller, Depends(require("disbursement:read"))]
Authority = Annotated[UnitId, Query(description="The paying authority.")]


def make_router(database: Database) -> APIRouter:
    """The routes of comparisons."""
    router = APIRouter(prefix="/v1", tags=["comparisons"])
    _add_of_runs(router, database)
    _add_of_payrolls(router, database)
    return router


def _add_of_runs(router: APIRouter, database: Database) -> None:
    @router.get("/runs/{run_id}/comparison", summary="A run against the run before")
    async def compare_run(run_id: UUID, authority: Authority, caller: Reader) -> ComparisonView:
        """What an authority's run pays against its run before: who is new, who stopped, whose amount, payee, account or way
        changed, how much and why. Removed lines count in neither. Refused: `unknown-run`, `unknown-unit`, `not-your-unit`."""
        async with database.transaction(caller.row_scope) as tx:
            pair = await _of_run(tx, caller, run_id, authority)
            return ComparisonView.of(pair, await comparisons.people(tx, pair))

    @router.get("/runs/{run_id}/comparison/lines", summary="People of a run against the run before")
    async def list_run_lines(
        run_id: UUID,
        authority: Authority,
        caller: Reader,
        group: GroupName | None = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> ComparedLinePage:
        """Person by person, with the reasons. Refused: `unknown-run`, `unknown-unit`, `not-your-unit`, `bad-cursor`."""
        after = id_after(cursor)
        async with database.transaction(caller.row_scope) as tx:
            return await _page(tx, await _of_run(tx, caller, run_id, authority), group, after, limit)


def _add_of_payrolls(router: APIRouter, database: Database) -> None:
    @router.get("/payrolls/{payroll_id}/comparison", summary="A payroll against the run before")
    async def compare_payroll(payroll_id: UUID, caller: Reader) -> ComparisonView:
        """The people whom a payroll pays, and those whom the run before paid this way and this run doesn't pay at all.

        Refused: `unknown-payroll`."""
        async with database.transaction(caller.row_scope) as tx:
            pair = await _of_payroll(tx, payroll_id)
            return ComparisonView.of(pair, await comparisons.people(tx, pair))

    @router.get("/payrolls/{payroll_id}/comparison/lines", summary="People of a payroll against the run before")
    async def list_payroll_lines(
        payroll_id: UUID, caller: Reader, group: GroupName | None = None, cursor: Cursor = None, limit: Limit = 100
    ) -> ComparedLinePage:
        """Person by person, with the reasons. Refused: `unknown-payroll`, `bad-cursor`."""
        after = id_after(cursor)
        async with database.transaction(caller.row_scope) as tx:
            return await _page(tx, await _of_payroll(tx, payroll_id), group, after, limit)


async def _of_run(tx: Tx, caller: Caller, run_id: UUID, authority_id: str) -> Pair:
    caller.require_unit((await units.find(tx, authority_id)).path)
    run = await runs.find(tx, run_id)
    await see_everything(tx)
    return Pair(run, await comparisons.last_run(tx, authority_id, run.run_month), authority_id)


async def _of_payroll(tx: Tx, payroll_id: UUID) -> Pair:
    payroll = await payrolls.find(tx, payroll_id)
    run = await runs.find(tx, payroll.run_id)
    await see_everything(tx)
    last = await comparisons.last_run(tx, payroll.authority_id, run.run_month)
    return Pair(run, last, payroll.authority_id, payroll)


async def _page(tx: Tx, pair: Pair, group: GroupName | None, after: UUID, limit: int) -> ComparedLinePage:
    people = await comparisons.people(tx, pair, after=after, group=group, limit=limit)
    items = [ComparedLine.of(person, months_of(pair)) for person in people]
    return ComparedLinePage(items=items, next_cursor=str(items[-1].beneficiary_id) if len(items) == limit else None)
