"""Outages: for so many seconds a provider answers nobody, whatever is asked. Nothing of what is sent then is read."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from starlette.requests import Request

from services.provider_gateway.sandbox.errors import RequestRefused

How = Literal["refused", "hanging", "dropped"]
"""503 at once; a time-out each; the connection closed in the middle of an answer."""


class Dropped(Exception):
    """The connection is to be closed without an answer."""


@dataclass(slots=True)
class Outages:
    """Which providers are away, how, and until when (wall time). Forgotten when the sandbox ends: it is no part of the books."""

    hang_seconds: float
    _away: dict[str, tuple[How, float]] = field(default_factory=dict)
    turned_away: Counter[str] = field(default_factory=Counter)
    """Requests that found nobody, by provider."""

    def begin(self, provider: str, how: How, seconds: float) -> None:
        """From now on for so long; 0 ends one."""
        self._away[provider] = (how, time.monotonic() + seconds)

    def left_seconds(self) -> dict[str, float]:
        """How long the outages under way still last."""
        now = time.monotonic()
        return {provider: until - now for provider, (_, until) in self._away.items() if until > now}

    def gate(self, provider: str) -> Callable[[Request], Awaitable[None]]:
        """What stands before each of a provider's routes."""

        async def open_or_away(request: Request) -> None:
            how, until = self._away.get(provider, ("refused", 0.0))
            if time.monotonic() >= until:
                return
            self.turned_away[provider] += 1
            if how == "dropped":
                raise Dropped
            if how == "hanging":
                await asyncio.sleep(self.hang_seconds)
                raise RequestRefused(504, "timeout", "The provider took too long")
            raise RequestRefused(503, "unavailable", "The provider is away")

        return open_or_away
