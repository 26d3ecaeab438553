"""Runs services: consumers, relays and background work, in whatever process they are."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
from collections.abc import Collection, Coroutine, Iterator, Sequence
from typing import Any, TypeVar

import uvicorn
from starlette.types import ASGIApp

from shared import idempotency, inbox
from shared.bus.protocol import Bus, Subscription
from shared.database import Database
from shared.relay import Relay, rewind
from shared.service import Service, Worker

Result = TypeVar("Result")

GC_THRESHOLD = 20_000
"""New objects before a collection; Python's 700 costs a loop over chunks of 500 records a tenth of its time."""

PARKED_SECONDS = 0.5
WATERMARK_SECONDS = 2.0
HOUR_SECONDS = 3600.0


def run_async(main: Coroutine[Any, Any, Result]) -> Result:
    """`asyncio.run` on uvloop where there is one: it halves the cost of a round trip to the database.

    What has been imported by now stays for good: the collector of cycles need not look at it again and again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD, 20, 20)
    if sys.platform == "win32":
        return asyncio.run(main)
    import uvloop

    return uvloop.run(main)


def subscription(service: Service) -> Subscription:
    """The queue of a service."""
    return Subscription(service.queue, service.subscribes_to, service.inbox.receive, service.events_at_once)


async def start_workers(service: Service, bus: Bus, only: Collection[str] | None = None) -> list[asyncio.Task[None]]:
    """Start what a service does in the background: consume, relay, keep house, and its own workers.

    `only` names the service's own workers to run here (None: all of them).
    """
    if service.subscribes_to:
        await bus.subscribe(subscription(service))
    tasks = [asyncio.create_task(Relay(service.database, bus).run(), name=f"{service.name}.relay")]
    own = [w for w in service.workers if only is None or w.name in only]
    tasks += [asyncio.create_task(w.run(), name=f"{service.name}.{w.name}") for w in (*_housekeeping(service), *own)]
    return tasks


def _housekeeping(service: Service) -> Sequence[Worker]:
    keeper = service.inbox

    async def watermarks() -> int:
        await inbox.advance_watermarks(service.database)
        return 0

    async def old_keys() -> int:
        await idempotency.drop_old_keys(service.database)
        return 0

    return (
        Worker("parked", keeper.retry_parked, PARKED_SECONDS),
        Worker("watermarks", watermarks, WATERMARK_SECONDS),
        Worker("idempotency", old_keys, HOUR_SECONDS),
    )


async def prepare_forgetful_bus(services: Sequence[Service], bus: Bus) -> None:
    """For a bus that forgot what it held: declare all queues, and let each relay publish again from the slowest consumer."""
    for service in services:
        if service.subscribes_to:
            await bus.declare(subscription(service))
    if not bus.forgets:
        return
    for source in services:
        consumers = [s for s in services if any(key.startswith(f"{source.name}.") for key in s.subscribes_to)]
        marks = [await _mark(consumer.database, source.name) for consumer in consumers]
        if marks:
            await rewind(source.database, min(marks))


async def _mark(database: Database, source: str) -> int:
    async with database.transaction() as tx:
        return await inbox.watermark(tx, source)


async def stop_tasks(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel tasks and wait until they are gone."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class WebServer(uvicorn.Server):
    """uvicorn inside a process that handles signals itself."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    @classmethod
    async def start(cls, app: ASGIApp, host: str, port: int, root_path: str = "") -> tuple[WebServer, asyncio.Task[None]]:
        """Serve until `should_exit` is set; returns once it answers. `root_path` is what a front door takes off the path."""
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            root_path=root_path,
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=5,
        )
        server = cls(config)
        task = asyncio.create_task(server.serve(), name=f"web.{port}")
        while not server.started:
            if task.done():
                await task
                raise RuntimeError(f"could not listen on {host}:{port}")
            await asyncio.sleep(0.01)
        return server, task
