"""Tell the other services which providers there are and what each can do."""

from __future__ import annotations

from collections.abc import Sequence

from services.provider_gateway.storage.described import replace_description
from shared.contracts.gateway_events import ProviderDescription, ProvidersDescribed
from shared.database import Tx
from shared.outbox import emit


async def describe_providers(tx: Tx, providers: Sequence[ProviderDescription]) -> bool:
    """Tell it where it isn't what was told last; whether it was told."""
    event = ProvidersDescribed(providers=list(providers))
    changed = await replace_description(tx, event.model_dump(mode="json")["providers"])
    if changed:
        await emit(tx, event)
    return changed
