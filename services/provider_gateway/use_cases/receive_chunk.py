"""disbursement.chunk_instructed: keep the chunk, for a sender to take."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import orjson

from services.provider_gateway.domain.chunk import ChunkKey, batch_reference
from services.provider_gateway.storage import chunks, stops
from shared.contracts.disbursement_events import ChunkInstructed
from shared.database import Tx

FILL_PERCENT = 50
"""Of the pages of attempts: each is written as an intent, and changed at least once within seconds."""


class UnknownProvider(ValueError):
    """An instruction for a provider that no connector is registered for: a dead letter, since nobody could send it."""


async def receive_chunk(tx: Tx, body: Mapping[str, Any], providers: Collection[str]) -> None:
    """Keep an instructed chunk once, its lines as they came. Nothing is sent here. Raises UnknownProvider, and pydantic's
    ValidationError for what is no such event."""
    event = ChunkInstructed.model_validate(body)
    if event.provider not in providers:
        raise UnknownProvider(event.provider)
    await tx.ensure_month("provider_gateway", "attempts", event.run_month, FILL_PERCENT)
    await stops.ensure_gates(tx, event.provider, event.payroll_id)
    lines = orjson.dumps(body["lines"]).decode()
    await chunks.insert_chunk(tx, event, lines, batch_reference(ChunkKey(event.payroll_id, event.chunk_no)))
