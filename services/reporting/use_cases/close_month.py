"""What happens when an authority has closed a run: its benefit months stand as closed from that position on."""

from __future__ import annotations

from datetime import datetime

from services.reporting.storage import closings, moves
from shared.contracts.disbursement_events import MonthClosed
from shared.database import Tx
from shared.kernel.clock import vietnam_date


async def close_month(tx: Tx, event: MonthClosed, position: int, occurred_at: datetime) -> None:
    """Note the closing: "as closed" is what events up to this position said."""
    await moves.lock(tx)
    await closings.close(tx, event.authority_id, event.benefit_months, position, vietnam_date(occurred_at))
