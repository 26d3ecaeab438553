"""Questions to providers: enquiries, accounts, names, lists of days. They change nothing there, so they are paced and tried again
in each process by libraries; what moves money is counted in the database (use_cases/pass_limits.py).

No question is asked in a provider's maintenance window. While its calls fail, and while questions fail themselves, they are
asked slower.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

import stamina
from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState

from services.provider_gateway.connectors.protocol import (
    Accounts,
    AccountSaid,
    AccountWanted,
    Batch,
    Connector,
    DayPage,
    Days,
    Enquiry,
    Found,
    NotTaken,
    Refused,
    Unsure,
)
from services.provider_gateway.domain.limits import SLOWER_TIMES
from services.provider_gateway.domain.schedule import Schedule
from services.provider_gateway.storage.ways import Standing, read_standings
from shared.database import Database

T = TypeVar("T")

LOOK_SECONDS = 0.5
"""So old may be what a process knows of the ways: for questions that is soon enough."""

TRIES = 2
RETRY_SECONDS = 0.1
RETRY_MOST_SECONDS = 1.0
WAIT_SECONDS = 0.02
FAILURES_TO_SLOW = 5
SLOW_SECONDS = 5.0
"""After that many failed questions in a row a provider is asked nothing for so long, in this process."""


class Questions:
    """Asks each provider at its pace. One for all workers of a process."""

    def __init__(self, database: Database, providers: Collection[str], schedule: Schedule) -> None:
        self._database = database
        self._providers = providers
        self._schedule = schedule
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._breakers = AsyncCircuitBreakerFactory(FAILURES_TO_SLOW, SLOW_SECONDS, exclude=[Refused])
        self._standings: dict[str, Standing] = {}
        self._looked_at = -math.inf

    async def askable(self, providers: Sequence[str]) -> list[str]:
        """Those that may be asked something now."""
        standings = await self._look()
        return [
            provider
            for provider in providers
            if not standings[provider].in_window
            and await self._limiter.test(_pace(standings[provider]), provider)
            and not await self._rests(provider)
        ]

    async def _rests(self, provider: str) -> bool:
        """Whether too many questions in a row failed a moment ago."""
        context = (await self._breakers.get_breaker(provider)).context
        return context.opened_at is not None and time.time() <= context.opened_at + context.ttl

    async def ask(self, provider: str, question: Callable[[], Awaitable[T]], *, again: bool = True) -> T:
        """The answer. Raises as the question does, and NotTaken while the provider is not to be asked.

        `again`: what surely did not arrive, or was answered with an error of the provider's, is asked once more after a moment.
        """
        await self._await_turn(provider)
        breaker = await self._breakers.get_breaker(provider)
        try:
            async with breaker:
                async for attempt in stamina.retry_context(
                    on=_worth_asking_again,
                    attempts=TRIES if again else 1,
                    wait_initial=RETRY_SECONDS,
                    wait_max=RETRY_MOST_SECONDS,
                    wait_jitter=RETRY_SECONDS,
                ):
                    with attempt:
                        return await question()
        except OpenedState:
            raise NotTaken("breaker", SLOW_SECONDS) from None
        raise AssertionError("the last try returns or raises")

    async def _await_turn(self, provider: str) -> None:
        while True:
            standing = (await self._look())[provider]
            if standing.in_window:
                raise NotTaken("maintenance", LOOK_SECONDS)
            if await self._limiter.hit(_pace(standing), provider):
                return
            await asyncio.sleep(WAIT_SECONDS)

    async def _look(self) -> Mapping[str, Standing]:
        if time.monotonic() - self._looked_at > LOOK_SECONDS:
            async with self._database.transaction() as tx:
                self._standings = await read_standings(tx, self._providers, self._schedule.limits)
            self._looked_at = time.monotonic()
        return self._standings


def _pace(standing: Standing) -> RateLimitItemPerSecond:
    """Questions for each second; slower ones for each so many seconds."""
    rate = standing.way.limits.questions_per_second
    if standing.way.breaker != "closed":
        rate /= SLOWER_TIMES
    return RateLimitItemPerSecond(int(rate)) if rate >= 1 else RateLimitItemPerSecond(1, math.ceil(1 / rate))


def _worth_asking_again(error: Exception) -> bool:
    """Not what took a whole time-out, and not where the provider wants a longer pause."""
    if isinstance(error, NotTaken):
        return error.pause_seconds <= RETRY_MOST_SECONDS
    return isinstance(error, Unsure) and "timeout" not in error.why.lower()


class PacedConnectors(Mapping[str, Connector]):
    """Connectors whose questions are asked at their provider's pace."""

    def __init__(self, connectors: Mapping[str, Connector], questions: Questions) -> None:
        self._connectors = connectors
        self._questions = questions

    def __getitem__(self, name: str) -> Connector:
        connector, questions = self._connectors[name], self._questions
        return replace(
            connector,
            enquiry=_PacedEnquiry(connector.enquiry, name, questions),
            accounts=_PacedAccounts(connector.accounts, name, questions) if connector.accounts is not None else None,
            days=_PacedDays(connector.days, name, questions) if connector.days is not None else None,
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._connectors)

    def __len__(self) -> int:
        return len(self._connectors)


class _PacedEnquiry:
    def __init__(self, way: Enquiry, provider: str, questions: Questions) -> None:
        self._way, self._provider, self._questions = way, provider, questions

    async def enquire(self, batch: Batch) -> Found:
        return await self._questions.ask(self._provider, lambda: self._way.enquire(batch))


class _PacedAccounts:
    def __init__(self, way: Accounts, provider: str, questions: Questions) -> None:
        self._way, self._provider, self._questions = way, provider, questions

    async def request(self, batch_reference: str, wanted: Sequence[AccountWanted]) -> Sequence[AccountSaid]:
        """Not tried again here: the workers do, by the same request ids."""
        return await self._questions.ask(self._provider, lambda: self._way.request(batch_reference, wanted), again=False)

    async def enquire(self, request_ids: Sequence[str]) -> Sequence[AccountSaid]:
        return await self._questions.ask(self._provider, lambda: self._way.enquire(request_ids))


class _PacedDays:
    def __init__(self, way: Days, provider: str, questions: Questions) -> None:
        self.source = way.source
        self._way, self._provider, self._questions = way, provider, questions

    async def day(self, day: date, after: int) -> DayPage:
        return await self._questions.ask(self._provider, lambda: self._way.day(day, after))
