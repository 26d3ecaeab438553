"""What happens when read models are made again: they are forgotten, and the log they are made of is read from its beginning."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from services.reporting.domain.refusals import EVENT_LOG_GAP
from services.reporting.storage import moves, rebuilds
from shared.contracts.envelope import Envelope
from shared.database import Tx
from shared.inbox import EventHandler
from shared.kernel.errors import Refusal


@dataclass(frozen=True, slots=True)
class Part:
    """The read models that are made of one service's log: how they are forgotten, and what follows from each event type."""

    source: str
    forget: Callable[[Tx], Awaitable[None]]
    handlers: Mapping[str, EventHandler]  # by routing key


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild read."""

    events: int
    applied: int  # events that something followed from
    position: int  # of the last event read


async def rebuild(tx: Tx, part: Part, pages: AsyncIterator[Sequence[Envelope]]) -> Rebuilt:
    """Forget a part and apply its log, given page by page in the order of its positions.

    All in this transaction: readers see the old numbers until it commits, and events that the bus brings meanwhile wait; of
    them, those that the log held already are not added again. Raises `event-log-gap` when the log no longer reaches back to
    its first event.
    """
    await moves.lock(tx)
    await part.forget(tx)
    await rebuilds.begin(tx, part.source)
    events = applied = position = 0
    async for page in pages:
        for envelope in page:
            if envelope.position != position + 1:
                raise Refusal(EVENT_LOG_GAP, f"after {position} comes {envelope.position}")
            position = envelope.position
            events += 1
            handler = part.handlers.get(envelope.routing_key)
            if handler is not None:
                await handler(tx, envelope)
                applied += 1
    await rebuilds.end(tx, part.source, position)
    return Rebuilt(events, applied, position)
