"""How a transaction ends when its connection dies under it."""

from __future__ import annotations

import asyncio

import pytest

from shared.kernel.errors import NotYet
from shared.platform import Platform


@pytest.mark.parametrize("error", [asyncio.CancelledError, NotYet])
async def test_what_went_wrong_is_raised_even_when_the_rollback_fails_too(platform: Platform, error: type[BaseException]) -> None:
    """A cancellation that came out as something else would leave its task running for ever."""
    database = platform.database("reporting")
    with pytest.raises(error):
        async with database.transaction() as tx:
            tx.driver.terminate()
            raise error("in the middle")
    async with database.transaction() as tx:  # the dead connection is not in the pool
        assert await tx.scalar("SELECT 1") == 1
