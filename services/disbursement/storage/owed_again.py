"""What some people are owed now, and what was drawn of it, in temporary tables: to see differences that nobody looked at yet.

`again_asked` holds the people with everybody who turned out to be the same person, `again_owed` what the law owes them by month
and kind, `again_rows` the revisions that were drawn (and what was proven paid twice), `again_keys` both side by side.
`domain/differences.py` is the rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.disbursement.domain.differences import JUDGED_KINDS
from services.disbursement.domain.law import MonthLaw
from services.disbursement.storage.draw_dues import CLAIMED, COMBINED, LAW_ROWS, SEVERAL, law_params
from shared.database import Tx

_OWED_COLUMNS = """benefit_month date, root_id uuid, kind text, amount_dong bigint, unit_id text, decision_id uuid, category text,
    coefficient numeric, heads integer, level_dong bigint, category_group text, topups jsonb"""

_TABLES = (
    "CREATE TEMP TABLE IF NOT EXISTS again_asked (beneficiary_id uuid PRIMARY KEY, root_id uuid) ON COMMIT DELETE ROWS",
    f"CREATE TEMP TABLE IF NOT EXISTS again_owed ({_OWED_COLUMNS}) ON COMMIT DELETE ROWS",
    f"CREATE TEMP TABLE IF NOT EXISTS again_before ({_OWED_COLUMNS}) ON COMMIT DELETE ROWS",
    """CREATE TEMP TABLE IF NOT EXISTS again_rows (
           benefit_month date, root_id uuid, kind text, subject_id uuid, revision integer, amount_dong bigint,
           authority_id text, unit_id text, standing text, payment_id uuid, payroll_id uuid, run_month date,
           avoid_account_id uuid, avoid_account_version integer) ON COMMIT DELETE ROWS""",
    """CREATE TEMP TABLE IF NOT EXISTS again_keys (
           benefit_month date, root_id uuid, kind text, owed_dong bigint, drawn_dong bigint, resting_dong bigint,
           paid_dong bigint, repaid_dong bigint, decided_dong bigint, paid_before_dong bigint, excess_dong bigint,
           overpaid_dong bigint, to_give_back_dong bigint
       ) ON COMMIT DELETE ROWS""",
)

# A merged person and the one who stays are one. Whom a record names that is not here yet stands for nobody.
_ASK = """
WITH RECURSIVE up AS (
    SELECT beneficiary_id, merged_into FROM people WHERE beneficiary_id = ANY(CAST(:ids AS uuid[]))
    UNION
    SELECT p.beneficiary_id, p.merged_into FROM up JOIN people p ON p.beneficiary_id = up.merged_into),
one AS (
    SELECT beneficiary_id, beneficiary_id AS root_id FROM up
    WHERE merged_into IS NULL OR NOT EXISTS (SELECT FROM people p WHERE p.beneficiary_id = up.merged_into)
    UNION
    SELECT p.beneficiary_id, one.root_id FROM one JOIN people p ON p.merged_into = one.beneficiary_id)
INSERT INTO again_asked SELECT beneficiary_id, root_id FROM one ON CONFLICT DO NOTHING
"""

# Whoever of the two ended first ends both: the dead receive nothing under another record.
_HELD = f"""
buried AS (
    SELECT a.root_id AS beneficiary_id, min(d.from_month) AS month FROM again_asked a JOIN decisions d USING (beneficiary_id)
    WHERE d.kind = 'funeral' GROUP BY a.root_id),
held AS (
    SELECT d.decision_id, d.kind, d.category, d.from_month, d.to_month, d.heads, a.root_id AS beneficiary_id,
           coalesce(d.paid_by, r.unit_id) AS unit_id,
           CASE WHEN r.status IN ('stopped', 'dead') THEN r.status ELSE p.status END AS status,
           CASE WHEN p.status IN ('stopped', 'dead') AND r.status IN ('stopped', 'dead')
                    THEN least(p.status_from_month, r.status_from_month)
                WHEN r.status IN ('stopped', 'dead') THEN r.status_from_month ELSE p.status_from_month END AS status_from_month,
           p.position, p.position > :oldest AS changed
    FROM again_asked a JOIN people p USING (beneficiary_id) JOIN people r ON r.beneficiary_id = a.root_id
    JOIN decisions d ON d.beneficiary_id = a.beneficiary_id
    WHERE CAST(:signed_before AS date) IS NULL OR d.decided_on < :signed_before),
{SEVERAL}
"""  # noqa: S608 - constants only

_OWED = f"INSERT INTO again_owed WITH {LAW_ROWS}, {_HELD}, {CLAIMED}, {COMBINED}"
_BEFORE = f"INSERT INTO again_before WITH {LAW_ROWS}, {_HELD}, {CLAIMED}, {COMBINED}"

_ROWS = """
INSERT INTO again_rows
SELECT o.benefit_month, a.root_id, o.kind, o.subject_id, o.revision, o.amount_dong, o.authority_id, o.unit_id,
       CASE WHEN o.live_payment_id IS NULL THEN 'resting' WHEN p.state = 'paid' THEN 'paid'
            WHEN c.state = 'sealed' THEN 'sealed' ELSE 'in_flight' END,
       p.payment_id, p.payroll_id, p.run_month, o.avoid_account_id, o.avoid_account_version
FROM again_asked a JOIN obligations o ON o.subject_id = a.beneficiary_id
LEFT JOIN payments p ON p.run_month = o.live_run_month AND p.payment_id = o.live_payment_id
LEFT JOIN chunks c ON c.payroll_id = p.payroll_id AND c.chunk_no = p.chunk_no
WHERE o.benefit_month = ANY(CAST(:months AS date[])) AND o.kind = ANY(CAST(:kinds AS text[]))
  AND (o.live_payment_id IS NOT NULL OR o.resting <> 'cancelled')
"""

# What was proven paid beside another payment, or after it was owed no more: the person has it, so it counts as paid.
_TWICE = """
INSERT INTO again_rows
SELECT v.benefit_month, a.root_id, v.kind, v.subject_id, v.revision, v.amount_dong, v.authority_id, v.unit_id, 'paid_twice',
       v.payment_id, p.payroll_id, v.run_month, NULL, NULL
FROM again_asked a JOIN overpaid_lines v ON v.subject_id = a.beneficiary_id AND v.came_back_at IS NULL
JOIN payments p ON p.run_month = v.run_month AND p.payment_id = v.payment_id
"""

# A month that an opening balance closed is judged by no law: only a stop or a death takes it away. Nor is a one-off list. What
# was proven paid twice of them is too much whatever the law says. What was repaid has a key also where all drawn was cancelled.
_KEYS = """
INSERT INTO again_keys
WITH back AS (
    SELECT i.benefit_month, a.root_id, i.kind, sum(i.repaid_dong - i.given_back_dong) AS repaid_dong,
           sum(i.amount_dong - i.withdrawn_dong - i.given_back_dong) AS decided_dong
    FROM again_asked a JOIN receivable_items i ON i.subject_id = a.beneficiary_id GROUP BY 1, 2, 3),
drawn AS (
    SELECT benefit_month, root_id, kind, sum(amount_dong) AS drawn_dong,
           coalesce(sum(amount_dong) FILTER (WHERE standing = 'resting'), 0) AS resting_dong,
           coalesce(sum(amount_dong) FILTER (WHERE standing IN ('paid', 'paid_twice')), 0) AS paid_dong,
           coalesce(sum(amount_dong) FILTER (WHERE standing = 'paid_twice'), 0) AS twice_dong
    FROM again_rows GROUP BY benefit_month, root_id, kind
    UNION ALL
    SELECT benefit_month, root_id, kind, 0, 0, 0, 0 FROM back b
    WHERE NOT EXISTS (SELECT FROM again_rows r
                      WHERE r.benefit_month = b.benefit_month AND r.root_id = b.root_id AND r.kind = b.kind)),
closed AS (
    SELECT DISTINCT x.benefit_month, x.root_id, x.kind
    FROM again_rows x JOIN opening_entries e ON e.beneficiary_id = x.subject_id AND e.benefit_month = x.benefit_month
        AND e.revision = x.revision AND e.state = 'booked'
    WHERE x.kind = 'monthly'),
before AS (
    SELECT b.benefit_month, a.root_id, b.kind, sum(b.amount_dong) AS paid_before_dong
    FROM again_asked a JOIN paid_before b ON b.subject_id = a.beneficiary_id GROUP BY 1, 2, 3),
sums AS (
    SELECT d.*, CASE WHEN c.root_id IS NULL AND d.kind = ANY(CAST(:kinds AS text[]))
                          AND d.benefit_month = ANY(CAST(:months AS date[])) THEN coalesce(w.amount_dong, 0)
                     WHEN c.root_id IS NOT NULL AND r.status IN ('stopped', 'dead')
                          AND r.status_from_month <= d.benefit_month THEN 0 END AS owed_dong,
           coalesce(k.repaid_dong, 0) AS repaid_dong, coalesce(k.decided_dong, 0) AS decided_dong,
           coalesce(b.paid_before_dong, 0) AS paid_before_dong
    FROM drawn d JOIN people r ON r.beneficiary_id = d.root_id
    LEFT JOIN closed c USING (benefit_month, root_id, kind)
    LEFT JOIN again_owed w USING (benefit_month, root_id, kind)
    LEFT JOIN back k USING (benefit_month, root_id, kind)
    LEFT JOIN before b USING (benefit_month, root_id, kind))
SELECT benefit_month, root_id, kind, owed_dong, drawn_dong, resting_dong, paid_dong, repaid_dong, decided_dong, paid_before_dong,
       CASE WHEN owed_dong = 0 THEN drawn_dong ELSE drawn_dong + paid_before_dong - repaid_dong - owed_dong END,
       CASE WHEN owed_dong IS NOT NULL THEN least(paid_dong, paid_dong + paid_before_dong - owed_dong) ELSE twice_dong END,
       greatest(0, repaid_dong - greatest(0, CASE WHEN owed_dong IS NULL THEN twice_dong
                                                  WHEN owed_dong = 0 THEN drawn_dong - resting_dong + paid_before_dong
                                                  ELSE drawn_dong + paid_before_dong - owed_dong END))
FROM sums
"""


async def reckon(tx: Tx, ids: Sequence[UUID], laws: Sequence[MonthLaw], signed_before: date | None = None) -> None:
    """Fill the tables for these people, in the months of these laws. Once in a transaction.

    `signed_before`: `again_before` tells what decisions signed before that day owe by themselves.
    """
    for table in _TABLES:
        await tx.run(table)
    if not ids:
        return
    await tx.run(_ASK, ids=list(ids))
    await tx.run("ANALYZE again_asked")
    law = law_params(laws)
    await tx.run(_OWED, signed_before=None, **law)
    if signed_before is not None:
        await tx.run(_BEFORE, signed_before=signed_before, **law)
    judged = {"months": [each.month for each in laws], "kinds": list(JUDGED_KINDS)}
    await tx.run(_ROWS, **judged)
    await tx.run(_TWICE)
    await tx.run("CREATE INDEX IF NOT EXISTS again_rows_key ON again_rows (root_id, benefit_month, kind)")
    await tx.run("ANALYZE again_rows")
    await tx.run("ANALYZE again_owed")
    await tx.run(_KEYS, **judged)


async def months_known(tx: Tx) -> list[date]:
    """Every month that anything can have been drawn for."""
    rows = await tx.rows(
        """SELECT CAST(generate_series(first, last, interval '1 month') AS date) AS month
           FROM (SELECT least(min(m.month), (SELECT min(benefit_month) FROM opening_entries)) AS first, max(m.month) AS last
                 FROM runs r, unnest(r.benefit_months) AS m (month)) known"""
    )
    return [row["month"] for row in rows]
