"""The bank's numbered statements, and which of them the client has taken from the outbox."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta
from typing import NamedTuple

from services.provider_gateway.sandbox.books.enquiries import Entry, day_is_over, day_statement
from services.provider_gateway.sandbox.clock import day_of, read_clock
from services.provider_gateway.sandbox.errors import RequestRefused

FUNDS_DONG = 1_000_000_000_000
"""What the client's account held before anything moved."""


class DayOfAccount(NamedTuple):
    """A day that is over: the statement's number, and the balances around it."""

    number: int
    opening_dong: int
    closing_dong: int


def first_day(connection: sqlite3.Connection, provider: str) -> date | None:
    """The day of the first batch: statements begin with it."""
    row = connection.execute("SELECT min(taken_on) FROM batches WHERE provider = ?", (provider,)).fetchone()
    return date.fromisoformat(row[0]) if row[0] else None


def day_of_account(connection: sqlite3.Connection, provider: str, day: date) -> DayOfAccount | None:
    """The head of a day's statement; None before the first. Raises 404 for a day to come, or not over."""
    begin = first_day(connection, provider)
    if not day_is_over(connection, day.isoformat()):
        raise RequestRefused(404, "day_not_over", "No statement of that day yet")
    if begin is None or day < begin:
        return None
    opening = FUNDS_DONG + _moved_dong(connection, provider, "booked_on < ?", day)
    closing = opening + _moved_dong(connection, provider, "booked_on = ?", day)
    return DayOfAccount((day - begin).days + 1, opening, closing)


def entries_of_day(connection: sqlite3.Connection, provider: str, day: date) -> list[Entry]:
    """All movements of a day."""
    entries: list[Entry] = []
    after: int | None = 0
    while after is not None:
        page, after, _ = day_statement(connection, provider, day.isoformat(), after)
        entries += page
    return entries


def days_to_take(connection: sqlite3.Connection, provider: str, most: int) -> list[date]:
    """Days that are over whose statements the client has not acknowledged, oldest first."""
    begin = first_day(connection, provider)
    if begin is None:
        return []
    today = day_of(read_clock(connection))
    names = [_name(provider, begin + timedelta(days=n)) for n in range((today - begin).days)]
    taken = {
        row[0]
        for row in connection.execute(
            "SELECT name FROM meta WHERE name >= ? AND name <= ?", (names[0], names[-1]) if names else ("", "")
        )
    }
    return [date.fromisoformat(name[-10:]) for name in names if name not in taken][:most]


def acknowledge_day(connection: sqlite3.Connection, provider: str, day: date) -> None:
    """The client has the statement of a day."""
    connection.execute("INSERT OR IGNORE INTO meta (name, value) VALUES (?, 'yes')", (_name(provider, day),))


def _name(provider: str, day: date) -> str:
    return f"taken:{provider}:{day.isoformat()}"


def _moved_dong(connection: sqlite3.Connection, provider: str, when: str, day: date) -> int:
    row = connection.execute(
        "SELECT coalesce(sum(CASE kind WHEN 'return' THEN amount_dong ELSE -amount_dong END), 0)"  # noqa: S608 - constants
        f" FROM movements WHERE provider = ? AND {when}",
        (provider, day.isoformat()),
    ).fetchone()
    return int(row[0])
