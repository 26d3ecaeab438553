"""What rows a transaction sees."""

from __future__ import annotations

from shared.database import EVERYTHING, Tx


async def see_everything(tx: Tx) -> None:
    """Widen the transaction to all rows: for the service's own work, once the caller's right to the act was settled.

    People move: what a payroll settles may belong to somebody who lives in another authority's commune now.
    """
    await tx.scalar("SELECT set_config('chitra.scope', :scope, true)", scope=EVERYTHING)
