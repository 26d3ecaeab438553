"""What happens when money was posted beside the payments, or payments failed: sums and reasons follow."""

from __future__ import annotations

from services.reporting.domain.sums import FAILED, UNSAID, WITH_PROVIDER, PersonKey
from services.reporting.storage import failures, ledger_sums, moves, rebuilds
from services.reporting.storage.levels import await_units
from shared.contracts.disbursement_events import LedgerPosted, ObligationsMoved
from shared.contracts.envelope import Envelope
from shared.database import Tx
from shared.kernel.clock import VIETNAM
from shared.kernel.months import month_of


async def follow_ledger(tx: Tx, envelope: Envelope) -> None:
    """Money was posted: it counts in the month of posting, in Vietnam. Not again what a rebuild has read. Not yet while the
    authority's unit is not known."""
    event = LedgerPosted.model_validate(envelope.body)
    await await_units(tx, (event.authority_id,))
    await moves.lock(tx)
    if await rebuilds.has_read(tx, envelope.source, envelope.position):
        return
    await ledger_sums.add(tx, event.authority_id, month_of(envelope.occurred_at.astimezone(VIETNAM).date()), event.entries)


async def follow_failures(tx: Tx, event: ObligationsMoved, position: int) -> None:
    """Of each person, month and commune the newest reason why a payment failed; of several in one event the last."""
    failed = {
        PersonKey(m.benefit_month, m.unit_id, m.subject): m.reason or UNSAID
        for m in event.moves
        if m.reason is not None or (m.from_place in WITH_PROVIDER and m.to_place in FAILED)
    }
    if failed:
        await failures.keep(tx, position, failed)
