"""Reading how people stand with accounts: sums of one level, a few rows each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.reporting.domain.enrolment import (
    RefusedEnrolment,
    UnitEnrolment,
    WaitingEnrolment,
    WayEnrolment,
    WeekEnrolment,
    refusal_words,
)
from shared.database import Tx

_UNITS = """
SELECT u.unit_id, u.level, u.name, coalesce(sum(c.people), 0)::bigint AS beneficiaries,
    coalesce(sum(c.people) FILTER (WHERE c.state = 'with_account'), 0)::bigint AS with_account,
    coalesce(sum(c.used), 0)::bigint AS used,
    coalesce(sum(c.people) FILTER (WHERE c.state = 'waiting'), 0)::bigint AS waiting,
    coalesce(sum(c.people) FILTER (WHERE c.state = 'refused'), 0)::bigint AS refused,
    coalesce(sum(c.people) FILTER (WHERE c.state = 'without'), 0)::bigint AS without
"""

_CELLS = "FROM enrolment_cells WHERE unit_id = ANY(CAST(:units AS text[])) AND state = "


@dataclass(frozen=True, slots=True)
class DaysTaken:
    """So many accounts of a provider took so many days."""

    provider: str
    days: int
    accounts: int


async def together(tx: Tx, units: Sequence[str], unit_id: str, level: str, name: str) -> UnitEnrolment:
    """Some units, none in another, as one that is called so."""
    [row] = await tx.rows(
        f"""{_UNITS} FROM (VALUES (CAST(:unit_id AS text), CAST(:level AS text), CAST(:name AS text))) AS u (unit_id, level, name)
            LEFT JOIN enrolment_cells c ON c.unit_id = ANY(CAST(:units AS text[]))
            GROUP BY u.unit_id, u.level, u.name""",
        units=list(units),
        unit_id=unit_id,
        level=level,
        name=name,
    )
    return UnitEnrolment(**row)


async def parts(tx: Tx, units: Sequence[str]) -> list[UnitEnrolment]:
    """The units directly in these ('*': the provinces) of which people are counted, in the order of their ids."""
    rows = await tx.rows(
        f"""{_UNITS} FROM units u JOIN enrolment_cells c USING (unit_id)
            WHERE u.parent_id = ANY(CAST(:units AS text[])) OR (u.parent_id IS NULL AND '*' = ANY(CAST(:units AS text[])))
            GROUP BY u.unit_id ORDER BY u.unit_id""",
        units=list(units),
    )
    return [UnitEnrolment(**row) for row in rows]


async def ways(tx: Tx, units: Sequence[str]) -> list[WayEnrolment]:
    """People with an account by provider and channel."""
    rows = await tx.rows(
        f"""SELECT provider, channel, sum(people)::bigint AS people, sum(used)::bigint AS used {_CELLS} 'with_account'
            GROUP BY provider, channel ORDER BY provider, channel""",
        units=list(units),
    )
    return [WayEnrolment(**row) for row in rows]


async def waiting(tx: Tx, units: Sequence[str]) -> list[WaitingEnrolment]:
    """People who wait, by provider."""
    rows = await tx.rows(
        f"""SELECT provider, sum(people)::bigint AS people, min(asked_on) AS oldest_asked_on {_CELLS} 'waiting'
            GROUP BY provider ORDER BY provider""",
        units=list(units),
    )
    return [WaitingEnrolment(**row) for row in rows]


async def refused(tx: Tx, units: Sequence[str]) -> list[RefusedEnrolment]:
    """People who were refused, by provider and reason, most first."""
    rows = await tx.rows(
        f"""SELECT provider, reason, sum(people)::bigint AS people {_CELLS} 'refused'
            GROUP BY provider, reason ORDER BY sum(people) DESC, provider, reason""",
        units=list(units),
    )
    return [RefusedEnrolment(row["provider"], row["reason"], row["people"], *refusal_words(row["reason"])) for row in rows]


async def weeks(tx: Tx, units: Sequence[str], first_week: date) -> list[WeekEnrolment]:
    """People who came to their first account from a week on, oldest first."""
    rows = await tx.rows(
        """SELECT week_on, provider, channel, sum(people)::bigint AS people FROM enrolment_weeks
           WHERE unit_id = ANY(CAST(:units AS text[])) AND week_on >= :first_week
           GROUP BY week_on, provider, channel ORDER BY week_on, provider, channel""",
        units=list(units),
        first_week=first_week,
    )
    return [WeekEnrolment(**row) for row in rows]


async def weeks_of_each(tx: Tx, units: Sequence[str], first_week: date) -> dict[str, dict[date, int]]:
    """The same unit by unit, all providers together."""
    found: dict[str, dict[date, int]] = {}
    for row in await tx.rows(
        """SELECT unit_id, week_on, sum(people)::bigint AS people FROM enrolment_weeks
           WHERE unit_id = ANY(CAST(:units AS text[])) AND week_on >= :first_week GROUP BY unit_id, week_on""",
        units=list(units),
        first_week=first_week,
    ):
        found.setdefault(row["unit_id"], {})[row["week_on"]] = row["people"]
    return found


async def days_taken(tx: Tx, units: Sequence[str]) -> list[DaysTaken]:
    """How long accounts took."""
    rows = await tx.rows(
        """SELECT provider, days, sum(accounts)::bigint AS accounts FROM enrolment_days
           WHERE unit_id = ANY(CAST(:units AS text[])) GROUP BY provider, days ORDER BY provider, days""",
        units=list(units),
    )
    return [DaysTaken(**row) for row in rows]
