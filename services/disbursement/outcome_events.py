"""What disbursement does when the gateway says what became of payments. Merged into `events.py`."""

from __future__ import annotations

from services.disbursement.use_cases.apply_outcomes import apply_outcomes
from shared.contracts.envelope import Envelope
from shared.contracts.gateway_events import ChunkProgressed
from shared.database import Tx
from shared.inbox import EventHandler


async def on_chunk_progressed(tx: Tx, envelope: Envelope) -> None:
    """Outcomes of payments of one chunk."""
    await apply_outcomes(tx, ChunkProgressed.model_validate(envelope.body))


handlers: dict[str, EventHandler] = {"provider_gateway.chunk_progressed": on_chunk_progressed}
"""Event handlers by routing key."""
