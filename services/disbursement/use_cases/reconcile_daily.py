"""Reconcile by itself what providers say of their days, once these are over."""

from __future__ import annotations

from services.disbursement.storage import daily_reconciliations
from services.disbursement.storage.reconciliations import Reconciliation
from services.disbursement.use_cases.reconcile import StartReconciliation, compare_sides, start_reconciliation
from shared.auth import Caller
from shared.database import Tx

DAILY = Caller("chitra", "daily-reconciliation", "service", frozenset(), ())


async def reconcile_daily(tx: Tx) -> Reconciliation | None:
    """Compare the next days that are due, all that came since the last comparison at once; None where nothing is due.

    Breaks are opened, healed and given an owner; what is left open is compared again on each later day. The transaction must see
    all rows.
    """
    if not await daily_reconciliations.one_at_a_time(tx):
        return None
    due = await daily_reconciliations.next_due(tx, DAILY.issuer, DAILY.subject)
    if due is None:
        return None
    command = StartReconciliation(
        unit_id=due.unit_id,
        provider=due.provider,
        contract_id=None,
        source=due.source,
        run_id=None,
        from_on=due.from_on,
        to_on=due.to_on,
        from_gateway=True,
    )
    started = await start_reconciliation(tx, DAILY, command)
    compared = await compare_sides(tx, DAILY, started.reconciliation_id)
    await daily_reconciliations.give_owners(tx, compared.reconciliation_id)
    return compared
