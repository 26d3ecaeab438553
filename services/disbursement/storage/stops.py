"""Stops as the gateway says them."""

from __future__ import annotations

from uuid import UUID

from shared.contracts.gateway_events import StopChanged
from shared.database import Tx


async def upsert(tx: Tx, event: StopChanged) -> None:
    """Take a stop over. Events may come in any order: what was lifted stays so."""
    await tx.run(
        """INSERT INTO stops AS held (stop_id, scope, key, cause, reason, stopped_at, lifted_at)
           VALUES (:stop_id, :scope, :key, :cause, :reason, :stopped_at, :lifted_at)
           ON CONFLICT (stop_id) DO UPDATE SET lifted_at = coalesce(held.lifted_at, excluded.lifted_at)""",
        stop_id=event.stop_id,
        scope=event.scope,
        key=event.key,
        cause=event.cause,
        reason=event.reason,
        stopped_at=event.stopped_at,
        lifted_at=event.lifted_at,
    )


async def waive_canary(tx: Tx, payroll_id: UUID) -> bool:
    """An officer let the rest of a payroll go although its canary failed; False where it had not."""
    return bool(
        await tx.run(
            """UPDATE canaries SET state = 'waived', decided_at = platform.business_now()
               WHERE payroll_id = :payroll_id AND state = 'failed'""",
            payroll_id=payroll_id,
        )
    )
