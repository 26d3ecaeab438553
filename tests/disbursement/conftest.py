"""Fixtures of the disbursement service's tests."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import httpx
import pytest

from services.disbursement.api import books, complaints, payments, person_months, refunds, run_books
from services.disbursement.main import build
from shared.bus.memory import MemoryBus
from shared.embedded_postgres import EmbeddedPostgres
from shared.platform import Platform, platform_over
from shared.runtime import WebServer
from shared.service import Service
from shared.settings import SERVICES, Settings
from shared.web import join, make_app
from tests.conftest import Tokens
from tests.disbursement.balanced import assert_books_balance
from tests.disbursement.ground import Ground
from tests.disbursement.hue import Hue
from tests.disbursement.office import Office


@pytest.fixture
async def ground(platform: Platform, request: pytest.FixtureRequest) -> AsyncIterator[Ground]:
    """A province of this test's own, put in as rows. After the test its books balance."""
    made = Ground(platform.database("disbursement"))
    await made.lay()
    yield made
    if request.node.get_closest_marker("books_broken") is None:
        await assert_books_balance(made.database, made.province)


@pytest.fixture
async def books_client(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """The routes of books, refunds and payments inside this process; each request brings its own token."""
    database = platform.database("disbursement")
    app = make_app("disbursement", "disbursement", "", database, platform.verifier)
    for module in (books, run_books, refunds, payments, person_months, complaints):
        join(app, module.make_router(database))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://disbursement") as client:
        yield client


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
async def office_platform(
    postgres: EmbeddedPostgres, database_name: str, settings: Settings, platform: Platform
) -> AsyncIterator[Platform]:
    """A platform whose registry answers over real HTTP where its event log stands."""
    port = _free_port()
    registry = make_app("registry", "registry", "", platform.database("registry"), platform.verifier)
    server, serving = await WebServer.start(registry, "127.0.0.1", port)
    urls = {service: postgres.url_for(f"chitra_{service}", database_name) for service in SERVICES}
    told = replace(settings, registry_url=f"http://127.0.0.1:{port}")
    made = platform_over(told, MemoryBus(), urls, postgres.url_for("postgres", database_name))
    yield made
    await made.close()
    server.should_exit = True
    await serving


@pytest.fixture(scope="module")
async def disbursement(office_platform: Platform) -> Service:
    """The whole service."""
    return build(office_platform)


@pytest.fixture
async def office(
    disbursement: Service,
    office_platform: Platform,
    admin: asyncpg.Connection,
    tokens: Tokens,
    request: pytest.FixtureRequest,
) -> AsyncIterator[Office]:
    """A province of this test's own, with contracts, worked at over REST. After the test its books balance."""
    transport = httpx.ASGITransport(disbursement.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://disbursement") as client:
        made = await Office(disbursement, office_platform, client, admin, tokens).lay()
        yield made
        if request.node.get_closest_marker("books_broken") is None:
            await assert_books_balance(made.database, made.province)


@pytest.fixture
async def hue(disbursement: Service, office_platform: Platform, admin: asyncpg.Connection, tokens: Tokens) -> AsyncIterator[Hue]:
    """Huế with all its units, worked at over REST."""
    transport = httpx.ASGITransport(disbursement.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://disbursement") as client:
        yield await Hue(disbursement, office_platform, client, admin, tokens).lay()
