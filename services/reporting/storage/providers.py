"""What the gateway says of providers: stops of sending, and when it last said anything."""

from __future__ import annotations

from datetime import datetime

from shared.contracts.gateway_events import StopChanged
from shared.database import Tx


async def see_stop(tx: Tx, stop: StopChanged) -> None:
    """Keep a stop. One that was lifted stays so, whichever of the two sayings comes last."""
    await tx.run(
        """INSERT INTO seen_stops AS s (stop_id, scope, key, cause, stopped_at, lifted_at)
           VALUES (:stop_id, :scope, :key, :cause, :stopped_at, :lifted_at)
           ON CONFLICT (stop_id) DO UPDATE SET lifted_at = excluded.lifted_at
               WHERE s.lifted_at IS NULL AND excluded.lifted_at IS NOT NULL""",
        stop_id=stop.stop_id,
        scope=stop.scope,
        key=stop.key,
        cause=stop.cause,
        stopped_at=stop.stopped_at,
        lifted_at=stop.lifted_at,
    )


async def see_news(tx: Tx, provider: str, at: datetime) -> None:
    """Keep that something was said of a provider."""
    await tx.run(
        """INSERT INTO provider_news AS n (provider, last_at) VALUES (:provider, :at)
           ON CONFLICT (provider) DO UPDATE SET last_at = excluded.last_at WHERE excluded.last_at > n.last_at""",
        provider=provider,
        at=at,
    )


async def stops_in_force(tx: Tx) -> dict[str, list[tuple[str, datetime]]]:
    """Of each provider that is stopped: cause and time, oldest first."""
    found: dict[str, list[tuple[str, datetime]]] = {}
    for row in await tx.rows(
        """SELECT key, cause, stopped_at FROM seen_stops WHERE scope = 'provider' AND lifted_at IS NULL
           ORDER BY stopped_at, stop_id"""
    ):
        found.setdefault(row["key"], []).append((row["cause"], row["stopped_at"]))
    return found


async def news(tx: Tx) -> dict[str, datetime]:
    """When each provider was last spoken of."""
    return {row["provider"]: row["last_at"] for row in await tx.rows("SELECT provider, last_at FROM provider_news")}


async def forget(tx: Tx) -> None:
    """Empty the tables. What is said meanwhile is newer than what the log holds, and stays newer."""
    for table in ("seen_stops", "provider_news"):
        await tx.run(f"DELETE FROM {table}")  # noqa: S608 - constants only
