"""Asking a provider about accounts: what it said, also where it said nothing or turned the question away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence

from services.provider_gateway.connectors.protocol import AccountSaid, NotTaken, Refused, Unsure


async def ask(
    question: Callable[[], Awaitable[Sequence[AccountSaid]]], request_ids: Iterable[str], reason: str
) -> Sequence[AccountSaid]:
    """What the provider says. Turned away as a whole: each is refused for `reason`. No answer: nothing is said.

    Asking changes nothing there, and an account is opened once for a request's id: what was not answered is asked again.
    """
    try:
        return await question()
    except Refused:
        return [AccountSaid(each, "refused", reason) for each in request_ids]
    except (NotTaken, Unsure):
        return ()
