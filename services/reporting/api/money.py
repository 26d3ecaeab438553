"""Routes of the money beside the payments, and of how the providers do."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from services.reporting.api.etags import tagged
from services.reporting.api.money_views import HealthView, MoneyView, ProviderHealthView
from services.reporting.domain.refusals import WRONG_MONTHS
from services.reporting.use_cases.read_money import read_health, read_money
from shared.auth import Caller, require
from shared.database import Database
from shared.kernel.errors import Refusal
from shared.kernel.months import parse_month

Reader = Annotated[Caller, Depends(require("reporting:read"))]
UnitQuery = Annotated[
    str | None,
    Query(description="This unit; without it all that the token shows.", examples=["479@2021-07-01"], max_length=20),
]
FromMonth = Annotated[str | None, Query(description="The first month; without it from the beginning.", max_length=10)]
ToMonth = Annotated[str | None, Query(description="The last month; without it until now.", max_length=10)]


def money_routes(database: Database) -> APIRouter:
    """`/v1/money` and `/v1/providers/health`."""
    router = APIRouter(prefix="/v1", tags=["money"])

    @router.get("/money", response_model=MoneyView, summary="Funding, money to be recovered, fees")
    async def money(
        request: Request, caller: Reader, unit_id: UnitQuery = None, from_month: FromMonth = None, to_month: ToMonth = None
    ) -> Response:
        """By the month in which it was posted. What payments moved is in `/v1/coverage`. `wrong-month`, `wrong-months`,
        `unknown-unit`, `not-your-unit`."""
        first, last = _months(from_month, to_month)
        async with database.transaction(caller.row_scope) as tx:
            found = await read_money(tx, caller, unit_id, first, last)
        return tagged(request, MoneyView.model_validate(found))

    @router.get("/providers/health", response_model=HealthView, summary="How the providers do")
    async def health(
        request: Request, caller: Reader, unit_id: UnitQuery = None, from_month: FromMonth = None, to_month: ToMonth = None
    ) -> Response:
        """Each provider's time from release to paid, its failures and why, by benefit month and unit; whether sending to it is
        stopped, and when it was last heard of. `wrong-month`, `wrong-months`, `unknown-unit`, `not-your-unit`."""
        first, last = _months(from_month, to_month)
        async with database.transaction(caller.row_scope) as tx:
            found = await read_health(tx, caller, unit_id, first, last)
        return tagged(request, HealthView(items=[ProviderHealthView.model_validate(one) for one in found]))

    return router


def _months(from_month: str | None, to_month: str | None) -> tuple[date | None, date | None]:
    first = parse_month(from_month) if from_month is not None else None
    last = parse_month(to_month) if to_month is not None else None
    if first is not None and last is not None and last < first:
        raise Refusal(WRONG_MONTHS, f"{last} is before {first}")
    return first, last
