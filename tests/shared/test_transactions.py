"""What a transaction may ask of its connection, and what the next one finds of it."""

from __future__ import annotations

from shared.database import Database
from shared.platform import Platform


async def test_a_transaction_that_plans_anew_leaves_no_trace(platform: Platform) -> None:
    database = Database(platform.database_urls["reporting"], "reporting", pool_size=1)
    try:
        async with database.transaction() as tx:
            await tx.plan_anew()
            assert await tx.scalar("SHOW plan_cache_mode") == "force_custom_plan"
        async with database.transaction() as tx:
            assert await tx.scalar("SHOW plan_cache_mode") == "auto"
    finally:
        await database.close()
