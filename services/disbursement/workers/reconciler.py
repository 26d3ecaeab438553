"""The reconciler: compares each provider's days with our payments as they are over, and leaves the breaks with their owners."""

from __future__ import annotations

import structlog

from services.disbursement.use_cases.reconcile_daily import reconcile_daily
from shared.database import Database
from shared.service import Worker

LOOK_SECONDS = 60.0
"""Between looks: providers' days end once a day, and a look takes all that came since."""

log = structlog.get_logger("chitra.reconciler")


class Reconciler:
    """Compares what is due. Several may run: one looks, the others step aside."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def worker(self) -> Worker:
        """Its background work."""
        return Worker("reconciler", self.step, LOOK_SECONDS)

    async def step(self) -> int:
        """One comparison; 0 where nothing was due."""
        async with self._database.transaction() as tx:
            compared = await reconcile_daily(tx)
        if compared is None:
            return 0
        result = compared.result or {}
        log.info(
            "reconciled",
            unit=compared.unit_id,
            provider=compared.provider,
            from_on=str(compared.from_on),
            to_on=str(compared.to_on),
            opened=result.get("opened"),
            healed=result.get("healed"),
        )
        return 1
