"""What the tests stand on: one real PostgreSQL for the session, a fresh migrated database for each module, a platform over it."""

from __future__ import annotations

import asyncio
import gc
import shutil
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from pathlib import Path

import asyncpg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from console import rabbitmq_node
from shared.auth import issue_local_token
from shared.bus.memory import MemoryBus
from shared.embedded_postgres import EmbeddedPostgres, start_postgres
from shared.keys import ISSUER, load_signing_key, make_keys
from shared.migrate import create_database, migrate
from shared.platform import Platform, platform_over
from shared.settings import SERVICES, Settings, read_settings
from tests.contract.broker import Broker, broker_from_environment
from tests.order import rank
from tests.quick_folder import folder_for_server

# An example that takes long on a busy machine is no failure, and neither are examples that are slow to draw.
hypothesis_settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("any-machine")

TEMPLATE = "chitra_template"

Tokens = Callable[..., str]


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A server of this session's own, with an empty migrated template database."""
    folder = folder_for_server()
    server = start_postgres(folder)

    async def prepare() -> None:
        password = (server.directory / "password").read_text(encoding="ascii").strip()
        await _hurry(server, password)
        await create_database(server.url_for("postgres", "postgres"), TEMPLATE)
        await migrate(server.url_for("postgres", TEMPLATE), dict.fromkeys(SERVICES, password))

    asyncio.run(prepare())
    yield server
    server.stop("immediate")
    shutil.rmtree(folder)


HURRIED = {
    "fsync": "off",  # nothing waits for the disk: a killed server loses nothing by this, only a killed machine does
    "full_page_writes": "off",
    "max_wal_size": "'256MB'",  # it may lie in memory, and each module's database ends with a checkpoint anyway
    "min_wal_size": "'32MB'",
    "autovacuum": "off",  # a database lives as long as a module; two hundred of them would keep it going round all the time
    "scram_iterations": "1",  # a password is proved thousands of times in a session
}


async def _hurry(server: EmbeddedPostgres, password: str) -> None:
    """Spare the server what only matters to one that keeps something."""
    connection = await asyncpg.connect(server.url_for("postgres", "postgres"))
    for setting, value in HURRIED.items():
        await connection.execute(f"ALTER SYSTEM SET {setting} = {value}")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.execute("SET scram_iterations = 1")
    await connection.execute(f"ALTER ROLE postgres PASSWORD '{password}'")
    await connection.close()


@pytest.fixture(scope="session")
def rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """The broker of CHITRA_TEST_AMQP_URL, or a node of this session's own."""
    given = broker_from_environment()
    if given is not None:
        yield given
        return
    node = rabbitmq_node.start(tmp_path_factory.mktemp("rabbitmq"))
    yield Broker(node.url, node)
    node.stop()


@pytest.fixture(scope="module")
async def database_name(postgres: EmbeddedPostgres) -> AsyncIterator[str]:
    """A fresh database for a test module, which goes with it."""
    name, server_url = f"t_{uuid.uuid4().hex[:12]}", postgres.url_for("postgres", "postgres")
    await create_database(server_url, name, template=TEMPLATE, strategy="FILE_COPY")
    yield name
    connection = await asyncpg.connect(server_url)
    await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await connection.close()


@pytest.fixture(scope="module")
def admin_url(postgres: EmbeddedPostgres, database_name: str) -> str:
    """The superuser's address of the module's database: for looking, for breaking things, never for the services."""
    return postgres.url_for("postgres", database_name)


@pytest.fixture(scope="session")
def keys_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys of this session."""
    directory = tmp_path_factory.mktemp("keys")
    make_keys(directory)
    return directory


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, keys_dir: Path) -> Settings:
    """Settings of an embedded test platform."""
    home = tmp_path_factory.mktemp("home")
    return read_settings({"CHITRA_ENV": "test", "CHITRA_HOME": str(home), "CHITRA_KEYS_DIR": str(keys_dir)})


@pytest.fixture(scope="module")
async def platform(postgres: EmbeddedPostgres, database_name: str, settings: Settings) -> AsyncIterator[Platform]:
    """A platform with the in-process bus over the module's database."""
    urls = {service: postgres.url_for(f"chitra_{service}", database_name) for service in SERVICES}
    made = platform_over(settings, MemoryBus(), urls, postgres.url_for("postgres", database_name))
    yield made
    await made.close()


@pytest.fixture(scope="session")
def tokens(keys_dir: Path) -> Tokens:
    """`tokens("maker", "474@2021-07-01", subject="lan")`: a bearer token; no unit means the whole country."""
    key = load_signing_key(keys_dir, ISSUER)

    def make(role: str, *units: str, subject: str | None = None) -> str:
        return issue_local_token(key, role=role, subject=subject or f"{role}@example", unit_ids=list(units) or ["*"])

    return make


@pytest.fixture
async def admin(admin_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A superuser's connection to the module's database."""
    connection = await asyncpg.connect(admin_url)
    yield connection
    await connection.close()


@pytest.fixture
def set_business_clock(admin: asyncpg.Connection) -> Callable[[datetime], object]:
    """Set the business clock of the module's database; it runs on from there."""

    async def set_clock(instant: datetime) -> None:
        await admin.execute(
            """INSERT INTO platform.business_clock (business_at, set_at) VALUES ($1, clock_timestamp())
               ON CONFLICT (only_row) DO UPDATE SET business_at = excluded.business_at, set_at = excluded.set_at""",
            instant,
        )

    return set_clock


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first."""
    items.sort(key=lambda item: rank(item.nodeid))


def pytest_collection_finish() -> None:
    """What stands now stands to the end: the collector of garbage need not walk through all modules and tests again and again."""
    gc.collect()
    gc.freeze()
