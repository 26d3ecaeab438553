"""Stops: nothing more goes out to a provider, or of a payroll."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from services.provider_gateway.api.pages import make_cursor, read_uuid_cursor
from services.provider_gateway.connectors.protocol import Connector
from services.provider_gateway.storage.stops import stops_page
from services.provider_gateway.use_cases.stop_sending import lift_stop, stop_sending
from shared.auth import Caller, require
from shared.database import Database
from shared.idempotency import IdempotencyKey, once


class StopRequest(BaseModel):
    """What to stop: a provider by name, or a payroll by id."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"scope": "provider", "key": "viettelpay", "reason": "Too many refusals since 9:00"}},
    )

    scope: Literal["provider", "payroll"]
    key: str = Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")
    reason: str = Field(min_length=1, max_length=500, pattern=r"^[^\x00]+$")


class StopView(BaseModel):
    """A stop. `lifted_at` is null while it is in force."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "stop_id": "0190e7a4-0000-7000-8000-000000000005",
                "scope": "provider",
                "key": "viettelpay",
                "reason": "Too many refusals since 9:00",
                "issuer": "chitra-local",
                "subject": "operations@example",
                "stopped_at": "2021-10-05T02:00:00Z",
                "lifted_at": None,
            }
        }
    )

    stop_id: UUID
    scope: str
    key: str
    reason: str
    issuer: str
    subject: str
    stopped_at: datetime
    lifted_at: datetime | None


class StopPage(BaseModel):
    """Stops; ask again with `cursor` = `next_cursor` until it is null."""

    items: list[StopView]
    next_cursor: str | None


def router(database: Database, connectors: Mapping[str, Connector]) -> APIRouter:
    """Routes of stops."""
    routes = APIRouter(prefix="/v1/stops", tags=["stops"])

    @routes.post("", status_code=201, summary="Stop a provider or a payroll")
    async def place(
        caller: Annotated[Caller, Depends(require("gateway:stop"))],
        asked: StopRequest,
        idempotency_key: IdempotencyKey = None,
    ) -> StopView:
        """Once this has answered, no new intent of it is committed. What is under way ends as it will: enquiries and
        webhooks go on."""

        async def work() -> StopView:
            stop = await stop_sending(tx, caller, asked.scope, asked.key, asked.reason, connectors.keys())
            return StopView.model_validate(stop)

        request = asked.model_dump_json().encode()
        async with database.transaction() as tx:
            return await once(tx, caller, "POST /v1/stops", idempotency_key, request, StopView, work)

    @routes.delete("/{stop_id}", summary="Lift a stop")
    async def lift(caller: Annotated[Caller, Depends(require("gateway:stop"))], stop_id: UUID) -> StopView:
        """Sending goes on when no other stop holds it. Lifting twice changes nothing."""
        async with database.transaction() as tx:
            return StopView.model_validate(await lift_stop(tx, caller, stop_id))

    @routes.get("", summary="Stops")
    async def list_stops(
        caller: Annotated[Caller, Depends(require("gateway:read"))],
        in_force: bool = True,
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> StopPage:
        """Stops in the order they were made."""
        after = read_uuid_cursor(cursor)
        async with database.transaction(caller.row_scope) as tx:
            rows = await stops_page(tx, in_force, after, limit)
        next_cursor = make_cursor(rows[-1]["stop_id"]) if len(rows) == limit else None
        return StopPage(items=[StopView.model_validate(row) for row in rows], next_cursor=next_cursor)

    return routes
