"""The gateway at work: its service with workers and a door for webhooks, the real sandbox, a real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.provider_gateway.connectors.sms import HttpSms
from services.provider_gateway.main import build
from shared.bus.memory import MemoryBus
from shared.embedded_postgres import EmbeddedPostgres, free_port
from shared.platform import platform_over
from shared.runtime import WebServer, stop_tasks
from shared.settings import SERVICES, Settings
from tests.gateway.bench import Bench
from tests.gateway.sandbox_at_work import SandboxAtWork
from tests.gateway.sms_receiver import SmsReceiver


@pytest.fixture(scope="module")
async def bench(
    postgres: EmbeddedPostgres,
    database_name: str,
    admin_url: str,
    settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Bench]:
    """All of it, without the workers: a test says which run."""
    port = free_port()
    keys: Path = settings.keys_dir / "providers"
    sandbox = await asyncio.to_thread(
        SandboxAtWork, tmp_path_factory.mktemp("books"), keys, f"http://127.0.0.1:{port}/v1/webhooks"
    )
    told = replace(
        settings,
        port=port,
        providers_url=sandbox.url,
        provider_timeout_seconds=1.0,
        provider_processing_seconds=2.0,
    )
    urls = {service: postgres.url_for(f"chitra_{service}", database_name) for service in SERVICES}
    platform = platform_over(told, MemoryBus(), urls, admin_url)
    service = build(platform)
    server, serving = await WebServer.start(service.app, "127.0.0.1", port)
    made = Bench(platform, service, sandbox, admin_url)
    await made.prepare()
    yield made
    await stop_tasks(made.tasks)
    server.should_exit = True
    await serving
    await service.app.state.ways.close()
    await platform.close()
    await asyncio.to_thread(sandbox.stop)


@pytest.fixture
def receiver() -> Iterator[SmsReceiver]:
    """An SMS gateway."""
    made = SmsReceiver()
    yield made
    made.stop()


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """The key that it knows us by."""
    path = tmp_path / "sms.key"
    path.write_text("secret-key\n")
    return path


@pytest.fixture
async def http(receiver: SmsReceiver, key_file: Path) -> AsyncIterator[HttpSms]:
    """The way to it, with little patience."""
    made = HttpSms(receiver.url, key_file, 0.3)
    yield made
    await made.close()
