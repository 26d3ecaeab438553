"""Which days of a provider were handed on, and which is next."""

from __future__ import annotations

from datetime import date, timedelta

from shared.database import Tx


async def next_days(tx: Tx, provider: str, most: int) -> list[date]:
    """The days to fetch, oldest first: from after the newest that was handed on, or the first on which anything was sent, up to
    yesterday. None before anything was sent."""
    newest: date | None = await tx.scalar("SELECT max(listed_on) FROM listed_days WHERE provider = :provider", provider=provider)
    if newest is not None:
        day: date | None = newest + timedelta(days=1)
    else:
        day = await tx.scalar("SELECT min(pay_on) FROM chunks WHERE provider = :provider", provider=provider)
    if day is None:
        return []
    return [day + timedelta(days=n) for n in range(min((await tx.today() - day).days, most))]


async def record_day(tx: Tx, provider: str, day: date, source: str, lines: int, amount_dong: int) -> bool:
    """Keep that a day was handed on; False when another worker did it first."""
    return bool(
        await tx.run(
            """INSERT INTO listed_days (provider, listed_on, source, lines, amount_dong, listed_at)
               VALUES (:provider, :day, :source, :lines, :amount_dong, platform.business_now()) ON CONFLICT DO NOTHING""",
            provider=provider,
            day=day,
            source=source,
            lines=lines,
            amount_dong=amount_dong,
        )
    )
