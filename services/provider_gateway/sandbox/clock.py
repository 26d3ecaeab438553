"""The sandbox's own business clock: a date and an hour, kept in the books and moved only through /admin/clock.

A moment is text, "2021-10-05T14", so that moments compare as text in SQL too. Wall time is another thing: it serves
signatures, processing delays and retries.
"""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta

END_OF_DAY_HOUR = 23
"""Unless an hour is given a day counts as over: all that is due on it happens."""


def moment(day: date, hour: int) -> str:
    """The moment of a day's hour."""
    return f"{day.isoformat()}T{hour:02d}"


def day_of(at: str) -> date:
    """The date of a moment."""
    return date.fromisoformat(at[:10])


def days_later(day: date, days: int, hour: int) -> str:
    """The moment some days on, at an hour."""
    return moment(day + timedelta(days=days), hour)


def read_clock(connection: sqlite3.Connection) -> str:
    """The present moment of the books."""
    row = connection.execute("SELECT value FROM meta WHERE name = 'clock'").fetchone()
    return str(row[0])


def write_clock(connection: sqlite3.Connection, at: str) -> None:
    """Set the present moment."""
    connection.execute("UPDATE meta SET value = ? WHERE name = 'clock'", (at,))
