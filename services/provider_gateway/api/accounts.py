"""Requests for accounts: what waits, and answers that contradict each other."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict

from services.provider_gateway.api.pages import make_cursor, read_uuid_cursor
from services.provider_gateway.storage.account_contradictions import contradictions_page, requests_page
from shared.auth import Caller, require
from shared.database import Database

RequestState = Literal["waiting", "asked", "opened", "refused"]
MOST_SECONDS = 10 * 366 * 86400.0

_REQUEST: JsonDict = {
    "account_id": "0190e7a4-0000-7000-8000-000000000002",
    "provider": "viettelpay",
    "unit_id": "19870@2021-07-01",
    "state": "asked",
    "asking": 1,
    "tries": 3,
    "reason": None,
    "requested_at": "2021-10-05T02:00:00Z",
    "answered_at": None,
}

_CONTRADICTION: JsonDict = {
    "contradiction_id": "0190e7a4-0000-7000-8000-000000000008",
    "account_id": "0190e7a4-0000-7000-8000-000000000002",
    "asking": 1,
    "provider": "viettelpay",
    "unit_id": "19870@2021-07-01",
    "held": "refused",
    "held_asking": 2,
    "said": "opened",
    "said_reason": None,
    "source": "webhook",
    "opened_at": "2021-10-06T02:00:00Z",
}


class RequestView(BaseModel):
    """A request for an account. `asking`: how often the registry has asked; `tries`: how often we have asked the provider."""

    model_config = ConfigDict(json_schema_extra={"example": _REQUEST})

    account_id: UUID
    provider: str
    unit_id: str
    state: RequestState
    asking: int
    tries: int
    reason: str | None
    requested_at: datetime
    answered_at: datetime | None


class RequestPage(BaseModel):
    """Requests; ask again with `cursor` = `next_cursor` until it is null."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [_REQUEST], "next_cursor": None}})

    items: list[RequestView]
    next_cursor: str | None


class ContradictionView(BaseModel):
    """The provider said `said` of asking number `asking`, while we held `held` (of asking `held_asking`). The number is in no
    answer: the registry shows it to who may see it."""

    model_config = ConfigDict(json_schema_extra={"example": _CONTRADICTION})

    contradiction_id: UUID
    account_id: UUID
    asking: int
    provider: str
    unit_id: str
    held: RequestState
    held_asking: int
    said: Literal["opened", "refused"]
    said_reason: str | None
    source: Literal["call", "webhook"]
    opened_at: datetime


class ContradictionPage(BaseModel):
    """Contradictions; ask again with `cursor` = `next_cursor` until it is null."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [_CONTRADICTION], "next_cursor": None}})

    items: list[ContradictionView]
    next_cursor: str | None


def router(database: Database) -> APIRouter:
    """Routes of requests for accounts."""
    routes = APIRouter(prefix="/v1", tags=["accounts"])

    @routes.get("/account-requests", summary="Accounts that providers were asked for")
    async def list_requests(
        caller: Annotated[Caller, Depends(require("gateway:read"))],
        state: RequestState | None = None,
        older_than: Annotated[
            timedelta | None, Query(description="Asked for longer ago than this: seconds, or an ISO 8601 duration such as P3D")
        ] = None,
        cursor: Annotated[str | None, Query(max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> RequestPage:
        """Those the token may see. `state=asked&older_than=P7D`, or `waiting`, is what a person should look at."""
        after = read_uuid_cursor(cursor)
        seconds = None if older_than is None else min(max(older_than.total_seconds(), 0.0), MOST_SECONDS)
        async with database.transaction(caller.row_scope) as tx:
            rows = await requests_page(tx, state, seconds, after, limit)
        next_cursor = make_cursor(rows[-1]["account_id"]) if len(rows) == limit else None
        return RequestPage(items=[RequestView.model_validate(row) for row in rows], next_cursor=next_cursor)

    @routes.get("/account-contradictions", summary="Answers about accounts that contradict each other")
    async def list_contradictions(
        caller: Annotated[Caller, Depends(require("gateway:read"))],
        account_id: UUID | None = None,
        cursor: Annotated[str | None, Query(max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> ContradictionPage:
        """Opened with two numbers, refused what was opened, opened what was refused: nothing changed by the second saying, and
        somebody has to ask the provider."""
        after = read_uuid_cursor(cursor)
        async with database.transaction(caller.row_scope) as tx:
            rows = await contradictions_page(tx, account_id, after, limit)
        next_cursor = make_cursor(rows[-1]["contradiction_id"]) if len(rows) == limit else None
        return ContradictionPage(items=[ContradictionView.model_validate(row) for row in rows], next_cursor=next_cursor)

    return routes
