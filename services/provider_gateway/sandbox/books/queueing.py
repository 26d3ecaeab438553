"""The queue of outgoing webhooks, which is part of the books: what was booked will be told, whatever crashes."""

from __future__ import annotations

import secrets
import sqlite3
import time
from typing import NamedTuple

import orjson

from services.provider_gateway.sandbox.books.fault_log import record_fault
from services.provider_gateway.sandbox.faults import Faults
from services.provider_gateway.sandbox.records import Notice

MAX_ATTEMPTS = 40
"""After this many the webhook is given up; with the waits below that is after some five minutes."""

_SENDABLE = (
    "FROM webhooks w LEFT JOIN webhooks earlier ON earlier.webhook_id = w.waits_for"
    " WHERE w.state = 'queued' AND (w.waits_for IS NULL OR earlier.state IN ('delivered', 'gave_up'))"
)


def queue_webhook(
    connection: sqlite3.Connection,
    provider: str,
    notice: Notice,
    subject: str,
    *,
    due_at: float | None = None,
    waits_for: int | None = None,
    fault: str | None = None,
    message_id: str | None = None,
    held: bool = False,
) -> int:
    """Queue a webhook; a `held` one waits until the clock moves on. The fault `webhook_forged` makes it a forged one."""
    now = time.time()
    cursor = connection.execute(
        "INSERT INTO webhooks (provider, message_id, event, body, subject, state, due_at, made_at, waits_for, fault, forged)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (provider, message_id or new_message_id(), notice.event, orjson.dumps(notice.payload), subject,
         "held" if held else "queued", due_at or now, now, waits_for, fault, int(fault == "webhook_forged")),
    )  # fmt: skip
    return cursor.lastrowid or 0


def new_message_id() -> str:
    """The id of a webhook, the same for each try to deliver it."""
    return f"msg_{secrets.token_hex(12)}"


class DueWebhook(NamedTuple):
    """A webhook to post now."""

    webhook_id: int
    provider: str
    message_id: str
    event: str
    body: bytes
    subject: str
    attempts: int
    fault: str | None
    forged: bool


def due_webhooks(connection: sqlite3.Connection, busy: list[int], limit: int) -> list[DueWebhook]:
    """Webhooks whose time has come and that are not being posted (`busy`) already, oldest first."""
    rows = connection.execute(
        "SELECT w.webhook_id, w.provider, w.message_id, w.event, w.body, w.subject, w.attempts, w.fault, w.forged"  # noqa: S608
        f" {_SENDABLE} AND w.due_at <= ? AND w.webhook_id NOT IN (SELECT value FROM json_each(?))"
        " ORDER BY w.due_at, w.webhook_id LIMIT ?",
        (time.time(), orjson.dumps(busy).decode(), limit),
    ).fetchall()
    return [DueWebhook(*row) for row in rows]


def next_due_at(connection: sqlite3.Connection) -> float | None:
    """When the next webhook that waits for no other is due, in Unix seconds; None when there is none."""
    row = connection.execute(f"SELECT min(w.due_at) {_SENDABLE}").fetchone()
    return None if row[0] is None else float(row[0])


def record_deliveries(connection: sqlite3.Connection, faults: Faults, sent: list[tuple[DueWebhook, int | None]]) -> None:
    """Write down what became of each try: the answer's status, or None where there was no answer.

    A forged webhook is done once it was answered at all; a real one when the answer was 2xx.
    """
    for webhook, status in sent:
        attempts = webhook.attempts + 1
        delivered = status is not None and (webhook.forged or 200 <= status < 300)
        if delivered or attempts >= MAX_ATTEMPTS:
            connection.execute(
                "UPDATE webhooks SET state = ?, body = x'', attempts = ?, last_status = ? WHERE webhook_id = ?",
                ("delivered" if delivered else "gave_up", attempts, status, webhook.webhook_id),
            )
            if webhook.fault and delivered:
                record_fault(connection, faults, webhook.fault, webhook.provider, webhook.subject)
            elif webhook.fault:
                faults.abandon(webhook.fault)
            continue
        connection.execute(
            "UPDATE webhooks SET attempts = ?, last_status = ?, due_at = ? WHERE webhook_id = ?",
            (attempts, status, time.time() + min(10.0, 0.1 * 2 ** min(attempts, 10)), webhook.webhook_id),
        )


def release_held(connection: sqlite3.Connection) -> int:
    """Let late webhooks go; how many there were."""
    return connection.execute("UPDATE webhooks SET state = 'queued', due_at = ? WHERE state = 'held'", (time.time(),)).rowcount


def webhook_counts(connection: sqlite3.Connection) -> dict[str, int]:
    """How many webhooks stand where; `forged_believed` are forged ones that were answered 2xx, which none should be."""
    counts = dict.fromkeys(("queued", "held", "delivered", "gave_up"), 0)
    for state, count in connection.execute("SELECT state, count(*) FROM webhooks GROUP BY state"):
        counts[state] = count
    believed = connection.execute("SELECT count(*) FROM webhooks WHERE forged = 1 AND last_status BETWEEN 200 AND 299").fetchone()
    return {**counts, "forged_believed": int(believed[0])}
