"""The judge: runs the error-rate rule wherever money is moved."""

from __future__ import annotations

import structlog

from services.provider_gateway.storage.due import work_is_due
from services.provider_gateway.use_cases.judge_answers import judge_answers
from shared.database import Database
from shared.service import Worker

log = structlog.get_logger("chitra.gateway")


def judge_worker(database: Database) -> Worker:
    """As background work of the service. Several may run: one judges at a time."""

    async def step() -> int:
        if not await work_is_due(database, "judge"):
            return 0
        async with database.transaction() as tx:
            placed = await judge_answers(tx)
        for stop in placed or ():
            log.error("stopped_by_error_rate", scope=stop.scope, key=stop.key, why=stop.reason)
        return 0  # a look at most every tenth of a second is often enough: answers come in bursts

    return Worker("judge", step)
