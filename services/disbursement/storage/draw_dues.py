"""Drawing up, first half: what the law owes, in a temporary table of this transaction; see `draw_differences.py` for the rest.

The amounts come from the law as rows (see `domain/law.py`); `domain/amounts.py` says the same for one person, and a test
holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

import orjson

from services.disbursement.domain.law import MonthLaw
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

LAW_ROWS = """
law AS (
    SELECT * FROM jsonb_to_recordset(CAST(:law AS jsonb)) AS l (month date, category text, kind text, bundle text, part text,
        category_group text, coefficient numeric, level_dong bigint, counts_heads boolean, once boolean, changed_after bigint))
"""
"""The law's rates by month, from JSON. `changed_after`: of months drawn before only people whom the registry changed since are
looked at again."""

# A decision is owed by the commune whose it is: a mover's months before the move are the old commune's (`paid_by`).
_HELD = """
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
    WHERE d.paid_by IN (SELECT unit_id FROM communes))
"""

RULE = """
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
"""Of a part the highest claim, the parts of a bundle add up, of the bundles the highest: once for each person and kind. Reads
`law` and `held`."""

_OWED = f"INSERT INTO draw_owed WITH {LAW_ROWS}, {_HELD}, {RULE}"


async def collect(tx: Tx, authority_id: str, laws: Sequence[MonthLaw], looked_at: Mapping[date, int]) -> None:
    """Fill the temporary table `draw_owed` by these months' law, and make `draw_due`, which `draw_differences.py` fills.

    `looked_at` has, for months drawn by earlier runs, the registry's position up to which people were looked at.
    """
    for table in _TABLES:
        await tx.run(table)
    await tx.run(_OWED, law=law_json(laws, looked_at), authority_id=authority_id)
    await tx.run("ANALYZE draw_owed")


def law_json(laws: Sequence[MonthLaw], looked_at: Mapping[date, int] = MappingProxyType({})) -> str:
    """The law of months as `LAW_ROWS` reads it."""
    return orjson.dumps([row for month in laws for row in _law_rows(month, looked_at.get(month.month))]).decode()


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
