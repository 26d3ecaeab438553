"""The bus of the embedded platform: queues in one process, fed by the same outbox relays.

It forgets what it holds when the process ends. Nothing is lost by that: on start the relays publish again from the
consumers' watermarks, and the inboxes know what they have seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.bus.protocol import DeadLetter, Subscription, Unroutable, deliver, matches
from shared.contracts.envelope import Message

QUEUE_BOUND = 10_000
FULL_PAUSE_SECONDS = 0.01
MOST_AT_ONCE = 3
"""Messages of a queue that are worked on at the same time, whatever the subscription would bear: all services share one process
here, and one machine with their database. Each more is one more server process that plans every statement for itself."""


@dataclass(slots=True)
class _Queue:
    routing_keys: tuple[str, ...]
    messages: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)
    dead: list[DeadLetter] = field(default_factory=list)

    async def put(self, data: bytes) -> None:
        """Add a message, waiting while the queue is full. The bound holds publishers only: a message given back must fit."""
        while self.messages.qsize() >= QUEUE_BOUND:  # noqa: ASYNC110 - a full queue is rare and lasts long
            await asyncio.sleep(FULL_PAUSE_SECONDS)
        self.messages.put_nowait(data)


class MemoryBus:
    """In-process queues with the same promises as RabbitMQ's, except across the end of the process."""

    forgets = True

    def __init__(self) -> None:
        self._queues: dict[str, _Queue] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def publish(self, envelopes: Sequence[Message]) -> None:
        for envelope in envelopes:
            takers = [q for q in self._queues.values() if any(matches(envelope.routing_key, k) for k in q.routing_keys)]
            if not takers:
                raise Unroutable(envelope.routing_key)
            data = envelope.encode()
            for queue in takers:
                await queue.put(data)

    async def declare(self, subscription: Subscription) -> None:
        self._queues.setdefault(subscription.queue, _Queue(subscription.routing_keys))

    async def subscribe(self, subscription: Subscription) -> None:
        await self.declare(subscription)
        queue = self._queues[subscription.queue]
        for _ in range(min(subscription.prefetch, MOST_AT_ONCE)):
            self._tasks.append(asyncio.create_task(self._consume(queue, subscription)))

    async def _consume(self, queue: _Queue, subscription: Subscription) -> None:
        while True:
            data = await queue.messages.get()
            try:
                reason = await deliver(subscription.receive, data)
            except asyncio.CancelledError:
                queue.messages.put_nowait(data)  # not applied: the next consumer gets it
                raise
            if reason is not None:
                queue.dead.append(DeadLetter(subscription.queue, reason, data))

    async def dead_letters(self, queue: str, limit: int = 100) -> list[DeadLetter]:
        return self._queues[queue].dead[:limit] if queue in self._queues else []

    async def replay(self, queue: str, limit: int = 100) -> int:
        held = self._queues[queue]
        again, held.dead = held.dead[:limit], held.dead[limit:]
        for letter in again:
            await held.put(letter.data)
        return len(again)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
