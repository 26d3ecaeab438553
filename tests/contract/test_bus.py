"""The one contract of both buses (`shared/bus/protocol.py`), in process and over a real RabbitMQ."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson
import pytest

from shared.bus.protocol import MAX_ATTEMPTS, Bus, DeadLetter, Receive, Subscription, Unroutable
from shared.contracts.envelope import Envelope, Message, decode_envelope
from shared.kernel.clock import wall_now
from shared.kernel.ids import new_id
from shared.relay import Relay
from tests.contract.harness import CONSUMER_QUEUE, Harness, Running, until
from tests.contract.pair import Pair

OUTAGE_SECONDS = 30.0 if os.environ.get("CHITRA_LONG_TESTS") == "1" else 2.0


def event(source: str, position: int, kind: str = "happened") -> Envelope:
    """An event that only its position tells from others."""
    return Envelope(
        source=source,
        position=position,
        type=kind,
        version=1,
        event_id=new_id(),
        occurred_at=wall_now(),
        body={"secret": "046123456789"},
    )


@dataclass
class Taker:
    """A handler that notes what it got."""

    got: list[Envelope] = field(default_factory=list)

    async def receive(self, data: bytes) -> None:
        """Note it."""
        self.got.append(decode_envelope(data))

    def positions(self) -> list[int]:
        """Positions in their order."""
        return sorted(e.position for e in self.got)


@pytest.fixture
def source() -> str:
    """A source whose events nobody else takes."""
    return f"s{new_id().hex}"


def subscription(harness: Harness, receive: Receive, *routing_keys: str, prefetch: int = 8) -> Subscription:
    """A fresh queue."""
    return Subscription(harness.new_queue(), routing_keys, receive, prefetch)


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


async def publish_when_back(bus: Bus, envelopes: Sequence[Envelope]) -> None:
    """Publish as the relay does: again and again until the bus confirms."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await bus.publish(envelopes)
            except Exception:  # whatever a broker that is away makes of it
                await asyncio.sleep(0.2)


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


async def test_database_away_costs_no_message_and_makes_no_dead_letter(harness: Harness, pair: Pair) -> None:
    running, bus = Running(pair.services), await harness.connect()
    await running.start(bus)
    await pair.say(300)

    async def in_the_middle() -> bool:
        return len(await pair.applied()) >= 20

    await until(in_the_middle)
    await asyncio.to_thread(pair.server.stop, "immediate")
    await asyncio.sleep(OUTAGE_SECONDS)
    await asyncio.to_thread(pair.server.restart)
    before = len(await pair.applied())
    assert 20 <= before < 300
    await pair_says_when_back(pair, 20)

    async def all_applied() -> bool:
        return await pair.watermark() == 320

    await until(all_applied)
    await running.stop()
    assert await pair.applied() == list(range(1, 321))
    assert await bus.dead_letters(CONSUMER_QUEUE) == []


async def pair_says_when_back(pair: Pair, events: int) -> None:
    """Say events once the pool has found the server again. Each failed try has rolled back whole."""
    await pair.registry.engine.dispose()
    await pair.say(events)


async def test_a_poison_message_becomes_a_dead_letter_with_its_reason_and_can_be_replayed(harness: Harness, source: str) -> None:
    taker = Taker()
    tries: list[int] = []
    mended = False

    async def receive(data: bytes) -> None:
        envelope = decode_envelope(data)
        if envelope.position == 2 and not mended:
            tries.append(envelope.position)
            raise ValueError(f"cannot read {envelope.body['secret']}")
        await taker.receive(data)

    bus = await harness.connect()
    queue = subscription(harness, receive, f"{source}.*")
    await bus.subscribe(queue)
    await bus.publish([event(source, n) for n in (1, 2, 3)])
    [letter] = await dead_letters(bus, queue.queue)
    assert (letter.queue, letter.reason) == (queue.queue, "ValueError")  # the reason holds nothing of the message
    assert decode_envelope(letter.data).position == 2
    assert (len(tries), taker.positions()) == (MAX_ATTEMPTS, [1, 3])
    for _ in range(25):  # a broker that counts looking as delivering would have thrown it away by now
        assert await bus.dead_letters(queue.queue) == [letter]

    assert await bus.replay(queue.queue) == 1
    assert [again.reason for again in await dead_letters(bus, queue.queue)] == ["ValueError"]  # still poison
    mended = True
    assert await bus.replay(queue.queue) == 1

    async def arrived() -> bool:
        return taker.positions() == [1, 2, 3]

    await until(arrived)
    assert await bus.dead_letters(queue.queue) == []
    assert await bus.replay(queue.queue) == 0


async def dead_letters(bus: Bus, queue: str) -> list[DeadLetter]:
    """The dead letters, once there are some."""
    found: list[DeadLetter] = []

    async def some() -> bool:
        found[:] = await bus.dead_letters(queue)
        return bool(found)

    await until(some)
    return found


async def test_what_is_no_event_at_all_becomes_a_dead_letter_without_its_content(harness: Harness, pair: Pair) -> None:
    """The inbox can't read it; the reason names the fields that are wrong, not what stood in them."""
    bus = await harness.connect()
    inbox = pair.services[1].inbox

    async def receive(data: bytes) -> None:
        broken = orjson.loads(data)
        broken["position"] = broken["body"]["secret"] + "x"
        await inbox.receive(orjson.dumps(broken))

    queue = subscription(harness, receive, "registry.*")
    await bus.subscribe(queue)
    await bus.publish([event("registry", 1, "units_defined")])
    [letter] = await dead_letters(bus, queue.queue)
    assert letter.reason == "ValidationError: position: int_parsing"


async def test_dead_letters_are_looked_at_and_replayed_in_portions(harness: Harness, source: str) -> None:
    async def receive(_data: bytes) -> None:
        raise KeyError("never")

    bus = await harness.connect()
    queue = subscription(harness, receive, f"{source}.*")
    await bus.subscribe(queue)
    await bus.publish([event(source, n) for n in range(1, 6)])

    async def all_dead() -> bool:
        return len(await bus.dead_letters(queue.queue)) == 5

    await until(all_dead)
    assert len(await bus.dead_letters(queue.queue, limit=2)) == 2
    assert await bus.replay(queue.queue, limit=2) == 2
    await until(all_dead)
    assert sorted(decode_envelope(letter.data).position for letter in await bus.dead_letters(queue.queue)) == [1, 2, 3, 4, 5]


async def test_an_event_that_no_queue_takes_is_refused(harness: Harness, source: str) -> None:
    bus, taker = await harness.connect(), Taker()
    await bus.subscribe(subscription(harness, taker.receive, f"{source}.happened"))
    with pytest.raises(Unroutable):
        await bus.publish([event(source, 1, "unheard_of")])
    with pytest.raises(Unroutable):
        await bus.publish([event(source, 2), event(source, 3, "unheard_of")])
    await bus.publish([event(source, 4)])  # the bus goes on

    async def arrived() -> bool:
        return {2, 4} <= set(taker.positions())

    await until(arrived)
    assert taker.positions() == [2, 4]


async def test_the_relay_keeps_what_no_queue_takes(harness: Harness, pair: Pair) -> None:
    bus = await harness.connect()
    relay = Relay(pair.registry, bus)
    await pair.say(3)
    with pytest.raises(Unroutable):
        await relay.step()
    assert await pair.published() == 0
    taker = Taker()
    await bus.subscribe(subscription(harness, taker.receive, "registry.*"))
    assert await relay.step() == 3
    assert await pair.published() == 3

    async def arrived() -> bool:
        return len(taker.got) >= 3

    await until(arrived)
    assert taker.positions() == [1, 2, 3]


async def test_broker_restarted_in_the_middle_loses_nothing(harness: Harness, pair: Pair) -> None:
    running, bus = Running(pair.services), await harness.connect()
    await running.start(bus)
    await pair.say(200)

    async def in_the_middle() -> bool:
        return len(await pair.applied()) >= 20

    await until(in_the_middle)
    saying = asyncio.create_task(pair.say(100))
    await harness.restart_broker(running)
    await saying

    async def all_applied() -> bool:
        return await pair.watermark() == 300

    await until(all_applied)
    await running.stop()
    assert await pair.applied() == list(range(1, 301))
    assert await (await harness.connect()).dead_letters(CONSUMER_QUEUE) == []


@dataclass
class Stuck:
    """A bus whose publishers hear nothing after it has everything: they are killed right there."""

    inner: Bus
    forgets: bool = False
    has_all: asyncio.Event = field(default_factory=asyncio.Event)

    async def publish(self, envelopes: Sequence[Message]) -> None:
        """Publish, and never return."""
        await self.inner.publish(envelopes)
        self.has_all.set()
        await asyncio.Event().wait()

    async def declare(self, subscription: Subscription) -> None:
        """As the bus."""
        await self.inner.declare(subscription)

    async def subscribe(self, subscription: Subscription) -> None:
        """As the bus."""
        await self.inner.subscribe(subscription)

    async def dead_letters(self, queue: str, limit: int = 100) -> list[DeadLetter]:
        """As the bus."""
        return await self.inner.dead_letters(queue, limit)

    async def replay(self, queue: str, limit: int = 100) -> int:
        """As the bus."""
        return await self.inner.replay(queue, limit)

    async def close(self) -> None:
        """As the bus."""
        await self.inner.close()


async def test_a_relay_killed_between_publishing_and_marking_publishes_again(harness: Harness, pair: Pair) -> None:
    bus, deliveries = await harness.connect(), Taker()
    inbox = pair.services[1].inbox

    async def receive(data: bytes) -> None:
        await inbox.receive(data)
        await deliveries.receive(data)

    await bus.subscribe(subscription(harness, receive, "registry.*"))
    await pair.say(5)
    stuck = Stuck(bus)
    killed = asyncio.create_task(Relay(pair.registry, stuck).step())
    await stuck.has_all.wait()
    assert await Relay(pair.registry, bus).step() == 0  # another relay doesn't come between
    killed.cancel()
    await asyncio.gather(killed, return_exceptions=True)
    assert await pair.published() == 0

    assert await Relay(pair.registry, bus).step() == 5

    async def arrived() -> bool:
        return len(deliveries.got) >= 10

    await until(arrived)
    assert deliveries.positions() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert await pair.applied() == [1, 2, 3, 4, 5]
