"""What was planned happens: money moves, states change, and the webhooks that tell of it are queued, all in one transaction."""

from __future__ import annotations

import sqlite3
import time

from services.provider_gateway.sandbox.books.fault_log import record_fault
from services.provider_gateway.sandbox.books.funds import give_back
from services.provider_gateway.sandbox.books.queueing import new_message_id, queue_webhook
from services.provider_gateway.sandbox.clock import read_clock
from services.provider_gateway.sandbox.fault_kinds import LATER_WEBHOOK_KINDS
from services.provider_gateway.sandbox.records import BatchInfo, Outcome
from services.provider_gateway.sandbox.state import Sandbox

MAX_OUTCOMES = 500
"""Of one webhook."""

_DUE = "batch_id = ? AND plan IS NOT NULL AND plan_at <= ?"

_MOVE = f"""
INSERT INTO movements (provider, reference, payment_id, kind, amount_dong, account, note, booked_on, booked_at)
SELECT provider, reference, payment_id,
       CASE plan WHEN 'credit' THEN 'credit' WHEN 'return' THEN 'return' ELSE 'cash_paid' END,
       amount_dong, account, note, substr(plan_at, 1, 10), ?
FROM payments WHERE {_DUE} AND plan IN ('credit', 'return', 'pay_cash')
"""  # noqa: S608 - constant text

_NEW_STATE = (
    "CASE plan WHEN 'credit' THEN 'credited' WHEN 'refuse' THEN 'refused' WHEN 'pay_cash' THEN 'paid'"
    " WHEN 'expire' THEN 'uncollected' WHEN 'withdraw' THEN 'withdrawn' WHEN 'return' THEN 'returned' END"
)

_STEP = f"""
UPDATE payments SET
    state = {_NEW_STATE},
    reason = CASE plan WHEN 'return' THEN 'account_closed' WHEN 'withdraw' THEN NULL ELSE reason END,
    booked_on = substr(plan_at, 1, 10),
    plan = CASE WHEN plan = 'credit' AND return_on IS NOT NULL THEN 'return' END,
    plan_at = CASE WHEN plan = 'credit' AND return_on IS NOT NULL THEN return_on || 'T09' END
WHERE {_DUE}
"""  # noqa: S608 - constant text

_RESULTS = f"""
SELECT reference, amount_dong, {_NEW_STATE},
       CASE plan WHEN 'return' THEN 'account_closed' WHEN 'withdraw' THEN NULL ELSE reason END,
       substr(plan_at, 1, 10), payee_name, account, 0
FROM payments WHERE {_DUE} ORDER BY payment_id
"""  # noqa: S608 - constant text

_FIRING = {"refuse": "refused_", "return": "returned", "expire": "uncollected"}
"""Which planned step makes which faults real, by how their names begin."""


def ready_batches(connection: sqlite3.Connection, *, all_taken: bool, limit: int) -> list[int]:
    """Taken batches whose processing time is over (or all taken ones), oldest first."""
    rows = connection.execute(
        "SELECT batch_id FROM batches WHERE stage = 'taken' AND ready_at <= ? ORDER BY ready_at LIMIT ?",
        (float("inf") if all_taken else time.time(), limit),
    )
    return [int(row[0]) for row in rows]


def next_ready_at(connection: sqlite3.Connection) -> float | None:
    """When the next taken batch or request for an account is ready, in Unix seconds."""
    row = connection.execute(
        "SELECT min(at) FROM (SELECT min(ready_at) AS at FROM batches WHERE stage = 'taken'"
        " UNION ALL SELECT min(ready_at) FROM openings WHERE state = 'received')"
    ).fetchone()
    return None if row[0] is None else float(row[0])


def due_batches(connection: sqlite3.Connection, until: str) -> list[int]:
    """Batches with anything planned up to a business moment."""
    rows = connection.execute(
        "SELECT DISTINCT batch_id FROM payments WHERE plan IS NOT NULL AND plan_at <= ? ORDER BY batch_id", (until,)
    )
    return [int(row[0]) for row in rows]


def settle_batches(connection: sqlite3.Connection, sandbox: Sandbox, batch_ids: list[int], until: str | None = None) -> None:
    """Do all that is planned in these batches up to a business moment (default: the present one)."""
    clock = until or read_clock(connection)
    for batch_id in batch_ids:
        _settle_batch(connection, sandbox, read_batch(connection, batch_id), clock)


def read_batch(connection: sqlite3.Connection, batch_id: int) -> BatchInfo:
    """A batch by its key."""
    return BatchInfo(
        *connection.execute(
            "SELECT batch_id, provider, batch_reference, stage, payments, amount_dong, http_fault, ready_at, settlements,"
            " webhook_fault, accepted_webhook_id FROM batches WHERE batch_id = ?",
            (batch_id,),
        ).fetchone()
    )


def _settle_batch(connection: sqlite3.Connection, sandbox: Sandbox, batch: BatchInfo, clock: str) -> None:
    due = (batch.batch_id, clock)
    outcomes = [Outcome(*row) for row in connection.execute(_RESULTS, due)]
    if batch.stage == "taken" and batch.http_fault == "not_found_at_first":
        _abandon_unseen_hiding(connection, sandbox, batch)
    if outcomes:
        _strike_payment_faults(connection, sandbox, due)
        connection.execute(_MOVE, (time.time(), *due))
        back = f"SELECT coalesce(sum(amount_dong), 0) FROM payments WHERE {_DUE} AND plan IN ('return', 'expire', 'withdraw')"  # noqa: S608
        give_back(connection, batch.provider, int(connection.execute(back, due).fetchone()[0]))
        connection.execute(_STEP, due)
        _tell(connection, sandbox, batch, outcomes)
    connection.execute(
        "UPDATE batches SET stage = 'processed', settlements = settlements + ? WHERE batch_id = ?",
        (int(bool(outcomes)), batch.batch_id),
    )


def _strike_payment_faults(connection: sqlite3.Connection, sandbox: Sandbox, due: tuple[int, str]) -> None:
    rows = connection.execute(
        f"SELECT plan, fault, provider, reference FROM payments WHERE {_DUE} AND fault IS NOT NULL",  # noqa: S608
        due,
    ).fetchall()
    for step, kind, provider, reference in rows:
        if step in _FIRING and kind.startswith(_FIRING[step]):
            record_fault(connection, sandbox.faults, kind, provider, reference)


def _abandon_unseen_hiding(connection: sqlite3.Connection, sandbox: Sandbox, batch: BatchInfo) -> None:
    """Nobody enquired while the batch was hidden, so the fault never showed; its first occasion is awaited again."""
    seen = connection.execute(
        "SELECT 1 FROM fired_faults WHERE subject = ? AND kind = 'not_found_at_first'", (batch.batch_reference,)
    ).fetchone()
    if seen is None:
        sandbox.faults.abandon("not_found_at_first")


def _tell(connection: sqlite3.Connection, sandbox: Sandbox, batch: BatchInfo, outcomes: list[Outcome]) -> None:
    """Queue the webhooks of a settlement, with the fault that this batch's webhooks are to suffer."""
    faults, wire = sandbox.faults, sandbox.wires[batch.provider]
    fault = batch.webhook_fault
    if batch.settlements:
        fault = faults.choose(LATER_WEBHOOK_KINDS, f"webhook:{batch.batch_reference}:{batch.settlements}", batch.provider)
    if fault == "webhook_never":
        record_fault(connection, faults, fault, batch.provider, batch.batch_reference)
        return
    if fault == "webhook_forged":
        notice = wire.settled(batch, [_lie(batch, outcomes[0])], forged=True)
        queue_webhook(connection, batch.provider, notice, batch.batch_reference, fault=fault)
    for start in range(0, len(outcomes), MAX_OUTCOMES):
        notice = wire.settled(batch, outcomes[start : start + MAX_OUTCOMES], forged=False)
        message_id, first = new_message_id(), start == 0
        late = fault == "webhook_late"
        webhook_id = queue_webhook(
            connection, batch.provider, notice, batch.batch_reference, message_id=message_id, held=late,
            waits_for=batch.accepted_webhook_id, fault=fault if late and first else None,
        )  # fmt: skip
        if first and fault == "webhook_twice":
            queue_webhook(
                connection, batch.provider, notice, batch.batch_reference, message_id=message_id, waits_for=webhook_id,
                fault=fault,
            )  # fmt: skip
        if first and fault == "webhook_out_of_order":
            accepted = wire.accepted(batch, [outcome.reference for outcome in outcomes])
            queue_webhook(
                connection, batch.provider, accepted, batch.batch_reference, waits_for=webhook_id, fault=fault
            )  # fmt: skip


def _lie(batch: BatchInfo, outcome: Outcome) -> Outcome:
    """The opposite of what happened, as a forger would have it."""
    if outcome.state in ("credited", "paid"):
        return outcome._replace(state="refused", reason="invalid_account")
    return outcome._replace(state="credited" if batch.provider == "vietinbank" else "paid", reason=None)
