"""The dispatcher: hands released payrolls to the gateway, chunk by chunk, and keeps a bounded number under way."""

from __future__ import annotations

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.disbursement.domain.refusals import SEAL_BROKEN
from services.disbursement.storage import chunks
from services.disbursement.storage.chunks import ClaimedChunk
from services.disbursement.use_cases.instruct_chunk import instruct_chunk, stop_broken_payroll
from shared.database import Database
from shared.kernel.errors import Refusal
from shared.service import Worker

MOST_UNANSWERED = 8
"""Chunks that one provider may have under way: what a stop can no longer hold back."""

log = structlog.get_logger("chitra.dispatcher")


class Dispatcher:
    """Instructs chunks of released payrolls. Several may run: each takes another provider or steps aside."""

    def __init__(self, database: Database, key: Ed25519PublicKey, most_unanswered: int = MOST_UNANSWERED) -> None:
        self._database = database
        self._key = key
        self._most = most_unanswered

    def worker(self) -> Worker:
        """Its background work."""
        return Worker("dispatcher", self.step)

    async def step(self) -> int:
        """One round over all providers with something to pay; how many chunks it instructed."""
        async with self._database.transaction() as tx:
            providers = await chunks.waiting_providers(tx)
        return sum([await self._instruct_for(provider) for provider in providers])

    async def _instruct_for(self, provider: str) -> int:
        """Chunks of one provider until its bound is reached; at most as many in a round, so that no provider waits long."""
        for done in range(self._most):
            if not await self._instruct_next(provider):
                return done
        return self._most

    async def _instruct_next(self, provider: str) -> bool:
        claimed: ClaimedChunk | None = None
        try:
            async with self._database.transaction() as tx:
                claimed = await chunks.claim(tx, provider, self._most)
                if claimed is None:
                    return False
                await instruct_chunk(tx, claimed, self._key)
        except Refusal as refusal:
            if claimed is None or refusal.code != SEAL_BROKEN:
                raise
            await self._stop(claimed, refusal)
        return True

    async def _stop(self, claimed: ClaimedChunk, refusal: Refusal) -> None:
        log.error("seal_broken", payroll=str(claimed.payroll_id), chunk_no=claimed.chunk_no, why=refusal.detail)
        async with self._database.transaction() as tx:
            await stop_broken_payroll(tx, claimed, refusal.detail)
