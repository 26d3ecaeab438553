"""Which days of a provider were handed on, and which is next."""

from __future__ import annotations

from datetime import date, timedelta

from shared.database import Tx


async def next_day(tx: Tx, provider: str) -> date | None:
    """The day to fetch: after the newest that was handed on, or the first on which anything was sent. None before that, and
    while the day is not over."""
    newest: date | None = await tx.scalar("SELECT max(listed_on) FROM listed_days WHERE provider = :provider", provider=provider)
    if newest is not None:
        day: date | None = newest + timedelta(days=1)
    else:
        day = await tx.scalar("SELECT min(pay_on) FROM chunks WHERE provider = :provider", provider=provider)
    return day if day is not None and day < await tx.today() else None


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
