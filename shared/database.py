"""PostgreSQL: one engine for each service role, transactions that carry the caller's row scope, COPY for loads."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import asyncpg
import orjson
from sqlalchemy import text
from sqlalchemy.dialects import registry
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.sql.compiler import SQLCompiler

EVERYTHING = "*"
"""The row scope of a service's own work."""

Row = dict[str, Any]
"""A row of a result, by column name."""

POOL_SIZE = 12
"""Connections that a process keeps for each service. None beyond them that are closed again: a new one costs a handshake, a
server process, and every statement's plan."""

_DIALECT: Dialect = registry.load("postgresql.asyncpg")()

_SCOPE = re.compile(r"^(\*|[0-9@,-]*)$")

_INFRASTRUCTURE_SQLSTATES = ("08", "53", "57", "58", "40")
"""Classes: connection, resources, operator intervention, system error, and 40 (serialization, deadlock: try again)."""


Partition = tuple[str, str, date]
"""Schema, table, month."""


@dataclass(slots=True)
class TxMemory:
    """What a transaction is to be remembered by once it committed: partitions that are there now, an event said."""

    known_partitions: set[Partition]  # of all transactions before, in this process
    partitions: set[Partition] = field(default_factory=set)
    said_event: bool = False


@dataclass(frozen=True, slots=True)
class Tx:
    """A running transaction of one service. Use cases and storage get it; only edges make one.

    SQL is text with `:name` parameters. Write `CAST(:ids AS uuid[])`, not `:ids::uuid[]`. Lists go in as arrays. JSON
    goes in as text, and comes out decoded.
    """

    driver: Any  # asyncpg's connection
    memory: TxMemory

    async def run(self, sql: str, **params: Any) -> int:
        """Execute; the number of rows that it touched."""
        query, names = _compiled(sql)
        with _as_sqlalchemy_errors(sql):
            status: str = await self.driver.execute(query, *(params[name] for name in names))
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def run_many(self, sql: str, rows: Sequence[dict[str, Any]]) -> None:
        """Execute once for each row of parameters. For large loads use `copy` or unnest."""
        if rows:
            query, names = _compiled(sql)
            with _as_sqlalchemy_errors(sql):
                await self.driver.executemany(query, [[row[name] for name in names] for row in rows])

    async def rows(self, sql: str, **params: Any) -> list[Row]:
        """All rows."""
        query, names = _compiled(sql)
        with _as_sqlalchemy_errors(sql):
            return [dict(record) for record in await self.driver.fetch(query, *(params[name] for name in names))]

    async def tuples(self, sql: str, **params: Any) -> list[Any]:
        """All rows as tuples, in the order of the columns: for hundreds that become objects at once."""
        query, names = _compiled(sql)
        with _as_sqlalchemy_errors(sql):
            found: list[Any] = await self.driver.fetch(query, *(params[name] for name in names))
            return found

    async def row(self, sql: str, **params: Any) -> Row | None:
        """The one row, or None. More than one is an error."""
        rows = await self.rows(sql, **params)
        if len(rows) > 1:
            raise ValueError("more than one row")
        return rows[0] if rows else None

    async def scalar(self, sql: str, **params: Any) -> Any:
        """The first column of the first row, or None."""
        query, names = _compiled(sql)
        with _as_sqlalchemy_errors(sql):
            return await self.driver.fetchval(query, *(params[name] for name in names))

    async def copy(self, table: str, columns: Sequence[str], records: Iterable[Sequence[Any]]) -> None:
        """COPY records into a table of the service's schema: the fastest way in for thousands of rows."""
        with _as_sqlalchemy_errors(f"COPY {table}"):
            await self.driver.copy_records_to_table(table, records=records, columns=list(columns))

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A part of the transaction that can fail without it: what was done inside is undone by an exception."""
        partitions = set(self.memory.partitions)
        await self.driver.execute("SAVEPOINT part")
        try:
            yield
        except Exception:
            await self.driver.execute("ROLLBACK TO SAVEPOINT part")
            self.memory.partitions &= partitions
            raise
        finally:
            await self.driver.execute("RELEASE SAVEPOINT part")

    async def business_now(self) -> datetime:
        """The business clock, UTC."""
        now: datetime = await self.scalar("SELECT platform.business_now()")
        return now

    async def today(self) -> date:
        """The business clock's date in Vietnam."""
        day: date = await self.scalar("SELECT platform.business_today()")
        return day

    async def plan_anew(self) -> None:
        """Plan this transaction's statements for what their tables hold now. The driver keeps statements, and the server keeps
        their plans: one made while a month's partition was empty reads the whole of it for ever."""
        await self.driver.execute("SET LOCAL plan_cache_mode = force_custom_plan")

    async def ensure_month(self, schema: str, table: str, month: date, fill_percent: int = 100) -> None:
        """Make the partition of a month-partitioned table if it is not there. `fill_percent`: how full its pages are at first,
        where rows are changed soon after they came."""
        partition = (schema, table, month)
        if partition in self.memory.known_partitions or partition in self.memory.partitions:
            return
        self.memory.partitions.add(partition)
        await self.run(
            "SELECT platform.ensure_month_partition(:schema, :table, :month, :fill_percent)",
            schema=schema,
            table=table,
            month=month,
            fill_percent=fill_percent,
        )


class Database:
    """The database as one service sees it: its role, its schema, its pool."""

    def __init__(self, url: str, service: str, pool_size: int | None = None) -> None:
        """`pool_size`: connections kept and opened at most (None: `POOL_SIZE`); who needs one more waits for one."""
        self.service = service
        self._pool_size = pool_size or POOL_SIZE
        self.event_said = asyncio.Event()
        """Set whenever a transaction of this process that said an event has committed: the relay need not wait."""
        self._known_partitions: set[Partition] = set()
        self.engine: AsyncEngine = create_async_engine(
            async_url(url),
            pool_size=self._pool_size,
            max_overflow=0,
            pool_use_lifo=True,  # the one used last knows most statements
            # Transactions are begun and ended by `transaction` itself: SQLAlchemy's way costs two round trips more for each.
            isolation_level="AUTOCOMMIT",
            json_deserializer=orjson.loads,
            connect_args={
                "server_settings": {
                    "role": f"chitra_{service}",
                    "search_path": f"{service}",
                    "application_name": f"chitra-{service}",
                    "jit": "off",
                    "temp_buffers": "64MB",
                    "datestyle": "ISO",  # texts that are sealed hold dates
                },
                "timeout": 10,
                "statement_cache_size": 1000,
            },
        )

    @asynccontextmanager
    async def transaction(self, scope: str = EVERYTHING, *, repeatable_read: bool = False) -> AsyncIterator[Tx]:
        """A transaction that sees the rows of `scope` only; commits at the end, rolls back on any exception."""
        if not _SCOPE.match(scope):
            raise ValueError("a row scope is * or unit ids with commas between")
        isolation = "REPEATABLE READ" if repeatable_read else "READ COMMITTED"
        begin = f"BEGIN ISOLATION LEVEL {isolation}; SET LOCAL chitra.scope = '{scope}'"
        connection, driver = await self._begin(begin)
        try:
            try:
                memory = TxMemory(self._known_partitions)
                yield Tx(driver, memory)
            except BaseException:
                with suppress(Exception):  # what went wrong is what is raised: a cancellation above all ends its task
                    await _end(connection, driver, "ROLLBACK")
                raise
            await _end(connection, driver, "COMMIT")
            self._known_partitions |= memory.partitions
            if memory.said_event:
                self.event_said.set()
        finally:
            await connection.close()

    async def _begin(self, begin: str) -> tuple[AsyncConnection, Any]:
        """A connection with a transaction begun on it: isolation, row scope and BEGIN in one round trip.

        A pooled connection may have died with its server; nothing has happened on it yet, so the next one is taken.
        """
        for left in range(self._pool_size, -1, -1):
            connection = await self.engine.connect()
            try:
                driver: Any = (await connection.get_raw_connection()).driver_connection
                await driver.execute(begin)
            except BaseException as error:
                await connection.invalidate()
                await connection.close()
                if left == 0 or not isinstance(error, Exception) or not is_infrastructure(error):
                    raise
            else:
                return connection, driver
        raise AssertionError("the last try returns or raises")

    async def peek(self, sql: str) -> Any:
        """The first column of one statement outside any transaction: for looks whether there is work, in tables without
        row scope. One round trip, where a transaction takes three."""
        async with self.engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            try:
                return await Tx(driver, TxMemory(self._known_partitions)).scalar(sql)
            except DBAPIError as error:
                if is_infrastructure(error):
                    await connection.invalidate()
                raise

    async def close(self) -> None:
        """Close the pool."""
        await self.engine.dispose()


def async_url(url: str) -> str:
    """The address with the asyncpg driver named, as SQLAlchemy wants it."""
    return "postgresql+asyncpg://" + url.split("://", 1)[1]


def is_infrastructure(error: BaseException) -> bool:
    """Whether an error says that the machinery is away (database, broker, network), not that the message is bad."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, (OSError, asyncio.TimeoutError, PoolTimeout)):
            return True
        if isinstance(seen, DBAPIError) and seen.connection_invalidated:
            return True
        sqlstate = getattr(seen, "sqlstate", None)
        if isinstance(sqlstate, str) and sqlstate.startswith(_INFRASTRUCTURE_SQLSTATES):
            return True
        if type(seen).__module__.startswith(("aiormq", "aio_pika", "asyncpg.exceptions")) and "Connection" in type(seen).__name__:
            return True
        if type(seen).__name__ == "InterfaceError":
            return True
        seen = seen.__cause__ or getattr(seen, "orig", None)
    return False


async def _end(connection: AsyncConnection, driver: Any, word: str) -> None:
    """COMMIT or ROLLBACK. A connection that can't do even that is thrown away, and its transaction with it."""
    try:
        await driver.execute(word)
    except BaseException:
        await connection.invalidate()
        raise


@lru_cache(maxsize=4096)
def _compiled(sql: str) -> tuple[str, tuple[str, ...]]:
    """A statement as the driver wants it, and the names of its parameters in their order. Compiled once, executed often."""
    compiled = text(sql).compile(dialect=_DIALECT)
    assert isinstance(compiled, SQLCompiler)
    return compiled.string, tuple(compiled.positiontup or ())


@contextmanager
def _as_sqlalchemy_errors(sql: str) -> Iterator[None]:
    """Say the driver's errors in SQLAlchemy's classes, which callers know, and without the parameters: they may be personal."""
    try:
        yield
    except asyncpg.PostgresError as error:
        kind = IntegrityError if str(error.sqlstate or "").startswith("23") else DBAPIError
        raise kind(sql, None, error) from error
    except asyncpg.InterfaceError as error:
        raise DBAPIError(sql, None, error, connection_invalidated=error.__class__ is asyncpg.InterfaceError) from error
