"""The sender: intents committed, provider called with nothing locked, outcome committed. It needs the database alone."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping, Sequence
from itertools import count

from services.provider_gateway.connectors.protocol import (
    INVALID_REQUEST,
    Connector,
    NotTaken,
    Refused,
    Sent,
    Unsure,
)
from services.provider_gateway.domain.attempt import Said
from services.provider_gateway.domain.schedule import Schedule
from services.provider_gateway.storage import chunks
from services.provider_gateway.storage.due import work_is_due
from services.provider_gateway.use_cases.commit_intents import Claim, Waits, commit_intents
from services.provider_gateway.use_cases.finish_sending import finish_sending
from services.provider_gateway.workers.lanes import Lanes
from shared.crypto import FieldCipher
from shared.database import Database
from shared.service import Worker


class Sender:
    """Sends chunks."""

    def __init__(
        self,
        database: Database,
        connectors: Mapping[str, Connector],
        cipher: FieldCipher,
        schedule: Schedule,
        call_limit_seconds: float,
    ) -> None:
        self._database = database
        self._connectors = connectors
        self._cipher = cipher
        self._schedule = schedule
        self._call_limit_seconds = call_limit_seconds
        self._names = (f"{socket.gethostname()}/{os.getpid()}/{id(self):x}/{n}" for n in count())
        self._lanes: Lanes[Claim] = Lanes(self._take, self._send, {c.name: c.calls_at_once for c in connectors.values()})

    def worker(self) -> Worker:
        """As background work of the service."""
        return Worker("sender", self._lanes.step)

    async def _take(self, providers: Sequence[str]) -> tuple[str, Claim] | bool:
        if not await work_is_due(self._database, "send"):
            return False
        async with self._database.transaction() as tx:
            claim = await commit_intents(tx, providers, next(self._names), self._schedule, self._cipher)
        if claim is None or isinstance(claim, Waits):
            return claim is not None
        return claim.chunk.provider, claim

    async def _send(self, claim: Claim) -> None:
        call = asyncio.create_task(self._call(claim))
        try:
            while not (await asyncio.wait({call}, timeout=self._schedule.lease_seconds / 3))[0]:
                async with self._database.transaction() as tx:
                    await chunks.renew_lease(tx, claim.chunk.key, claim.worker, self._schedule.lease_seconds)
            sent = call.result()
        finally:
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)
        async with self._database.transaction() as tx:
            await finish_sending(tx, claim, sent, self._schedule)

    async def _call(self, claim: Claim) -> Sent:
        """What the provider answered, and what it can't have taken; of the rest nothing is known."""
        references = frozenset(order.reference for order in claim.batch.orders)
        try:
            async with asyncio.timeout(self._call_limit_seconds):
                return await self._connectors[claim.chunk.provider].payments.pay(claim.batch)
        except NotTaken as error:
            return Sent((), references, error.pause_seconds)
        except Refused:
            return Sent([Said(reference, "rejected", INVALID_REQUEST) for reference in references])
        except (Unsure, TimeoutError):
            return Sent(())
