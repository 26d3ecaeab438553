"""The ways to the providers: pace and breaker in one locked row each, and what they are judged by."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from services.provider_gateway.domain.limits import Limits, Way, Why, changed_limits, fresh_way, why_closed
from services.provider_gateway.domain.maintenance import Window, is_inside
from services.provider_gateway.storage.windows import counting_windows
from shared.database import Tx

_WAY = (
    "limits, tokens, tokens_at, breaker, failures, opened_at, probe_until, recent, last_success_at, last_failure_at, last_failure"
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A way as it stands at an instant."""

    way: Way
    in_flight: int  # chunks under way, of all processes
    windows: Sequence[Window]
    wall_now: datetime
    business_now: datetime

    @property
    def in_window(self) -> bool:
        """Whether the provider has maintenance, or will have before a call begun now is sure to have ended."""
        return is_inside(self.windows, self.business_now, self.way.limits.call_seconds)

    @property
    def why_closed(self) -> Why | None:
        """Why no call may begin; None: one may."""
        return why_closed(self.way, self.in_flight, self.wall_now, self.in_window)


async def read_standings(tx: Tx, providers: Collection[str], usual: Limits) -> dict[str, Standing]:
    """How the ways to these providers stand, unlocked: a look, not a promise."""
    rows = await tx.rows(
        f"""SELECT p.provider, {_WAY}, clock_timestamp() AS wall_now, platform.business_now() AS business_now,
                   (SELECT count(*) FROM chunks c WHERE c.provider = p.provider AND c.lease_until IS NOT NULL) AS in_flight,
                   EXISTS (SELECT FROM maintenance_windows m WHERE m.provider = p.provider AND m.ended_at IS NULL) AS has_windows
            FROM unnest(CAST(:providers AS text[])) AS p (provider) LEFT JOIN provider_ways USING (provider)
            ORDER BY p.provider""",  # noqa: S608 - constants only
        providers=sorted(providers),
    )
    windows = await counting_windows(tx, providers) if any(row["has_windows"] for row in rows) else {}
    return {row["provider"]: _standing(row, windows.get(row["provider"], []), usual) for row in rows}


async def lock_standing(tx: Tx, provider: str, usual: Limits) -> Standing:
    """How the way to a provider stands, until this transaction ends: whoever begins or ends calls, or sets windows, waits.

    The row is locked before the rest is looked at, so that calls begun by whom we waited for are counted.
    """
    await lock_way(tx, provider, usual)
    return (await read_standings(tx, [provider], usual))[provider]


async def lock_way(tx: Tx, provider: str, usual: Limits) -> None:
    """The way's row, locked until this transaction ends; made where there is none."""
    locked = "SELECT provider FROM provider_ways WHERE provider = :provider FOR NO KEY UPDATE"
    if not await tx.rows(locked, provider=provider):
        await tx.run(
            """INSERT INTO provider_ways (provider, tokens, tokens_at) VALUES (:provider, :tokens, clock_timestamp())
               ON CONFLICT DO NOTHING""",
            provider=provider,
            tokens=float(usual.burst),
        )
        await tx.rows(locked, provider=provider)


async def save_way(tx: Tx, way: Way) -> None:
    """Write a locked way back. Its limits are changed by `set_limits` alone."""
    await tx.run(
        """UPDATE provider_ways SET tokens = :tokens, tokens_at = :tokens_at, breaker = :breaker, failures = :failures,
               opened_at = :opened_at, probe_until = :probe_until, recent = :recent, last_success_at = :last_success_at,
               last_failure_at = :last_failure_at, last_failure = :last_failure
           WHERE provider = :provider""",
        provider=way.provider,
        tokens=way.tokens,
        tokens_at=way.tokens_at,
        breaker=way.breaker,
        failures=way.failures,
        opened_at=way.opened_at,
        probe_until=way.probe_until,
        recent=way.recent,
        last_success_at=way.last_success_at,
        last_failure_at=way.last_failure_at,
        last_failure=way.last_failure,
    )


async def set_limits(tx: Tx, provider: str, changes: Mapping[str, Any]) -> None:
    """What an officer set of a locked way's limits, whole: what is not named is as usual again."""
    await tx.run(
        "UPDATE provider_ways SET limits = CAST(:limits AS json) WHERE provider = :provider",
        provider=provider,
        limits=orjson.dumps(dict(changes)).decode(),
    )


def _standing(row: Mapping[str, Any], windows: Sequence[Window], usual: Limits) -> Standing:
    provider, now = row["provider"], row["wall_now"]
    if row["tokens"] is None:
        way = fresh_way(provider, usual, now)
    else:
        held = row["limits"]
        limits = changed_limits(usual, orjson.loads(held) if isinstance(held, (str, bytes)) else held)
        way = Way(provider, limits, **{name: row[name] for name in _WAY.split(", ") if name != "limits"})
    return Standing(way, row["in_flight"], windows, now, row["business_now"])
