"""The dispatcher: hands released payrolls to the gateway, chunk by chunk, and keeps a bounded number under way."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.disbursement.domain.calendar import Calendar
from services.disbursement.domain.refusals import SEAL_BROKEN
from services.disbursement.domain.waits import MOST_UNANSWERED
from services.disbursement.storage import chunks
from services.disbursement.storage.calendar_data import load_calendar
from services.disbursement.storage.chunks import ClaimedChunk
from services.disbursement.use_cases.hold_by_calendar import hold_by_calendar
from services.disbursement.use_cases.instruct_chunk import instruct_chunk, stop_broken_payroll
from services.disbursement.use_cases.judge_canaries import judge_canaries
from shared.database import Database
from shared.kernel.errors import Refusal
from shared.service import Worker

CANARY_LOOK_SECONDS = 0.3
"""Between looks at canaries under way: a person's payment takes longer."""

log = structlog.get_logger("chitra.dispatcher")


class Dispatcher:
    """Instructs chunks of released payrolls. Several may run: each takes another provider or steps aside."""

    def __init__(
        self,
        database: Database,
        key: Ed25519PublicKey,
        most_unanswered: int = MOST_UNANSWERED,
        calendar: Calendar | None = None,
    ) -> None:
        self._database = database
        self._key = key
        self._most = most_unanswered
        self._calendar = calendar or load_calendar()

    def worker(self) -> Worker:
        """Its background work."""
        return Worker("dispatcher", self.step)

    async def step(self) -> int:
        """One round over all providers with something to pay; how many chunks it instructed."""
        async with self._database.transaction() as tx:
            providers = await chunks.waiting_providers(tx)
            held = await hold_by_calendar(tx, self._calendar) if providers else {}
        return sum([await self._instruct_for(provider, held) for provider in providers])

    async def _instruct_for(self, provider: str, held: Mapping[UUID, str]) -> int:
        """Chunks of one provider until its bound is reached; at most as many in a round, so that no provider waits long."""
        for done in range(self._most):
            if not await self._instruct_next(provider, held):
                return done
        return self._most

    async def _instruct_next(self, provider: str, held: Mapping[UUID, str]) -> bool:
        claimed: ClaimedChunk | None = None
        try:
            async with self._database.transaction() as tx:
                claimed = await chunks.claim(tx, provider, self._most, held)
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


class CanaryWatch:
    """Decides on payrolls whose first payments went alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def worker(self) -> Worker:
        """Its background work."""
        return Worker("canaries", self.step, CANARY_LOOK_SECONDS)

    async def step(self) -> int:
        """One look; 0, so that it rests before the next."""
        async with self._database.transaction() as tx:
            failed = await judge_canaries(tx)
        for canary in failed:
            log.error(
                "canary_failed",
                payroll=str(canary.payroll_id),
                provider=canary.provider,
                payments=canary.standing.payments,
                failed=canary.standing.failed,
            )
        return 0
