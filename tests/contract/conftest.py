"""A broker, a database server of its own that may be stopped, and two services that speak over a bus."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator

import pytest

from shared.embedded_postgres import EmbeddedPostgres, start_postgres
from shared.kernel.ids import new_id
from shared.migrate import create_database, migrate
from shared.settings import SERVICES
from tests.contract.broker import Broker
from tests.contract.harness import Harness, MemoryHarness, RabbitHarness
from tests.contract.pair import Pair
from tests.quick_folder import folder_for_server

TEMPLATE = "contract_template"


@pytest.fixture(params=["memory", "rabbitmq"])
async def harness(request: pytest.FixtureRequest) -> AsyncIterator[Harness]:
    """Each of the two buses."""
    if request.param == "memory":
        memory = MemoryHarness()
        yield memory
        await memory.close()
        return
    broker: Broker = request.getfixturevalue("rabbitmq")
    rabbit = await RabbitHarness.before(broker.url, broker.node)
    yield rabbit
    await rabbit.close()


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[EmbeddedPostgres]:
    """A server that only these tests use, so that they may stop it."""
    directory = folder_for_server()
    server = start_postgres(directory)

    async def prepare() -> None:
        await create_database(server.url_for("postgres", "postgres"), TEMPLATE)
        password = (directory / "password").read_text(encoding="ascii").strip()
        await migrate(server.url_for("postgres", TEMPLATE), dict.fromkeys(SERVICES, password))

    asyncio.run(prepare())
    yield server
    server.stop("immediate")
    shutil.rmtree(directory)


@pytest.fixture
async def pair(own_postgres: EmbeddedPostgres) -> AsyncIterator[Pair]:
    """The registry, which says events, and reporting, which notes each of them as often as it applies it."""
    name = f"t_{new_id().hex}"
    await create_database(own_postgres.url_for("postgres", "postgres"), name, template=TEMPLATE, strategy="FILE_COPY")
    made = await Pair.over(own_postgres, name)
    yield made
    await made.close()


@pytest.fixture
def source() -> str:
    """A source whose events nobody else takes."""
    return f"s{new_id().hex}"
