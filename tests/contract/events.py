"""Events that only their positions tell apart, and who takes them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.bus.protocol import Bus, Receive, Subscription
from shared.contracts.envelope import Envelope, decode_envelope
from shared.kernel.clock import wall_now
from shared.kernel.ids import new_id
from tests.contract.harness import Harness


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


def subscription(harness: Harness, receive: Receive, *routing_keys: str, prefetch: int = 8) -> Subscription:
    """A fresh queue."""
    return Subscription(harness.new_queue(), routing_keys, receive, prefetch)


async def publish_when_back(bus: Bus, envelopes: Sequence[Envelope]) -> None:
    """Publish as the relay does: again and again until the bus confirms."""
    async with asyncio.timeout(300):
        while True:
            try:
                return await bus.publish(envelopes)
            except Exception:  # whatever a broker that is away makes of it
                await asyncio.sleep(0.2)
