"""What happens when the gateway says something of a provider: when it was last heard of, and whether it is stopped."""

from __future__ import annotations

from services.reporting.storage import providers
from shared.contracts.envelope import Envelope
from shared.contracts.gateway_events import StopChanged
from shared.database import Tx


async def follow_news(tx: Tx, envelope: Envelope) -> None:
    """Something was said of a provider; `body` names it, what else it says is not looked at."""
    await providers.see_news(tx, str(envelope.body["provider"]), envelope.occurred_at)


async def follow_stop(tx: Tx, envelope: Envelope) -> None:
    """Sending was stopped, or a stop lifted."""
    await providers.see_stop(tx, StopChanged.model_validate(envelope.body))
