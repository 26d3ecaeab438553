"""Withdrawing cash orders: asked for today, effective tomorrow morning unless the money was collected before."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from services.provider_gateway.sandbox.books.planning import withdrawal_moment
from services.provider_gateway.sandbox.clock import day_of, read_clock
from services.provider_gateway.sandbox.faults import Faults


class Withdrawal(NamedTuple):
    """Where one order's withdrawal stands: requested, confirmed, or refused with a reason."""

    reference: str
    state: str
    reason: str | None
    amount_dong: int
    booked_on: str | None


def request_withdrawal(
    connection: sqlite3.Connection, faults: Faults, provider: str, withdrawal_reference: str, references: list[str]
) -> list[Withdrawal]:
    """Ask that orders be withdrawn. Asking again changes nothing. Orders not in the books are refused as `not_found`."""
    clock = read_clock(connection)
    effective_at = withdrawal_moment(day_of(clock))
    for reference in references:
        order = connection.execute(
            "SELECT payment_id, state, plan, plan_at, fault FROM payments"
            " WHERE provider = ? AND reference = ? AND state <> 'duplicate' ORDER BY payment_id DESC LIMIT 1",
            (provider, reference),
        ).fetchone()
        if order is None:
            continue
        first = connection.execute(
            "INSERT INTO withdrawals (provider, withdrawal_reference, payment_id, requested_on) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (provider, withdrawal_reference, order["payment_id"], clock[:10]),
        ).rowcount
        # Collected before it takes effect: then the money is out, and the withdrawal will be refused.
        open_after = order["state"] == "open" and order["plan_at"] > effective_at
        if first and order["plan"] != "withdraw" and (open_after or order["state"] == "uncollected"):
            connection.execute(
                "UPDATE payments SET plan = 'withdraw', plan_at = ? WHERE payment_id = ?",
                (effective_at, order["payment_id"]),
            )
            if order["fault"] and order["state"] == "open":
                faults.abandon(order["fault"])
    found = {withdrawal.reference: withdrawal for withdrawal in find_withdrawal(connection, provider, withdrawal_reference)}
    return [found.get(r) or Withdrawal(r, "refused", "not_found", 0, None) for r in references]


def find_withdrawal(connection: sqlite3.Connection, provider: str, withdrawal_reference: str) -> list[Withdrawal]:
    """All orders of a withdrawal."""
    rows = connection.execute(
        "SELECT p.reference, CASE WHEN p.state = 'withdrawn' THEN 'confirmed' WHEN p.state = 'paid' THEN 'refused'"
        " WHEN p.plan = 'withdraw' OR p.state = 'open' THEN 'requested' ELSE 'refused' END,"
        " CASE p.state WHEN 'paid' THEN 'already_paid' WHEN 'refused' THEN 'not_issued' END, p.amount_dong, p.booked_on"
        " FROM withdrawals w JOIN payments p USING (payment_id)"
        " WHERE w.provider = ? AND w.withdrawal_reference = ? ORDER BY w.withdrawal_id",
        (provider, withdrawal_reference),
    )
    return [Withdrawal(*row) for row in rows]
