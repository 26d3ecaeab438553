"""People of a benefit month: by unit, communes that lag, and what holds their people back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date

from services.reporting.domain.causes import Held
from shared.database import Tx

# Commune by commune: OFFSET 0 keeps each apart, since of many at once the planner would read everybody.
_HELD_BACK = """
SELECT w.commune, h.* FROM unnest(CAST(:communes AS text[])) AS w (commune) CROSS JOIN LATERAL (
    SELECT coalesce(e.active, false) AS active, e.state, coalesce(e.reason, '') AS reason,
        CASE WHEN e.state = 'waiting' THEN CAST(:today AS date) - e.asked_on ELSE 0 END AS waits_days,
        coalesce(e.hold, '') AS hold, coalesce(p.failed, '') AS failed, split_part(p.way, '/', 1) AS paid_channel,
        count(*) AS people
    FROM (
        SELECT x.subject, x.owed, x.way, f.reason AS failed FROM person_months x
        LEFT JOIN person_failures f ON f.benefit_month = :month AND f.unit_id = w.commune AND f.subject = x.subject
        WHERE x.benefit_month = :month AND x.unit_id = w.commune AND NOT x.joined
        UNION ALL
        SELECT j.subject, j.owed, j.way, (
            SELECT f.reason FROM person_communes c JOIN person_failures f
                ON f.benefit_month = :month AND f.subject = c.subject AND f.unit_id = ANY(c.others || c.unit_id)
            WHERE c.unit_id = w.commune AND c.subject = j.subject ORDER BY f.position DESC LIMIT 1)
        FROM joined_people j WHERE j.benefit_month = :month AND j.unit_id = w.commune) p
    LEFT JOIN enrolled e ON e.subject = p.subject
    WHERE p.owed > 0 AND split_part(p.way, '/', 1) NOT IN ('wallet', 'account')
    GROUP BY 1, 2, 3, 4, 5, 6, 7 OFFSET 0) h
"""


@dataclass(frozen=True, slots=True)
class Behind:
    """A commune below a target."""

    unit_id: str
    code: str
    name: str
    district_id: str
    district_name: str
    entitled: int
    by_account: int
    lacking: int


async def newest_month(tx: Tx) -> date | None:
    """The newest benefit month of which something is owed, as far as the row scope shows."""
    month: date | None = await tx.scalar("SELECT max(benefit_month) FROM unit_months WHERE entitled > 0")
    return month


async def of_units(tx: Tx, month: date, units: Sequence[str]) -> dict[str, tuple[int, int]]:
    """By unit: people entitled in a month, and those of them who were paid by account."""
    rows = await tx.rows(
        """SELECT unit_id, entitled, by_account FROM unit_months
           WHERE benefit_month = :month AND unit_id = ANY(CAST(:units AS text[]))""",
        month=month,
        units=list(units),
    )
    return {row["unit_id"]: (row["entitled"], row["by_account"]) for row in rows}


async def laggards(
    tx: Tx, month: date, within: Sequence[str], share_percent: int, after: tuple[int, str] | None, limit: int
) -> list[Behind]:
    """Communes below the target's share in a month, those that lack most people first; a page after (lacking, unit id)."""
    rows = await tx.rows(
        """WITH behind AS (
               SELECT unit_id, entitled, by_account, (entitled * :share + 99) / 100 - by_account AS lacking FROM unit_months
               WHERE level = 'commune' AND benefit_month = :month AND ('*' = ANY(CAST(:within AS text[]))
                 OR unit_id IN (SELECT unit_id FROM units WHERE path && CAST(:within AS text[]))))
           SELECT b.unit_id, u.code, u.name, coalesce(u.parent_id, '') AS district_id, coalesce(d.name, '') AS district_name,
               b.entitled, b.by_account, b.lacking
           FROM (SELECT * FROM behind
                 WHERE lacking > 0 AND (CAST(:after_lacking AS bigint) IS NULL
                     OR (-lacking, unit_id) > (-CAST(:after_lacking AS bigint), CAST(:after_unit AS text)))
                 ORDER BY lacking DESC, unit_id LIMIT :limit) b
           JOIN units u USING (unit_id) LEFT JOIN units d ON d.unit_id = u.parent_id
           ORDER BY b.lacking DESC, b.unit_id""",
        month=month,
        within=list(within),
        share=share_percent,
        after_lacking=after[0] if after else None,
        after_unit=after[1] if after else None,
        limit=limit,
    )
    return [Behind(**row) for row in rows]


async def held_back(tx: Tx, month: date, communes: Sequence[str], today: date) -> dict[str, list[tuple[Held, int]]]:
    """By commune: people not paid by account in a month, as they stand with accounts now wherever they live now, equal ones
    counted together. Needs the whole scope: the caller has been asked for the communes before."""
    found: dict[str, list[tuple[Held, int]]] = {commune: [] for commune in communes}
    for row in await tx.rows(_HELD_BACK, month=month, communes=list(communes), today=today):
        found[row["commune"]].append((Held(**{f.name: row[f.name] for f in fields(Held)}), row["people"]))
    return found
