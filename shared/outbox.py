"""The outbox: a state change and its event commit together. It is also the event log that others read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from shared.contracts.base import Event
from shared.contracts.envelope import Envelope, LoggedEvent
from shared.database import Tx
from shared.kernel.clock import wall_now
from shared.kernel.ids import new_id
from shared.kernel.months import month_of, next_month

_INSERT = """
INSERT INTO outbox (month, event_id, type, version, occurred_at, unit_id, body)
VALUES (:month, :event_id, :type, :version, platform.business_now(), :unit_id, CAST(:body AS json))
"""

IS_WAITING = """
SELECT EXISTS (SELECT FROM outbox WHERE position IS NULL) OR (SELECT last_position > published_position FROM outbox_state)
"""
"""Whether the relay has anything to do: one look without a transaction, since relays look ten times a second."""

RELAY_LOCK_KEY = "hashtextextended('relay:' || current_schema(), 0)"
"""Key of the advisory lock under which positions are given, and events published, in one order."""

_COLUMNS = "position, type, version, event_id, occurred_at, unit_id, body"


async def emit(tx: Tx, event: Event, unit_id: str | None = None) -> None:
    """Say an event in this transaction. `unit_id` is whose it is: GET /v1/events shows it to tokens of that unit."""
    await emit_body(tx, type(event), event.model_dump_json(), unit_id)


async def emit_body(tx: Tx, event: type[Event], body: str, unit_id: str | None) -> None:
    """The same for an event that was made as text, exactly as its contract has it."""
    await tx.run(
        _INSERT,
        month=month_of(wall_now().date()),
        event_id=new_id(),
        type=event.type,
        version=event.version,
        unit_id=unit_id,
        body=body,
    )
    tx.memory.said_event = True


async def emit_bodies(tx: Tx, event: type[Event], bodies: str, *, unit_id: str | None, first: str = "", **params: Any) -> int:
    """Say an event for each row of a query, in its order; how many. Its one column `body` is the event's JSON as text, exactly
    as the contract has it: for sets too large to pass through here. `first`: a WITH clause that the query reads from."""
    said = await tx.run(
        f"""{first}
            INSERT INTO outbox (month, event_id, type, version, occurred_at, unit_id, body)
            SELECT :month, uuidv7(), :type, :version, platform.business_now(), :unit_id, CAST(b.body AS json)
            FROM ({bodies}) b""",  # noqa: S608 - a constant of the caller's
        month=month_of(wall_now().date()),
        type=event.type,
        version=event.version,
        unit_id=unit_id,
        **params,
    )
    if said:
        tx.memory.said_event = True
    return said


async def events_after(tx: Tx, source: str, position: int, limit: int) -> list[Envelope]:
    """Events that have a position, in its order, after a position. Rows outside the transaction's scope are not shown."""
    rows = await tx.rows(
        f"""SELECT {_COLUMNS} FROM outbox o WHERE position > :position
            AND ((SELECT platform.scope_is_all()) OR unit_id IN (
                SELECT u.unit_id FROM units u WHERE u.path && (SELECT platform.scope_units())))
            ORDER BY position LIMIT :limit""",  # noqa: S608 - constants only
        position=position,
        limit=limit,
    )
    return [to_envelope(source, row) for row in rows]


async def last_position(tx: Tx) -> int:
    """The position of the newest event that has one; waits for nothing. Events not yet positioned are not counted."""
    return int(await tx.scalar("SELECT last_position FROM outbox_state"))


def to_envelope(source: str, row: Any) -> Envelope:
    """A row of the outbox as the envelope that travels."""
    return Envelope(
        source=source,
        position=row["position"],
        type=row["type"],
        version=row["version"],
        event_id=row["event_id"],
        occurred_at=row["occurred_at"],
        unit_id=row["unit_id"],
        body=orjson.loads(row["body"]) if isinstance(row["body"], str) else row["body"],
    )


async def give_positions(tx: Tx, limit: int) -> int:
    """Give the oldest events without a position the next ones, gapless; how many. Waits for whoever gives positions now.

    Only committed rows are seen, so whatever appears later gets a later position: positions follow commit order. The lock is
    taken here and not left to the caller: two at once would give one event two positions, and the first of them would be a
    hole at which every reader waits for ever. The transaction must be READ COMMITTED, so that it sees what the other gave.
    """
    await tx.run(f"SELECT pg_advisory_xact_lock({RELAY_LOCK_KEY})")
    return await tx.run(
        """WITH batch AS (
               SELECT month, event_id, row_number() OVER (ORDER BY seq) AS n
               FROM (SELECT month, event_id, seq FROM outbox WHERE position IS NULL ORDER BY seq LIMIT :limit) oldest),
           state AS (
               UPDATE outbox_state SET last_position = last_position + (SELECT count(*) FROM batch)
               RETURNING last_position - (SELECT count(*) FROM batch) AS base)
           UPDATE outbox o SET position = state.base + batch.n FROM batch, state
           WHERE o.month = batch.month AND o.event_id = batch.event_id""",
        limit=limit,
    )


async def ensure_partitions(tx: Tx, schema: str) -> None:
    """This month's and the next month's partition of the outbox."""
    month = month_of(wall_now().date())
    for each in (month, next_month(month)):
        await tx.ensure_month(schema, "outbox", each)


async def unpublished(tx: Tx, source: str, after: int, limit: int) -> Sequence[LoggedEvent]:
    """Events with a position that the bus has not confirmed."""
    rows = await tx.rows(
        """SELECT position, type, version, event_id, occurred_at, unit_id, body::text AS body
           FROM outbox WHERE position > :after ORDER BY position LIMIT :limit""",
        after=after,
        limit=limit,
    )
    return [LoggedEvent(source=source, **row) for row in rows]
