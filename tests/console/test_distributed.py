"""The distributed platform: real processes, PostgreSQL and RabbitMQ, started as the compose file says they are."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aio_pika
import asyncpg
import httpx
import pytest
import yaml
from aio_pika.exceptions import ChannelNotFoundEntity

from console import rabbitmq_node
from console.distributed import NO_BROKER, Distributed, start_distributed
from console.health import is_healthy
from console.load_province import load_units
from console.processes import PREPARATIONS, PROCESS_FAILED, PROCESSES
from console.running import Running
from shared.kernel.errors import Refusal
from shared.settings import SERVICES

ROOT = Path(__file__).resolve().parents[2]
NOBODY_URL = "http://127.0.0.1:9"  # providers that are never called here
ARRIVAL_SECONDS = 300


@pytest.fixture(scope="module")
async def distributed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Distributed]:
    """One for the tests below; what stands after `yield` is a test too: stopping ends what was started, and nothing else."""
    home = tmp_path_factory.mktemp("distributed") / "home"
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", "import time; time.sleep(600)")
    running = await start_distributed(home, NOBODY_URL, 5.0)
    yield running
    await running.stop()
    still_there = [p.spec.name for p in running.processes.values() if p.process is None or p.process.poll() is None]
    assert still_there == []
    assert not (home / "postgres" / "data" / "postmaster.pid").exists()
    assert other.returncode is None
    other.kill()
    await other.wait()


async def _units(distributed: Distributed, service: str) -> int:
    connection = await asyncpg.connect(distributed.admin_database_url)
    try:
        return int(await connection.fetchval(f"SELECT count(*) FROM {service}.units"))
    finally:
        await connection.close()


async def _until_known(distributed: Distributed, service: str, units: int) -> None:
    """Wait until a service has heard of so many units."""
    async with asyncio.timeout(ARRIVAL_SECONDS):
        while await _units(distributed, service) != units:  # noqa: ASYNC110 - in another process
            await asyncio.sleep(0.1)


async def _load_units(running: Running) -> int:
    return await load_units(running.urls["registry"], running.token("admin", ["*"], "setup"), "")


def test_every_process_of_the_table_runs_and_answers(distributed: Distributed) -> None:
    assert list(distributed.processes) == [spec.name for spec in PROCESSES]
    for process in distributed.processes.values():
        assert is_healthy("127.0.0.1", process.port, "/health/ready"), process.spec.name
        assert is_healthy("127.0.0.1", process.port, "/health/live"), process.spec.name


def test_what_was_started_is_what_the_compose_file_starts(distributed: Distributed) -> None:
    compose: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    for name, process in distributed.processes.items():
        assert process.process is not None
        started = [str(word) for word in process.process.args] if isinstance(process.process.args, list) else []
        assert started == [sys.executable, "-m", "console", *compose[name]["command"]]
        assert set(process.environment) == set(compose[name]["environment"])
        check = compose[name]["healthcheck"]["test"]
        asked = subprocess.run(
            [sys.executable, *check[2:]], cwd=ROOT, env=process.environment, capture_output=True, text=True, check=False
        )
        assert asked.returncode == 0, (check, asked.stderr)
    for spec in PREPARATIONS:
        assert (distributed.logs / f"{spec.name}.log").exists()
        assert list(spec.arguments) == compose[spec.name]["command"]


async def test_an_event_reaches_the_other_services_over_the_broker(distributed: Distributed) -> None:
    units = await _load_units(distributed)
    for service in SERVICES:
        await _until_known(distributed, service, units)


async def test_tokens_are_asked_for_everywhere(distributed: Distributed) -> None:
    async with httpx.AsyncClient() as client:
        for service, url in distributed.urls.items():
            refused = await client.get(f"{url}/v1/events/position")
            assert (refused.status_code, refused.json()["code"]) == (401, "no-token"), service
            token = distributed.token("system", ["*"], "test")
            asked = await client.get(f"{url}/v1/events/position", headers={"Authorization": f"Bearer {token}"})
            assert asked.status_code == 200, service


async def test_a_killed_worker_gets_what_was_said_meanwhile(distributed: Distributed) -> None:
    units = await _load_units(distributed)
    await _until_known(distributed, "reporting", units)
    distributed.kill("reporting-worker")
    assert not is_healthy("127.0.0.1", distributed.processes["reporting-worker"].port, "/health/live")
    connection = await asyncpg.connect(distributed.admin_database_url)
    await connection.execute("DELETE FROM reporting.units")
    await connection.close()
    await _load_units_again_as_new(distributed)
    await asyncio.to_thread(distributed.restart, "reporting-worker")
    await _until_known(distributed, "reporting", units)


async def _load_units_again_as_new(distributed: Distributed) -> None:
    """The registry says again what it holds: its rows are changed behind its back, so that loading them is news."""
    connection = await asyncpg.connect(distributed.admin_database_url)
    await connection.execute("UPDATE registry.units SET name = name || '.'")
    await connection.close()
    await _load_units(distributed)


async def test_two_on_one_broker_hear_nothing_of_each_other(tmp_path: Path, distributed: Distributed) -> None:
    await _until_known(distributed, "disbursement", await _load_units(distributed))
    other = await start_distributed(tmp_path, NOBODY_URL, amqp_url=distributed.amqp_url)
    try:
        await _until_known(other, "disbursement", 0)
        await _load_units_again_as_new(distributed)
        await _until_known(distributed, "reporting", await _load_units(distributed))
        assert await _units(other, "reporting") == 0
        held = await _queues(distributed, other.amqp_namespace)
    finally:
        await other.stop()
    assert held == {f"{other.amqp_namespace}.chitra.{service}": True for service in SERVICES}
    assert await _queues(distributed, other.amqp_namespace) == dict.fromkeys(held, False)
    assert set((await _queues(distributed, distributed.amqp_namespace)).values()) == {True}


async def _queues(distributed: Distributed, namespace: str) -> dict[str, bool]:
    """Whether each service's queue of a namespace is on the broker."""
    there: dict[str, bool] = {}
    async with await aio_pika.connect(distributed.amqp_url) as connection:
        for service in SERVICES:
            name = f"{namespace}.chitra.{service}"
            try:
                async with connection.channel() as channel:
                    await channel.declare_queue(name, passive=True)
                there[name] = True
            except ChannelNotFoundEntity:
                there[name] = False
    return there


async def test_a_start_that_fails_says_where_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("not a folder", encoding="utf-8")
    with pytest.raises(Refusal) as failed:
        await start_distributed(tmp_path, NOBODY_URL, amqp_url="amqp://127.0.0.1:9/")
    assert failed.value.code is PROCESS_FAILED
    assert failed.value.detail.startswith("keys ended with 1; see ")
    assert not (tmp_path / "postgres" / "data" / "postmaster.pid").exists()


async def test_a_machine_without_rabbitmq_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(rabbitmq_node, "installed_server", lambda: None)
    for name in ("CHITRA_TEST_AMQP_URL", "CHITRA_AMQP_URL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(Refusal) as refused:
        await start_distributed(tmp_path, NOBODY_URL)
    assert refused.value.code is NO_BROKER
    assert "apt-get install rabbitmq-server" in refused.value.detail
    assert "CHITRA_TEST_AMQP_URL" in refused.value.detail
    assert "\n" not in refused.value.detail
