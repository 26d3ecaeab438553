"""The registry says what was agreed of the time before ChiTra, or that some of it was taken back: it goes into the books."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.disbursement.domain.categories import group_of
from services.disbursement.domain.ledger import OPENING, Cause, Posting
from services.disbursement.domain.ledger import RECEIVABLE as OWED_BACK
from services.disbursement.domain.openings import (
    COUNTERED,
    COUNTERED_LATE,
    OPENING_RUN_CODE,
    OWED_ALREADY,
    RECEIVABLE,
    Opening,
)
from services.disbursement.domain.runs import Run
from services.disbursement.storage import openings, runs
from services.disbursement.storage.ledger import post
from services.disbursement.storage.moves import say_moves
from services.disbursement.use_cases.draw_up_run import in_order
from services.disbursement.use_cases.recover_receivable import counter_receivable
from shared.contracts.disbursement_events import ObligationMove
from shared.contracts.registry_events import OpeningBalancesAgreed, OpeningEntryCountered
from shared.database import Tx
from shared.kernel.errors import NotYet
from shared.kernel.ids import new_id


async def book_openings(tx: Tx, event: OpeningBalancesAgreed) -> None:
    """Keep the entries, and owe what is unpaid or unclaimed: it rests in its place until a run's drawing up takes it.

    An event again changes nothing. A month of which something is owed here already is not owed twice: the entry stands as
    `owed_already` for somebody to look at. Raises NotYet while the commune or a person has not come.
    """
    authority_id = await openings.authority_of(tx, event.unit_id)
    ids = [entry.beneficiary_id for entry in event.entries if entry.beneficiary_id]
    if authority_id is None or await openings.people_missing(tx, ids):
        raise NotYet("registry: the people of opening balances")
    new = await openings.record(tx, event.list_id, event.unit_id, authority_id, event.entries)
    run = await _opening_run(tx, event.unit_id, sorted({entry.benefit_month for entry in event.entries}))
    owed_back_dong = await openings.open_receivables(tx, run.run_id, new)
    if owed_back_dong:
        await post(tx, [Posting(run.run_id, authority_id, "opening").money(OPENING, OWED_BACK, owed_back_dong)])
    groups = {category: group for category in await openings.categories_of(tx, ids) if (group := group_of(category))}
    await _say(tx, run, authority_id, "opening", await openings.book(tx, run.run_id, new, groups))


async def counter_opening(tx: Tx, event: OpeningEntryCountered) -> None:
    """Take an entry back. What no payment has taken is cancelled; else it stands as `countered_late`: recovering what was
    paid needs a decision. Raises NotYet while the entry has not come."""
    opening = await openings.find_opening(tx, event.entry_id)
    if opening is None:
        raise NotYet(f"registry: opening entry {event.entry_id}")
    if opening.state in (COUNTERED, COUNTERED_LATE):
        return
    moves = await openings.cancel(tx, event.entry_id)
    nothing_repaid = await counter_receivable(tx, event.entry_id, event.minutes_number)
    state = _countered(opening, moves) if nothing_repaid else COUNTERED_LATE
    await openings.mark_countered(tx, event.entry_id, state, event.minutes_number)
    if moves:
        run = await _opening_run(tx, opening.unit_id, ())
        await _say(tx, run, opening.authority_id, "opening-counter", moves)


def _countered(opening: Opening, moves: Sequence[ObligationMove]) -> str:
    nothing_owed = opening.kind == RECEIVABLE or opening.state == OWED_ALREADY
    return COUNTERED if moves or nothing_owed else COUNTERED_LATE


async def _opening_run(tx: Tx, unit_id: str, months: Sequence[date]) -> Run:
    province_id = await openings.province_of(tx, unit_id)
    await openings.ensure_opening_run(tx, new_id(), province_id, OPENING_RUN_CODE, months)
    return await runs.by_code(tx, province_id, OPENING_RUN_CODE)


async def _say(tx: Tx, run: Run, authority_id: str, cause: Cause, moves: Sequence[ObligationMove]) -> None:
    await post(tx, Posting(run_id=run.run_id, authority_id=authority_id, cause=cause).obligations(moves))
    await say_moves(tx, run, authority_id, None, None, in_order(moves))
