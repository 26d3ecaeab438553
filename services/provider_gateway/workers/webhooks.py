"""Applies kept webhooks: those that wait together in one transaction."""

from __future__ import annotations

from collections.abc import Mapping

from services.provider_gateway.connectors.protocol import Connector
from services.provider_gateway.domain.schedule import Schedule
from services.provider_gateway.storage.due import work_is_due
from services.provider_gateway.use_cases.apply_webhooks import apply_webhooks
from shared.crypto import FieldCipher
from shared.database import Database
from shared.service import Worker


def webhook_worker(database: Database, connectors: Mapping[str, Connector], cipher: FieldCipher, schedule: Schedule) -> Worker:
    """As background work of the service."""

    async def step() -> int:
        if not await work_is_due(database, "apply"):
            return 0
        async with database.transaction() as tx:
            return await apply_webhooks(tx, connectors, cipher, schedule)

    return Worker("webhooks", step, idle_seconds=0.05)
