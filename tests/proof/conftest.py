"""What the proofs stand on: a private broker, the real sandbox, a real database, and a zygote whose children are killed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.disbursement import events as disbursement_events
from services.provider_gateway import events as gateway_events
from shared.bus.protocol import Subscription
from shared.bus.rabbit import RabbitBus
from shared.crypto import FieldCipher, load_field_cipher
from shared.database import Database
from shared.embedded_postgres import EmbeddedPostgres, free_port
from shared.kernel.ids import new_id
from shared.relay import Relay
from shared.runtime import stop_tasks
from shared.settings import SERVICES, Settings
from tests.contract.broker import Broker
from tests.contract.cutting_proxy import CuttingProxy
from tests.gateway.sandbox_at_work import SandboxAtWork
from tests.proof.country import Moved, set_days
from tests.proof.forked import Zygote

QUEUES = ("chitra.registry", "chitra.disbursement", "chitra.provider_gateway", "chitra.reporting")
FIRST_DAY = date(2021, 10, 1)
HANG_SECONDS, TIMEOUT_SECONDS, NOT_FOUND_SECONDS, PROCESSING_SECONDS = 0.9, 0.6, 2.5, 4.0
"""What is "not found" at first must be so for long enough that somebody asks for it meanwhile, also where all is slow."""


@dataclass(slots=True)
class Ground:
    """Sandbox, broker, database, and who is killed over them."""

    sandbox: SandboxAtWork
    zygote: Zygote
    bus: RabbitBus
    broker: Broker
    proxy: CuttingProxy | None  # before a broker that is not the tests' own
    registry: Database
    disbursement: Database
    cipher: FieldCipher
    admin_url: str
    port: int  # where the providers post their webhooks
    other_port: int
    provinces: int = 0  # drawn up so far
    day: date = FIRST_DAY

    async def ask(self, method: str, path: str, **body: Any) -> Any:
        """An admin route of the sandbox."""
        return await asyncio.to_thread(self.sandbox.ask, method, path, **body)

    async def moved(self) -> Moved:
        """The sandbox's books."""
        return await asyncio.to_thread(self.sandbox.movements)

    async def set_day(self, day: date) -> None:
        """Both business clocks."""
        self.day = day
        await set_days(self.admin_url, self.sandbox, day)

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[asyncpg.Connection]:
        """A superuser's connection, to look."""
        connection = await asyncpg.connect(self.admin_url)
        yield connection
        await connection.close()

    @asynccontextmanager
    async def registry_heard(self) -> AsyncIterator[None]:
        """Meanwhile the registry's relay runs, here: whoever draws up gives the registry's events their positions itself."""
        relay = asyncio.create_task(Relay(self.registry, self.bus).run())
        yield
        await stop_tasks([relay])

    async def restart_broker(self) -> None:
        """The broker goes and comes back, or is cut off for a while where it is not the tests' own. Nobody is told."""
        if self.proxy is not None:
            await self.proxy.away(2.0)
        else:
            assert self.broker.node is not None
            await asyncio.to_thread(self.broker.node.restart)


@asynccontextmanager
async def ground_over(
    folder: Path, keys_dir: Path, database_urls: dict[str, str], admin_url: str, broker: Broker
) -> AsyncIterator[Ground]:
    """All of it, with the queues of all services declared: nothing is lost before its consumer is there."""
    port, namespace = free_port(), f"proof-{new_id().hex}"
    sandbox = await asyncio.to_thread(
        SandboxAtWork, folder / "books", keys_dir / "providers", f"http://127.0.0.1:{port}/v1/webhooks",
        hang_seconds=HANG_SECONDS, not_found_seconds=NOT_FOUND_SECONDS,
    )  # fmt: skip
    proxy, amqp_url = (None, broker.url) if broker.node else await CuttingProxy.before(broker.url)
    told = {
        "home": str(folder), "keys_dir": str(keys_dir), "port": port, "registry_port": free_port(),
        "providers_url": sandbox.url, "timeout_seconds": TIMEOUT_SECONDS, "processing_seconds": PROCESSING_SECONDS,
        "graves": str(folder / "graves"),
        "database_urls": database_urls, "admin_url": admin_url, "amqp_url": amqp_url, "amqp_namespace": namespace,
    }  # fmt: skip
    (folder / "graves").mkdir()
    zygote = Zygote(told, folder / "zygote.log")
    bus = await RabbitBus.connect(amqp_url, namespace)
    for queue, keys in (
        ("chitra.reporting", ("registry.*", "disbursement.*", "provider_gateway.*")),
        ("chitra.registry", ("provider_gateway.*",)),
        ("chitra.provider_gateway", gateway_events.SUBSCRIPTIONS),
        ("chitra.disbursement", disbursement_events.SUBSCRIBES_TO),
    ):
        await bus.declare(Subscription(queue, keys, _nobody))
    registry, disbursement = (Database(database_urls[name], name) for name in ("registry", "disbursement"))
    await zygote.ready()
    cipher = load_field_cipher(keys_dir)
    ground = Ground(sandbox, zygote, bus, broker, proxy, registry, disbursement, cipher, admin_url, port, free_port())
    await ground.set_day(FIRST_DAY)
    yield ground
    await zygote.end()
    await registry.close()
    await disbursement.close()
    await bus.remove(QUEUES)
    await bus.close()
    if proxy is not None:
        await proxy.close()
    await asyncio.to_thread(sandbox.stop)


@pytest.fixture(scope="module")
async def proving_ground(
    postgres: EmbeddedPostgres,
    database_name: str,
    admin_url: str,
    settings: Settings,
    rabbitmq: Broker,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Ground]:
    """One ground for all proofs of a module: each draws up a province of its own."""
    urls = {service: postgres.url_for(f"chitra_{service}", database_name) for service in SERVICES}
    async with ground_over(tmp_path_factory.mktemp("proof"), settings.keys_dir, urls, admin_url, rabbitmq) as ground:
        yield ground


async def _nobody(data: bytes) -> None:
    raise AssertionError("nobody subscribes to this queue")
