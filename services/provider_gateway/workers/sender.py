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
from services.provider_gateway.domain.limits import MOST_CALLS_AT_ONCE, CallEnd
from services.provider_gateway.domain.schedule import Schedule
from services.provider_gateway.storage import chunks
from services.provider_gateway.storage.due import work_is_due
from services.provider_gateway.use_cases.commit_intents import Claim, Waits, commit_intents
from services.provider_gateway.use_cases.finish_sending import finish_sending
from services.provider_gateway.use_cases.pass_limits import note_call_ends
from services.provider_gateway.workers.lanes import Lanes
from shared.crypto import FieldCipher
from shared.database import Database
from shared.service import Worker

THROTTLED = "throttled"
"""The transport's word for "too many requests": the provider lives."""


class Sender:
    """Sends chunks."""

    def __init__(
        self,
        database: Database,
        connectors: Mapping[str, Connector],
        cipher: FieldCipher,
        schedule: Schedule,
    ) -> None:
        self._database = database
        self._connectors = connectors
        self._cipher = cipher
        self._schedule = schedule
        self._names = (f"{socket.gethostname()}/{os.getpid()}/{id(self):x}/{n}" for n in count())
        # How many calls at once a provider bears is counted in the database, over all processes.
        self._lanes: Lanes[Claim] = Lanes(self._take, self._send, dict.fromkeys(connectors, MOST_CALLS_AT_ONCE))

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
            sent, end, word = call.result()
        finally:
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)
        async with self._database.transaction() as tx:
            await finish_sending(tx, claim, sent, self._schedule)
            await note_call_ends(tx, claim.chunk.provider, end, word, self._schedule)

    async def _call(self, claim: Claim) -> tuple[Sent, CallEnd, str | None]:
        """What the provider answered, and what it can't have taken; of the rest nothing is known. And how the call ended.

        Nothing is sent a second time here, not even what surely did not arrive: that goes back to its chunk, and through the
        gates again (`Schedule.resend_pause_seconds`), so that stops, windows and limits hold for it too.
        """
        references = frozenset(order.reference for order in claim.batch.orders)
        try:
            async with asyncio.timeout(claim.call_seconds):
                sent = await self._connectors[claim.chunk.provider].payments.pay(claim.batch)
        except NotTaken as error:
            end: CallEnd = "throttled" if error.why == THROTTLED else "failed"
            return Sent((), references, error.pause_seconds), end, error.why
        except Refused:
            return Sent([Said(reference, "rejected", INVALID_REQUEST) for reference in references]), "answered", None
        except Unsure as error:
            return Sent(()), "failed", error.why
        except TimeoutError:
            return Sent(()), "failed", "timeout"
        return (sent, "answered", None) if sent.said else (sent, "failed", "no_answer")
