"""The one contract of both buses (`shared/bus/protocol.py`), in process and over a real RabbitMQ."""

from __future__ import annotations

import asyncio
import random

from shared.bus.protocol import Subscription
from shared.contracts.envelope import decode_envelope
from tests.contract.events import Taker, event, publish_when_back, subscription
from tests.contract.harness import CONSUMER_QUEUE, Harness, Running, until
from tests.contract.pair import Pair


async def test_each_queue_gets_what_its_keys_name_once(harness: Harness, source: str) -> None:
    bus = await harness.connect()
    everything, one_kind, other_source = Taker(), Taker(), Taker()
    await bus.subscribe(subscription(harness, everything.receive, f"{source}.*"))
    await bus.subscribe(subscription(harness, one_kind.receive, f"{source}.happened", f"{source}.ended"))
    await bus.subscribe(subscription(harness, other_source.receive, f"{source}x.*"))
    await bus.publish([event(source, n, kind) for n, kind in enumerate(("happened", "began", "ended"), start=1)])
    await bus.publish([event(f"{source}x", 9)])

    async def arrived() -> bool:
        return bool(len(everything.got) >= 3 and len(one_kind.got) >= 2 and other_source.got)

    await until(arrived)
    await asyncio.sleep(0.2)
    assert (everything.positions(), one_kind.positions(), other_source.positions()) == ([1, 2, 3], [1, 3], [9])


async def test_a_declared_queue_keeps_what_comes_before_its_consumer(harness: Harness, source: str) -> None:
    bus, taker = await harness.connect(), Taker()
    later = subscription(harness, taker.receive, f"{source}.*")
    await bus.declare(later)
    await bus.publish([event(source, n) for n in range(1, 6)])
    await bus.subscribe(later)

    async def arrived() -> bool:
        return len(taker.got) >= 5

    await until(arrived)
    assert taker.positions() == [1, 2, 3, 4, 5]


async def test_what_a_crashed_consumer_held_goes_to_the_next(harness: Harness, source: str) -> None:
    """The handler has begun and not returned; none of what was handed to it is lost, handled or waiting."""
    began: list[int] = []

    async def never(data: bytes) -> None:
        began.append(decode_envelope(data).position)
        await asyncio.Event().wait()

    queue = subscription(harness, never, f"{source}.*", prefetch=3)
    crashing = await harness.connect()
    await crashing.subscribe(queue)
    await crashing.publish([event(source, n) for n in range(1, 11)])

    async def busy() -> bool:
        return len(began) == 3

    await until(busy)
    await crashing.close()
    taker = Taker()
    await (await harness.connect()).subscribe(Subscription(queue.queue, queue.routing_keys, taker.receive))

    async def arrived() -> bool:
        return len(taker.got) >= 10

    await until(arrived)
    assert taker.positions() == list(range(1, 11))


async def test_what_was_applied_but_not_acknowledged_comes_again_and_the_inbox_knows_it(harness: Harness, pair: Pair) -> None:
    applied, go_on = asyncio.Event(), asyncio.Event()
    deliveries: list[int] = []
    inbox = pair.services[1].inbox

    async def receive(data: bytes) -> None:
        deliveries.append(decode_envelope(data).position)
        await inbox.receive(data)
        if not applied.is_set():
            applied.set()
            await go_on.wait()  # the effect is committed, the bus does not know it yet

    bus = await harness.connect()
    queue = subscription(harness, receive, "registry.*")
    await bus.subscribe(queue)
    [first, second] = [event("registry", n, "units_defined") for n in (1, 2)]
    await bus.publish([first])
    await applied.wait()
    await harness.lose(bus, queue)

    async def again() -> bool:
        return deliveries.count(1) >= 2

    await until(again)
    go_on.set()
    await publish_when_back(bus, [second])

    async def both() -> bool:
        return await pair.applied() == [1, 2]

    await until(both)
    assert await bus.dead_letters(queue.queue) == []


async def test_a_slow_message_holds_back_no_other(harness: Harness, source: str) -> None:
    """No order is promised: the first message is done only after all that were published after it."""
    taker, others_done = Taker(), asyncio.Event()

    async def receive(data: bytes) -> None:
        if decode_envelope(data).position == 1:
            await others_done.wait()
        await taker.receive(data)
        if len(taker.got) == 20:
            others_done.set()

    bus = await harness.connect()
    await bus.subscribe(subscription(harness, receive, f"{source}.*"))
    await bus.publish([event(source, n) for n in range(1, 22)])

    async def arrived() -> bool:
        return len(taker.got) >= 21

    await until(arrived)
    assert taker.got[-1].position == 1


async def test_early_events_wait_for_what_they_build_on(harness: Harness, pair: Pair) -> None:
    """A consumer that needs an order makes it itself: what comes early is parked, and applied later without anybody."""
    pair.in_order = True
    await pair.say(30)
    running, bus = Running(pair.services), await harness.connect()
    consumer = pair.services[1]
    await bus.declare(Subscription(consumer.queue, consumer.subscribes_to, consumer.inbox.receive))
    shuffled = [event("registry", n, "units_defined") for n in range(1, 31)]
    random.Random(7).shuffle(shuffled)
    await bus.publish(shuffled)
    await running.start(bus)  # its relay publishes the same positions once more

    async def all_applied() -> bool:
        return await pair.watermark() == 30

    await until(all_applied)
    await running.stop()
    assert await pair.applied() == list(range(1, 31))
    assert await bus.dead_letters(CONSUMER_QUEUE) == []
