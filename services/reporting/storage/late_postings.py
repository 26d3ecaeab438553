"""What came late to closed months, and how people stood when a month was closed."""

from __future__ import annotations

from datetime import date

from services.reporting.domain.coverage import People
from services.reporting.domain.dashboard import LatePosting
from shared.database import Tx

MOST_POSTINGS = 200
"""Lines of one answer, newest first."""

# A late row is booked in the month in which it came, or in the one after the closed month if that is later.
_POSTINGS = """
SELECT greatest(CAST(date_trunc('month', l.occurred_on) AS date), CAST(l.benefit_month + interval '1 month' AS date))
        AS booked_month,
    l.benefit_month, l.place, sum(l.obligations)::bigint AS obligations, sum(l.amount_dong)::bigint AS amount_dong
FROM late_money l JOIN commune_closings c USING (unit_id, benefit_month) JOIN units u ON u.unit_id = l.unit_id
WHERE l.position > c.position AND l.benefit_month <= :month AND (CAST(:within AS text) IS NULL OR :within = ANY(u.path))
GROUP BY 1, 2, 3 HAVING sum(l.obligations) <> 0 OR sum(l.amount_dong) <> 0
ORDER BY 1 DESC, 2 DESC, 3
"""

_CLOSED = """
SELECT max(c.closed_on) FROM commune_closings c JOIN units u ON u.unit_id = c.unit_id
WHERE c.benefit_month = :month AND (CAST(:within AS text) IS NULL OR :within = ANY(u.path))
"""

# Of everybody whose row was touched late: what counts now less what counted then.
_PEOPLE = """
WITH late AS (
    SELECT l.subject, l.unit_id, l.owed, l.ways FROM late_people l JOIN commune_closings c USING (unit_id, benefit_month)
    WHERE l.benefit_month = :month AND l.position > c.position),
owed AS (SELECT subject, min(unit_id) AS part_unit_id, sum(owed) AS owed FROM late GROUP BY subject),
counts AS (SELECT late.subject, w.key, sum(CAST(w.value AS integer)) AS n
           FROM late CROSS JOIN LATERAL jsonb_each_text(late.ways) w GROUP BY late.subject, w.key),
stood AS (
    SELECT p.owed > 0 AS now_owed, p.owed - o.owed > 0 AS then_owed, paid_by(first_way(p.ways)) AS now_paid,
        paid_by(first_way(add_ways(p.ways, (SELECT coalesce(jsonb_object_agg(key, -n), '{}') FROM counts
                                            WHERE counts.subject = o.subject)))) AS then_paid
    FROM owed o JOIN month_people p ON p.benefit_month = :month AND p.subject = o.subject AND p.part_unit_id = o.part_unit_id
    JOIN units u ON u.unit_id = p.unit_id
    WHERE CAST(:within AS text) IS NULL OR :within = ANY(u.path))
SELECT coalesce(sum(CAST(now_owed AS integer) - CAST(then_owed AS integer)), 0) AS entitled,
    coalesce(sum(CAST(now_owed AND now_paid = 'account' AS integer) - CAST(then_owed AND then_paid = 'account' AS integer)), 0)
        AS by_account,
    coalesce(sum(CAST(now_owed AND now_paid = 'cash' AS integer) - CAST(then_owed AND then_paid = 'cash' AS integer)), 0)
        AS by_cash
FROM stood
"""


async def postings(tx: Tx, month: date, within: str | None) -> tuple[LatePosting, ...]:
    """What came late to a month, or to an earlier one and was booked in it."""
    rows = await tx.rows(_POSTINGS, month=month, within=within)
    found = (LatePosting(**row) for row in rows)
    return tuple(each for each in found if month in (each.benefit_month, each.booked_month))[:MOST_POSTINGS]


async def closed_on(tx: Tx, month: date, within: str | None) -> date | None:
    """The newest day on which a month of some commune was closed; None where none was."""
    found: date | None = await tx.scalar(_CLOSED, month=month, within=within)
    return found


async def people_since(tx: Tx, month: date, within: str | None) -> People:
    """People of a month as they count now, less as they counted when it was closed: numbers may lie below zero."""
    row = await tx.row(_PEOPLE, month=month, within=within)
    assert row is not None
    return People(int(row["entitled"]), int(row["by_account"]), int(row["by_cash"]))
