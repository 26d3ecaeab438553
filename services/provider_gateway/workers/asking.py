"""Asking a provider about accounts: what it said, also where it said nothing or turned the question away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from services.provider_gateway.connectors.protocol import AccountSaid, AccountWanted, NotTaken, Refused, Unsure

Question = Callable[[Sequence[AccountWanted]], Awaitable[Sequence[AccountSaid]]]


async def ask(question: Question, wanted: Sequence[AccountWanted], reason: str, limit_seconds: float) -> Sequence[AccountSaid]:
    """What the provider says within the limit. No answer: nothing is said, and the same is asked again.

    A list that is turned away as a whole is asked again in halves, until the one that spoils it stands alone: that one is
    refused for `reason`, and holds up nobody. Asking changes nothing there: an account is opened once for a request's id.
    """
    said: list[AccountSaid] = []
    try:
        async with asyncio.timeout(limit_seconds):
            await _ask(question, wanted, reason, said)
    except (NotTaken, Unsure, TimeoutError):
        pass  # what was said of others before holds
    return said


async def _ask(question: Question, wanted: Sequence[AccountWanted], reason: str, said: list[AccountSaid]) -> None:
    try:
        said += await question(wanted)
    except Refused:
        if len(wanted) == 1:
            said.append(AccountSaid(wanted[0].request_id, "refused", reason))
            return
        middle = len(wanted) // 2
        await _ask(question, wanted[:middle], reason, said)
        await _ask(question, wanted[middle:], reason, said)


async def enquire(
    question: Callable[[Sequence[str]], Awaitable[Sequence[AccountSaid]]], request_ids: Sequence[str], limit_seconds: float
) -> Sequence[AccountSaid]:
    """Where requests stand; nothing where the provider doesn't say it now."""
    try:
        async with asyncio.timeout(limit_seconds):
            return await question(request_ids)
    except (NotTaken, Unsure, Refused, TimeoutError):
        return ()
