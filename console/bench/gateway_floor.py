"""The floor of `bench gateway`: the rows that settling wrote, written once more by set-based SQL.

Into copies with the same columns, indexes and constraints, all in one transaction with its commit. Each row is written as
often as safety wants it and no more: an attempt as intent, then as outcome; a chunk when it is instructed, sent and settled;
a webhook when it comes and when it is applied; an event when it is said and when it gets its position.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from console.bench.processor import server_cpu_seconds

_COPIED = {
    "disbursement": ("payments", "chunks", "ledger_entries", "outbox"),
    "provider_gateway": ("chunks", "attempts", "webhooks", "outbox"),
}

# As they stood before the release: not timed.
_BEFORE = (
    "INSERT INTO floor.disbursement_payments SELECT * FROM disbursement.payments",
    """UPDATE floor.disbursement_payments SET state = 'open', step = 0, provider_reference = NULL, settled_at = NULL""",
    """INSERT INTO floor.disbursement_chunks SELECT * FROM disbursement.chunks""",
    """UPDATE floor.disbursement_chunks SET state = 'sealed', instructed_at = NULL, answered_at = NULL""",
    """VACUUM (ANALYZE) floor.disbursement_payments, floor.disbursement_chunks""",
)

_OUTBOX = """INSERT INTO floor.{0}_outbox (seq, month, event_id, type, version, occurred_at, unit_id, body)
    SELECT seq, month, event_id, type, version, occurred_at, unit_id, body FROM {0}.outbox WHERE position > {1}"""
_POSITIONS = """UPDATE floor.{0}_outbox f SET position = o.position FROM {0}.outbox o
    WHERE o.month = f.month AND o.event_id = f.event_id AND o.position > {1}"""

_WRITES = (
    """UPDATE floor.disbursement_chunks f SET state = 'instructed', instructed_at = c.instructed_at
       FROM disbursement.chunks c WHERE c.payroll_id = f.payroll_id AND c.chunk_no = f.chunk_no""",
    """INSERT INTO floor.disbursement_ledger_entries SELECT * FROM disbursement.ledger_entries WHERE chunk_no IS NOT NULL""",
    """INSERT INTO floor.provider_gateway_chunks SELECT * FROM provider_gateway.chunks""",
    """INSERT INTO floor.provider_gateway_attempts SELECT * FROM provider_gateway.attempts""",
    """UPDATE floor.provider_gateway_chunks SET state = 'open', tries = tries""",
    """INSERT INTO floor.provider_gateway_webhooks SELECT * FROM provider_gateway.webhooks""",
    """UPDATE floor.provider_gateway_attempts f SET state = a.state, step = a.step, provider_reference = a.provider_reference,
           settled_at = a.settled_at
       FROM provider_gateway.attempts a
       WHERE a.run_month = f.run_month AND a.payment_id = f.payment_id AND a.attempt_no = f.attempt_no""",
    """UPDATE floor.provider_gateway_chunks f SET state = c.state, settled_at = c.settled_at FROM provider_gateway.chunks c
       WHERE c.payroll_id = f.payroll_id AND c.chunk_no = f.chunk_no""",
    """UPDATE floor.provider_gateway_webhooks f SET state = w.state, applied_at = w.applied_at FROM provider_gateway.webhooks w
       WHERE w.webhook_id = f.webhook_id""",
    """UPDATE floor.disbursement_payments f SET state = p.state, step = p.step, provider_reference = p.provider_reference,
           settled_at = p.settled_at
       FROM disbursement.payments p WHERE p.run_month = f.run_month AND p.payment_id = f.payment_id""",
    """UPDATE floor.disbursement_chunks f SET state = c.state, answered_at = c.answered_at FROM disbursement.chunks c
       WHERE c.payroll_id = f.payroll_id AND c.chunk_no = f.chunk_no""",
)


@dataclass(frozen=True, slots=True)
class Floor:
    """What the writes took: by the clock on the wall, and of the processor (None where the system does not tell)."""

    seconds: float
    cpu_seconds: float | None


async def write_again(admin: asyncpg.Connection, first_position: int, data: Path) -> Floor:
    """Write. `first_position`: of disbursement's log before the release; `data`: the server's directory."""
    await admin.execute("CREATE SCHEMA floor")
    for schema, tables in _COPIED.items():
        for table in tables:
            await admin.execute(f"CREATE TABLE floor.{schema}_{table} (LIKE {schema}.{table} INCLUDING ALL EXCLUDING IDENTITY)")
    for statement in (*_BEFORE, "CHECKPOINT"):
        await admin.execute(statement)
    logs = (("disbursement", first_position), ("provider_gateway", 0))
    said = [write.format(*log) for log in logs for write in (_OUTBOX, _POSITIONS)]
    before, began = server_cpu_seconds(data), time.perf_counter()
    async with admin.transaction():
        for statement in (*_WRITES, *said):
            await admin.execute(statement)
    seconds, after = time.perf_counter() - began, server_cpu_seconds(data)
    return Floor(seconds, None if before is None or after is None else after - before)
