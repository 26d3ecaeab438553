"""provider_gateway.stop_changed: hand nothing over that a stop would hold, and go on when it is lifted."""

from __future__ import annotations

from uuid import UUID

from services.disbursement.storage import stops
from shared.contracts.gateway_events import StopChanged
from shared.database import Tx


async def heed_stop(tx: Tx, event: StopChanged) -> None:
    """Keep the stop, or that it was lifted. Lifting the stop of a failed canary lets the rest of its payroll go."""
    await stops.upsert(tx, event)
    if event.cause == "canary" and event.lifted_at is not None:
        await stops.waive_canary(tx, UUID(event.key))
