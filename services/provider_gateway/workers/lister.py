"""Fetches what each provider says of its days that are over, day by day, and hands it on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from datetime import date

from services.provider_gateway.connectors.protocol import Connector, DayLine, Days, NotTaken, Refused, Unsure
from services.provider_gateway.storage.listed_days import next_days
from services.provider_gateway.use_cases.list_day import list_day
from shared.database import Database
from shared.service import Worker

IDLE_SECONDS = 1.0
DAYS_AT_ONCE = 10
"""Days of a provider that are handed on in one transaction, where so many are behind."""
LINES_AT_ONCE = 1_000
"""After so many lines no further day is fetched before these are handed on."""


class Lister:
    """Asks for the days of each provider, a few at a time. A day that is not final there is asked for again later."""

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
        """The next days of each provider that has some due; how many were handed on."""
        return sum([await self._list(name, each.days) for name, each in self._connectors.items() if each.days is not None])

    async def _list(self, provider: str, days: Days) -> int:
        if time.monotonic() < self._not_before.get(provider, 0.0):
            return 0
        async with self._database.transaction() as tx:
            due = await next_days(tx, provider, DAYS_AT_ONCE)
        fetched: list[tuple[date, list[DayLine]]] = []
        for day in due:
            lines = await fetch_day(days, day, self._call_limit_seconds)
            if lines is None:
                self._not_before[provider] = time.monotonic() + self._retry_seconds
                break
            fetched.append((day, lines))
            if sum(len(each) for _, each in fetched) > LINES_AT_ONCE:
                break
        if fetched:
            async with self._database.transaction() as tx:
                for day, lines in fetched:
                    await list_day(tx, provider, days.source, day, lines)
        return len(fetched)


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
