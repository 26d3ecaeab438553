"""Before a run's payments are written: whoever collected nothing for too long waits until the commune has verified."""

from __future__ import annotations

from datetime import date

from services.disbursement.domain.uncollected import must_wait
from services.disbursement.storage import suspensions
from shared.database import Tx


async def suspend_uncollected(tx: Tx, authority_id: str, run_month: date) -> None:
    """End what the registry has decided, suspend who has reached the limit. `draw_due` must be filled.

    What the law owes goes on being owed; the drawing up leaves it without a payment, with its own reason.
    """
    await suspensions.end_decided(tx, authority_id)
    waiting = {}
    for person, history in (await suspensions.histories(tx)).items():
        months = must_wait(history, run_month)
        if months:
            waiting[person] = months
    await suspensions.suspend(tx, authority_id, waiting)
