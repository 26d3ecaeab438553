"""What every service's HTTP side has: problem documents, health, docs that open with no internet, and the event log."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Annotated, Any

import fastapi_offline
from fastapi import APIRouter, Depends, FastAPI, Query
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.staticfiles import StaticFiles

from shared import outbox, problems
from shared.auth import Caller, Verifier, require
from shared.bodies import with_bounded_body
from shared.contracts.envelope import Envelope
from shared.database import Database

_ASSETS = Path(fastapi_offline.__file__).parent / "static"


class Health(BaseModel):
    """Whether the service answers, and whether its database does."""

    service: str
    status: str


class Position(BaseModel):
    """The newest position of an event log."""

    position: int


class EventPage(BaseModel):
    """Events in the order of their positions. Ask again with `after` = `next_after`."""

    events: list[Envelope]
    next_after: int


def make_app(service: str, title: str, description: str, database: Database, verifier: Verifier) -> FastAPI:
    """A service's app, without its own routes yet."""
    app = FastAPI(
        title=title,
        description=description,
        version="1",
        docs_url=None,
        redoc_url=None,
        responses=problems.RESPONSES,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    app.state.verifier = verifier
    app.state.database = database
    problems.install(app)
    app.mount("/docs-assets", StaticFiles(directory=_ASSETS), name="docs-assets")
    for router in (_docs_route(app), health_routes(service, database), _event_routes(service, database)):
        join(app, router)
    return app


def join(app: FastAPI, router: APIRouter) -> None:
    """Add a router's routes to an app of `make_app`, each with the problem documents it may answer, and its body bounded.

    FastAPI's `include_router` reads every route in a second time, at the first request, with seven more models for each, and
    looks for a route in two layers. That took as long as building the service.
    """
    for route in router.routes:
        assert isinstance(route, APIRoute), "a router of ours holds nothing else"
        own = route.responses
        route.response_fields = {s: f for s, f in _problem_fields().items() if s not in own} | route.response_fields
        route.responses = {**problems.RESPONSES, **own}
        if route.body_field is not None:
            route.app = with_bounded_body(route)
        app.router.routes.append(route)


@functools.cache
def _problem_fields() -> dict[int | str, Any]:
    """The bodies of the problem documents as FastAPI keeps them in a route, made once for all routes."""
    return APIRoute("/", lambda: None, responses=problems.RESPONSES).response_fields


def _docs_route(app: FastAPI) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/docs")
    async def docs(request: Request) -> HTMLResponse:
        root = request.scope.get("root_path", "").rstrip("/")
        return get_swagger_ui_html(
            openapi_url=f"{root}/openapi.json",
            title=app.title,
            swagger_js_url=f"{root}/docs-assets/swagger-ui-bundle.js",
            swagger_css_url=f"{root}/docs-assets/swagger-ui.css",
            swagger_favicon_url=f"{root}/docs-assets/favicon.png",
        )

    return router


def health_routes(service: str, database: Database) -> APIRouter:
    """`/health/live` answers while the process does; `/health/ready` when its database does too. Neither asks for a token."""
    router = APIRouter(include_in_schema=False)

    @router.get("/health/live")
    async def live() -> Health:
        return Health(service=service, status="live")

    @router.get("/health/ready")
    async def ready() -> Health:
        async with database.transaction() as tx:
            await tx.scalar("SELECT 1")
        return Health(service=service, status="ready")

    return router


def _event_routes(service: str, database: Database) -> APIRouter:
    router = APIRouter(prefix="/v1/events", tags=["event log"])

    @router.get("", summary="Read the event log")
    async def read_events(
        caller: Annotated[Caller, Depends(require("events:read"))],
        after: Annotated[int, Query(ge=0, le=2**62)] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> EventPage:
        """Events after a position, in commit order, each whole. Rows of other units than the token's are left out."""
        async with database.transaction(caller.row_scope) as tx:
            events = await outbox.events_after(tx, service, after, limit)
        return EventPage(events=events, next_after=events[-1].position if events else after)

    @router.get("/position", summary="The newest position")
    async def read_position(caller: Annotated[Caller, Depends(require("events:read"))]) -> Position:
        """The position of the newest event. What was committed before this call has this position or an earlier one.

        Events still waiting for the relay are given theirs first.
        """
        async with database.transaction() as tx:
            while await outbox.give_positions(tx, 1000):
                pass
            return Position(position=await outbox.last_position(tx))

    return router
