"""Fetches what each provider says of its days that are over, day by day, and hands it on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from datetime import date

from services.provider_gateway.connectors.protocol import Connector, DayLine, Days, NotTaken, Refused, Unsure
from services.provider_gateway.storage.listed_days import next_day
from services.provider_gateway.use_cases.list_day import list_day
from shared.database import Database
from shared.service import Worker

IDLE_SECONDS = 1.0


class Lister:
    """Asks for one day of each provider at a time. A day that is not final there is asked for again later."""

    def __init__(
        self, database: Database, connectors: Mapping[str, Connector], retry_seconds: float, call_limit_seconds: float
    ) -> None:
        self._database = database
        self._connectors = connectors
        self._retry_seconds = retry_seconds
        self._call_limit_seconds = call_limit_seconds
        self._not_before: dict[str, float] = {}

    def worker(self) -> Worker:
        """As background work of the service."""
        return Worker("lister", self.step, idle_seconds=IDLE_SECONDS)

    async def step(self) -> int:
        """One day of each provider that has one due; how many were handed on."""
        return sum([await self._list(name, each.days) for name, each in self._connectors.items() if each.days is not None])

    async def _list(self, provider: str, days: Days) -> int:
        if time.monotonic() < self._not_before.get(provider, 0.0):
            return 0
        async with self._database.transaction() as tx:
            day = await next_day(tx, provider)
        if day is None:
            return 0
        lines = await fetch_day(days, day, self._call_limit_seconds)
        if lines is None:
            self._not_before[provider] = time.monotonic() + self._retry_seconds
            return 0
        async with self._database.transaction() as tx:
            await list_day(tx, provider, days.source, day, lines)
        return 1


async def fetch_day(days: Days, day: date, call_limit_seconds: float) -> list[DayLine] | None:
    """All lines of a day; None where it can't be had whole now, also where its pages lead back: such a day has no end."""
    lines: list[DayLine] = []
    after: int | None = 0
    while after is not None:
        try:
            async with asyncio.timeout(call_limit_seconds):
                page = await days.day(day, after)
        except (NotTaken, Refused, Unsure, TimeoutError):
            return None
        if not page.final or (page.next_after is not None and page.next_after <= after):
            return None
        lines += page.lines
        after = page.next_after
    return lines
