"""What came after a month was closed, for the query for figures: booked later, pointing back to its benefit month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.reporting.storage.figures import Filters, late_statement, late_sums
from shared.database import Row, Tx

# Booked in the month in which it came, or the one after the closed month if that is later.
_BOOKED = """CAST(greatest(date_trunc('month', l.occurred_on), l.benefit_month + interval '1 month') AS date) AS booked_month"""
_CLOSED = "JOIN commune_closings c ON c.unit_id = l.unit_id AND c.benefit_month = l.benefit_month AND l.position > c.position"

_MONEY = f"""
SELECT l.benefit_month, {_BOOKED}, l.unit_id, l.provider, l.channel, l.place, l.obligations, l.amount_dong
FROM late_money l {_CLOSED} WHERE l.benefit_month BETWEEN :first AND :last"""  # noqa: S608 - constants only

# A late row says what it added to its person's obligations and ways. So the person as it was after it is the person of now
# without what came later still; and without its own too, the person before it. Each late row takes the person away where it
# was counted before, and adds it where it is counted after; where that is the same, nothing. Of an event that moved somebody's
# obligations in several communes one row speaks for all.
_PEOPLE = f"""
SELECT l.benefit_month, {_BOOKED}, p.unit_id, paid_by(t.way) AS paid_by, split_part(t.way, '/', 2) AS provider,
    split_part(t.way, '/', 1) AS channel, t.people
FROM late_people l {_CLOSED}
JOIN month_people p ON p.benefit_month = l.benefit_month AND p.subject = l.subject AND p.part_unit_id = l.unit_id
CROSS JOIN LATERAL (SELECT %s AS way, %s AS owed, 1 AS people UNION ALL SELECT %s, %s, -1) t
WHERE t.owed > 0 AND l.benefit_month BETWEEN :first AND :last AND NOT EXISTS (
    SELECT FROM late_people y JOIN commune_closings k ON k.unit_id = y.unit_id AND k.benefit_month = y.benefit_month
    WHERE y.benefit_month = l.benefit_month AND y.subject = l.subject AND y.position = l.position AND y.unit_id < l.unit_id
        AND y.position > k.position)"""  # noqa: S608 - constants only


def _left(comparison: str) -> tuple[str, str]:
    """The way and the obligations of a person without the late rows at positions that compare so."""
    since = f"x.benefit_month = l.benefit_month AND x.subject = l.subject AND x.position {comparison} l.position"
    way = f"""first_way((SELECT coalesce(jsonb_object_agg(key, n), '{{}}') FROM (
        SELECT key, sum(n) AS n FROM (
            SELECT key, CAST(value AS integer) AS n FROM jsonb_each_text(p.ways)
            UNION ALL
            SELECT w.key, - CAST(w.value AS integer) FROM late_people x, jsonb_each_text(x.ways) w WHERE {since}) each
        GROUP BY key) added))"""  # noqa: S608 - constants only
    owed = f"p.owed - coalesce((SELECT sum(x.owed) FROM late_people x WHERE {since}), 0)"  # noqa: S608 - constants only
    return way, owed


_ROWS = {"money": _MONEY, "people": _PEOPLE % (*_left(">"), *_left(">="))}


async def late(
    tx: Tx, source: str, dims: Sequence[str], communes: Sequence[str], first: date, last: date, filters: Filters
) -> list[Row]:
    """What late events added to people or money of these communes, by dimensions and commune; below zero what they took away."""
    return await late_sums(tx, late_statement(source, _ROWS[source], dims, filters), communes, first, last, filters)
