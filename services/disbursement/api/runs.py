"""Routes of pay runs: open one, draw it up for an authority, look at it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.disbursement.api.cursors import id_after
from services.disbursement.api.fields import Cursor, Limit, Month, UnitId
from services.disbursement.api.payroll_views import DrawUpView, PayrollPage, PayrollView, RunPage, RunView
from services.disbursement.api.registry_cut import RegistryCut
from services.disbursement.api.serializable import again_until_serialised
from services.disbursement.domain.campaigns import CODE_PATTERN
from services.disbursement.domain.law import Law, law_of_months
from services.disbursement.storage import not_dated, payrolls, runs, units
from services.disbursement.storage.scope import see_everything
from services.disbursement.use_cases.draw_up_run import DrawUp, draw_up_run, run_of
from services.disbursement.use_cases.open_run import open_run
from services.disbursement.use_cases.recall_overdrawn import recall_overdrawn
from shared import audit
from shared.auth import Caller, require
from shared.database import Database, Tx
from shared.idempotency import IdempotencyKey, answered, once
from shared.kernel.months import parse_month

Reader = Annotated[Caller, Depends(require("disbursement:read"))]
Maker = Annotated[Caller, Depends(require("disbursement:prepare"))]
_DRAW_UP = "POST /v1/runs/{run_id}/draw-up"


_NOT_DATED: JsonDict = {
    "beneficiary_id": "0190a1b2-0000-7000-8000-000000000001",
    "code": "HUE-0000123",
    "unit_id": "19750@2021-07-01",
    "decision_id": "0190a1b2-0000-7000-8000-000000000002",
    "number": "12/QĐ-UBND",
    "category": "K5C-80",
    "months": ["2025-07-01"],
}


class NewRun(BaseModel):
    """A run to open."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"code": "2022-01", "unit_id": "46@2021-07-01", "benefit_months": ["2022-01-01", "2022-02-01"]},
                {"code": "2022-01-tet", "unit_id": "46@2021-07-01", "campaign": "tet-2022"},
            ]
        },
    )

    code: str = Field(max_length=40, description="The run month: `2021-10`; of a campaign's run with a name, `2022-01-tet`.")
    unit_id: UnitId = Field(description="The province.")
    benefit_months: list[Month] = Field(default=[], max_length=100, description="Of a campaign's run the campaign's own.")
    campaign: str | None = Field(default=None, pattern=CODE_PATTERN, description="Code of the campaign that the run pays.")


class NotDatedView(BaseModel):
    """A decision, and the months in which the law has nothing for its category."""

    model_config = ConfigDict(json_schema_extra={"examples": [_NOT_DATED]})

    beneficiary_id: UUID
    code: str
    unit_id: str
    decision_id: UUID
    number: str
    category: str
    months: list[date]


class NotDatedPage(BaseModel):
    """Decisions by id. `next_cursor` is empty on the last page."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_NOT_DATED], "next_cursor": None}]})

    items: list[NotDatedView]
    next_cursor: str | None


class DrawUpRequest(BaseModel):
    """For whom to draw up."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"authority_id": "474@2021-07-01"}]})

    authority_id: UnitId = Field(description="The paying authority.")


def make_router(database: Database, law: Law, cut: RegistryCut, seal_key: Ed25519PrivateKey) -> APIRouter:
    """The routes of runs. `seal_key` signs the exceptions of lines that drawing up recalls."""
    router = APIRouter(prefix="/v1/runs", tags=["runs"])
    _add_opening(router, database, law)
    _add_drawing_up(router, database, law, cut, seal_key)
    _add_reading(router, database)
    _add_not_dated(router, database, law)
    return router


def _add_opening(router: APIRouter, database: Database, law: Law) -> None:
    @router.post("", summary="Open a pay run", status_code=201)
    async def post_run(request: NewRun, caller: Maker, key: IdempotencyKey = None) -> RunView:
        """Open a run of a province for one or more benefit months, or for a campaign. The same again gives the same run.

        Refused: `wrong-month`, `run-needs-campaign` (a name behind the month is a campaign's run, and only that),
        `unknown-unit`, `not-your-unit`, `unknown-campaign`, `no-law-for-month`, `run-exists` (the code stands for something
        else).
        """
        months = [parse_month(month) for month in request.benefit_months]
        async with database.transaction(caller.row_scope) as tx:
            province = await units.find(tx, request.unit_id)
            caller.require_unit(province.path)

            async def work() -> RunView:
                return RunView.of(await open_run(tx, request.code, province, months, law, request.campaign))

            return await once(tx, caller, "POST /v1/runs", key, request.model_dump_json().encode(), RunView, work)


def _add_drawing_up(router: APIRouter, database: Database, law: Law, cut: RegistryCut, seal_key: Ed25519PrivateKey) -> None:
    @router.post("/{run_id}/draw-up", summary="Draw up a run for an authority", status_code=201)
    async def post_draw_up(run_id: UUID, request: DrawUpRequest, caller: Maker, key: IdempotencyKey = None) -> DrawUpView:
        """Draw what the law owes for the run's months, and payrolls for all of it that has no live payment.

        The first call draws the run. Any later one draws a supplement: late decisions, differences, and what rests of earlier
        months, opening balances among them; a campaign's run draws the campaign alone. Nothing new gives no payroll. Before
        it, lines of any payroll that pay more than is owed now are recalled, in the caller's name, as long as they were not
        instructed. With an `Idempotency-Key` that was answered it gives that answer, and touches nothing.

        Refused: `unknown-run`, `opening-run`,
        `unknown-unit`, `not-your-unit`, `no-law-for-month`, `registry-behind` (the registry's newest changes are not here yet).
        """
        body = f"{run_id}\n{request.model_dump_json()}".encode()
        async with database.transaction(caller.row_scope) as tx:
            authority = await units.find(tx, request.authority_id)
            caller.require_unit(authority.path)
            await run_of(tx, run_id, authority)
            before = await answered(tx, caller, _DRAW_UP, key, body, DrawUpView)
        if before is not None:
            return before
        command = DrawUp(run_id, authority, await cut.reached(), caller.issuer, caller.subject)
        async with database.transaction() as tx:
            await recall_overdrawn(tx, caller, authority.unit_id, law, seal_key)

        async def draw() -> DrawUpView:
            # All rows: whether the caller may act for the authority is settled, and people move between authorities.
            async with database.transaction(repeatable_read=True) as tx:

                async def work() -> DrawUpView:
                    return DrawUpView.of(await draw_up_run(tx, command, law))

                return await once(tx, caller, _DRAW_UP, key, body, DrawUpView, work)

        return await again_until_serialised(draw)


def _add_reading(router: APIRouter, database: Database) -> None:
    @router.get("", summary="List pay runs")
    async def list_runs(
        caller: Reader,
        cursor: Annotated[str | None, Query(max_length=90, pattern=r"^[0-9a-z@/-]*$", description="`next_cursor`.")] = None,
        limit: Limit = 100,
    ) -> RunPage:
        """Runs by code and province."""
        async with database.transaction(caller.row_scope) as tx:
            items = [RunView.of(run) for run in await runs.page(tx, cursor or "", limit)]
        return RunPage(items=items, next_cursor=f"{items[-1].code}/{items[-1].unit_id}" if len(items) == limit else None)

    @router.get("/{run_id}", summary="One pay run")
    async def read_run(run_id: UUID, caller: Reader) -> RunView:
        """A run by its id. Refused: `unknown-run`."""
        async with database.transaction(caller.row_scope) as tx:
            return RunView.of(await runs.find(tx, run_id))

    @router.get("/{run_id}/payrolls", summary="List a run's payrolls")
    async def list_payrolls(
        run_id: UUID,
        caller: Reader,
        authority_id: Annotated[UnitId | None, Query()] = None,
        cursor: Cursor = None,
        limit: Limit = 1000,
    ) -> PayrollPage:
        """Payrolls of a run that the token may see. Refused: `unknown-run`, `unknown-unit`, `not-your-unit`, `bad-cursor`."""
        after = id_after(cursor)
        async with database.transaction(caller.row_scope) as tx:
            await _check_authority(tx, caller, authority_id)
            await runs.find(tx, run_id)
            found = await payrolls.of_run(tx, run_id, authority_id, after=after, limit=limit)
        items = [PayrollView.of(payroll) for payroll in found]
        return PayrollPage(items=items, next_cursor=str(items[-1].payroll_id) if len(items) == limit else None)


def _add_not_dated(router: APIRouter, database: Database, law: Law) -> None:
    @router.get("/{run_id}/decisions-without-law", summary="Decisions of which no law says what they give")
    async def list_decisions_without_law(
        run_id: UUID, authority_id: Annotated[UnitId, Query()], caller: Reader, cursor: Cursor = None, limit: Limit = 1000
    ) -> NotDatedPage:
        """Decisions in force in the run's months, of people whom an authority pays, whose category is not dated in a month
        where nothing else of its kind is owed: `category-not-dated` of a drawing up counts these people. As the registry has
        them now; the reading is audited. A campaign's run has none.

        Refused: `unknown-run`, `unknown-unit`, `not-your-unit`, `no-law-for-month`, `bad-cursor`.
        """
        after = id_after(cursor)
        async with database.transaction(caller.row_scope) as tx:
            await _check_authority(tx, caller, authority_id)
            run = await runs.find(tx, run_id)
            await see_everything(tx)  # a mover's months before the move are this authority's, wherever the person lives now
            items: list[NotDatedView] = []
            if run.campaign_id is None:
                province = await units.find(tx, run.unit_id)
                laws = law_of_months(law, run.benefit_months, province.name)
                found = await not_dated.page(tx, authority_id, laws, after, limit)
                items = [NotDatedView.model_validate(asdict(one)) for one in found]
            await audit.append(tx, caller, "read-decisions-without-law", f"run/{run_id}", people=len(items))
        return NotDatedPage(items=items, next_cursor=str(items[-1].decision_id) if len(items) == limit else None)


async def _check_authority(tx: Tx, caller: Caller, authority_id: str | None) -> None:
    if authority_id is not None:
        caller.require_unit((await units.find(tx, authority_id)).path)
