"""Stops: nothing more goes out to a provider, or of a payroll."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.provider_gateway.api.pages import make_cursor, read_uuid_cursor
from services.provider_gateway.connectors.protocol import Connector
from services.provider_gateway.domain.stops import Cause, Scope
from services.provider_gateway.storage.stops import stops_page
from services.provider_gateway.use_cases.stop_sending import lift_stop, stop_sending
from shared.auth import Caller, require
from shared.database import Database
from shared.idempotency import IdempotencyKey, once

_REASON = r"^[^\x00]+$"
_EXAMPLE: JsonDict = {
    "stop_id": "0190e7a4-0000-7000-8000-000000000005",
    "scope": "provider",
    "key": "viettelpay",
    "cause": "person",
    "reason": "Too many refusals since 9:00",
    "issuer": "chitra-local",
    "subject": "operations@example",
    "stopped_at": "2021-10-05T02:00:00Z",
    "lifted_subject": None,
    "lifted_at": None,
    "lift_reason": None,
}


class StopRequest(BaseModel):
    """What to stop: a provider by name, or a payroll by id."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"scope": "provider", "key": "viettelpay", "reason": "Too many refusals since 9:00"}},
    )

    scope: Scope
    key: str = Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")
    reason: str = Field(min_length=1, max_length=500, pattern=_REASON)


class LiftRequest(BaseModel):
    """Why money may go out again."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"reason": "Viettel confirmed by phone that their outage is over"}}
    )

    reason: str = Field(min_length=1, max_length=500, pattern=_REASON)


class StopView(BaseModel):
    """A stop. `cause` says who or what placed it: `person`, `error-rate`, `canary` (the first payments of the payroll failed)
    or `restore`. `lifted_at` is null while it is in force."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"example": _EXAMPLE})

    stop_id: UUID
    scope: Scope
    key: str
    cause: Cause
    reason: str
    issuer: str
    subject: str
    stopped_at: datetime
    lifted_subject: str | None
    lifted_at: datetime | None
    lift_reason: str | None


class StopPage(BaseModel):
    """Stops; ask again with `cursor` = `next_cursor` until it is null."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [_EXAMPLE], "next_cursor": None}})

    items: list[StopView]
    next_cursor: str | None


def router(database: Database, connectors: Mapping[str, Connector]) -> APIRouter:
    """Routes of stops."""
    routes = APIRouter(prefix="/v1/stops", tags=["stops"])
    _add_placing(routes, database, connectors)
    _add_lifting(routes, database)

    @routes.get("", summary="Stops")
    async def list_stops(
        caller: Annotated[Caller, Depends(require("gateway:read"))],
        in_force: bool = True,
        scope: Scope | None = None,
        key: Annotated[str | None, Query(max_length=100, pattern=r"^[A-Za-z0-9_-]+$")] = None,
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> StopPage:
        """Stops in the order they were made: of everything, or of one provider or payroll. Refused: `wrong-cursor`."""
        after = read_uuid_cursor(cursor)
        async with database.transaction(caller.row_scope) as tx:
            found = await stops_page(tx, in_force, scope, key, after, limit)
        next_cursor = make_cursor(found[-1].stop_id) if len(found) == limit else None
        return StopPage(items=[StopView.model_validate(stop) for stop in found], next_cursor=next_cursor)

    return routes


def _add_placing(routes: APIRouter, database: Database, connectors: Mapping[str, Connector]) -> None:
    @routes.post("", status_code=201, summary="Stop a provider or a payroll")
    async def place(
        caller: Annotated[Caller, Depends(require("gateway:stop"))],
        asked: StopRequest,
        idempotency_key: IdempotencyKey = None,
    ) -> StopView:
        """Once this has answered, no new intent of it is committed: nothing new is sent, and nothing is sent again. What is
        under way ends as it will: enquiries and webhooks go on.

        Refused: `unknown-provider`, `wrong-stop` (a payroll's key is its id).
        """

        async def work() -> StopView:
            stop = await stop_sending(tx, caller, asked.scope, asked.key, asked.reason, connectors.keys())
            return StopView.model_validate(stop)

        request = asked.model_dump_json().encode()
        async with database.transaction() as tx:
            return await once(tx, caller, "POST /v1/stops", idempotency_key, request, StopView, work)


def _add_lifting(routes: APIRouter, database: Database) -> None:
    @routes.post("/{stop_id}/lift", summary="Lift a stop")
    async def lift(
        caller: Annotated[Caller, Depends(require("gateway:stop"))],
        stop_id: UUID,
        asked: LiftRequest,
        idempotency_key: IdempotencyKey = None,
    ) -> StopView:
        """Sending goes on when no other stop holds it. Another officer lifts than the one who stopped; lifting twice changes
        nothing.

        Refused: `no-such-stop`, `stopper-lifts`, `service-account-lifts`.
        """

        async def work() -> StopView:
            return StopView.model_validate(await lift_stop(tx, caller, stop_id, asked.reason))

        request = f"{stop_id}\n{asked.model_dump_json()}".encode()
        async with database.transaction() as tx:
            return await once(tx, caller, "POST /v1/stops/{stop_id}/lift", idempotency_key, request, StopView, work)
