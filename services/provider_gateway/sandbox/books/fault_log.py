"""Faults that really fired."""

from __future__ import annotations

import sqlite3
import time

from services.provider_gateway.sandbox.faults import Faults


def record_fault(connection: sqlite3.Connection, faults: Faults, kind: str, provider: str, subject: str) -> None:
    """Count a fault; `subject` is the reference of the payment, batch or request that it struck."""
    connection.execute(
        "INSERT INTO fired_faults (kind, provider, subject, fired_at) VALUES (?, ?, ?, ?)",
        (kind, provider, subject, time.time()),
    )
    faults.strike(kind)


def fault_counts(connection: sqlite3.Connection) -> dict[str, int]:
    """How often each kind fired since the books began."""
    rows = connection.execute("SELECT kind, count(*) FROM fired_faults GROUP BY kind").fetchall()
    return {str(kind): int(count) for kind, count in rows}
