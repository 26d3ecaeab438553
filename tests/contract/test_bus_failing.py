"""Both buses when something fails: the database, the broker, a message, a relay."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson
import pytest

from shared.bus.protocol import MAX_ATTEMPTS, Bus, DeadLetter, Subscription, Unroutable
from shared.contracts.envelope import Message, decode_envelope
from shared.relay import Relay
from tests.contract.events import Taker, event, subscription
from tests.contract.harness import CONSUMER_QUEUE, Harness, Running, until
from tests.contract.pair import Pair

OUTAGE_SECONDS = 30.0 if os.environ.get("CHITRA_LONG_TESTS") == "1" else 2.0


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
