"""What happens when somebody asks for the money beside the payments, or how the providers do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from services.reporting.domain.delays import MEDIAN_PERCENT, P95_PERCENT, quantile
from services.reporting.domain.health import ProviderHealth, StopSeen
from services.reporting.domain.money import PostedMoney, posted_money
from services.reporting.domain.reason_words import stop_words
from services.reporting.storage import ledger_sums, providers, way_sums
from services.reporting.storage.asked_units import asked_units
from shared.auth import Caller
from shared.database import Tx


async def read_money(tx: Tx, caller: Caller, unit_id: str | None, from_month: date | None, to_month: date | None) -> PostedMoney:
    """Money posted in some months. Raises as `asked_units`."""
    asked = await asked_units(tx, caller, unit_id)
    sums = await ledger_sums.read(tx, asked.units, from_month, to_month)
    return posted_money(asked.unit_id, from_month, to_month, sums)


async def read_health(
    tx: Tx, caller: Caller, unit_id: str | None, from_month: date | None, to_month: date | None
) -> list[ProviderHealth]:
    """Each provider that paid, failed, was stopped or was heard of. Raises as `asked_units`."""
    asked = await asked_units(tx, caller, unit_id)
    delays = await way_sums.delays(tx, asked.units, from_month, to_month)
    failed = await way_sums.failures(tx, asked.units, from_month, to_month)
    stops, news = await providers.stops_in_force(tx), await providers.news(tx)
    names = sorted({*delays, *failed, *stops, *news} - {""})
    return [
        ProviderHealth(
            provider=name,
            paid=sum(count for _, count in delays.get(name, ())),
            median_minutes=quantile(delays.get(name, ()), MEDIAN_PERCENT),
            p95_minutes=quantile(delays.get(name, ()), P95_PERCENT),
            failures=tuple(failed.get(name, ())),
            stops=_stops(stops.get(name, ())),
            last_news_at=news.get(name),
        )
        for name in names
    ]


def _stops(seen: Sequence[tuple[str, datetime]]) -> tuple[StopSeen, ...]:
    return tuple(StopSeen(cause, at, *stop_words(cause)) for cause, at in seen)
