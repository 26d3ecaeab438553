"""What a forked child works on: both services built before the fork, and what it does with them after it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Coroutine
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import httpx
import uvloop
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.disbursement.main import build as build_disbursement
from services.provider_gateway.domain import schedule
from services.provider_gateway.main import build as build_gateway
from services.provider_gateway.workers import files, messenger
from shared import outbox
from shared.auth import issue_local_token
from shared.bus.memory import MemoryBus
from shared.bus.rabbit import RabbitBus
from shared.embedded_postgres import free_port
from shared.keys import ISSUER, load_signing_key
from shared.platform import Platform, platform_over
from shared.runtime import WebServer, start_workers
from shared.service import Service
from shared.settings import SERVICES, read_settings
from shared.web import make_app
from tests.disbursement.office import Office
from tests.disbursement.province import _numbers as numbers
from tests.proof.country import make_crowd, whole
from tests.proof.known_types import remember_types

Result = TypeVar("Result")

LOOK_SECONDS = 0.2
IDLE_SHARE = 0.06
"""Of a processor that a child takes at least when it has nothing to do."""

QUICK = replace(
    schedule.SANDBOX,
    unknown_first_seconds=0.1, unknown_most_seconds=0.5, open_first_seconds=2.0, open_most_seconds=2.0, resend_seconds=0.05,
    resend_most_seconds=0.3, account_wait_seconds=0.05, opening_poll_seconds=0.3, lease_seconds=0.6,
)  # fmt: skip
"""The intervals of the tests, shorter: what is faked here is time."""

LEASE_SECONDS = 1.0
"""Of a file or messages that are worked on."""


@dataclass(slots=True)
class World:
    """The services of one process. Built before the fork: no connection is open, no thread runs, no loop is there."""

    platform: Platform
    gateway: Service
    disbursement: Service
    admin_url: str
    amqp_url: str
    amqp_namespace: str
    graves: Path

    @classmethod
    def build(cls, told: dict[str, Any]) -> World:
        """From what the test said."""
        schedule.SANDBOX = QUICK
        files.LEASE_SECONDS = messenger.LEASE_SECONDS = LEASE_SECONDS
        settings = replace(
            read_settings({"CHITRA_ENV": "test", "CHITRA_HOME": told["home"], "CHITRA_KEYS_DIR": told["keys_dir"]}),
            port=told["port"],
            providers_url=told["providers_url"],
            provider_timeout_seconds=told["timeout_seconds"],
            provider_processing_seconds=told["processing_seconds"],
            registry_url=f"http://127.0.0.1:{told['registry_port']}",
            sms="file",
            sms_folder=Path(told["home"]) / "sms",
        )
        urls = dict(told["database_urls"])
        assert urls.keys() == set(SERVICES)
        platform = platform_over(settings, MemoryBus(), urls, told["admin_url"])
        return cls(
            platform, build_gateway(platform), build_disbursement(platform), told["admin_url"], told["amqp_url"],
            told["amqp_namespace"], Path(told["graves"]),
        )  # fmt: skip

    def run(self, main: Coroutine[Any, Any, Result]) -> Result:
        """On a loop of this child's own."""
        return uvloop.run(main)

    def token(self, role: str, *units: str, subject: str | None = None) -> str:
        """A bearer token."""
        key = _signing_key(self.platform.settings.keys_dir)
        return issue_local_token(key, role=role, subject=subject or f"{role}@example", unit_ids=list(units) or ["*"])


@cache
def _signing_key(keys_dir: Path) -> Ed25519PrivateKey:
    """Read once: a child has it from before the fork."""
    return load_signing_key(keys_dir, ISSUER)


async def warm_up(world: World) -> None:
    """What a process does once, done before the fork, so that no child need do it: routes are made ready by the first request."""
    world.token("operations")
    await remember_types(world.admin_url)
    for app in (world.gateway.app, world.disbursement.app):
        server, serving = await WebServer.start(app, "127.0.0.1", free_port())
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(f"http://127.0.0.1:{server.config.port}/nowhere")
        assert answer.status_code == 404, answer.text
        server.should_exit = True
        await serving


async def draw(world: World, order: dict[str, Any]) -> dict[str, Any]:
    """People, a run, four payrolls, approved, funded and released; none of it instructed."""
    registry = make_app("registry", "registry", "", world.platform.database("registry"), world.platform.verifier)
    port = int(str(world.platform.settings.registry_url).rsplit(":", 1)[1])
    server, serving = await WebServer.start(registry, "127.0.0.1", port)
    admin = await asyncpg.connect(world.admin_url)
    transport = httpx.ASGITransport(world.disbursement.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://disbursement") as client:
        for _ in range(order["skip"]):  # units of provinces that were drawn before
            next(numbers)
        office = await Office(world.disbursement, world.platform, client, admin, world.token).lay()
        async with world.gateway.database.transaction() as tx:
            await outbox.ensure_partitions(tx, "provider_gateway")
        deeds = office.deeds
        for contract, channel in (
            (deeds.viettel, "wallet"), (deeds.vietinbank, "account"), (deeds.vietinbank, "cash"), (deeds.cashier, "cashier"),
        ):  # fmt: skip
            await office.sending(contract, channel, canary_payments=0)
        crowd = make_crowd(office, world.platform.field_cipher(), order["each_way"], order["ways"])
        await open_accounts(world, crowd.accounts)
        await office.say(*crowd.records)
        run_id = await office.run("2021-10")
        payrolls = (await office.draw(run_id))["payrolls"]
        for payroll in payrolls:
            await office.released(payroll)
    chunks = await admin.fetchval("SELECT count(*) FROM disbursement.chunks")
    ids = [p["payroll_id"] for p in payrolls]
    payments = await admin.fetch(
        "SELECT payment_id FROM disbursement.payments WHERE payroll_id = ANY($1::uuid[]) ORDER BY chunk_no", ids
    )
    await admin.close()
    await world.platform.close()
    server.should_exit = True
    await serving
    return {
        "payrolls": ids, "chunks": chunks,
        "payments": [str(row["payment_id"]) for row in payments],
        "province": office.province, "authority": office.authority, "communes": office.communes,
    }  # fmt: skip


async def open_accounts(world: World, accounts: list[dict[str, Any]]) -> None:
    """The providers know them before the first of them is paid into."""
    settings = world.platform.settings
    assert settings.providers_url is not None
    secret = (settings.keys_dir / "providers" / "admin.secret").read_text().strip()
    async with httpx.AsyncClient(base_url=settings.providers_url, trust_env=False, timeout=120) as client:
        headers = {"authorization": f"Bearer {secret}"}
        (await client.post("/admin/accounts", json={"accounts": accounts}, headers=headers)).raise_for_status()


async def work(world: World, order: dict[str, Any], passed: Collection[str]) -> dict[str, Any]:
    """Everything that both services do in the background, over RabbitMQ, until killed, until all is done, until nothing changes
    and no other point is `passed`, or for so long.

    `until`: `settled`, `answered` (what waits for a day to come may wait), or `quiet` (also where all is done). Only the first of
    several children has the door.
    """
    bus = await RabbitBus.connect(world.amqp_url, world.amqp_namespace)
    port = order["port"] or world.platform.settings.port
    if order["door"]:
        await WebServer.start(world.gateway.app, "127.0.0.1", port)
    for service in (world.disbursement, world.gateway):
        await start_workers(service, bus)
    lifting = asyncio.create_task(lift_stops(world)) if order["door"] else None
    officers = asyncio.create_task(officers_at_work(world, order, port) if order["door"] else _rest())
    deadline = time.monotonic() + order["seconds"]
    at_first = time.process_time()
    looking, quiet = Looking(world.admin_url), Quiet(order["quiet_seconds"])
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        left = await looking.what_is_left()
        if order["until"] == "answered":
            left = {name: count for name, count in left.items() if name in ("unanswered", "chunks_unsent")}
        elif order["until"] == "quiet":
            left = {**left, "letters": 1}  # that may still come
        is_over = quiet.after(left, len(passed)) or time.process_time() > order["processor_seconds"] + at_first
        if time.monotonic() > deadline or (officers.done() and (is_over or not left)):
            break
    if officers.done():
        officers.result()
    if lifting is not None and lifting.done():
        lifting.result()
    return {"left": left}


@dataclass(slots=True)
class Quiet:
    """Whether nothing has changed for so long. On a machine with much else to do that also takes work of our own: else it is not
    quiet, we were only not let to do anything."""

    seconds: float
    seen: object = None
    since: tuple[float, float] = 0.0, 0.0

    def after(self, *seen: object) -> bool:
        """At this look."""
        now, worked = time.monotonic(), time.process_time()
        if seen != self.seen:
            self.seen, self.since = seen, (now, worked)
        return now - self.since[0] >= self.seconds and worked - self.since[1] >= self.seconds * IDLE_SHARE


@dataclass(slots=True)
class Looking:
    """A look at the books now and then, over a connection of its own."""

    url: str
    connection: asyncpg.Connection | None = None

    async def what_is_left(self) -> dict[str, int]:
        """What must be nothing at the end and is something; also where the database is away."""
        try:
            if self.connection is None or self.connection.is_closed():
                self.connection = await asyncpg.connect(self.url)
            return {name: count for name, count in (await whole(self.connection)).items() if count}
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return {"unanswered": 1}


async def _rest() -> None:
    return None


async def officers_at_work(world: World, order: dict[str, Any], port: int) -> None:
    """What officers do meanwhile, at the doors of both services: a payment is asked back, and a payroll is stopped."""
    base = f"http://127.0.0.1:{port}/v1/stops"
    transport = httpx.ASGITransport(world.disbursement.app, raise_app_exceptions=False)
    async with (
        httpx.AsyncClient(trust_env=False, timeout=120) as client,
        httpx.AsyncClient(transport=transport, base_url="http://disbursement") as disbursement,
    ):
        for payment_id in order["recall"]:
            accountant = {"Authorization": f"Bearer {world.token('accountant')}"}
            answer = await disbursement.post(f"/v1/payments/{payment_id}/recall", json={"reason": "x"}, headers=accountant)
            assert answer.status_code in (200, 409), answer.text
        if order["stop"]:
            body = {"scope": "payroll", "key": order["stop"], "reason": "x"}
            answer = await client.post(base, json=body, headers=_officer(world, "an"))
            answer.raise_for_status()


async def lift_stops(world: World) -> None:
    """Another officer lifts what is stopped, by a person or by a rule, again and again."""
    transport = httpx.ASGITransport(world.gateway.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        while True:
            listed = await client.get("/v1/stops", headers=_officer(world, "binh"))
            for stop in listed.json().get("items", []):
                path = f"/v1/stops/{stop['stop_id']}/lift"
                await client.post(path, json={"reason": "y"}, headers=_officer(world, "binh"))
            await asyncio.sleep(0.3)


def _officer(world: World, name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {world.token('operations', subject=name)}"}
