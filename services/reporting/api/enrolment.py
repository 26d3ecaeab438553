"""Routes of enrolment, pace, communes that lag, and what holds their people back."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response

from services.reporting.api.enrolment_views import (
    CausesView,
    EnrolmentView,
    LaggardPage,
    LaggardView,
    PaceView,
    TargetView,
    UnitPaceView,
)
from services.reporting.api.etags import tagged
from services.reporting.domain.refusals import WRONG_CURSOR
from services.reporting.use_cases.read_enrolment import read_enrolment, read_pace
from services.reporting.use_cases.read_laggards import check_commune, explain_laggards, find_laggards, read_causes
from shared.auth import Caller, require
from shared.database import Database
from shared.kernel.errors import Refusal
from shared.kernel.months import parse_month

Reader = Annotated[Caller, Depends(require("reporting:read"))]
UnitQuery = Annotated[
    str | None,
    Query(description="This unit; without it all that the token shows.", examples=["479@2021-07-01"], max_length=20),
]


def enrolment_routes(database: Database) -> APIRouter:
    """`/v1/enrolment`, `/v1/pace`, `/v1/laggards`, `/v1/communes/{unit_id}/causes`."""
    router = APIRouter(prefix="/v1", tags=["enrolment"])
    _add_sums(router, database)
    _add_laggards(router, database)
    return router


def _add_sums(router: APIRouter, database: Database) -> None:
    @router.get("/enrolment", response_model=EnrolmentView, summary="How people stand with accounts")
    async def enrolment(
        request: Request,
        caller: Reader,
        unit_id: UnitQuery = None,
        weeks: Annotated[int, Query(ge=1, le=260, description="So many ISO weeks of new accounts, with this one.")] = 26,
    ) -> Response:
        """Active beneficiaries with an account, waiting, refused and without, by provider and why; how long accounts took; new
        ones by week. Of now: enrolment has no benefit month. `unknown-unit`, `not-your-unit`."""
        async with database.transaction(caller.row_scope) as tx:
            found = await read_enrolment(tx, caller, unit_id, weeks)
        return tagged(request, EnrolmentView.model_validate(found, from_attributes=True))

    @router.get("/pace", response_model=PaceView, summary="Whether accounts come fast enough")
    async def pace(request: Request, caller: Reader, unit_id: UnitQuery = None) -> Response:
        """Accounts needed each week to reach the province's share by its date, the present rate, and when the share is reached at
        that rate. After the date: by how much it was missed or met. `unknown-unit`, `not-your-unit`."""
        async with database.transaction(caller.row_scope) as tx:
            unit, parts = await read_pace(tx, caller, unit_id)
        view = PaceView(
            target=TargetView.model_validate(unit.target),
            unit=UnitPaceView.model_validate(unit),
            parts=[UnitPaceView.model_validate(part) for part in parts],
        )
        return tagged(request, view)


def _add_laggards(router: APIRouter, database: Database) -> None:
    @router.get("/laggards", response_model=LaggardPage, summary="Communes below the target, and why")
    async def laggards(
        request: Request,
        caller: Reader,
        month: Annotated[
            str | None, Query(description="A benefit month; without it the newest.", examples=["2021-10"], max_length=10)
        ] = None,
        unit_id: UnitQuery = None,
        cursor: Annotated[str, Query(description="`next_cursor` of the page before.", max_length=40)] = "",
        limit: Annotated[int, Query(ge=1, le=200)] = 20,
    ) -> Response:
        """Communes in which too few people were paid by account, those that lack most first, each with what holds its people
        back. `wrong-month`, `unknown-unit`, `not-your-unit`, `wrong-cursor`."""
        wanted, after = (parse_month(month) if month is not None else None), _read_cursor(cursor)
        async with database.transaction(caller.row_scope) as tx:
            lagging = await find_laggards(tx, caller, wanted, unit_id, after, limit)
        async with database.transaction() as tx:
            items = await explain_laggards(tx, lagging)
        last = items[-1] if len(items) == limit else None
        page = LaggardPage(
            month=lagging.month,
            target=TargetView.model_validate(lagging.target),
            items=[LaggardView.model_validate(item) for item in items],
            next_cursor=f"{last.lacking}:{last.unit_id}" if last else None,
        )
        return tagged(request, page)

    @router.get("/communes/{unit_id}/causes", response_model=CausesView, summary="What holds a commune's people back")
    async def causes(
        request: Request,
        caller: Reader,
        unit_id: Annotated[str, Path(examples=["19960@2021-07-01"], max_length=20)],
        month: Annotated[str, Query(description="A benefit month.", examples=["2021-10"], max_length=10)],
    ) -> Response:
        """People of a month who were not paid by account, each in one cause. `wrong-month`, `unknown-unit`, `not-your-unit`,
        `not-a-commune`."""
        wanted: date = parse_month(month)
        async with database.transaction(caller.row_scope) as tx:
            await check_commune(tx, caller, unit_id)
        async with database.transaction() as tx:
            found = await read_causes(tx, unit_id, wanted)
        return tagged(request, CausesView.model_validate(found, from_attributes=True))


def _read_cursor(cursor: str) -> tuple[int, str] | None:
    lacking, _, unit_id = cursor.partition(":")
    if not cursor:
        return None
    if not (lacking.isascii() and lacking.isdigit() and len(lacking) < 16 and unit_id):
        raise Refusal(WRONG_CURSOR)
    return int(lacking), unit_id
