"""Sets of rows in one statement: INSERT and UPDATE from arrays. COPY is no way in here: row-level security forbids it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.database import Tx

Types = Mapping[str, str]
"""Column name -> PostgreSQL type of one value."""


def values_of(types: Types) -> str:
    """`unnest(...) AS v (columns)`, for FROM: a set of rows out of one array parameter for each column."""
    arrays = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in types.items())
    return f"unnest({arrays}) AS v ({', '.join(types)})"


def arrays_of(types: Types, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The parameters for `values_of`."""
    return {name: [row[name] for row in rows] for name in types}


async def insert(
    tx: Tx, table: str, types: Types, rows: Sequence[Mapping[str, Any]], how: Mapping[str, str] | None = None, tail: str = ""
) -> int:
    """Insert rows; how many went in. `how` gives an expression over `v` for columns that need one, `tail` follows."""
    if not rows:
        return 0
    chosen = ", ".join((how or {}).get(name, f"v.{name}") for name in types)
    return await tx.run(
        f"INSERT INTO {table} ({', '.join(types)}) SELECT {chosen} FROM {values_of(types)} {tail}",  # noqa: S608 - constants
        **arrays_of(types, rows),
    )
