"""What the contract suite does to a bus, for each of the two: connect, lose a consumer, restart the broker."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from console.rabbitmq_node import Node
from shared.bus.memory import MemoryBus
from shared.bus.protocol import Bus, Subscription
from shared.bus.rabbit import RabbitBus
from shared.kernel.ids import new_id
from shared.runtime import prepare_forgetful_bus, start_workers, stop_tasks
from shared.service import Service
from tests.contract.cutting_proxy import CuttingProxy

AWAY_SECONDS = 2.0


CONSUMER_QUEUE = "chitra.reporting"


class Harness(Protocol):
    """One bus, with its broker."""

    def new_queue(self) -> str:
        """The name of a queue that nobody else has."""

    async def connect(self) -> Bus:
        """The bus as one more process sees it."""

    async def lose(self, bus: Bus, subscription: Subscription) -> None:
        """A consumer loses its bus in the middle of its work, unacknowledged; afterwards it is subscribed again."""

    async def restart_broker(self, running: Running) -> None:
        """The broker goes and comes back while services run on it."""

    async def close(self) -> None:
        """Leave nothing behind."""


class Running:
    """Services at work on a bus, as a process would run them."""

    def __init__(self, services: Sequence[Service]) -> None:
        self.services = services
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, bus: Bus) -> None:
        """Consumers, relays and housekeeping of all."""
        await prepare_forgetful_bus(self.services, bus)
        for service in self.services:
            self._tasks += await start_workers(service, bus)

    async def stop(self) -> None:
        """End them as a process that is told to."""
        await stop_tasks(self._tasks)
        self._tasks.clear()


class MemoryHarness:
    """The bus in the process. Its broker is the process: it forgets what it held when it restarts."""

    def __init__(self) -> None:
        self._bus = MemoryBus()

    def new_queue(self) -> str:
        """A fresh name."""
        return f"test.{new_id().hex}"

    async def connect(self) -> Bus:
        """All share the one bus."""
        return self._bus

    async def lose(self, bus: Bus, subscription: Subscription) -> None:
        """Cancel the handlers."""
        await bus.close()
        await bus.subscribe(subscription)

    async def restart_broker(self, running: Running) -> None:
        """The process ends and starts again."""
        await running.stop()
        await self._bus.close()
        self._bus = MemoryBus()
        await running.start(self._bus)

    async def close(self) -> None:
        """Nothing outlives the bus."""
        await self._bus.close()


class RabbitHarness:
    """RabbitMQ. A broker that is not the tests' own is not restarted: its connections are cut and refused for a while."""

    def __init__(self, url: str, node: Node | None, proxy: CuttingProxy, proxied_url: str) -> None:
        self._url = url
        self._node = node
        self._proxy = proxy
        self._proxied_url = proxied_url
        self._namespace = f"test-{new_id().hex}"  # a broker that others use too sees nothing of the tests
        self._opened: list[RabbitBus] = []
        self._queues = {CONSUMER_QUEUE}

    def new_queue(self) -> str:
        """A fresh name; the queue is removed in the end."""
        name = f"test.{new_id().hex}"
        self._queues.add(name)
        return name

    @classmethod
    async def before(cls, url: str, node: Node | None) -> RabbitHarness:
        """On a broker, with a proxy before it."""
        return cls(url, node, *await CuttingProxy.before(url))

    async def connect(self) -> Bus:
        """A connection of its own."""
        bus = await RabbitBus.connect(self._proxied_url, self._namespace)
        self._opened.append(bus)
        return bus

    async def lose(self, bus: Bus, subscription: Subscription) -> None:
        """Cut the connection; the consumer comes back by itself."""
        self._proxy.cut()

    async def restart_broker(self, running: Running) -> None:
        """In the middle of everything; the services are told nothing."""
        if self._node is None:
            await self._proxy.away(AWAY_SECONDS)
        else:
            await asyncio.to_thread(self._node.restart)

    async def close(self) -> None:
        """Close what was opened, and remove the queues."""
        for bus in self._opened:
            await bus.close()
        last = await RabbitBus.connect(self._url, self._namespace)
        await last.remove(sorted(self._queues))
        await last.close()
        await self._proxy.close()


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 300) -> None:
    """Wait until something holds; TimeoutError when it never does."""
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 - what it waits for is in the database or on the broker
            await asyncio.sleep(0.02)
