"""Taking a batch into the books: duplicates, name and account checks, and the plan of what will become of each payment."""

from __future__ import annotations

import sqlite3
import time

import orjson

from services.provider_gateway.sandbox.books.fault_log import record_fault
from services.provider_gateway.sandbox.books.funds import within_funds
from services.provider_gateway.sandbox.books.planning import Plan, plan_payment
from services.provider_gateway.sandbox.books.queueing import queue_webhook
from services.provider_gateway.sandbox.clock import day_of, read_clock
from services.provider_gateway.sandbox.fault_kinds import (
    BATCH_KINDS,
    BEFORE_TAKING,
    REPEATED_BATCH_KINDS,
    WEBHOOK_KINDS,
)
from services.provider_gateway.sandbox.records import BatchInfo, IncomingBatch, Result, Taking
from services.provider_gateway.sandbox.state import Sandbox

_INSERT_PAYMENT = """
INSERT INTO payments (batch_id, provider, reference, channel, amount_dong, account, payee_name, note,
                      state, reason, booked_on, plan, plan_at, return_on, fault)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def take_batch(connection: sqlite3.Connection, sandbox: Sandbox, batch: IncomingBatch) -> Taking:
    """Take a well-formed, rightly signed batch, unless a fault or an earlier sending stands against it."""
    sends = _count_send(connection, batch)
    earlier = connection.execute(
        "SELECT content_digest FROM batches WHERE provider = ? AND batch_reference = ?",
        (batch.provider, batch.batch_reference),
    ).fetchall()
    refuse = refuses_duplicates(connection, batch.provider)
    repeated = bool(earlier) and refuse
    if repeated and earlier[0][0] != batch.content_digest:
        return Taking(None, taken=False, results=[], conflict=True)
    fault = sandbox.faults.choose(_suitable(batch, repeated), f"batch:{batch.batch_reference}:{sends}", batch.provider)
    dropped_first = fault == "dropped_connection" and sandbox.faults.share(f"drop:{batch.batch_reference}:{sends}") < 0.5
    if fault is not None and fault != "not_found_at_first":  # that one is counted when an enquiry was answered so
        record_fault(connection, sandbox.faults, fault, batch.provider, batch.batch_reference)
    if fault in BEFORE_TAKING or dropped_first:
        return Taking(fault, taken=False, results=[])
    if repeated:
        references = [payment.reference for payment in batch.payments]
        _count_duplicates(connection, batch.provider, references)
        return Taking(fault, taken=False, duplicate=True, results=[Result(r, "duplicate", None) for r in references])
    results = _book_batch(connection, sandbox, batch, occurrence=len(earlier) + 1, fault=fault, refuse=refuse)
    return Taking(fault, taken=True, results=results)


def refuses_duplicates(connection: sqlite3.Connection, provider: str) -> bool:
    """Whether a provider refuses a reference the second time that it took once."""
    row = connection.execute(
        "SELECT value FROM meta WHERE name IN ('refuse_duplicates', ?) ORDER BY length(name) DESC LIMIT 1",
        (f"refuse_duplicates:{provider}",),
    ).fetchone()
    return bool(row[0] == "yes")


def _suitable(batch: IncomingBatch, repeated: bool) -> tuple[str, ...]:
    if repeated:
        return REPEATED_BATCH_KINDS
    return BATCH_KINDS if len(batch.payments) > 1 else BATCH_KINDS[:-1]  # half of one payment is none


def _count_send(connection: sqlite3.Connection, batch: IncomingBatch) -> int:
    row = connection.execute(
        "INSERT INTO sends VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET sends = sends + 1 RETURNING sends",
        (batch.provider, batch.batch_reference),
    ).fetchone()
    return int(row[0])


def _count_duplicates(connection: sqlite3.Connection, provider: str, references: list[str]) -> None:
    connection.executemany(
        "INSERT INTO duplicates VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET times = times + 1",
        [(provider, reference) for reference in references],
    )


def _book_batch(
    connection: sqlite3.Connection,
    sandbox: Sandbox,
    batch: IncomingBatch,
    *,
    occurrence: int,
    fault: str | None,
    refuse: bool,
) -> list[Result]:
    now, clock = time.time(), read_clock(connection)
    known = _known_references(connection, batch)
    _count_duplicates(connection, batch.provider, sorted(known))
    plans = _plans(connection, sandbox, batch, clock, known if refuse else set(), halved=fault == "half_batch_refused")
    hidden_until = now + sandbox.settings.not_found_seconds if fault == "not_found_at_first" else now
    ready_at = hidden_until + sandbox.settings.processing_seconds
    if fault == "timeout_after":  # ViettelPay shows such a batch as DISB_TIMEOUT until it is ready
        ready_at += sandbox.settings.hang_seconds
    open_references = [p.reference for p, plan in zip(batch.payments, plans, strict=True) if plan.state == "open"]
    webhook_fault = _webhook_fault(sandbox, batch, clock) if open_references else None
    cursor = connection.execute(
        "INSERT INTO batches (provider, batch_reference, occurrence, content_digest, payments, amount_dong, pay_point,"
        " pay_on, taken_at, taken_on, stage, ready_at, visible_at, http_fault, webhook_fault)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'taken', ?, ?, ?, ?)",
        (batch.provider, batch.batch_reference, occurrence, batch.content_digest, len(batch.payments),
         sum(payment.amount_dong for payment in batch.payments), batch.pay_point,
         batch.pay_on.isoformat() if batch.pay_on else None, now, clock[:10], ready_at, hidden_until, fault,
         webhook_fault),
    )  # fmt: skip
    batch_id = cursor.lastrowid or 0
    connection.executemany(
        _INSERT_PAYMENT,
        [
            (batch_id, batch.provider, payment.reference, batch.channel, payment.amount_dong, payment.account,
             payment.payee_name, payment.note, *plan)
            for payment, plan in zip(batch.payments, plans, strict=True)
        ],
    )  # fmt: skip
    if open_references and webhook_fault != "webhook_out_of_order":
        info = BatchInfo(batch_id, batch.provider, batch.batch_reference, "taken", len(batch.payments), 0, fault, ready_at,
                         0, webhook_fault, None)  # fmt: skip
        notice = sandbox.wires[batch.provider].accepted(info, open_references)
        webhook_id = queue_webhook(connection, batch.provider, notice, batch.batch_reference, due_at=hidden_until)
        connection.execute("UPDATE batches SET accepted_webhook_id = ? WHERE batch_id = ?", (webhook_id, batch_id))
    return [Result(p.reference, plan.state, plan.reason) for p, plan in zip(batch.payments, plans, strict=True)]


def _known_references(connection: sqlite3.Connection, batch: IncomingBatch) -> set[str]:
    rows = connection.execute(
        "SELECT DISTINCT reference FROM payments WHERE state <> 'duplicate' AND reference IN (SELECT value FROM json_each(?))",
        (orjson.dumps([payment.reference for payment in batch.payments]).decode(),),
    )
    return {str(row[0]) for row in rows}


def _plans(
    connection: sqlite3.Connection, sandbox: Sandbox, batch: IncomingBatch, clock: str, refused: set[str], *, halved: bool
) -> list[Plan]:
    if batch.channel == "account" and sandbox.settings.adopt_accounts:
        connection.executemany(
            "INSERT OR IGNORE INTO accounts (provider, account_number, holder_name, opened_on) VALUES (?, ?, ?, ?)",
            [(batch.provider, payment.account, payment.payee_name, clock[:10]) for payment in batch.payments],
        )
    holders: dict[str, tuple[str, bool]] = {}
    if batch.channel == "account":
        rows = connection.execute(
            "SELECT account_number, holder_name, locked FROM accounts"
            " WHERE provider = ? AND account_number IN (SELECT value FROM json_each(?))",
            (batch.provider, orjson.dumps([payment.account for payment in batch.payments]).decode()),
        )
        holders = {str(number): (str(name), bool(locked)) for number, name, locked in rows}
    plans = []
    half = (len(batch.payments) + 1) // 2 if halved else len(batch.payments)
    for position, payment in enumerate(batch.payments):
        if payment.reference in refused:
            plans.append(Plan("duplicate", "duplicate", clock[:10]))
        elif position >= half:
            plans.append(Plan("refused", "limit", clock[:10]))
        else:
            plans.append(plan_payment(sandbox, batch, payment, clock, holders))
    return within_funds(connection, sandbox, batch.provider, batch.payments, plans, clock)


def _webhook_fault(sandbox: Sandbox, batch: IncomingBatch, clock: str) -> str | None:
    suitable: tuple[str, ...] = WEBHOOK_KINDS
    if batch.pay_on is not None and batch.pay_on > day_of(clock):
        # The first result is days away; holding the acceptance back until then would be another kind of fault.
        suitable = tuple(kind for kind in WEBHOOK_KINDS if kind != "webhook_out_of_order")
    return sandbox.faults.choose(suitable, f"webhook:{batch.batch_reference}", batch.provider)
