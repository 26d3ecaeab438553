"""The relay: takes events out of one service's outbox, gives them positions, and publishes them in order.

One relay at a time holds the advisory lock of its service. It marks events as published only after the bus confirmed
them; a crash in between publishes them again, and the consumers' inboxes know them.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import date

import structlog

from shared import outbox
from shared.bus.protocol import Bus
from shared.database import Database, Tx, is_infrastructure
from shared.kernel.clock import wall_now

BATCH = 200
IDLE_SECONDS = 0.1
"""Between looks for events of other processes; those of its own wake the relay at once."""
GATHER_SECONDS = 0.01
"""After being woken: what is said at the same time goes in one round."""
MAX_PAUSE_SECONDS = 5.0

log = structlog.get_logger("chitra.relay")


class Relay:
    """Moves one service's events to the bus for as long as it runs."""

    def __init__(self, database: Database, bus: Bus) -> None:
        self._database = database
        self._bus = bus
        self._partitions_made_on: date | None = None

    async def run(self) -> None:
        """Relay until cancelled. Broker or database away: pause, with backoff, and go on where it stood."""
        pause = IDLE_SECONDS
        while True:
            try:
                moved = await self.step()
                pause = IDLE_SECONDS
                if not moved:
                    await self._rest()
            except Exception as error:
                if not is_infrastructure(error):
                    log.warning("relay_failed", service=self._database.service, error=type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, MAX_PAUSE_SECONDS)

    async def step(self) -> int:
        """One round: position, publish, mark. Returns how many events it published (0 also where another relay works)."""
        await self._ensure_partitions()
        self._database.event_said.clear()  # before the look: what is said after it wakes again
        if not await self._database.peek(outbox.IS_WAITING):
            return 0
        async with self._database.transaction() as tx:
            if not await self._lock(tx):
                return 0
            await outbox.give_positions(tx, BATCH)
        # Publishing happens outside the positioning transaction, but under the lock of its own one: of two relays
        # that reach this line, one gets it and the other comes back later.
        async with self._database.transaction() as tx:
            if not await self._lock(tx):
                return 0
            published = int(await tx.scalar("SELECT published_position FROM outbox_state"))
            events = await outbox.unpublished(tx, self._database.service, published, BATCH)
            if events:
                await self._bus.publish(events)
                await tx.run("UPDATE outbox_state SET published_position = :p", p=events[-1].position)
        return len(events)

    async def _rest(self) -> None:
        said = self._database.event_said
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(IDLE_SECONDS):
                await said.wait()
                await asyncio.sleep(GATHER_SECONDS)

    async def _ensure_partitions(self) -> None:
        """Once a day: a process may run for months."""
        today = wall_now().date()
        if self._partitions_made_on != today:
            async with self._database.transaction() as tx:
                await outbox.ensure_partitions(tx, self._database.service)
            self._partitions_made_on = today

    async def _lock(self, tx: Tx) -> bool:
        return bool(await tx.scalar(f"SELECT pg_try_advisory_xact_lock({outbox.RELAY_LOCK_KEY})"))


async def rewind(database: Database, position: int) -> None:
    """Publish again from after a position: for a bus that forgets when its process ends, or a rebuild."""
    async with database.transaction() as tx:
        await tx.run("UPDATE outbox_state SET published_position = least(published_position, :p)", p=position)
