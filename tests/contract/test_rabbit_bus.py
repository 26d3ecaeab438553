"""What only RabbitMQ can do to its bus."""

from __future__ import annotations

import asyncio

import aio_pika

from shared.bus.protocol import Subscription
from shared.bus.rabbit import RabbitBus, dead_queue
from shared.kernel.ids import new_id
from tests.contract.broker import Broker
from tests.contract.cutting_proxy import CuttingProxy
from tests.contract.events import Taker, event, publish_when_back
from tests.contract.harness import until


async def test_a_dead_letter_that_cannot_be_kept_is_not_lost(rabbitmq: Broker) -> None:
    """The dead-letter queue is gone: the message stays in its queue and is tried again until somebody mends either."""
    namespace, queue, mended, tries, taker = f"test-{new_id().hex}", "poisoned", False, 0, Taker()

    async def receive(data: bytes) -> None:
        nonlocal tries
        tries += 1
        if not mended:
            raise ValueError("poison")
        await taker.receive(data)

    bus = await RabbitBus.connect(rabbitmq.url, namespace)
    await bus.subscribe(Subscription(queue, ("source.*",), receive))
    async with await aio_pika.connect(rabbitmq.url) as connection, connection.channel() as channel:
        await channel.queue_delete(dead_queue(f"{namespace}.{queue}"))
    await bus.publish([event("source", 1)])

    async def tried_again() -> bool:
        return tries > 6

    await until(tried_again)
    mended = True

    async def arrived() -> bool:
        return bool(taker.got)

    await until(arrived)
    assert taker.positions() == [1]
    await bus.remove([queue])
    await bus.close()


async def test_a_bus_publishes_and_consumes_again_after_each_lost_connection(rabbitmq: Broker) -> None:
    """Connections are cut at any moment, many times: every confirmed event arrives."""
    namespace, taker = f"test-{new_id().hex}", Taker()
    proxy, url = await CuttingProxy.before(rabbitmq.url)
    bus = await RabbitBus.connect(url, namespace)
    await bus.subscribe(Subscription("much", ("source.*",), taker.receive))
    for round_no in range(5):
        cutting = asyncio.create_task(_cut_soon(proxy, round_no * 0.01))
        await publish_when_back(bus, [event("source", round_no * 20 + n) for n in range(20)])
        await cutting

    async def arrived() -> bool:
        return set(taker.positions()) == set(range(100))

    await until(arrived)
    await bus.close()
    await proxy.close()
    looking = await RabbitBus.connect(rabbitmq.url, namespace)
    assert await looking.dead_letters("much") == []
    await looking.remove(["much"])
    await looking.close()


async def _cut_soon(proxy: CuttingProxy, seconds: float) -> None:
    await asyncio.sleep(seconds)
    proxy.cut()
