"""What is due to be reconciled by itself: providers' days that are whole here and that no daily comparison has looked at yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from shared.database import Tx

MOST_DAYS_OLD = 60
"""A comparison with open breaks is made again each day for so long; then it is the officers' alone."""


@dataclass(frozen=True, slots=True)
class Due:
    """Days of a provider's list, to be compared with the payments of a province."""

    unit_id: str
    provider: str
    source: Literal["statement", "provider_list"]
    from_on: date
    to_on: date


# A province that another follows is looked at by that one, with what it took over. A day that has not come whole is waited for:
# the days after it too.
_NEW = """
WITH provinces AS (
    SELECT DISTINCT r.provider, coalesce(h.to_unit_id, u.path[1]) AS unit_id
    FROM payrolls r JOIN units u ON u.unit_id = r.authority_id LEFT JOIN unit_heirs h ON h.from_unit_id = u.path[1]
    WHERE r.state = 'released'),
done AS (
    SELECT unit_id, provider, source, max(to_on) AS to_on FROM reconciliations
    WHERE made_issuer = :issuer AND made_subject = :subject AND state = 'compared' GROUP BY unit_id, provider, source),
days AS (
    SELECT p.unit_id, d.provider, d.source, d.listed_on, d.parts_come = d.parts AS whole,
           coalesce(x.to_on + 1, min(d.listed_on) OVER (PARTITION BY p.unit_id, d.provider, d.source)) AS first
    FROM provider_days d JOIN provinces p ON p.provider = d.provider
    LEFT JOIN done x ON x.unit_id = p.unit_id AND x.provider = d.provider AND x.source = d.source
    WHERE x.to_on IS NULL OR d.listed_on > x.to_on),
waiting AS (
    SELECT *, listed_on - first = row_number() OVER (PARTITION BY unit_id, provider, source ORDER BY listed_on) - 1
              AND bool_and(whole) OVER (PARTITION BY unit_id, provider, source ORDER BY listed_on) AS due
    FROM days)
SELECT unit_id, provider, source, min(listed_on) AS from_on, max(listed_on) AS to_on FROM waiting WHERE due
GROUP BY unit_id, provider, source ORDER BY unit_id, provider, source LIMIT 1
"""

# From the first day that left something open up to the newest compared: what a provider names a day later is no difference.
# Once on each day, whatever it finds.
_AGAIN = """
WITH daily AS (
    SELECT reconciliation_id, unit_id, provider, source, from_on, to_on,
           (compared_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date = platform.business_today() AS today
    FROM reconciliations WHERE made_issuer = :issuer AND made_subject = :subject AND state = 'compared')
SELECT c.unit_id, c.provider, c.source, min(c.from_on) AS from_on,
       (SELECT max(n.to_on) FROM daily n WHERE (n.unit_id, n.provider, n.source) = (c.unit_id, c.provider, c.source)) AS to_on
FROM reconciliation_breaks b JOIN daily c ON c.reconciliation_id = b.seen_in
WHERE b.closed_at IS NULL AND c.to_on >= platform.business_today() - CAST(:most_days AS integer)
  AND NOT EXISTS (
    SELECT FROM daily n WHERE n.today AND (n.unit_id, n.provider, n.source) = (c.unit_id, c.provider, c.source)
        AND n.from_on <= c.from_on AND n.to_on >= c.to_on)
GROUP BY c.unit_id, c.provider, c.source ORDER BY c.unit_id, c.provider, c.source LIMIT 1
"""

# Whoever released the payment looks after it; what is no payment of ours, who released to the provider last.
_OWNERS = """
UPDATE reconciliation_breaks b SET assigned_at = platform.business_now(), owner = n.owner
FROM (SELECT w.break_id, coalesce(
          (SELECT r.released_subject FROM payments p JOIN payrolls r ON r.payroll_id = p.payroll_id
           WHERE p.run_month = w.run_month AND p.payment_id = w.payment_id),
          (SELECT r.released_subject FROM payrolls r JOIN units u ON u.unit_id = r.authority_id
           WHERE r.provider = w.provider AND r.released_at IS NOT NULL AND w.unit_id = ANY (u.path)
           ORDER BY r.released_at DESC LIMIT 1)) AS owner
      FROM reconciliation_breaks w WHERE w.seen_in = :reconciliation_id AND w.closed_at IS NULL AND w.owner IS NULL) n
WHERE b.break_id = n.break_id AND n.owner IS NOT NULL
"""


async def one_at_a_time(tx: Tx) -> bool:
    """Whether this transaction is the one that looks; another steps aside."""
    return bool(await tx.scalar("SELECT pg_try_advisory_xact_lock(hashtextextended('daily-reconciliation', 0))"))


async def next_due(tx: Tx, issuer: str, subject: str) -> Due | None:
    """The next days to compare, or those of an earlier day that left something open; None: nothing."""
    by = {"issuer": issuer, "subject": subject}
    row = await tx.row(_NEW, **by) or await tx.row(_AGAIN, **by, most_days=MOST_DAYS_OLD)
    return Due(**row) if row else None


async def give_owners(tx: Tx, reconciliation_id: UUID) -> int:
    """Give the open breaks of a comparison that nobody has to those who released the payments; how many."""
    return await tx.run(_OWNERS, reconciliation_id=reconciliation_id)
