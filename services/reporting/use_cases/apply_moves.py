"""What happens when obligations have moved: the read models follow."""

from __future__ import annotations

from datetime import datetime

from services.reporting.domain.sums import add_up
from services.reporting.storage import closings, moves
from shared.contracts.disbursement_events import ObligationsMoved
from shared.database import Tx
from shared.kernel.clock import vietnam_date
from shared.kernel.errors import NotYet


async def apply_moves(tx: Tx, event: ObligationsMoved, position: int, occurred_at: datetime) -> int:
    """Add an event's moves, in whatever order events come. `position` is its place in disbursement's log.

    Raises NotYet while a commune of it is not known. Returns how many moves were added: none of an event that a rebuild has
    read. What comes after its month was closed is added all the same, and kept apart as well.
    """
    sums = add_up(event.moves, event.provider or "", event.channel or "", event.released_at, occurred_at)
    await moves.lock(tx)
    months = {cell.benefit_month for cell in sums.money}
    ground = await closings.ground(tx, position, sums.units, months)
    if ground.rebuilt:
        return 0
    if ground.unknown_units:
        raise NotYet(f"unit/{ground.unknown_units[0]}")
    await moves.apply(tx, sums)
    touched = {(cell.benefit_month, cell.unit_id) for cell in sums.money}
    late = touched if ground.over_gap else {each for each in touched if position > ground.closed_at.get(each, position)}
    if late:
        await closings.note_late(tx, position, event.authority_id, vietnam_date(occurred_at), sums, late)
    return len(event.moves)
