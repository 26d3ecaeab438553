"""GET /v1/consistency: reporting against disbursement's books."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Protocol

import httpx
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from services.reporting.domain.consistency import Difference, MonthConsistency, MonthFigures, compare
from services.reporting.domain.coverage import PLACES, Part
from services.reporting.domain.refusals import BOOKS_UNREACHABLE
from services.reporting.storage.coverage import covers_all
from services.reporting.storage.coverage import months as all_months
from services.reporting.storage.levels import COUNTRY
from services.reporting.use_cases.check_consistency import SOURCE, read_ours
from shared.auth import NOT_YOUR_UNIT, Caller, require
from shared.database import EVERYTHING, Database
from shared.kernel.errors import Refusal
from shared.kernel.months import parse_month

MOST_MONTHS = 24
"""A bound on the months of one comparison: each asks disbursement for a month's books."""


Month = Annotated[str | None, Query(description="One benefit month; without it the newest 24.", max_length=10)]


class Ask(Protocol):
    """Asks another service over its REST contract. Raises httpx's errors."""

    async def __call__(self, service: str, path: str, **params: str | int) -> Any: ...


class DifferenceView(BaseModel):
    """A number that the two sides do not agree on."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"what": "viettelpay.in_flight.obligations", "reporting": 12, "disbursement": 11}]}
    )

    what: str
    reporting: int
    disbursement: int


class MonthConsistencyView(BaseModel):
    """A month compared: people, obligations and đồng by place and by provider. `events_behind`: events of disbursement that were
    not applied here yet, by which numbers may still differ."""

    month: date
    consistent: bool
    events_behind: int
    differences: list[DifferenceView]


class ConsistencyView(BaseModel):
    """All months compared; `differences` counts them over all months."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "consistent": True,
                    "differences": 0,
                    "months": [{"month": "2021-10-01", "consistent": True, "events_behind": 0, "differences": []}],
                }
            ]
        }
    )

    consistent: bool
    differences: int
    months: list[MonthConsistencyView]


def consistency_routes(database: Database, ask: Ask) -> APIRouter:
    """`/v1/consistency`. `ask` calls disbursement."""
    router = APIRouter(prefix="/v1", tags=["consistency"])

    @router.get("/consistency", summary="Reporting against disbursement's books")
    async def consistency(
        caller: Annotated[Caller, Depends(require("reporting:read"))],
        month: Month = None,
    ) -> ConsistencyView:
        """Compares the sums made of events alone with what the books count from their own rows: people owed, obligations and đồng
        in each of the seven places, and what lies with each provider. 0 differences, or which.

        Over all units: refused with `not-your-unit` for a token of a part of them. `wrong-month`, `books-unreachable`.
        """
        asked = [parse_month(month)] if month is not None else None
        async with database.transaction(EVERYTHING, repeatable_read=True) as tx:
            months = asked or (await all_months(tx, [COUNTRY]))[-MOST_MONTHS:]
            if not await covers_all(tx, caller.unit_ids, months):
                raise Refusal(NOT_YOUR_UNIT, "books are compared over all units")
            ours, position = await read_ours(tx, months)
        compared = [await _compare(ask, each, ours[each], position) for each in months]
        views = [_view(each) for each in compared]
        found = sum(len(each.differences) for each in compared)
        return ConsistencyView(consistent=found == 0, differences=found, months=views)

    return router


async def _compare(ask: Ask, month: date, ours: MonthFigures, position: int) -> MonthConsistency:
    try:
        books = await ask(SOURCE, f"/v1/months/{month.isoformat()}/books", by="provider")
        newest = int((await ask(SOURCE, "/v1/events/position"))["position"])
    except httpx.HTTPError as error:
        raise Refusal(BOOKS_UNREACHABLE, f"disbursement does not answer ({type(error).__name__})") from None
    return MonthConsistency(month, compare(ours, _figures(books)), max(0, newest - position))


def _figures(books: Mapping[str, Any]) -> MonthFigures:
    return MonthFigures(
        people=books["owed"]["people"],
        places={place: Part(books[place]["obligations"], books[place]["amount_dong"]) for place in PLACES},
        by_provider={
            (group["key"] or "", place): Part(part["obligations"], part["amount_dong"])
            for group in books["groups"]
            for place, part in group["parts"].items()
            if part["obligations"] or part["amount_dong"]
        },
    )


def _view(compared: MonthConsistency) -> MonthConsistencyView:
    return MonthConsistencyView(
        month=compared.month,
        consistent=not compared.differences,
        events_behind=compared.events_behind,
        differences=[_difference(each) for each in compared.differences],
    )


def _difference(found: Difference) -> DifferenceView:
    return DifferenceView(what=found.what, reporting=found.reporting, disbursement=found.disbursement)
