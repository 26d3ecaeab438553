"""What the providers answer when asked: batches, payments, days."""

from __future__ import annotations

import sqlite3
import time
from typing import NamedTuple

from services.provider_gateway.sandbox.books.fault_log import record_fault
from services.provider_gateway.sandbox.books.settling import read_batch
from services.provider_gateway.sandbox.clock import read_clock
from services.provider_gateway.sandbox.errors import RequestRefused
from services.provider_gateway.sandbox.records import BatchInfo, Outcome
from services.provider_gateway.sandbox.state import Sandbox

PAGE = 1000
"""Entries of one page of a day's results or statement."""

_OUTCOME = (
    "p.reference, p.amount_dong, p.state, p.reason, coalesce(p.booked_on, b.taken_on), p.payee_name, p.account,"
    " EXISTS (SELECT 1 FROM withdrawals w WHERE w.payment_id = p.payment_id)"
)


class Entry(NamedTuple):
    """One movement on a statement."""

    entry: int
    reference: str
    kind: str
    amount_dong: int
    account: str
    note: str
    booked_on: str


def find_batch(
    connection: sqlite3.Connection, sandbox: Sandbox, provider: str, batch_reference: str
) -> tuple[BatchInfo, list[Outcome]] | None:
    """A batch and all its payments; None where it isn't in the books, or is hidden for some seconds (a fault).

    With duplicate refusal off a batch may be in the books more than once; its payments are then all listed.
    """
    rows = connection.execute(
        "SELECT batch_id, visible_at FROM batches WHERE provider = ? AND batch_reference = ? ORDER BY batch_id",
        (provider, batch_reference),
    ).fetchall()
    visible = [row["batch_id"] for row in rows if not _hidden(connection, sandbox, provider, batch_reference, row["visible_at"])]
    if not visible:
        return None
    outcomes: list[Outcome] = []
    for batch_id in visible:
        outcomes += _outcomes(connection, "p.batch_id = ? ORDER BY p.payment_id", (batch_id,))
    return read_batch(connection, visible[-1]), outcomes


def find_payments(
    connection: sqlite3.Connection, sandbox: Sandbox, provider: str, references: list[str]
) -> list[tuple[BatchInfo, Outcome]]:
    """Payments by their references; those not in the books (or hidden) are left out, refused duplicates never shown."""
    found = []
    for reference in references:
        row = connection.execute(
            "SELECT p.payment_id, b.batch_id, b.batch_reference, b.visible_at FROM payments p JOIN batches b USING (batch_id)"
            " WHERE p.provider = ? AND p.reference = ? AND p.state <> 'duplicate' ORDER BY p.payment_id DESC LIMIT 1",
            (provider, reference),
        ).fetchone()
        if row is not None and not _hidden(connection, sandbox, provider, row["batch_reference"], row["visible_at"]):
            outcome = _outcomes(connection, "p.payment_id = ?", (row["payment_id"],))[0]
            found.append((read_batch(connection, row["batch_id"]), outcome))
    return found


def day_results(
    connection: sqlite3.Connection, provider: str, day: str, after: int
) -> tuple[list[tuple[str, Outcome]], int | None, bool]:
    """Cash orders whose result fell on a day: (list's reference, outcome), the next page's key, and whether the day is over."""
    final = day_is_over(connection, day)
    rows = connection.execute(
        f"SELECT p.payment_id, b.batch_reference, {_OUTCOME}"  # noqa: S608 - constant text
        " FROM payments p JOIN batches b USING (batch_id)"
        " WHERE p.provider = ? AND p.channel = 'cash' AND p.booked_on = ? AND p.state <> 'duplicate' AND p.payment_id > ?"
        " ORDER BY p.payment_id LIMIT ?",
        (provider, day, after, PAGE),
    ).fetchall()
    results = [(str(row[1]), Outcome(*tuple(row)[2:])) for row in rows]
    return results, (int(rows[-1][0]) if len(rows) == PAGE else None), final


def day_statement(connection: sqlite3.Connection, provider: str, day: str, after: int) -> tuple[list[Entry], int | None, bool]:
    """Money that moved on a day, the next page's key, and whether the day is over (so that no entry can be added)."""
    final = day_is_over(connection, day)
    rows = connection.execute(
        "SELECT movement_id, reference, kind, amount_dong, account, note, booked_on FROM movements"
        " WHERE provider = ? AND booked_on = ? AND movement_id > ? ORDER BY movement_id LIMIT ?",
        (provider, day, after, PAGE),
    ).fetchall()
    return [Entry(*row) for row in rows], (int(rows[-1][0]) if len(rows) == PAGE else None), final


def day_is_over(connection: sqlite3.Connection, day: str) -> bool:
    """Whether the business clock is past a day. Raises 404 for a day to come."""
    today = read_clock(connection)[:10]
    if day > today:
        raise RequestRefused(404, "day_not_begun", f"{day} has not begun; today is {today}")
    return day < today


def find_holders(connection: sqlite3.Connection, provider: str, account_numbers: list[str]) -> dict[str, tuple[str, bool]]:
    """Holder's name and whether locked, of the accounts that exist."""
    found = {}
    for number in account_numbers:
        row = connection.execute(
            "SELECT holder_name, locked FROM accounts WHERE provider = ? AND account_number = ?", (provider, number)
        ).fetchone()
        if row is not None:
            found[number] = (str(row[0]), bool(row[1]))
    return found


def _outcomes(connection: sqlite3.Connection, where: str, parameters: tuple[object, ...]) -> list[Outcome]:
    rows = connection.execute(
        f"SELECT {_OUTCOME} FROM payments p JOIN batches b USING (batch_id) WHERE {where}",  # noqa: S608 - constant text
        parameters,
    )
    return [Outcome(*row) for row in rows]


def _hidden(connection: sqlite3.Connection, sandbox: Sandbox, provider: str, batch_reference: str, visible_at: float) -> bool:
    if time.time() >= visible_at:
        return False
    seen = connection.execute(
        "SELECT 1 FROM fired_faults WHERE subject = ? AND kind = 'not_found_at_first'", (batch_reference,)
    ).fetchone()
    if seen is None:
        record_fault(connection, sandbox.faults, "not_found_at_first", provider, batch_reference)
    return True
