"""What a bus promises, whichever it is. `tests/contract/test_bus.py` holds both to it.

Delivery is at least once, in no promised order. A message leaves its queue only when its handler returned. Machinery that
is away pauses a consumer and counts as no delivery; only what fails every time goes to the dead letters, with its reason.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from shared.contracts.envelope import Message
from shared.database import is_infrastructure
from shared.inbox import why

Receive = Callable[[bytes], Awaitable[None]]

MAX_ATTEMPTS = 5
FIRST_PAUSE_SECONDS = 0.05
MAX_PAUSE_SECONDS = 5.0
PREFETCH = 8

log = structlog.get_logger("chitra.bus")


class Unroutable(Exception):
    """A message for which no queue is bound. The relay keeps it and tries again."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A queue of one consumer, fed by routing keys: `registry.*` or `disbursement.chunk_instructed`."""

    queue: str
    routing_keys: tuple[str, ...]
    receive: Receive
    prefetch: int = PREFETCH


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that failed every time."""

    queue: str
    reason: str
    data: bytes


class Bus(Protocol):
    """Publishes envelopes and feeds subscriptions."""

    forgets: bool
    """Whether undelivered messages are lost with the process: the relay must then publish again from the consumers' marks."""

    async def publish(self, envelopes: Sequence[Message]) -> None:
        """Hand over messages; returns when all are safe with the bus. Raises Unroutable when no queue takes one."""

    async def declare(self, subscription: Subscription) -> None:
        """Make the queue and its bindings, so that nothing is lost before the consumer starts."""

    async def subscribe(self, subscription: Subscription) -> None:
        """Declare, and start to deliver to `subscription.receive`."""

    async def dead_letters(self, queue: str, limit: int = 100) -> list[DeadLetter]:
        """The dead letters of a queue, oldest first; they stay."""

    async def replay(self, queue: str, limit: int = 100) -> int:
        """Put dead letters back into their queue; how many."""

    async def close(self) -> None:
        """Stop delivering and let go."""


async def deliver(receive: Receive, data: bytes) -> str | None:
    """Hand one message to its handler until it is applied; None, or the reason why it is dead.

    Infrastructure errors wait with backoff and count as no attempt.
    """
    attempts = 0
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            await receive(data)
        except Exception as error:
            if not is_infrastructure(error):
                attempts += 1
                log.warning("delivery_failed", attempt=attempts, error=why(error))
                if attempts >= MAX_ATTEMPTS:
                    return why(error)
            await asyncio.sleep(pause)
            pause = min(pause * 2, MAX_PAUSE_SECONDS)
        else:
            return None


def matches(routing_key: str, pattern: str) -> bool:
    """Whether a routing key fits a pattern of the two forms in use: exact, or `source.*`."""
    return routing_key == pattern or (pattern.endswith(".*") and routing_key.rsplit(".", 1)[0] == pattern[:-2])
