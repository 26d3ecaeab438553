"""A consistent cut of the registry: ask for its newest position, wait until everything up to there has been applied here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

import httpx

from services.disbursement.domain.refusals import REGISTRY_BEHIND
from shared.database import Database
from shared.inbox import watermark
from shared.kernel.errors import Refusal

WAIT_SECONDS = 20.0
LOOK_SECONDS = 0.05


class RegistryCut:
    """Where the registry stands, and whether we stand there too. `ask` calls the registry over its REST contract."""

    def __init__(self, database: Database, ask: Callable[[], Awaitable[int]], wait_seconds: float = WAIT_SECONDS) -> None:
        self._database = database
        self._ask = ask
        self._wait_seconds = wait_seconds

    async def reached(self) -> int:
        """The registry's newest position, once it has been applied here. Never call it inside a transaction.

        Refused with `registry-behind` when the registry doesn't answer, or its events don't come in time.
        """
        try:
            position = await self._ask()
        except httpx.HTTPError as error:
            raise Refusal(REGISTRY_BEHIND, f"the registry does not answer ({type(error).__name__})") from None
        give_up_at = monotonic() + self._wait_seconds
        while (applied := await self._applied()) < position:
            if monotonic() > give_up_at:
                raise Refusal(REGISTRY_BEHIND, f"at {applied} of {position}", applied=applied, position=position)
            await asyncio.sleep(LOOK_SECONDS)
        return position

    async def _applied(self) -> int:
        async with self._database.transaction() as tx:
            return await watermark(tx, "registry")
