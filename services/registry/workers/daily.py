"""What the registry does once each business day: looks ahead for what somebody should decide, and holds what has run out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date

from services.registry.storage.scheduled_tasks import begin_task
from shared.database import Database, Tx
from shared.service import Worker

DAILY_SECONDS = 5.0
"""How often the worker looks whether a new business day began."""

DailyTask = Callable[[Tx, date], Awaitable[int]]
"""One task for one day, in one transaction over all units; how much it did."""


def daily_worker(database: Database, tasks: Mapping[str, DailyTask]) -> Worker:
    """A worker that does each task once a business day, whichever copy of the service comes first."""

    async def step() -> int:
        for name, task in tasks.items():
            async with database.transaction() as tx:
                day = await begin_task(tx, name)
                if day is not None:
                    await task(tx, day)
        return 0

    return Worker("daily", step, DAILY_SECONDS)
