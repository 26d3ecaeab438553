"""What happens when the read models are made again: everything is forgotten and the event log applied from its beginning."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from services.reporting.domain.refusals import EVENT_LOG_GAP
from services.reporting.storage import moves
from services.reporting.use_cases.apply_moves import apply_moves
from shared.contracts.disbursement_events import ObligationsMoved
from shared.contracts.envelope import Envelope
from shared.database import Tx
from shared.kernel.errors import Refusal


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild read."""

    events: int
    moves: int
    position: int  # of the last event read


async def rebuild(tx: Tx, pages: AsyncIterator[Sequence[Envelope]]) -> Rebuilt:
    """Forget the read models and apply disbursement's log, given page by page in the order of its positions.

    All in this transaction: readers see the old numbers until it commits, and events that the bus brings meanwhile wait.
    Raises `event-log-gap` when the log no longer reaches back to its first event.
    """
    await moves.forget(tx)
    events = moved = position = 0
    async for page in pages:
        for envelope in page:
            if envelope.position != position + 1:
                raise Refusal(EVENT_LOG_GAP, f"after {position} comes {envelope.position}")
            position = envelope.position
            events += 1
            if envelope.type == ObligationsMoved.type:
                event = ObligationsMoved.model_validate(envelope.body)
                await apply_moves(tx, event)
                moved += len(event.moves)
    return Rebuilt(events, moved, position)
