"""What happens when obligations have moved: the read models follow."""

from __future__ import annotations

from collections.abc import Iterator

from services.reporting.domain.coverage import COMMUNE_CASHIER, GONE_OUT
from services.reporting.storage import moves
from services.reporting.storage.moves import PlacedObligation
from shared.contracts.disbursement_events import ObligationsMoved
from shared.database import Tx


async def apply_moves(tx: Tx, event: ObligationsMoved) -> int:
    """Apply an event's moves, in whatever order events come: the move with the highest step wins, an older one is ignored.

    That money went through the commune cashier stays true however it moves later. Returns how many obligations changed.
    """
    changed = await moves.apply(tx, list(_placed(event)))
    if event.provider == COMMUNE_CASHIER:
        await moves.note_cashier(tx, {(m.benefit_month, m.unit_id) for m in event.moves if m.to_place in GONE_OUT})
    return changed


def _placed(event: ObligationsMoved) -> Iterator[PlacedObligation]:
    for move in event.moves:
        yield PlacedObligation(
            benefit_month=move.benefit_month,
            subject=move.subject,
            kind=move.kind,
            revision=move.revision,
            step=move.step,
            place=move.to_place,
            unit_id=move.unit_id,
            provider=event.provider or "",
            channel=event.channel or "",
            category_group=move.category_group,
            sex=move.sex,
            age_band=move.age_band,
            amount_dong=move.amount_dong,
        )
