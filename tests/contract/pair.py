"""Two services over a real database: the registry says events, reporting notes each of them as often as it applies it."""

from __future__ import annotations

import asyncio
from datetime import date

import asyncpg
from fastapi import FastAPI

from shared.contracts.envelope import Envelope
from shared.contracts.registry_events import UnitRecord, UnitsDefined
from shared.database import Database, Tx
from shared.embedded_postgres import EmbeddedPostgres
from shared.kernel.errors import NotYet
from shared.outbox import emit, ensure_partitions
from shared.service import Service

WORK_SECONDS = 0.02


class Pair:
    """The two, and what came of the events."""

    def __init__(self, server: EmbeddedPostgres, registry: Database, reporting: Database, admin_url: str) -> None:
        self.server = server
        self.registry = registry
        self.reporting = reporting
        self.in_order = False  # refuse an event before the one with the position before it has been applied
        self._admin_url = admin_url
        self.services = [
            Service("registry", FastAPI(), registry),
            Service("reporting", FastAPI(), reporting, ("registry.*",), {"registry.units_defined": self._apply}),
        ]

    @classmethod
    async def over(cls, server: EmbeddedPostgres, database: str) -> Pair:
        """The pair over a migrated database, with a table that keeps every application of an event, twice too."""
        admin_url = server.url_for("postgres", database)
        admin = await asyncpg.connect(admin_url)
        await admin.execute("CREATE TABLE reporting.applied (position bigint NOT NULL)")
        await admin.execute("GRANT SELECT, INSERT ON reporting.applied TO chitra_reporting")
        await admin.close()
        registry, reporting = (Database(server.url_for(f"chitra_{name}", database), name) for name in ("registry", "reporting"))
        async with registry.transaction() as tx:
            await ensure_partitions(tx, "registry")
        return cls(server, registry, reporting, admin_url)

    async def say(self, events: int) -> None:
        """Commit events, some to a transaction."""
        for start in range(0, events, 10):
            async with self.registry.transaction() as tx:
                for n in range(start, min(start + 10, events)):
                    await emit(tx, a_unit(n))

    async def applied(self) -> list[int]:
        """The positions that reporting applied, each as often as it did, in their order."""
        admin = await asyncpg.connect(self._admin_url)
        try:
            return [row["position"] for row in await admin.fetch("SELECT position FROM reporting.applied ORDER BY position")]
        finally:
            await admin.close()

    async def watermark(self) -> int:
        """Up to where everything has been applied, as reporting keeps it."""
        admin = await asyncpg.connect(self._admin_url)
        try:
            found = await admin.fetchval("SELECT position FROM reporting.inbox_watermark WHERE source = 'registry'")
            return int(found or 0)
        finally:
            await admin.close()

    async def published(self) -> int:
        """Up to where the registry's relay has marked events as published."""
        admin = await asyncpg.connect(self._admin_url)
        try:
            return int(await admin.fetchval("SELECT published_position FROM registry.outbox_state"))
        finally:
            await admin.close()

    async def close(self) -> None:
        """Let go of both pools."""
        await self.registry.close()
        await self.reporting.close()

    async def _apply(self, tx: Tx, envelope: Envelope) -> None:
        position = envelope.position
        if self.in_order and position > 1:
            before = await tx.scalar("SELECT count(*) FROM applied WHERE position = :before", before=position - 1)
            if not before:
                raise NotYet(f"event {position - 1}")
        await asyncio.sleep(WORK_SECONDS)
        await tx.run("INSERT INTO applied (position) VALUES (:position)", position=position)


def a_unit(number: int) -> UnitsDefined:
    """An event that names a unit of its own."""
    unit_id = f"{10000 + number}@2021-07-01"
    return UnitsDefined(
        units=[
            UnitRecord(
                unit_id=unit_id,
                code=str(10000 + number),
                valid_from=date(2021, 7, 1),
                valid_to=None,
                level="commune",
                name=f"Xã {number}",
                parent_id=None,
                path=(unit_id,),
            )
        ]
    )
