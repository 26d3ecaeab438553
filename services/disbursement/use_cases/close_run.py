"""Close a run for an authority: its books of it change no more."""

from __future__ import annotations

from uuid import UUID

from services.disbursement.domain.closing import NOT_DRAWN, Closing
from services.disbursement.domain.openings import OPENING_RUN, OPENING_RUN_CODE
from services.disbursement.storage import closings, runs
from services.disbursement.storage.handover_rows import lock_books
from services.disbursement.storage.run_books import RunPlace, run_books
from shared import audit
from shared.auth import Caller
from shared.contracts.disbursement_events import MonthClosed
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.outbox import emit


async def close_run(tx: Tx, caller: Caller, run_id: UUID, authority_id: str) -> Closing:
    """Close the run, or say who closed it before. The transaction must see all rows.

    What comes later of its payments (a return, a contradiction settled) is posted in the next open run and points back.
    Refused: `unknown-run`, `opening-run`, `run-not-drawn`, `run-still-open` with what is open.
    """
    run = await runs.find(tx, run_id)
    if run.code == OPENING_RUN_CODE:
        raise Refusal(OPENING_RUN)
    await runs.pass_gate(tx, authority_id)
    await lock_books(tx, authority_id)
    closed = await closings.find(tx, run_id, authority_id)
    if closed is not None:
        return closed
    if not await closings.has_part(tx, run_id, authority_id):
        raise Refusal(NOT_DRAWN, run_id=run_id, authority_id=authority_id)
    (await closings.still_open(tx, run_id, run.run_month, authority_id)).check()
    await closings.insert(tx, caller, run_id, authority_id)
    place = RunPlace(run.run_id, run.unit_id, run.code, run.run_month, run.opened_at)
    books = await run_books(tx, place, [authority_id])
    event = MonthClosed(
        run_id=run_id,
        run_code=run.code,
        run_month=run.run_month,
        benefit_months=list(run.benefit_months),
        authority_id=authority_id,
        paid_dong=books.own.paid_dong,
        returned_dong=books.own.returned_dong,
        whole_run=await closings.whole_run(tx, run_id),
    )
    await emit(tx, event, unit_id=authority_id)
    await audit.append(
        tx, caller, "close-run", f"run/{run_id}", authority_id=authority_id, paid_dong=event.paid_dong, whole_run=event.whole_run
    )
    made = await closings.find(tx, run_id, authority_id)
    assert made is not None
    return made
