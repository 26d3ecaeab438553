"""Asks providers for cash orders that are to come back, and for what became of that."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

from services.provider_gateway.connectors.protocol import Connector, NotTaken, Refused, Unsure
from services.provider_gateway.domain.cash import WithdrawalSaid
from services.provider_gateway.domain.schedule import Schedule
from services.provider_gateway.storage import withdrawals
from services.provider_gateway.use_cases.withdraw_orders import Withdrawing, begin_withdrawal, finish_withdrawal
from services.provider_gateway.workers.questions import Questions
from shared.database import Database
from shared.service import Worker

IDLE_SECONDS = 0.5


class Withdrawer:
    """One withdrawal at a time. Asking twice asks for nothing new, so one that died in the middle is simply asked again."""

    def __init__(
        self,
        database: Database,
        connectors: Mapping[str, Connector],
        schedule: Schedule,
        call_limit_seconds: float,
        questions: Questions,
    ) -> None:
        self._database = database
        self._questions = questions
        self._connectors = connectors
        self._schedule = schedule
        self._call_limit_seconds = call_limit_seconds

    def worker(self) -> Worker:
        """As background work of the service."""
        return Worker("withdrawals", self.step, idle_seconds=IDLE_SECONDS)

    async def step(self) -> int:
        """Ask for what goes together; how many orders."""
        if not await withdrawals.are_due(self._database):
            return 0
        async with self._database.transaction() as tx:
            asked = await begin_withdrawal(tx, self._call_limit_seconds * 2, self._schedule)
        if isinstance(asked, bool):
            return int(asked)
        said = await self._call(asked)
        async with self._database.transaction() as tx:
            await finish_withdrawal(tx, asked, said, self._schedule)
        return len(asked.held)

    async def _call(self, asked: Withdrawing) -> Sequence[WithdrawalSaid] | str:
        connector = self._connectors.get(asked.provider)
        if connector is None or connector.withdrawals is None:
            return "unavailable"
        way = connector.withdrawals
        try:
            async with asyncio.timeout(self._call_limit_seconds):
                if asked.known:
                    return await self._questions.ask(asked.provider, lambda: way.enquire(asked.withdrawal_reference))
                references = [each.reference for each in asked.held]
                request = partial(way.request, asked.withdrawal_reference, references)
                return await self._questions.ask(asked.provider, request, again=False)  # the worker does, by the same reference
        except (NotTaken, Refused, Unsure) as error:
            return error.why
        except TimeoutError:
            return "timeout"
