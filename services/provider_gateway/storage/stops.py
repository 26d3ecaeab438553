"""Stops, and the gates by which they hold."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.provider_gateway.domain.chunk import Chunk
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.ids import new_id

_STOP = "stop_id, scope, key, reason, issuer, subject, stopped_at, lifted_at"


async def ensure_gates(tx: Tx, provider: str, payroll_id: UUID) -> None:
    """The gates that a payroll's chunks will have to pass: there before the first of them can be sent."""
    await tx.run(
        """INSERT INTO gates (scope, key) VALUES ('provider', :provider), ('payroll', :payroll) ON CONFLICT DO NOTHING""",
        provider=provider,
        payroll=str(payroll_id),
    )


async def pass_gates(tx: Tx, chunk: Chunk) -> bool:
    """Whether nothing stops the chunk, now and until this transaction has committed: a stop waits for the shared locks."""
    rows = await tx.rows(
        """SELECT stops FROM gates WHERE (scope = 'provider' AND key = :provider) OR (scope = 'payroll' AND key = :payroll)
           FOR SHARE""",
        provider=chunk.provider,
        payroll=str(chunk.key.payroll_id),
    )
    return len(rows) == 2 and all(row["stops"] == 0 for row in rows)


async def insert_stop(tx: Tx, caller: Caller, scope: str, key: str, reason: str) -> dict[str, Any]:
    """Close a gate. Once this transaction has committed, no intent behind the gate is."""
    await tx.run(
        """INSERT INTO gates AS gate (scope, key, stops) VALUES (:scope, :key, 1)
           ON CONFLICT (scope, key) DO UPDATE SET stops = gate.stops + 1""",
        scope=scope,
        key=key,
    )
    row = await tx.row(
        f"""INSERT INTO stops (stop_id, scope, key, reason, issuer, subject, stopped_at)
            VALUES (:stop_id, :scope, :key, :reason, :issuer, :subject, platform.business_now())
            RETURNING {_STOP}""",  # noqa: S608 - constants only
        stop_id=new_id(),
        scope=scope,
        key=key,
        reason=reason,
        issuer=caller.issuer,
        subject=caller.subject,
    )
    assert row is not None
    return dict(row)


async def lift_stop(tx: Tx, caller: Caller, stop_id: UUID) -> dict[str, Any] | None:
    """Lift a stop; its gate opens when no other holds it. Lifting twice changes nothing. None: no such stop."""
    row = await tx.row(f"SELECT {_STOP} FROM stops WHERE stop_id = :stop_id FOR UPDATE", stop_id=stop_id)  # noqa: S608
    if row is None or row["lifted_at"] is not None:
        return dict(row) if row is not None else None
    await tx.run("UPDATE gates SET stops = stops - 1 WHERE scope = :scope AND key = :key", scope=row["scope"], key=row["key"])
    lifted = await tx.row(
        f"""UPDATE stops SET lifted_issuer = :issuer, lifted_subject = :subject, lifted_at = platform.business_now()
            WHERE stop_id = :stop_id RETURNING {_STOP}""",  # noqa: S608
        stop_id=stop_id,
        issuer=caller.issuer,
        subject=caller.subject,
    )
    assert lifted is not None
    return dict(lifted)


async def stops_page(tx: Tx, in_force: bool, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Stops in the order they were made, after one; `in_force` leaves out the lifted."""
    rows = await tx.rows(
        f"""SELECT {_STOP} FROM stops
            WHERE (CAST(:after AS uuid) IS NULL OR stop_id > :after) AND (NOT :in_force OR lifted_at IS NULL)
            ORDER BY stop_id LIMIT :limit""",  # noqa: S608
        after=after,
        in_force=in_force,
        limit=limit,
    )
    return [dict(row) for row in rows]
