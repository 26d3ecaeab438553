"""The floor of `bench payroll`: the rows that were drawn up, written once more by bare INSERT ... SELECT.

Into copies of the tables that have the same columns, indexes, constraints (foreign keys too), triggers, partitions and fill
factors, all six in one transaction with its commit. Nothing is joined, computed or checked again on the way; the events' bodies
are copied as they lie, compressed. One connection writes the floor; of the job, authorities and payrolls are worked at side by
side.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

TABLES = ("payrolls", "payments", "payment_lines", "chunks", "obligations", "outbox")

_PARTITION_KEY = "SELECT pg_get_partkeydef(format('disbursement.%I', $1::text)::regclass)"
_PARTITIONS = """
SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) AS bound,
       coalesce('WITH (' || array_to_string(c.reloptions, ', ') || ')', '') AS settings
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = format('disbursement.%I', $1::text)::regclass
"""
_FOREIGN_KEYS = """
SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint
WHERE conrelid = format('disbursement.%I', $1::text)::regclass AND contype = 'f'
"""
_TRIGGERS = """
SELECT pg_get_triggerdef(oid) AS definition FROM pg_trigger
WHERE tgrelid = format('disbursement.%I', $1::text)::regclass AND NOT tgisinternal
"""


@asynccontextmanager
async def copies(admin: asyncpg.Connection) -> AsyncIterator[None]:
    """Empty copies of the tables, `floor_...`, for as long as this lasts."""
    await admin.execute("SET search_path = disbursement")
    for table in TABLES:
        await _copy(admin, table)
    try:
        yield
    finally:
        for table in TABLES:
            await admin.execute(f"DROP TABLE floor_{table}")


async def _copy(admin: asyncpg.Connection, table: str) -> None:
    key = await admin.fetchval(_PARTITION_KEY, table)
    partitioned = f" PARTITION BY {key}" if key else ""
    await admin.execute(f"CREATE TABLE floor_{table} (LIKE {table} INCLUDING ALL){partitioned}")
    for row in await admin.fetch(_PARTITIONS, table):
        await admin.execute(f"CREATE TABLE floor_{row['relname']} PARTITION OF floor_{table} {row['bound']} {row['settings']}")
    for row in await admin.fetch(_FOREIGN_KEYS, table):
        await admin.execute(f"ALTER TABLE floor_{table} ADD {row['definition']}")
    for row in await admin.fetch(_TRIGGERS, table):
        await admin.execute(row["definition"].replace(f" ON disbursement.{table} ", f" ON floor_{table} "))


async def write_again(admin: asyncpg.Connection) -> dict[str, float]:
    """Write the rows into the copies; seconds by table, and of the commit."""
    seconds: dict[str, float] = {}
    transaction = admin.transaction()
    await transaction.start()
    for table in TABLES:
        began = time.perf_counter()
        await admin.execute(f"INSERT INTO floor_{table} OVERRIDING SYSTEM VALUE SELECT * FROM {table}")  # noqa: S608 - constants only
        seconds[table] = time.perf_counter() - began
    began = time.perf_counter()
    await transaction.commit()
    seconds["commit"] = time.perf_counter() - began
    return seconds
