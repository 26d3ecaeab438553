"""The account that a provider pays from: what is taken is reserved there, and what comes back is there again."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from services.provider_gateway.sandbox.books.planning import Plan
from services.provider_gateway.sandbox.records import IncomingPayment
from services.provider_gateway.sandbox.state import Sandbox

_NEEDS_MONEY = ("credit", "pay_cash", "expire")


def put_funds(connection: sqlite3.Connection, provider: str, balance_dong: int | None) -> None:
    """Say what stands on the account; None: as much as is wanted."""
    connection.execute("DELETE FROM meta WHERE name = ?", (f"funds:{provider}",))
    if balance_dong is not None:
        connection.execute("INSERT INTO meta (name, value) VALUES (?, ?)", (f"funds:{provider}", str(balance_dong)))


def funds(connection: sqlite3.Connection, provider: str) -> int | None:
    """What is left on the account, without what is reserved; None where nobody has said what stands there."""
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (f"funds:{provider}",)).fetchone()
    return None if row is None else int(row[0])


def within_funds(
    connection: sqlite3.Connection,
    sandbox: Sandbox,
    provider: str,
    payments: Sequence[IncomingPayment],
    plans: list[Plan],
    clock: str,
) -> list[Plan]:
    """The plans of a batch, in its order: a payment for which the money is not there is refused, and a smaller one after it
    may still be paid."""
    left = funds(connection, provider)
    if left is None:
        return plans
    found = []
    for payment, plan in zip(payments, plans, strict=True):
        if plan.step in _NEEDS_MONEY and payment.amount_dong > left:
            if plan.fault:
                sandbox.faults.abandon(plan.fault)
            found.append(Plan("open", "insufficient_funds", None, "refuse", clock))
            continue
        left -= payment.amount_dong if plan.step in _NEEDS_MONEY else 0
        found.append(plan)
    put_funds(connection, provider, left)
    return found


def give_back(connection: sqlite3.Connection, provider: str, amount_dong: int) -> None:
    """Money that came back, or that nobody collected, is there again."""
    left = funds(connection, provider)
    if left is not None and amount_dong:
        put_funds(connection, provider, left + amount_dong)
