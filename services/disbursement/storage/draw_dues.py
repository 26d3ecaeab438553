"""Drawing up, first half: what the law owes, in a temporary table of this transaction; see `draw_differences.py` for the rest.

The amounts come from the law as rows (see `domain/law.py` and `domain/categories.py`); `domain/amounts.py` says the same for one
person, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

import orjson

from services.disbursement.domain.law import MonthLaw
from shared.database import Tx

_NEVER = 2**62
"""A position that no event reaches."""

# A connection keeps its temporary tables, empty: making and dropping ten of them costs a small authority more than its rows.
_TABLES = (
    """CREATE TEMP TABLE IF NOT EXISTS draw_owed (
           benefit_month date, subject_id uuid, kind text, amount_dong bigint, unit_id text, decision_id uuid, category text,
           coefficient numeric, heads integer, level_dong bigint, category_group text, topups jsonb
       ) ON COMMIT DELETE ROWS""",
    """CREATE TEMP TABLE IF NOT EXISTS draw_due (
           benefit_month date, subject_id uuid, kind text, revision integer, amount_dong bigint, total_dong bigint, unit_id text,
           decision_id uuid, category text, coefficient numeric, heads integer, level_dong bigint, category_group text,
           is_new boolean, resting text, payment_seq integer, avoid_account_id uuid, avoid_account_version integer, topups jsonb,
           receipt text NOT NULL DEFAULT 'person'
       ) ON COMMIT DELETE ROWS""",
)

LAW_ROWS = """
law AS (
    SELECT *, CAST(round(level_dong * coefficient) AS bigint) AS of_one_dong
    FROM jsonb_to_recordset(CAST(:law AS jsonb)) AS l (month date, category text, kind text, bundle text, part text,
        category_group text, coefficient numeric, level_dong bigint, counts_heads boolean, topups jsonb, topups_dong bigint)),
months AS (
    SELECT * FROM jsonb_to_recordset(CAST(:months AS jsonb)) AS m (month date, changed boolean, changed_after bigint))"""
"""`law`: a row for each month and category that is dated in it. `months`: of months drawn before, only people whom the registry
changed since (`changed_after`) are looked at again. So that everybody else is not held against all months ever drawn, `changed`
parts the two in the key of the join: `law_params` gives those who changed all months, and the others the run's own."""

# `held`: the decisions that the authority's communes pay: a mover's months before the move are the old commune's (`paid_by`).
# OFFSET 0 keeps the inner select apart: each person looks up their decisions by key, however many people others pay. `buried`:
# the one month that owes a person's funeral support.
_HELD = """
communes AS (
    SELECT u.unit_id FROM units u WHERE u.level = 'commune' AND u.path @> ARRAY[CAST(:authority_id AS text)]),
held AS MATERIALIZED (
    SELECT d.decision_id, d.number, d.kind, d.category, d.from_month, d.to_month, d.heads, p.beneficiary_id, p.code, p.unit_id,
           p.status, p.status_from_month, p.position, p.position > :oldest AS changed
    FROM people p
    CROSS JOIN LATERAL (
        SELECT * FROM decisions x WHERE x.beneficiary_id = p.beneficiary_id AND x.paid_by IS NULL OFFSET 0) d
    WHERE p.unit_id IN (SELECT unit_id FROM communes)
    UNION ALL
    SELECT d.decision_id, d.number, d.kind, d.category, d.from_month, d.to_month, d.heads, p.beneficiary_id, p.code, d.paid_by,
           p.status, p.status_from_month, p.position, p.position > :oldest
    FROM people p JOIN decisions d USING (beneficiary_id)
    WHERE d.paid_by IN (SELECT unit_id FROM communes)),
buried AS (
    SELECT beneficiary_id, min(d.from_month) AS month
    FROM (SELECT DISTINCT beneficiary_id FROM held WHERE kind = 'funeral') h JOIN decisions d USING (beneficiary_id)
    WHERE d.kind = 'funeral' GROUP BY beneficiary_id)"""

HELD = f"{LAW_ROWS}, {_HELD}"

# Whether the decision `d` speaks of the month of `m`: it covers it, unless a stop or a death took it; a funeral's in its month.
IN_MONTH = """(m.changed_after IS NULL OR d.position > m.changed_after) AND (
        d.kind <> 'funeral' AND d.from_month <= m.month AND (d.to_month IS NULL OR d.to_month >= m.month)
            AND (d.status NOT IN ('stopped', 'dead') OR d.status_from_month > m.month)
        OR d.kind = 'funeral' AND m.month = b.month)"""

CLAIMED = f"""
claims AS NOT MATERIALIZED (
    SELECT m.month, d.beneficiary_id, d.unit_id, m.kind, m.bundle, m.part, m.category, m.category_group, m.coefficient,
           m.level_dong, m.topups, m.topups_dong, h.heads, d.decision_id,
           CASE WHEN m.coefficient IS NULL THEN m.level_dong * h.heads WHEN h.heads = 1 THEN m.of_one_dong
                ELSE CAST(round(m.level_dong * m.coefficient * h.heads) AS bigint) END AS amount_dong
    FROM held d
    LEFT JOIN buried b USING (beneficiary_id)
    JOIN (SELECT * FROM law JOIN months USING (month)) m ON m.category = d.category AND m.changed = d.changed AND {IN_MONTH}
    CROSS JOIN LATERAL (SELECT CASE WHEN m.counts_heads THEN d.heads ELSE 1 END AS heads) h)"""  # noqa: S608 - constants only
"""What each decision gives in each month. Reads `law`, `months`, `buried` and `held`."""

CLAIMS = f"{HELD}, {CLAIMED}"

# Who holds one decision has no choice to make: most people, and no sorting for them. For the others: of a part the highest
# claim, the parts of a bundle add up, of the bundles the highest, once for each month and kind. Then the top-ups of what
# counts, each once: a person's may come from two parts.
_CHOSEN = """
bundles AS (
    SELECT month, beneficiary_id, kind, bundle, CAST(sum(amount_dong) AS bigint) AS amount_dong,
           string_agg(category, '+' ORDER BY category COLLATE "C") AS category,
           CASE WHEN count(*) = 1 THEN min(coefficient) ELSE sum(coefficient * heads) END AS coefficient,
           CASE WHEN count(*) = 1 THEN min(heads) ELSE 1 END AS heads,
           array_agg(decision_id ORDER BY amount_dong DESC, category COLLATE "C", decision_id) AS decision_ids,
           array_agg(unit_id ORDER BY amount_dong DESC, category COLLATE "C", decision_id) AS unit_ids,
           array_agg(level_dong ORDER BY amount_dong DESC, category COLLATE "C", decision_id) AS levels_dong,
           array_agg(category_group ORDER BY amount_dong DESC, category COLLATE "C", decision_id) AS category_groups,
           jsonb_agg(topups) FILTER (WHERE topups IS NOT NULL) AS topups
    FROM highest GROUP BY month, beneficiary_id, kind, bundle),
best AS (
    SELECT DISTINCT ON (month, beneficiary_id, kind) * FROM bundles
    ORDER BY month, beneficiary_id, kind, amount_dong DESC, bundle COLLATE "C")
"""
_HIGHEST = """
highest AS (
    SELECT DISTINCT ON (month, beneficiary_id, kind, bundle, part) * FROM claims
    WHERE beneficiary_id IN (SELECT beneficiary_id FROM several)
    ORDER BY month, beneficiary_id, kind, bundle, part, amount_dong DESC, category COLLATE "C", decision_id)"""
_ALONE = """
SELECT month, beneficiary_id, kind, amount_dong + topups_dong, unit_id, decision_id, category, coefficient, heads, level_dong,
       category_group, topups
FROM claims c
"""
_BEST = """
SELECT b.month, b.beneficiary_id, b.kind, b.amount_dong + coalesce(added.amount_dong, 0), b.unit_ids[1], b.decision_ids[1],
       b.category, b.coefficient, b.heads, b.levels_dong[1], b.category_groups[1], added.topups
FROM best b
LEFT JOIN LATERAL (
    SELECT jsonb_agg(topup ORDER BY topup ->> 'code' COLLATE "C") AS topups,
           CAST(sum(CAST(topup ->> 'amount_dong' AS bigint)) AS bigint) AS amount_dong
    FROM (SELECT DISTINCT t.topup FROM jsonb_array_elements(b.topups) AS part (topups)
          CROSS JOIN jsonb_array_elements(part.topups) AS t (topup)) each
    ) added ON b.topups IS NOT NULL
"""

_CHOICES = f"{_HIGHEST}, {_CHOSEN}"
_OF_ALL = f"""{_ALONE} WHERE NOT EXISTS (SELECT FROM several s WHERE s.beneficiary_id = c.beneficiary_id)
UNION ALL
{_BEST}"""
COMBINED = f"{_CHOICES} {_OF_ALL}"
"""What a month owes a person under a kind. Reads `claims`, and in `several` whoever may have more than one."""

SEVERAL = "several AS MATERIALIZED (SELECT beneficiary_id FROM held GROUP BY beneficiary_id HAVING count(*) > 1)"
"""Who holds more than one decision."""

_OWED = f"""
WITH {HELD}, {CLAIMED}, {SEVERAL}, {_CHOICES},
owed AS (INSERT INTO draw_owed {_OF_ALL})
SELECT DISTINCT category FROM held WHERE category <> ALL(CAST(:dated AS text[]))
"""  # noqa: S608 - constants only


async def collect(tx: Tx, authority_id: str, laws: Sequence[MonthLaw], looked_at: Mapping[date, int]) -> bool:
    """Fill the temporary table `draw_owed` by these months' law, and make `draw_due`, which `draw_differences.py` fills.

    `looked_at` has, for months drawn by earlier runs, the registry's position up to which people were looked at. Whether
    anybody holds a decision of a category that is not dated in all of the months.
    """
    await open_tables(tx)
    params = law_params(laws, looked_at)
    not_dated = await tx.rows(_OWED, authority_id=authority_id, dated=dated_throughout(laws), **params)
    await tx.run("ANALYZE draw_owed")
    return bool(not_dated)


def dated_throughout(laws: Sequence[MonthLaw]) -> list[str]:
    """The categories that are dated in all of the months."""
    return sorted(set.intersection(*(set(law.rates) for law in laws))) if laws else []


async def open_tables(tx: Tx) -> None:
    """The temporary tables `draw_owed` and `draw_due` of this transaction."""
    for table in _TABLES:
        await tx.run(table)


def law_params(laws: Sequence[MonthLaw], looked_at: Mapping[date, int] = MappingProxyType({})) -> dict[str, Any]:
    """The law as the statements above want it: parameters `law`, `months` and `oldest`."""
    rates = [row for month in laws for row in _law_rows(month)]
    after = {law.month: looked_at.get(law.month) for law in laws}
    months = [
        {"month": month.isoformat(), "changed": changed, "changed_after": position}
        for month, position in after.items()
        for changed in ((True, False) if position is None else (True,))
    ]
    oldest = min((position for position in after.values() if position is not None), default=_NEVER)
    return {"law": orjson.dumps(rates).decode(), "months": orjson.dumps(months).decode(), "oldest": oldest}


def _law_rows(law: MonthLaw) -> list[dict[str, Any]]:
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
            "topups": [{"code": topup.code, "amount_dong": topup.amount_dong} for topup in rate.topups] or None,
            "topups_dong": sum(topup.amount_dong for topup in rate.topups),
        }
        for rate in law.rates.values()
    ]
