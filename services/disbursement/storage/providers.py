"""Providers as the gateway describes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.contracts.gateway_events import ProvidersDescribed
from shared.database import Tx


async def keep_providers(tx: Tx, event: ProvidersDescribed) -> None:
    """Keep what each can do. One that is not described any more stays: contracts may name it, and its payments settle."""
    await tx.run_many(
        """INSERT INTO providers (provider, channels) VALUES (:provider, :channels)
           ON CONFLICT (provider) DO UPDATE SET channels = excluded.channels""",
        [{"provider": each.provider, "channels": list(each.channels)} for each in event.providers],
    )


async def provider_channels(tx: Tx) -> Mapping[str, Sequence[str]]:
    """Provider -> channels."""
    rows = await tx.rows("SELECT provider, channels FROM providers")
    return {row["provider"]: row["channels"] for row in rows}
