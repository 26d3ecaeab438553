"""What commune lists and lists of opening balances have in common: files that came in, each once, and how their rows stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.database import Tx

LIST_ROW = "list-row"
"""Purpose under which rows and findings of lists are sealed."""

ROWS_STAND = """count(*) FILTER (WHERE status = 'accepted') AS accepted,
           count(*) FILTER (WHERE status = 'review') AS review,
           count(*) FILTER (WHERE status = 'rejected') AS rejected,
           count(*) FILTER (WHERE status <> 'accepted' AND answer IS NULL) AS unanswered"""
"""How many rows of a list read how, and how many wait for an officer."""


@dataclass(frozen=True, slots=True)
class ListTable:
    """A table of lists and its key. Both are this code's own words: they stand in SQL as they are."""

    name: str
    key: str


async def list_of_file(tx: Tx, table: ListTable, file_sha256: bytes, commune_code: str | None) -> UUID | None:
    """The list that a file already is, for the commune where one is named. None also where the caller may not see it."""
    found: UUID | None = await tx.scalar(
        f"""SELECT l.{table.key} FROM {table.name} l JOIN units u USING (unit_id)
            WHERE l.file_sha256 = :sha AND (CAST(:code AS text) IS NULL OR u.code = CAST(:code AS text))
            ORDER BY l.{table.key} LIMIT 1""",  # noqa: S608 - constants only
        sha=file_sha256,
        code=commune_code,
    )
    return found


async def lock_list(tx: Tx, table: ListTable, list_id: UUID) -> bool:
    """Hold a list until the transaction ends: answers, agreements and confirming come one after the other."""
    found = await tx.scalar(
        f"SELECT true FROM {table.name} WHERE {table.key} = :id FOR UPDATE",  # noqa: S608 - constants only
        id=list_id,
    )
    return found is not None


async def newest_first(
    tx: Tx, table: ListTable, select: str, *, unit_id: str | None, state: str | None, before: UUID | None, limit: int
) -> Sequence[Any]:
    """Rows of `select`, which names the table `l`: newest first, before one; of a unit and all below it."""
    return await tx.rows(
        f"""{select} WHERE (CAST(:before AS uuid) IS NULL OR l.{table.key} < CAST(:before AS uuid))
            AND (CAST(:state AS text) IS NULL OR l.state = CAST(:state AS text))
            AND (CAST(:unit_id AS text) IS NULL OR l.unit_id IN (
                 SELECT unit_id FROM units WHERE path @> ARRAY[CAST(:unit_id AS text)]))
            ORDER BY l.{table.key} DESC LIMIT :limit""",  # noqa: S608 - constants only
        before=before,
        state=state,
        unit_id=unit_id,
        limit=limit,
    )
