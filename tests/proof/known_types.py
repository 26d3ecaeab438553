"""What asyncpg asks of every new connection about PostgreSQL's own types, asked once, before the fork.

A process that lives for months asks it once for each connection. Hundreds of processes that live for a second each had their
server spend two fifths of its time on this one answer, which is always the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest

ARRAYS = (
    "_bool", "_bytea", "_date", "_float8", "_int2", "_int4", "_int8", "_json", "_jsonb", "_numeric", "_timestamptz", "_uuid",
    "_varchar",
)  # fmt: skip
"""Of built-in types, which have the same numbers in every database. What else a statement needs is asked for as ever."""

REMEMBERED = SimpleNamespace(name="remembered")
"""In place of the statement that asked: with a name, so that asyncpg need not prepare its own again."""


async def remember_types(admin_url: str) -> None:
    """Ask, and have every connection that this process and its children make later know it."""
    ask: Any = vars(asyncpg.Connection)["_introspect_types"]
    connection = await asyncpg.connect(admin_url)
    rows = await connection.fetch("SELECT oid FROM pg_type WHERE typname = ANY($1::text[])", ARRAYS)
    known = {row["oid"]: (await ask(connection, (row["oid"],), 10.0))[0] for row in rows}
    await connection.close()

    async def introspect(self: Any, oids: Iterable[int], timeout: float) -> tuple[list[Any], Any]:
        wanted = list(oids)
        if known.keys() >= set(wanted):
            return [row for oid in wanted for row in known[oid]], REMEMBERED
        answer: tuple[list[Any], Any] = await ask(self, wanted, timeout)
        return answer

    pytest.MonkeyPatch().setattr(asyncpg.Connection, "_introspect_types", introspect)  # for as long as this process lives
