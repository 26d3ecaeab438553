"""How far duplicates have been looked for: along the event log, and in searches among all people of a unit."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from shared.auth import Caller
from shared.database import Tx


async def claim_position(tx: Tx) -> int | None:
    """The position up to which changes were compared, held until the transaction ends; None where another worker has it."""
    row = await tx.row("SELECT position FROM duplicate_position FOR UPDATE SKIP LOCKED")
    return row["position"] if row else None


async def changes_after(tx: Tx, position: int, events: int, most: int) -> tuple[int, list[UUID]] | None:
    """Who changed by the next events that say so: (position of the last of them, people); None when there is none.

    Of so many events as many as name up to `most` people together, and the first whomever it names.
    """
    rows = await tx.rows(
        """SELECT position, ARRAY(
               SELECT (record ->> 'beneficiary_id')::uuid FROM json_array_elements(body -> 'records') record) AS people
           FROM outbox WHERE position > :position AND type = 'beneficiaries_changed' ORDER BY position LIMIT :events""",
        position=position,
        events=events,
    )
    at, people = position, list[UUID]()
    for row in rows:
        if people and len(people) + len(row["people"]) > most:
            break
        at, people = row["position"], people + row["people"]
    return (at, people) if rows else None


async def note_position(tx: Tx, position: int) -> None:
    """Changes up to here were compared."""
    await tx.run("UPDATE duplicate_position SET position = :position", position=position)


async def insert_search(tx: Tx, caller: Caller, search_id: UUID, unit_id: str | None) -> None:
    """A search among all people of a unit, to be worked off."""
    await tx.run(
        """INSERT INTO duplicate_searches (search_id, unit_id, asked_at, asked_issuer, asked_subject)
           VALUES (:search_id, CAST(:unit_id AS text), platform.business_now(), :issuer, :subject)""",
        search_id=search_id,
        unit_id=unit_id,
        issuer=caller.issuer,
        subject=caller.subject,
    )


async def search_by_id(tx: Tx, search_id: UUID) -> dict[str, Any] | None:
    """One search."""
    return await tx.row("SELECT * FROM duplicate_searches WHERE search_id = :search_id", search_id=search_id)


async def claim_search(tx: Tx) -> dict[str, Any] | None:
    """The oldest search that goes on and that no other worker is at, held until the transaction ends."""
    return await tx.row(
        "SELECT * FROM duplicate_searches WHERE done_at IS NULL ORDER BY search_id LIMIT 1 FOR UPDATE SKIP LOCKED"
    )


async def next_people(tx: Tx, unit_id: str | None, after: UUID | None, limit: int) -> list[UUID]:
    """The next people of a unit and all below it, in the order of their ids."""
    rows = await tx.rows(
        """SELECT beneficiary_id FROM beneficiaries
           WHERE (CAST(:after AS uuid) IS NULL OR beneficiary_id > CAST(:after AS uuid))
             AND (CAST(:unit_id AS text) IS NULL OR unit_id IN (
                  SELECT unit_id FROM units WHERE path @> ARRAY[CAST(:unit_id AS text)]))
           ORDER BY beneficiary_id LIMIT :limit""",
        after=after,
        unit_id=unit_id,
        limit=limit,
    )
    return [row["beneficiary_id"] for row in rows]


async def note_progress(tx: Tx, search_id: UUID, last_id: UUID | None, people: int, pairs: int, opened: int) -> None:
    """How far a search came; without a last person it is done."""
    await tx.run(
        """UPDATE duplicate_searches SET last_id = coalesce(CAST(:last_id AS uuid), last_id), people = people + :people,
               pairs = pairs + :pairs, opened = opened + :opened,
               done_at = CASE WHEN CAST(:last_id AS uuid) IS NULL THEN platform.business_now() END
           WHERE search_id = :search_id""",
        search_id=search_id,
        last_id=last_id,
        people=people,
        pairs=pairs,
        opened=opened,
    )
