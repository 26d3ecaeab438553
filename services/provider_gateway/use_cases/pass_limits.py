"""A provider's limits in the transaction that commits intents, and what its calls do to them."""

from __future__ import annotations

from collections.abc import Sequence

from services.provider_gateway.domain.limits import CallEnd, begin_call, end_call
from services.provider_gateway.domain.schedule import Schedule
from services.provider_gateway.storage import ways
from services.provider_gateway.storage.ways import Standing
from shared.database import Tx


async def providers_with_room(tx: Tx, providers: Sequence[str], schedule: Schedule) -> list[str]:
    """Those whose limits let a call begin, as it looks now: so that a closed provider's chunks stand in nobody's way."""
    standings = await ways.read_standings(tx, providers, schedule.limits)
    return [provider for provider in providers if standings[provider].why_closed is None]


async def pass_limits(tx: Tx, provider: str, schedule: Schedule) -> Standing | None:
    """Hold the way to a provider for this transaction; None where its limits let no call begin."""
    standing = await ways.lock_standing(tx, provider, schedule.limits)
    return standing if standing.why_closed is None else None


async def note_call_begins(tx: Tx, standing: Standing, schedule: Schedule) -> None:
    """A call begins once this transaction has committed. `standing` is what `pass_limits` holds."""
    hold_seconds = standing.way.limits.call_seconds + schedule.lease_seconds
    await ways.save_way(tx, begin_call(standing.way, standing.wall_now, hold_seconds))


async def note_call_ends(tx: Tx, provider: str, end: CallEnd, word: str | None, schedule: Schedule) -> None:
    """A call ended. Last in its transaction: the way is held until that commits."""
    standing = await ways.lock_standing(tx, provider, schedule.limits)
    await ways.save_way(tx, end_call(standing.way, standing.wall_now, end, word))
