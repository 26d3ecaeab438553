"""Fetches the files that providers lay down for us: each is verified, kept sealed, committed, and then acknowledged."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

import structlog

from services.provider_gateway.connectors.protocol import (
    Arrival,
    Connector,
    Files,
    ForgedWebhook,
    NotTaken,
    Refused,
    Unsure,
)
from services.provider_gateway.domain.refusals import BAD_SIGNATURE
from services.provider_gateway.domain.schedule import Schedule
from services.provider_gateway.storage import webhooks
from services.provider_gateway.use_cases.apply_file import receive_file
from services.provider_gateway.workers.questions import Questions
from shared.crypto import FieldCipher
from shared.database import Database, is_infrastructure
from shared.service import Worker

MOST_POLL_SECONDS = 60.0
IDLE_SECONDS = 0.5

log = structlog.get_logger("chitra.gateway")


class Collector:
    """Looks for files of each provider that has any, now and then; while there are some, without a pause."""

    def __init__(
        self,
        database: Database,
        connectors: Mapping[str, Connector],
        cipher: FieldCipher,
        schedule: Schedule,
        call_limit_seconds: float,
        questions: Questions,
    ) -> None:
        self._database = database
        self._questions = questions
        self._ways = {name: each.files for name, each in connectors.items() if each.files is not None}
        self._cipher = cipher
        self._poll_seconds = min(schedule.opening_poll_seconds, MOST_POLL_SECONDS)
        self._call_limit_seconds = call_limit_seconds
        self._not_before: dict[str, float] = {}
        self._forged: set[tuple[str, str]] = set()  # counted already; they stay where they lie

    def worker(self) -> Worker:
        """As background work of the service."""
        return Worker("collector", self.step, idle_seconds=IDLE_SECONDS)

    async def step(self) -> int:
        """Fetch what lies ready; how many files were taken."""
        taken = 0
        for provider, way in self._ways.items():
            if time.monotonic() >= self._not_before.get(provider, 0.0):
                here = await self._collect(provider, way)
                taken += here
                if not here:
                    self._not_before[provider] = time.monotonic() + self._poll_seconds
        return taken

    async def _collect(self, provider: str, way: Files) -> int:
        try:
            async with asyncio.timeout(self._call_limit_seconds):
                arrivals = await self._questions.ask(provider, way.arrivals)
            return sum([await self._take(provider, way, each) for each in arrivals])
        except (NotTaken, Refused, Unsure, TimeoutError) as error:
            log.warning("files_not_fetched", provider=provider, why=getattr(error, "why", "timeout"))
            return 0
        except Exception as error:
            if is_infrastructure(error):
                raise
            # Whatever one provider's folder makes its reader say, the others' files are fetched.
            log.error("files_not_fetched", provider=provider, why=type(error).__name__, exc_info=True)
            return 0

    async def _take(self, provider: str, way: Files, arrival: Arrival) -> int:
        """Keep one file. It is acknowledged only after the commit; what comes again meanwhile is known by its id."""
        try:
            file_id = way.verify(arrival.name, arrival.body)
        except ForgedWebhook:
            if (provider, arrival.name) not in self._forged:
                self._forged.add((provider, arrival.name))
                async with self._database.transaction() as tx:
                    await webhooks.count_refusal(tx, provider, BAD_SIGNATURE.code)
            return 0
        async with self._database.transaction() as tx:
            await receive_file(tx, provider, file_id, arrival.name, arrival.body, self._cipher)
        async with asyncio.timeout(self._call_limit_seconds):
            await way.acknowledge(arrival.name)
        return 1
