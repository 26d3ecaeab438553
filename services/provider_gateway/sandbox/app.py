"""The sandbox as a FastAPI program."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.provider_gateway.sandbox.admin import admin_router
from services.provider_gateway.sandbox.books.database import Books
from services.provider_gateway.sandbox.books.fault_log import fault_counts
from services.provider_gateway.sandbox.clock import END_OF_DAY_HOUR, moment
from services.provider_gateway.sandbox.errors import RequestRefused, error_response, json_response
from services.provider_gateway.sandbox.faults import Faults
from services.provider_gateway.sandbox.intake import DroppedConnection
from services.provider_gateway.sandbox.keys import load_keys, make_keys
from services.provider_gateway.sandbox.outages import Dropped, Outages
from services.provider_gateway.sandbox.providers.cash_office import counter_router
from services.provider_gateway.sandbox.providers.commune_cashier import commune_cashier
from services.provider_gateway.sandbox.providers.vietinbank import VietinBank
from services.provider_gateway.sandbox.providers.viettelpay import ViettelPay
from services.provider_gateway.sandbox.providers.vnpost import vnpost
from services.provider_gateway.sandbox.settings import SandboxSettings
from services.provider_gateway.sandbox.state import Sandbox
from services.provider_gateway.sandbox.workers import send_forever, settle_forever

logger = logging.getLogger("sandbox")


def create_app(settings: SandboxSettings) -> FastAPI:
    """The program, its books opened and its keys made where absent. Its loops run between start-up and shutdown."""
    make_keys(settings.keys)
    sandbox = _open_sandbox(settings)
    offices = (vnpost(sandbox), commune_cashier(sandbox))
    providers = (ViettelPay(sandbox), VietinBank(sandbox), *offices)
    for provider in providers:
        sandbox.wires[provider.name] = provider

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        loops = [asyncio.create_task(settle_forever(sandbox)), asyncio.create_task(send_forever(sandbox))]
        yield
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        sandbox.books.close()

    app = FastAPI(
        title="ChiTra provider sandbox",
        summary="Four providers, simulated and unofficial; see docs/providers/",
        lifespan=lifespan,
        docs_url=None,  # its page would load from the internet
        redoc_url=None,
    )
    _handle_errors(app)
    for provider in providers:
        app.include_router(provider.router(), dependencies=[Depends(sandbox.outages.gate(provider.name))])
    app.include_router(counter_router(sandbox, offices))
    app.include_router(admin_router(sandbox))

    @app.get("/health")
    async def health() -> Response:
        return json_response({"status": "ok"})

    return app


def _open_sandbox(settings: SandboxSettings) -> Sandbox:
    books = Books(settings.data / "books.db")

    def begin(connection: sqlite3.Connection) -> dict[str, int]:
        start = {"clock": moment(settings.starts_on, END_OF_DAY_HOUR), "refuse_duplicates": "yes"}
        connection.executemany("INSERT OR IGNORE INTO meta (name, value) VALUES (?, ?)", list(start.items()))
        return fault_counts(connection)

    faults = Faults(settings.seed, settings.fault_rate, books.run_blocking(begin))
    return Sandbox(settings, load_keys(settings.keys), books, faults, Outages(settings.hang_seconds))


def _handle_errors(app: FastAPI) -> None:
    @app.exception_handler(Dropped)
    async def dropped(request: Request, error: Dropped) -> Response:
        return DroppedConnection()

    @app.exception_handler(RequestRefused)
    async def refused(request: Request, error: RequestRefused) -> Response:
        return error_response(error.status, error.code, error.message)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        return error_response(422, "invalid_request", f"{'.'.join(map(str, first['loc']))}: {first['msg']}")

    @app.exception_handler(HTTPException)
    async def unknown(request: Request, error: HTTPException) -> Response:
        return error_response(error.status_code, "no_such_route", str(error.detail))

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> Response:
        logger.error("request failed: %s", type(error).__name__)
        return error_response(500, "internal_error", "The provider failed")
