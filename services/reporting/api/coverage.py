"""Routes of coverage."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from services.reporting.api.etags import tagged
from services.reporting.api.views import CommunePage, CoverageView, MonthPage, commune_view, coverage_view, month_view
from services.reporting.use_cases.read_coverage import read_communes, read_coverage, read_months
from shared.auth import Caller, require
from shared.database import Database
from shared.kernel.months import parse_month

Month = Annotated[str, Query(description="A benefit month: `2021-10` or `2021-10-01`.", examples=["2021-10"], max_length=10)]
Reader = Annotated[Caller, Depends(require("reporting:read"))]


def coverage_routes(database: Database) -> APIRouter:
    """`/v1/coverage`, `/v1/coverage/communes` and `/v1/months`."""
    router = APIRouter(prefix="/v1", tags=["coverage"])

    @router.get("/coverage", response_model=CoverageView, summary="How far the plan has come in a month")
    async def coverage(
        request: Request,
        caller: Reader,
        month: Month,
        unit_id: Annotated[str | None, Query(description="Only this unit.", examples=["479@2021-07-01"], max_length=20)] = None,
    ) -> Response:
        """The two targets, people, and the seven parts of what is owed, by district and by way of payment.

        Of all units of the token, or of one of them. `wrong-month`, `unknown-unit`, `not-your-unit`.
        """
        wanted = parse_month(month)
        async with database.transaction(caller.row_scope) as tx:
            found = await read_coverage(tx, caller, wanted, unit_id)
        return tagged(request, coverage_view(wanted, unit_id, found))

    @router.get("/coverage/communes", response_model=CommunePage, summary="The communes of a month")
    async def communes(
        request: Request,
        caller: Reader,
        month: Month,
        cursor: Annotated[str, Query(description="`next_cursor` of the page before.", max_length=20)] = "",
        limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
    ) -> Response:
        """Each commune of the token's units: whether it has switched, and its people by way of payment."""
        wanted = parse_month(month)
        async with database.transaction(caller.row_scope) as tx:
            page, following = await read_communes(tx, wanted, cursor, limit)
        return tagged(request, CommunePage(month=wanted, items=[commune_view(c) for c in page], next_cursor=following))

    @router.get("/months", response_model=MonthPage, summary="All months")
    async def months(request: Request, caller: Reader) -> Response:
        """Every benefit month of which something is owed, with its coverage, oldest first."""
        async with database.transaction(caller.row_scope) as tx:
            found = await read_months(tx, caller)
        return tagged(request, MonthPage(items=[month_view(month, each) for month, each in found]))

    return router
