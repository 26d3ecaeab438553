"""Starting a transaction again that failed to serialise."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

Result = TypeVar("Result")

MOST_TRIES = 10
_SERIALIZATION = ("40001", "40P01")
_UNIQUE = "23505"


async def again_until_serialised(work: Callable[[], Awaitable[Result]]) -> Result:
    """Run `work`, which owns a whole transaction, until it serialises: whoever lost to another starts with what that one left.

    After ten losses the error goes on, and the caller is told to try again. An obligation that another transaction made
    meanwhile, unseen by this one's snapshot, is such a loss too.
    """
    for _ in range(MOST_TRIES - 1):
        try:
            return await work()
        except DBAPIError as error:
            if not _lost(error.orig):
                raise
    return await work()


def _lost(error: BaseException | None) -> bool:
    state, table = getattr(error, "sqlstate", None), getattr(error, "table_name", None)
    return state in _SERIALIZATION or (state == _UNIQUE and str(table).startswith("obligations"))
