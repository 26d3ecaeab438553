"""asyncpg's connection, which asks the server once for the process what a type is, not once for each connection.

A process opens a dozen connections for each service, and asyncpg asks on each of them what `uuid[]` and the other arrays are:
some milliseconds every time, and always the same answer.
"""

from __future__ import annotations

from collections.abc import Collection
from types import SimpleNamespace
from typing import Any

import asyncpg

FIRST_OID_OF_A_DATABASE = 16_384
"""PostgreSQL's own types lie below it: they are the same in every database, for good."""

_NOT_ASKED = SimpleNamespace(name="kept")
"""In place of the statement that asked: with a name it says that the statement being prepared is still prepared."""

_told: dict[int, list[Any]] = {}


class Connection(asyncpg.Connection):
    """A connection that remembers PostgreSQL's own types for all others of the process."""

    async def _introspect_types(self, typeoids: Collection[int], timeout: float | None) -> tuple[list[Any], Any]:
        """What these types are made of, as asyncpg registers them."""
        oids = list(typeoids)
        if any(oid >= FIRST_OID_OF_A_DATABASE for oid in oids):
            asked: tuple[list[Any], Any] = await super()._introspect_types(oids, timeout)  # type: ignore[misc]  # not in its stubs
            return asked
        statement: Any = _NOT_ASKED
        if unknown := [oid for oid in oids if oid not in _told]:
            rows, statement = await super()._introspect_types(unknown, timeout)  # type: ignore[misc]
            _told.update(dict.fromkeys(unknown, rows))
        return [row for oid in oids for row in _told[oid]], statement
