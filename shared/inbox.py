"""The inbox: an event's dedupe record and its effect commit together; an early event waits; progress has a watermark."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from shared.contracts.envelope import Envelope, decode_envelope
from shared.database import Database, Tx
from shared.kernel.errors import ErrorCode, Kind, NotYet

EventHandler = Callable[[Tx, Envelope], Awaitable[None]]
"""Applies one event inside the inbox's transaction. Raises NotYet when what it builds on has not come."""

EVENT_BLOCKED = ErrorCode("event-blocked", Kind.NOT_READY, "An event could not be applied", "Có sự kiện chưa áp dụng được")

_PARKED_BATCH = 50


class Inbox:
    """What one service does with events: `handlers` by event type; types without a handler are only recorded."""

    def __init__(self, database: Database, handlers: Mapping[str, EventHandler]) -> None:
        self._database = database
        self._handlers = handlers

    async def receive(self, data: bytes) -> None:
        """Apply an event once, however often it comes. Raises what the handler raises; nothing is kept then."""
        envelope = decode_envelope(data)
        try:
            await self._apply(envelope)
        except NotYet as early:
            await self._park(envelope, data, early.awaiting)

    async def _apply(self, envelope: Envelope) -> bool:
        async with self._database.transaction() as tx:
            if not await record(tx, envelope.source, envelope.position):
                return False
            handler = self._handlers.get(envelope.routing_key)
            if handler is not None:
                await handler(tx, envelope)
        return True

    async def _park(self, envelope: Envelope, data: bytes, awaiting: str) -> None:
        async with self._database.transaction() as tx:
            await tx.run(
                """INSERT INTO inbox_parked (source, position, awaiting, message) VALUES (:source, :position, :awaiting, :message)
                   ON CONFLICT (source, position) DO UPDATE SET tries = inbox_parked.tries + 1, awaiting = :awaiting""",
                source=envelope.source,
                position=envelope.position,
                awaiting=awaiting,
                message=data,
            )

    async def retry_parked(self) -> int:
        """Try the parked events again, oldest first; how many could be applied. A worker calls this every second."""
        async with self._database.transaction() as tx:
            rows = await tx.rows("SELECT message FROM inbox_parked ORDER BY tries, parked_at LIMIT :limit", limit=_PARKED_BATCH)
        applied = 0
        for row in rows:
            envelope = decode_envelope(row["message"])
            try:
                applied += await self._apply(envelope)
            except NotYet as early:
                await self._park(envelope, row["message"], early.awaiting)
        return applied


async def record(tx: Tx, source: str, position: int) -> bool:
    """Note an event as applied by this transaction, and as parked no longer; False when it had been applied."""
    inserted = await tx.run(
        """WITH unparked AS (DELETE FROM inbox_parked WHERE source = :source AND position = CAST(:position AS bigint))
           INSERT INTO inbox (source, position) SELECT :source, CAST(:position AS bigint)
           WHERE NOT EXISTS (SELECT FROM inbox_watermark WHERE source = :source AND position >= :position)
           ON CONFLICT DO NOTHING""",
        source=source,
        position=position,
    )
    return inserted == 1 and not await _is_folded(tx, source, position)


async def _is_folded(tx: Tx, source: str, position: int) -> bool:
    """Whether the watermark has passed a position by now. An insert waits for whoever is dropping the record of that position,
    and looked at the watermark before it: asked anew, it is seen."""
    return bool(
        await tx.scalar(
            "SELECT EXISTS (SELECT FROM inbox_watermark WHERE source = :source AND position >= :position)",
            source=source,
            position=position,
        )
    )


async def watermark(tx: Tx, source: str) -> int:
    """The position up to which every event of a source has been applied in what this transaction sees."""
    return int(
        await tx.scalar(
            """WITH base AS (SELECT coalesce((SELECT position FROM inbox_watermark WHERE source = :source), 0) AS position)
               SELECT coalesce(max(i.position), (SELECT position FROM base)) FROM (
                   SELECT position, position - row_number() OVER (ORDER BY position) AS island
                   FROM inbox WHERE source = :source AND position > (SELECT position FROM base)) i
               WHERE i.island = (SELECT position FROM base)""",
            source=source,
        )
    )


async def advance_watermarks(database: Database) -> None:
    """Fold applied events into the watermark, so that the inbox stays small."""
    async with database.transaction() as tx:
        for row in await tx.rows("SELECT DISTINCT source FROM inbox"):
            await fold(tx, row["source"])


async def fold(tx: Tx, source: str) -> None:
    """Move a source's watermark on, and drop the records below it."""
    position = await watermark(tx, source)
    await tx.run(
        """INSERT INTO inbox_watermark (source, position) VALUES (:source, :position)
           ON CONFLICT (source) DO UPDATE SET position = greatest(inbox_watermark.position, :position)""",
        source=source,
        position=position,
    )
    await tx.run(
        "DELETE FROM inbox WHERE source = :source AND position <= :position",
        source=source,
        position=position,
    )


def why(error: BaseException) -> str:
    """The reason of a dead letter, with no value of the message in it."""
    if isinstance(error, ValidationError):
        faults = "; ".join(f"{'.'.join(str(part) for part in e['loc'])}: {e['type']}" for e in error.errors()[:5])
        return f"ValidationError: {faults}"
    if isinstance(error, DBAPIError):
        # What the database names, never the row: its message may quote values.
        cause = error.__cause__ or error.orig
        named = (getattr(cause, name, None) for name in ("sqlstate", "schema_name", "table_name", "constraint_name"))
        return " ".join((type(cause).__name__, *(str(part) for part in named if part)))
    return type(error).__name__
