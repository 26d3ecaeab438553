"""What happens at a cash office's counter: which orders are to be carried home, and who came for which, how confirmed."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from services.provider_gateway.sandbox.clock import read_clock
from services.provider_gateway.sandbox.errors import RequestRefused
from services.provider_gateway.sandbox.names import folded_name

SCHEMA = """
CREATE TABLE IF NOT EXISTS home_orders (
    provider TEXT NOT NULL, reference TEXT NOT NULL, PRIMARY KEY (provider, reference)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS receivers (
    provider TEXT NOT NULL, reference TEXT NOT NULL, name TEXT NOT NULL, identity_number TEXT, relationship TEXT NOT NULL,
    receipt TEXT NOT NULL, PRIMARY KEY (provider, reference)
) WITHOUT ROWID;
"""


class Receiver(NamedTuple):
    """Who came, on what papers, and how they confirmed."""

    name: str
    identity_number: str | None
    relationship: str
    receipt: str


def load_counter(connection: sqlite3.Connection, provider: str) -> tuple[set[str], dict[str, Receiver]]:
    """References to be carried home, and receivers by reference."""
    for statement in SCHEMA.split(";"):
        connection.execute(statement)
    home = {str(row[0]) for row in connection.execute("SELECT reference FROM home_orders WHERE provider = ?", (provider,))}
    rows = connection.execute(
        "SELECT reference, name, identity_number, relationship, receipt FROM receivers WHERE provider = ?", (provider,)
    )
    return home, {str(row[0]): Receiver(*tuple(row)[1:]) for row in rows}


def keep_home_orders(connection: sqlite3.Connection, provider: str, references: list[str]) -> None:
    """Orders that are to be carried home. Known ones stay as they are."""
    connection.executemany("INSERT OR IGNORE INTO home_orders VALUES (?, ?)", [(provider, each) for each in references])


NOT_COLLECTED = "not_collected"
"""The reason of what lapsed; any other one says why the office sent an order back."""


def send_back(connection: sqlite3.Connection, provider: str, reference: str, reason: str) -> str:
    """The office sends an order back before it lapses, since nobody can ever collect it. The business moment."""
    order = _open_order(connection, provider, reference)
    clock = read_clock(connection)
    connection.execute(
        "UPDATE payments SET plan = 'expire', plan_at = ?, reason = ?, fault = NULL WHERE payment_id = ?",
        (clock, reason, order["payment_id"]),
    )
    return clock


def come_for(connection: sqlite3.Connection, provider: str, reference: str, receiver: Receiver) -> str:
    """Somebody comes for an order now: it is handed out in this very business hour. The business moment.

    Refused: no such order (404), one that can't be collected any more, for an order is single use (409), and somebody who is
    neither the payee nor has said in whose name they come (422).
    """
    order = _open_order(connection, provider, reference)
    other_name = folded_name(receiver.name) != folded_name(order["payee_name"])
    other_number = bool(order["account"]) and receiver.identity_number != order["account"]
    if receiver.relationship == "self" and (other_name or other_number):
        raise RequestRefused(422, "not_the_payee", "Name or document is not the payee's")
    clock = read_clock(connection)
    connection.execute("INSERT INTO receivers VALUES (?, ?, ?, ?, ?, ?)", (provider, reference, *receiver))
    connection.execute(
        "UPDATE payments SET plan = 'pay_cash', plan_at = ?, reason = NULL WHERE payment_id = ?", (clock, order["payment_id"])
    )
    return clock


def _open_order(connection: sqlite3.Connection, provider: str, reference: str) -> sqlite3.Row:
    """An order that may still be collected, for it is single use."""
    order: sqlite3.Row | None = connection.execute(
        "SELECT payment_id, state, payee_name, account FROM payments"
        " WHERE provider = ? AND reference = ? AND state <> 'duplicate' ORDER BY payment_id DESC LIMIT 1",
        (provider, reference),
    ).fetchone()
    if order is None:
        raise RequestRefused(404, "not_found", "No such order")
    if order["state"] != "open":
        raise RequestRefused(409, "not_collectable", f"The order is {order['state']}")
    return order
