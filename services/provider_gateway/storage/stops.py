"""Stops, and the gates by which they hold."""

from __future__ import annotations

from uuid import UUID

from services.provider_gateway.domain.chunk import Chunk
from services.provider_gateway.domain.stops import Cause, Scope, Stop
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.ids import new_id

_STOP = """stop_id, scope, key, cause, reason, issuer, subject, stopped_at, lifted_issuer, lifted_subject, lifted_at,
           lift_reason"""


async def ensure_gates(tx: Tx, provider: str, payroll_id: UUID) -> None:
    """The gates that a payroll's chunks will have to pass: there before the first of them can be sent."""
    await tx.run(
        """INSERT INTO gates (scope, key) VALUES ('provider', :provider), ('payroll', :payroll) ON CONFLICT DO NOTHING""",
        provider=provider,
        payroll=str(payroll_id),
    )


async def pass_gates(tx: Tx, chunk: Chunk) -> bool:
    """Whether nothing stops the chunk, now and until this transaction has committed: a stop waits for the shared locks.

    The rows' locks hold the stop off; the queue before them is fair where rows are not: once a stop waits, later intents wait
    behind it, so that senders at full speed never keep it waiting.
    """
    await tx.rows(
        """SELECT pg_advisory_xact_lock_shared(hashtextextended('gate:' || g.gate, 0))
           FROM unnest(CAST(:gates AS text[])) WITH ORDINALITY AS g (gate, place) ORDER BY place""",
        gates=[f"provider/{chunk.provider}", f"payroll/{chunk.key.payroll_id}"],
    )
    rows = await tx.rows(
        """SELECT stops FROM gates WHERE (scope = 'provider' AND key = :provider) OR (scope = 'payroll' AND key = :payroll)
           FOR SHARE""",
        provider=chunk.provider,
        payroll=str(chunk.key.payroll_id),
    )
    return len(rows) == 2 and all(row["stops"] == 0 for row in rows)


async def insert_stop(tx: Tx, caller: Caller, scope: Scope, key: str, cause: Cause, reason: str) -> Stop | None:
    """Close a gate. Once this transaction has committed, no intent behind the gate is.

    None where a rule's stop of the same gate is in force already: a rule stops once, a person as often as they say. Who
    places several in one transaction stops providers before payrolls, the order in which intents pass their gates.
    """
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended('gate:' || :gate, 0))", gate=f"{scope}/{key}")
    await tx.run(
        """INSERT INTO gates AS gate (scope, key, stops) VALUES (:scope, :key, 1)
           ON CONFLICT (scope, key) DO UPDATE SET stops = gate.stops + 1""",
        scope=scope,
        key=key,
    )
    row = await tx.row(
        f"""INSERT INTO stops (stop_id, scope, key, cause, reason, issuer, subject, stopped_at)
            VALUES (:stop_id, :scope, :key, :cause, :reason, :issuer, :subject, platform.business_now())
            ON CONFLICT (scope, key, cause) WHERE lifted_at IS NULL AND cause <> 'person' DO NOTHING
            RETURNING {_STOP}""",  # noqa: S608 - constants only
        stop_id=new_id(),
        scope=scope,
        key=key,
        cause=cause,
        reason=reason,
        issuer=caller.issuer,
        subject=caller.subject,
    )
    if row is None:
        await tx.run("UPDATE gates SET stops = stops - 1 WHERE scope = :scope AND key = :key", scope=scope, key=key)
        return None
    return Stop(**row)


async def hold_gate(tx: Tx, scope: Scope, key: str) -> None:
    """Wait for intents and for a lifting that are under way, and keep others off until this transaction ends."""
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended('gate:' || :gate, 0))", gate=f"{scope}/{key}")
    await tx.rows("SELECT FROM gates WHERE scope = :scope AND key = :key FOR UPDATE", scope=scope, key=key)


async def lock_stop(tx: Tx, stop_id: UUID) -> Stop | None:
    """A stop, locked until the transaction ends. None: no such stop."""
    row = await tx.row(f"SELECT {_STOP} FROM stops WHERE stop_id = :stop_id FOR UPDATE", stop_id=stop_id)  # noqa: S608
    return Stop(**row) if row is not None else None


async def lift_stop(tx: Tx, caller: Caller, stop: Stop, reason: str) -> Stop:
    """Lift a locked stop that is in force; its gate opens when no other holds it. What was answered until now is judged no
    more by the error-rate rule: else it would stop again at once."""
    await tx.run(
        "UPDATE gates SET stops = stops - 1, judged_from = clock_timestamp() WHERE scope = :scope AND key = :key",
        scope=stop.scope,
        key=stop.key,
    )
    lifted = await tx.row(
        f"""UPDATE stops SET lifted_issuer = :issuer, lifted_subject = :subject, lifted_at = platform.business_now(),
                lift_reason = :reason
            WHERE stop_id = :stop_id RETURNING {_STOP}""",  # noqa: S608
        stop_id=stop.stop_id,
        issuer=caller.issuer,
        subject=caller.subject,
        reason=reason,
    )
    assert lifted is not None
    return Stop(**lifted)


async def stops_page(tx: Tx, in_force: bool, scope: Scope | None, key: str | None, after: UUID | None, limit: int) -> list[Stop]:
    """Stops in the order they were made, after one; `in_force` leaves out the lifted."""
    rows = await tx.rows(
        f"""SELECT {_STOP} FROM stops
            WHERE (CAST(:after AS uuid) IS NULL OR stop_id > :after) AND (NOT :in_force OR lifted_at IS NULL)
              AND (CAST(:scope AS text) IS NULL OR scope = :scope) AND (CAST(:key AS text) IS NULL OR key = :key)
            ORDER BY stop_id LIMIT :limit""",  # noqa: S608
        after=after,
        in_force=in_force,
        scope=scope,
        key=key,
        limit=limit,
    )
    return [Stop(**row) for row in rows]
