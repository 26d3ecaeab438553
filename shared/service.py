"""What a service is to whoever runs it: an HTTP app, what it does with events, and its background work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import structlog
from fastapi import FastAPI

from shared.bus.protocol import PREFETCH
from shared.database import Database, is_infrastructure
from shared.inbox import EventHandler, Inbox

IDLE_SECONDS = 0.1
MAX_PAUSE_SECONDS = 5.0

log = structlog.get_logger("chitra.worker")

Step = Callable[[], Awaitable[int]]
"""One round of a worker's work, each with its own transactions; returns how much it did (0: rest a little)."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Background work: `step` again and again. `idle_seconds` is the rest after a round that found nothing to do."""

    name: str
    step: Step
    idle_seconds: float = IDLE_SECONDS

    async def run(self) -> None:
        """Until cancelled. An error ends the round, not the worker: it pauses with backoff and goes on."""
        pause = self.idle_seconds
        while True:
            try:
                did = await self.step()
                pause = self.idle_seconds
                if not did:
                    await asyncio.sleep(self.idle_seconds)
            except Exception as error:
                if not is_infrastructure(error):
                    log.error("worker_failed", worker=self.name, error=type(error).__name__, exc_info=True)
                await asyncio.sleep(pause)
                pause = min(max(pause, 0.05) * 2, MAX_PAUSE_SECONDS)


@dataclass(frozen=True, slots=True)
class Service:
    """One service, built on a platform."""

    name: str
    app: FastAPI
    database: Database
    subscribes_to: tuple[str, ...] = ()  # routing keys; "registry.*" for all of the registry's
    handlers: Mapping[str, EventHandler] = field(default_factory=dict)  # by routing key
    workers: tuple[Worker, ...] = ()
    events_at_once: int = PREFETCH
    """Events that a process applies at the same time. Few where they wait for one lock: each holds a connection meanwhile."""

    @property
    def queue(self) -> str:
        """The name of its queue."""
        return f"chitra.{self.name}"

    @property
    def inbox(self) -> Inbox:
        """Its inbox."""
        return Inbox(self.database, self.handlers)
