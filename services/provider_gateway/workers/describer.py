"""Once after each start: tells the other services what the connectors can do, where that changed."""

from __future__ import annotations

from collections.abc import Mapping

from services.provider_gateway.connectors.describing import describe
from services.provider_gateway.connectors.protocol import Connector
from services.provider_gateway.use_cases.describe_providers import describe_providers
from shared.database import Database
from shared.service import Worker

IDLE_SECONDS = 600.0


def describer_worker(database: Database, connectors: Mapping[str, Connector]) -> Worker:
    """As background work of the service."""
    told = False

    async def step() -> int:
        nonlocal told
        if not told:
            async with database.transaction() as tx:
                await describe_providers(tx, describe(connectors))
            told = True
        return 0

    return Worker("describer", step, idle_seconds=IDLE_SECONDS)
