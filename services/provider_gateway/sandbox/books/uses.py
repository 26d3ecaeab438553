"""Accounts that money was taken out of: what a provider's own people see of their customers."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta

from services.provider_gateway.sandbox.clock import day_of, read_clock
from services.provider_gateway.sandbox.state import Sandbox

USED_SHARE = 0.9
"""So many of the accounts that were credited are used at some time."""

MOST_DAYS = 12
"""A holder goes for the money within so many days of the first credit."""


def account_uses(
    connection: sqlite3.Connection, sandbox: Sandbox, provider: str, since: date, after: str, limit: int
) -> tuple[list[dict[str, str]], str | None]:
    """Accounts whose first use lies on a day since then and not ahead, in the order of their numbers, and the next page's key.

    Who takes money out, and when, follows from seed and number: nothing of it is kept.
    """
    today = day_of(read_clock(connection))
    found: list[dict[str, str]] = []
    for number, credited_on in connection.execute(
        "SELECT account, min(booked_on) FROM movements WHERE provider = ? AND kind = 'credit' AND account > ?"
        " GROUP BY account ORDER BY account",
        (provider, after),
    ):
        share = sandbox.faults.share(f"use:{provider}:{number}") / USED_SHARE
        first_used_on = date.fromisoformat(credited_on) + timedelta(days=int(share * MOST_DAYS))
        if share < 1 and since <= first_used_on <= today:
            found.append({"account_number": number, "first_used_on": first_used_on.isoformat()})
            if len(found) == limit:
                return found, number
    return found, None
