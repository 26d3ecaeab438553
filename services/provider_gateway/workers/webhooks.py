"""Applies kept webhooks, one transaction each."""

from __future__ import annotations

from collections.abc import Mapping

from services.provider_gateway.connectors.protocol import Connector
from services.provider_gateway.domain.schedule import Schedule
from services.provider_gateway.storage.due import work_is_due
from services.provider_gateway.use_cases.apply_webhook import apply_webhook
from shared.crypto import FieldCipher
from shared.database import Database
from shared.service import Worker

BURST = 50
"""So many are applied before the next look whether more are due."""


def webhook_worker(database: Database, connectors: Mapping[str, Connector], cipher: FieldCipher, schedule: Schedule) -> Worker:
    """As background work of the service."""

    async def step() -> int:
        if not await work_is_due(database, "apply"):
            return 0
        applied = 0
        while applied < BURST and await one():
            applied += 1
        return applied

    async def one() -> bool:
        async with database.transaction() as tx:
            return await apply_webhook(tx, connectors, cipher, schedule)

    return Worker("webhooks", step, idle_seconds=0.05)
