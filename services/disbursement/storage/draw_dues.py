"""Drawing up, first half: what the law owes and what rests, in a temporary table of this transaction.

The amounts come from the law as rows (see `domain/law.py`); `domain/amounts.py` says the same for one person, and a test
holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import orjson

from services.disbursement.domain.law import MonthLaw
from shared.contracts.events import ObligationMove
from shared.database import Tx

_TABLES = (
    """CREATE TEMP TABLE draw_owed (
           benefit_month date, subject_id uuid, kind text, amount_dong bigint, unit_id text, decision_id uuid, category text,
           coefficient numeric, heads integer, level_dong bigint, category_group text
       ) ON COMMIT DROP""",
    """CREATE TEMP TABLE draw_due (
           benefit_month date, subject_id uuid, kind text, revision integer, amount_dong bigint, total_dong bigint, unit_id text,
           decision_id uuid, category text, coefficient numeric, heads integer, level_dong bigint, category_group text,
           is_new boolean, resting text, payment_seq integer, avoid_account_id uuid, avoid_account_version integer
       ) ON COMMIT DROP""",
)

# Of a part the highest claim, the parts of a bundle add up, of the bundles the highest: once for each person and kind.
# A decision is owed by the commune whose it is: a mover's months before the move are the old commune's (`paid_by`).
# `changed_after`: of months drawn before only people whom the registry changed since are looked at again.
_OWED = """
INSERT INTO draw_owed
WITH law AS (
    SELECT * FROM jsonb_to_recordset(CAST(:law AS jsonb)) AS l (month date, category text, kind text, bundle text, part text,
        category_group text, coefficient numeric, level_dong bigint, counts_heads boolean, once boolean, changed_after bigint)),
communes AS (
    SELECT u.unit_id FROM units u WHERE u.level = 'commune' AND u.path @> ARRAY[CAST(:authority_id AS text)]),
held AS (
    SELECT d.decision_id, d.category, d.from_month, d.to_month, d.heads, p.beneficiary_id, p.unit_id, p.status,
           p.status_from_month, p.position
    FROM people p JOIN decisions d USING (beneficiary_id)
    WHERE p.unit_id IN (SELECT unit_id FROM communes) AND d.paid_by IS NULL
    UNION ALL
    SELECT d.decision_id, d.category, d.from_month, d.to_month, d.heads, p.beneficiary_id, d.paid_by, p.status,
           p.status_from_month, p.position
    FROM people p JOIN decisions d USING (beneficiary_id)
    WHERE d.paid_by IN (SELECT unit_id FROM communes)),
claims AS (
    SELECT l.month, d.beneficiary_id, d.unit_id, l.kind, l.bundle, l.part, l.category, l.category_group, l.coefficient,
           l.level_dong, h.heads, d.decision_id,
           CASE WHEN l.coefficient IS NULL THEN l.level_dong * h.heads
                ELSE CAST(round(l.level_dong * l.coefficient * h.heads) AS bigint) END AS amount_dong
    FROM held d
    JOIN law l ON l.category = d.category AND d.from_month <= l.month AND (d.to_month IS NULL OR d.to_month >= l.month)
    CROSS JOIN LATERAL (SELECT CASE WHEN l.counts_heads THEN d.heads ELSE 1 END AS heads) h
    WHERE (l.changed_after IS NULL OR d.position > l.changed_after)
      AND (NOT l.once OR d.from_month = l.month)
      AND (l.once OR d.status NOT IN ('stopped', 'dead') OR d.status_from_month > l.month)),
highest AS (
    SELECT DISTINCT ON (month, beneficiary_id, kind, bundle, part) * FROM claims
    ORDER BY month, beneficiary_id, kind, bundle, part, amount_dong DESC, category COLLATE "C", decision_id),
bundles AS (
    SELECT month, beneficiary_id, unit_id, kind, bundle, CAST(sum(amount_dong) AS bigint) AS amount_dong,
           string_agg(category, '+' ORDER BY category COLLATE "C") AS category,
           CASE WHEN count(*) = 1 THEN min(coefficient) ELSE sum(coefficient * heads) END AS coefficient,
           CASE WHEN count(*) = 1 THEN min(heads) ELSE 1 END AS heads,
           (array_agg(decision_id ORDER BY amount_dong DESC, category COLLATE "C", decision_id))[1] AS decision_id,
           (array_agg(level_dong ORDER BY amount_dong DESC, category COLLATE "C", decision_id))[1] AS level_dong,
           (array_agg(category_group ORDER BY amount_dong DESC, category COLLATE "C", decision_id))[1] AS category_group
    FROM highest GROUP BY month, beneficiary_id, unit_id, kind, bundle)
SELECT DISTINCT ON (month, beneficiary_id, kind)
       month, beneficiary_id, kind, amount_dong, unit_id, decision_id, category, coefficient, heads, level_dong, category_group
FROM bundles ORDER BY month, beneficiary_id, kind, amount_dong DESC, bundle COLLATE "C"
"""

# Only what earlier revisions don't cover is new. What was cancelled covers nothing: a death recorded by mistake comes back.
# A month of an opening balance is closed by what was agreed of it: the rest was paid before there was ChiTra.
_NEW = """
INSERT INTO draw_due
SELECT w.benefit_month, w.subject_id, w.kind, held.revision + 1, w.amount_dong - held.amount_dong, w.amount_dong, w.unit_id,
       w.decision_id, w.category, w.coefficient, w.heads, w.level_dong, w.category_group, true, 'new', 0, NULL, NULL
FROM draw_owed w
CROSS JOIN LATERAL (
    SELECT coalesce(max(o.revision), -1) AS revision,
           CAST(coalesce(sum(o.amount_dong) FILTER (WHERE o.live_payment_id IS NOT NULL OR o.resting <> 'cancelled'), 0)
                AS bigint) AS amount_dong
    FROM obligations o
    WHERE o.benefit_month = w.benefit_month AND o.subject_id = w.subject_id AND o.kind = w.kind) held
WHERE w.amount_dong > held.amount_dong AND NOT EXISTS (
    SELECT FROM opening_entries e
    JOIN obligations o ON o.benefit_month = e.benefit_month AND o.subject_id = e.beneficiary_id AND o.kind = 'monthly'
        AND o.revision = e.revision AND (o.live_payment_id IS NOT NULL OR o.resting <> 'cancelled')
    WHERE e.state = 'booked' AND w.kind = 'monthly' AND e.beneficiary_id = w.subject_id AND e.benefit_month = w.benefit_month)
"""

_RESTING = """
INSERT INTO draw_due
SELECT benefit_month, subject_id, kind, revision, amount_dong, total_dong, coalesce(pay_unit_id, unit_id), decision_id, category,
       coefficient, heads, level_dong, category_group, false, resting, payment_seq, avoid_account_id, avoid_account_version
FROM obligations WHERE authority_id = :authority_id AND live_payment_id IS NULL AND resting <> 'cancelled'
"""

_CANCEL = """
UPDATE obligations o SET resting = 'cancelled' FROM people p
WHERE o.authority_id = :authority_id AND o.live_payment_id IS NULL AND o.resting <> 'cancelled'
  AND o.kind IN ('monthly', 'care_support') AND p.beneficiary_id = o.subject_id
  AND p.status IN ('stopped', 'dead') AND p.status_from_month <= o.benefit_month
RETURNING o.benefit_month, o.subject, o.kind, o.revision, o.payment_seq * 10 + o.settlements * 3 + 4 AS step, o.unit_id,
    o.category_group, o.sex, o.age_band, o.amount_dong,
    CASE old.resting WHEN 'new' THEN 'not_released' ELSE old.resting END AS from_place, 'cancelled' AS to_place
"""


async def cancel_unowed(tx: Tx, authority_id: str) -> list[ObligationMove]:
    """Cancel what rests of months that a stop or a death took away (Decree 20/2021/NĐ-CP Art. 8); as moves."""
    return [ObligationMove(**row) for row in await tx.rows(_CANCEL, authority_id=authority_id)]


async def collect(tx: Tx, authority_id: str, laws: Sequence[MonthLaw], looked_at: Mapping[date, int]) -> None:
    """Fill the temporary table `draw_due`: what is owed by these months' law and not drawn yet, and what rests.

    `looked_at` has, for months drawn by earlier runs, the registry's position up to which people were looked at.
    """
    for table in _TABLES:
        await tx.run(table)
    law = [row for month in laws for row in _law_rows(month, looked_at.get(month.month))]
    await tx.run(_OWED, law=orjson.dumps(law).decode(), authority_id=authority_id)
    await tx.run("ANALYZE draw_owed")
    await tx.run(_RESTING, authority_id=authority_id)
    await tx.run(_NEW)
    await tx.run("ANALYZE draw_due")


def _law_rows(law: MonthLaw, changed_after: int | None) -> list[dict[str, Any]]:
    return [
        {
            "month": law.month.isoformat(),
            "category": rate.category,
            "kind": rate.kind,
            "bundle": rate.bundle,
            "part": rate.part,
            "category_group": rate.group,
            "coefficient": None if rate.coefficient is None else str(rate.coefficient),
            "level_dong": rate.level_dong,
            "counts_heads": rate.counts_heads,
            "once": rate.once,
            "changed_after": changed_after,
        }
        for rate in law.rates.values()
    ]
