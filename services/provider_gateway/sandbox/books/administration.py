"""What only /admin changes: customers that a provider had before, and whether it refuses duplicates."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from services.provider_gateway.sandbox.clock import read_clock


def refuse_duplicates(connection: sqlite3.Connection, refuse: bool, provider: str | None = None) -> None:
    """Whether a reference that was taken once is refused the second time, or paid again: at all providers, or at one."""
    name = "refuse_duplicates" if provider is None else f"refuse_duplicates:{provider}"
    if provider is None:  # the newest word holds
        connection.execute("DELETE FROM meta WHERE name LIKE 'refuse_duplicates:%'")
    connection.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, "yes" if refuse else "no"))


def put_accounts(connection: sqlite3.Connection, accounts: Sequence[tuple[str, str, str, str | None, bool]]) -> None:
    """Add or correct accounts: provider, number, holder's name, identity number, locked."""
    today = read_clock(connection)[:10]
    connection.executemany(
        "INSERT INTO accounts (provider, account_number, holder_name, identity_number, locked, opened_on)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET holder_name = excluded.holder_name,"
        " identity_number = excluded.identity_number, locked = excluded.locked",
        [(*account, today) for account in accounts],
    )
