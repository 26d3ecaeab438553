"""What a process remembers for all of its connections, and what a transaction may ask for."""

from __future__ import annotations

from uuid import uuid4

from shared.database import Database
from shared.platform import Platform

ASKS_WHAT_A_TYPE_IS = "typeinfo_tree"


async def test_what_a_type_is_is_asked_once_for_all_connections(platform: Platform) -> None:
    ids = [uuid4(), uuid4()]
    asked: list[str] = []
    for _ in range(2):
        database = Database(platform.database_urls["reporting"], "reporting")
        try:
            async with database.transaction() as tx:
                asked.clear()
                tx.driver.add_query_logger(lambda record: asked.append(record.query))
                row = await tx.row("SELECT CAST(:ids AS uuid[]) AS ids, CAST(:days AS date[]) AS days", ids=ids, days=[])
                assert row == {"ids": ids, "days": []}
        finally:
            await database.close()
    assert any("CAST($1" in query for query in asked), asked
    assert not [query for query in asked if ASKS_WHAT_A_TYPE_IS in query]


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
