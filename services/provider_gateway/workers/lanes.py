"""Calls side by side: so many at a time for each provider, so that a slow one doesn't hold up the others."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeVar

import structlog

from shared.database import is_infrastructure

Job = TypeVar("Job")

POLL_SECONDS = 0.1

log = structlog.get_logger("chitra.gateway")


class Lanes(Generic[Job]):
    """Takes jobs for providers that have a lane free, and works on them in tasks of its own.

    `take` is given those providers and answers a job with its provider, True when it did something else, False when there
    is nothing to do. `work` deals with a job. Its errors are logged: what a job left undone shows in the database.
    """

    def __init__(
        self,
        take: Callable[[Sequence[str]], Awaitable[tuple[str, Job] | bool]],
        work: Callable[[Job], Awaitable[None]],
        lanes: Mapping[str, int],
    ) -> None:
        self._take = take
        self._work = work
        self._lanes = dict(lanes)
        self._busy: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()

    async def step(self) -> int:
        """Start one more job, or wait a little for one under way; 0 when there is nothing at all to do."""
        try:
            free = [provider for provider, lanes in self._lanes.items() if self._busy[provider] < lanes]
            taken = await self._take(free) if free else False
            if isinstance(taken, bool):
                if not taken and self._tasks:
                    await asyncio.wait(self._tasks, timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                return int(taken or bool(self._tasks))
            provider, job = taken
            self._busy[provider] += 1
            task = asyncio.create_task(self._run(provider, job))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return 1
        except asyncio.CancelledError:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Cancel what is under way and wait until it is gone."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, provider: str, job: Job) -> None:
        try:
            await self._work(job)
        except Exception as error:
            if not is_infrastructure(error):
                log.error("job_failed", provider=provider, error=type(error).__name__, exc_info=True)
        finally:
            self._busy[provider] -= 1
