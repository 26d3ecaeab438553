"""The enquirer: asks after what is open, and takes over from senders that died."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import date

from services.provider_gateway.connectors.protocol import Connector, Found, NotTaken, Refused, Unsure
from services.provider_gateway.domain.schedule import Schedule
from services.provider_gateway.storage import chunks
from services.provider_gateway.storage.due import work_is_due
from services.provider_gateway.use_cases.enquire_chunk import Question, ResendRule, begin_enquiry, finish_enquiry
from services.provider_gateway.use_cases.finish_sending import give_up_lease
from services.provider_gateway.workers.lanes import Lanes
from services.provider_gateway.workers.questions import Questions
from shared.database import Database
from shared.service import Worker

CALLS_AT_ONCE = 2
LOOK_AT_THE_DAY_SECONDS = 1.0


class Enquirer:
    """Asks providers."""

    def __init__(
        self,
        database: Database,
        connectors: Mapping[str, Connector],
        questions: Questions,
        schedule: Schedule,
        call_limit_seconds: float,
    ) -> None:
        self._database = database
        self._connectors = connectors
        self._questions = questions
        self._schedule = schedule
        self._call_limit_seconds = call_limit_seconds
        self._day: date | None = None
        self._next_look = 0.0
        self._lanes: Lanes[Question] = Lanes(self._take, self._ask, dict.fromkeys(connectors, CALLS_AT_ONCE))

    def worker(self) -> Worker:
        """As background work of the service."""
        return Worker("enquiries", self._lanes.step)

    async def _take(self, providers: Sequence[str]) -> tuple[str, Question] | bool:
        if not await work_is_due(self._database, "enquire"):
            await self._look_at_the_day()
            return False
        askable = await self._questions.askable(providers)
        async with self._database.transaction() as tx:
            if await give_up_lease(tx, self._schedule):
                return True
            question = await begin_enquiry(tx, askable, self._call_limit_seconds, self._schedule)
        return question if isinstance(question, bool) else (question.chunk.provider, question)

    async def _look_at_the_day(self) -> None:
        """A new business day brings the enquiries forward: providers book by the day."""
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + LOOK_AT_THE_DAY_SECONDS
        async with self._database.transaction() as tx:
            today = await tx.today()
            if self._day is not None and today != self._day:
                await chunks.enquire_soon(tx, self._schedule.open_first_seconds)
        self._day = today

    async def _ask(self, question: Question) -> None:
        connector = self._connectors[question.chunk.provider]
        found: Found | str
        try:
            async with asyncio.timeout(self._call_limit_seconds):
                found = await connector.enquiry.enquire(question.batch)
        except (NotTaken, Refused, Unsure) as error:
            found = error.why
        except TimeoutError:
            found = "timeout"
        async with self._database.transaction() as tx:
            await finish_enquiry(tx, question, found, self._rule(connector), self._schedule)

    def _rule(self, connector: Connector) -> ResendRule:
        longest = self._schedule.longest_processing_seconds
        payments = connector.payments
        return ResendRule(payments.refuses_duplicates, payments.longest_processing_seconds if longest is None else longest)
