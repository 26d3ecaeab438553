"""The ways to the providers: how each is doing, what it is allowed to bear, and when it has maintenance."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query

from services.provider_gateway.api.pages import make_cursor, read_uuid_cursor
from services.provider_gateway.api.provider_views import (
    EndRequest,
    Health,
    HealthList,
    LimitsRequest,
    LimitsView,
    WindowPage,
    WindowRequest,
    WindowView,
    health_of,
)
from services.provider_gateway.domain.maintenance import Window
from services.provider_gateway.domain.schedule import Schedule
from services.provider_gateway.storage.health import read_waiting
from services.provider_gateway.storage.ways import read_standings
from services.provider_gateway.storage.windows import windows_page
from services.provider_gateway.use_cases.set_limits import end_window, known_provider, set_limits, set_window
from shared.auth import Caller, require
from shared.database import Database
from shared.idempotency import IdempotencyKey, once
from shared.kernel.ids import new_id

Provider = Annotated[str, Path(pattern=r"^[a-z_]{1,40}$", examples=["viettelpay"])]


def router(database: Database, providers: Collection[str], schedule: Schedule) -> APIRouter:
    """Routes of providers."""
    routes = APIRouter(prefix="/v1/providers", tags=["providers"])
    _add_health(routes, database, providers, schedule)
    _add_limits(routes, database, providers, schedule)
    _add_windows(routes, database, providers, schedule)
    return routes


def _add_health(routes: APIRouter, database: Database, providers: Collection[str], schedule: Schedule) -> None:
    async def healths(caller: Caller, wanted: Collection[str]) -> list[Health]:
        async with database.transaction() as tx:  # what is under way, whosever it is
            standings = await read_standings(tx, wanted, schedule.limits)
        async with database.transaction(caller.row_scope) as tx:
            waiting = await read_waiting(tx, wanted)
        return [health_of(standing, waiting[provider]) for provider, standing in standings.items()]

    @routes.get("", summary="How all ways to providers are doing")
    async def list_providers(caller: Annotated[Caller, Depends(require("gateway:read"))]) -> HealthList:
        """Every provider that there is a connector for, with the health of the way to it."""
        return HealthList(items=await healths(caller, providers))

    @routes.get("/{provider}/health", summary="How the way to a provider is doing")
    async def read_health(caller: Annotated[Caller, Depends(require("gateway:read"))], provider: Provider) -> Health:
        """State, calls under way, pace, breaker, newest calls, next maintenance. Refused: `unknown-provider`."""
        return (await healths(caller, [known_provider(provider, providers)]))[0]


def _add_limits(routes: APIRouter, database: Database, providers: Collection[str], schedule: Schedule) -> None:
    @routes.put("/{provider}/limits", summary="Set what a provider may be asked to bear")
    async def put_limits(
        caller: Annotated[Caller, Depends(require("gateway:limits"))], provider: Provider, asked: LimitsRequest
    ) -> LimitsView:
        """Holds for all processes from the answer on. Audited. Refused: `unknown-provider`."""
        known_provider(provider, providers)
        async with database.transaction() as tx:
            standing = await set_limits(tx, caller, provider, asked.model_dump(exclude_none=True), schedule)
        return LimitsView.model_validate(standing.way.limits)


def _add_windows(routes: APIRouter, database: Database, providers: Collection[str], schedule: Schedule) -> None:
    @routes.get("/{provider}/windows", summary="Maintenance windows of a provider")
    async def list_windows(
        caller: Annotated[Caller, Depends(require("gateway:read"))],
        provider: Provider,
        counting: Annotated[bool, Query(description="leave out what is over or was taken back")] = True,
        cursor: Annotated[str | None, Query(max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> WindowPage:
        """In the order they were set. Refused: `unknown-provider`, `wrong-cursor`."""
        after = read_uuid_cursor(cursor)
        async with database.transaction(caller.row_scope) as tx:
            rows = await windows_page(tx, known_provider(provider, providers), counting, after, limit)
        next_cursor = make_cursor(rows[-1]["window_id"]) if len(rows) == limit else None
        return WindowPage(items=[WindowView.model_validate(row) for row in rows], next_cursor=next_cursor)

    @routes.post("/{provider}/windows", status_code=201, summary="Set a maintenance window")
    async def post_window(
        caller: Annotated[Caller, Depends(require("gateway:limits"))],
        provider: Provider,
        asked: WindowRequest,
        idempotency_key: IdempotencyKey = None,
    ) -> WindowView:
        """Once this has answered, no new intent is committed inside it, nor so shortly before it that a call could still be
        under way when it begins; enquiries wait. Business clock. Refused: `unknown-provider`, `wrong-window`."""
        known_provider(provider, providers)
        fields = asked.model_dump()
        fields["starts"] = asked.starts.replace(tzinfo=None) if asked.starts else None
        window = Window(window_id=new_id(), provider=provider, **fields)

        async def work() -> WindowView:
            return WindowView.model_validate(await set_window(tx, caller, window, schedule))

        request = f"{provider}\n{asked.model_dump_json()}".encode()
        async with database.transaction() as tx:
            return await once(tx, caller, "POST /v1/providers/windows", idempotency_key, request, WindowView, work)

    @routes.post("/{provider}/windows/{window_id}/end", summary="Take a maintenance window back")
    async def post_end(
        caller: Annotated[Caller, Depends(require("gateway:limits"))], provider: Provider, window_id: UUID, asked: EndRequest
    ) -> WindowView:
        """It counts no more from now on. A second time changes nothing. Refused: `unknown-provider`, `no-such-window`."""
        known_provider(provider, providers)
        async with database.transaction() as tx:
            return WindowView.model_validate(await end_window(tx, caller, provider, window_id, asked.reason))
