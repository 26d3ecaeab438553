"""Drawing up, first half: what the law owes and what rests, in a temporary table of this transaction.

The amounts come from the law as rows (see `domain/law.py` and `domain/categories.py`); `domain/amounts.py` says the same for one
person, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import orjson

from services.disbursement.domain.categories import CARE_SUPPORT, MONTHLY
from services.disbursement.domain.law import MonthLaw
from shared.contracts.events import ObligationMove
from shared.database import Tx

_NEVER = 2**62
"""A position that no event reaches."""

_TABLES = (
    """CREATE TEMP TABLE draw_owed (
           benefit_month date, subject_id uuid, kind text, amount_dong bigint, unit_id text, decision_id uuid, category text,
           coefficient numeric, heads integer, level_dong bigint, category_group text, topups jsonb
       ) ON COMMIT DROP""",
    """CREATE TEMP TABLE draw_due (
           benefit_month date, subject_id uuid, kind text, revision integer, amount_dong bigint, total_dong bigint, unit_id text,
           decision_id uuid, category text, coefficient numeric, heads integer, level_dong bigint, category_group text,
           is_new boolean, resting text, payment_seq integer, avoid_account_id uuid, avoid_account_version integer, topups jsonb
       ) ON COMMIT DROP""",
)

# `law`: a row for each month and category that is dated in it. `held`: the decisions that the authority's communes pay: a
# mover's months before the move are the old commune's (`paid_by`). `buried`: the one month that owes a person's funeral support.
# Of months drawn before, only people whom the registry changed since (`changed_after`) are looked at again. So that everybody
# else is not held against all months ever drawn, `changed` parts the two in the key of the join: `law_params` gives those who
# changed all months, and the others the run's own.
HELD = """
law AS (
    SELECT * FROM jsonb_to_recordset(CAST(:law AS jsonb)) AS l (month date, category text, kind text, bundle text, part text,
        category_group text, coefficient numeric, level_dong bigint, counts_heads boolean, topups jsonb, topups_dong bigint)),
months AS (
    SELECT * FROM jsonb_to_recordset(CAST(:months AS jsonb)) AS m (month date, changed boolean, changed_after bigint)),
communes AS (
    SELECT u.unit_id FROM units u WHERE u.level = 'commune' AND u.path @> ARRAY[CAST(:authority_id AS text)]),
buried AS (
    SELECT beneficiary_id, min(from_month) AS month FROM decisions WHERE kind = 'funeral' GROUP BY beneficiary_id),
held AS (
    SELECT d.decision_id, d.number, d.kind, d.category, d.from_month, d.to_month, d.heads, p.beneficiary_id, p.code, p.unit_id,
           p.status, p.status_from_month, p.position, p.position > :oldest AS changed
    FROM people p JOIN decisions d USING (beneficiary_id)
    WHERE p.unit_id IN (SELECT unit_id FROM communes) AND d.paid_by IS NULL
    UNION ALL
    SELECT d.decision_id, d.number, d.kind, d.category, d.from_month, d.to_month, d.heads, p.beneficiary_id, p.code, d.paid_by,
           p.status, p.status_from_month, p.position, p.position > :oldest
    FROM people p JOIN decisions d USING (beneficiary_id)
    WHERE d.paid_by IN (SELECT unit_id FROM communes))"""

# Whether the decision `d` speaks of the month of `m`: it covers it, unless a stop or a death took it; a funeral's in its month.
IN_MONTH = """(m.changed_after IS NULL OR d.position > m.changed_after) AND (
        d.kind <> 'funeral' AND d.from_month <= m.month AND (d.to_month IS NULL OR d.to_month >= m.month)
            AND (d.status NOT IN ('stopped', 'dead') OR d.status_from_month > m.month)
        OR d.kind = 'funeral' AND m.month = b.month)"""

CLAIMS = f"""{HELD},
claims AS NOT MATERIALIZED (
    SELECT m.month, d.beneficiary_id, d.unit_id, m.kind, m.bundle, m.part, m.category, m.category_group, m.coefficient,
           m.level_dong, m.topups, m.topups_dong, h.heads, d.decision_id,
           CASE WHEN m.coefficient IS NULL THEN m.level_dong * h.heads
                ELSE CAST(round(m.level_dong * m.coefficient * h.heads) AS bigint) END AS amount_dong
    FROM held d
    LEFT JOIN buried b USING (beneficiary_id)
    JOIN (SELECT * FROM law JOIN months USING (month)) m ON m.category = d.category AND m.changed = d.changed AND {IN_MONTH}
    CROSS JOIN LATERAL (SELECT CASE WHEN m.counts_heads THEN d.heads ELSE 1 END AS heads) h)"""  # noqa: S608 - constants only

# Who holds one decision has no choice to make: most people, and no sorting for them. For the others: of a part the highest
# claim, the parts of a bundle add up, of the bundles the highest, once for each month and kind. Then the top-ups of what
# counts, each once: a person's may come from two parts.
_OWED = f"""
INSERT INTO draw_owed
WITH {CLAIMS},
several AS MATERIALIZED (
    SELECT beneficiary_id FROM decisions GROUP BY beneficiary_id HAVING count(*) > 1),
highest AS (
    SELECT DISTINCT ON (month, beneficiary_id, kind, bundle, part) * FROM claims
    WHERE beneficiary_id IN (SELECT beneficiary_id FROM several)
    ORDER BY month, beneficiary_id, kind, bundle, part, amount_dong DESC, category COLLATE "C", decision_id),
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
SELECT month, beneficiary_id, kind, amount_dong + topups_dong, unit_id, decision_id, category, coefficient, heads, level_dong,
       category_group, topups
FROM claims c WHERE NOT EXISTS (SELECT FROM several s WHERE s.beneficiary_id = c.beneficiary_id)
UNION ALL
SELECT b.month, b.beneficiary_id, b.kind, b.amount_dong + coalesce(added.amount_dong, 0), b.unit_ids[1], b.decision_ids[1],
       b.category, b.coefficient, b.heads, b.levels_dong[1], b.category_groups[1], added.topups
FROM best b
LEFT JOIN LATERAL (
    SELECT jsonb_agg(topup ORDER BY topup ->> 'code' COLLATE "C") AS topups,
           CAST(sum(CAST(topup ->> 'amount_dong' AS bigint)) AS bigint) AS amount_dong
    FROM (SELECT DISTINCT t.topup FROM jsonb_array_elements(b.topups) AS part (topups)
          CROSS JOIN jsonb_array_elements(part.topups) AS t (topup)) each
    ) added ON b.topups IS NOT NULL
"""  # noqa: S608 - constants only

# Only what earlier revisions don't cover is new. What was cancelled covers nothing: a death recorded by mistake comes back.
# A month of an opening balance is closed by what was agreed of it: the rest was paid before there was ChiTra.
_NEW = """
INSERT INTO draw_due
SELECT w.benefit_month, w.subject_id, w.kind, held.revision + 1, w.amount_dong - held.amount_dong, w.amount_dong, w.unit_id,
       w.decision_id, w.category, w.coefficient, w.heads, w.level_dong, w.category_group, true, 'new', 0, NULL, NULL, w.topups
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
SELECT benefit_month, subject_id, kind, revision, amount_dong, total_dong, unit_id, decision_id, category, coefficient, heads,
       level_dong, category_group, false, resting, payment_seq, avoid_account_id, avoid_account_version, topups
FROM obligations WHERE authority_id = :authority_id AND live_payment_id IS NULL AND resting <> 'cancelled'
  AND CASE WHEN CAST(:one_off AS text) IS NULL THEN kind NOT LIKE 'one_off:%' ELSE kind = :one_off END
"""

_CANCEL = """
UPDATE obligations o SET resting = 'cancelled' FROM people p
WHERE o.authority_id = :authority_id AND o.live_payment_id IS NULL AND o.resting <> 'cancelled'
  AND o.kind = ANY(CAST(:kinds AS text[])) AND p.beneficiary_id = o.subject_id
  AND p.status = ANY(CAST(:statuses AS text[])) AND p.status_from_month <= o.benefit_month
RETURNING o.benefit_month, o.subject, o.kind, o.revision, o.payment_seq * 10 + 4 AS step, o.unit_id, o.category_group, o.sex,
    o.age_band, o.amount_dong,
    CASE old.resting WHEN 'new' THEN 'not_released' ELSE old.resting END AS from_place, 'cancelled' AS to_place
"""


async def cancel_unowed(
    tx: Tx, authority_id: str, kinds: Sequence[str] = (MONTHLY, CARE_SUPPORT), statuses: Sequence[str] = ("stopped", "dead")
) -> list[ObligationMove]:
    """Cancel what rests of months that a stop or a death took away (Decree 20/2021/NĐ-CP Art. 8); as moves."""
    rows = await tx.rows(_CANCEL, authority_id=authority_id, kinds=list(kinds), statuses=list(statuses))
    return [ObligationMove(**row) for row in rows]


async def collect(tx: Tx, authority_id: str, laws: Sequence[MonthLaw], looked_at: Mapping[date, int]) -> None:
    """Fill the temporary table `draw_due`: what is owed by these months' law and not drawn yet, and what rests.

    `looked_at` has, for months drawn by earlier runs, the registry's position up to which people were looked at.
    """
    await open_tables(tx)
    await tx.run(_OWED, authority_id=authority_id, **law_params(laws, looked_at))
    await gather(tx, authority_id)


async def open_tables(tx: Tx) -> None:
    """The temporary tables `draw_owed` and `draw_due` of this transaction."""
    for table in _TABLES:
        await tx.run(table)


async def gather(tx: Tx, authority_id: str, one_off: str | None = None) -> None:
    """From `draw_owed` to `draw_due`: what of it is new, and what rests of the kind `one_off`, or of all that are no one-offs.

    A campaign's money is funded for itself, so what rests of it waits for its own run's next drawing up.
    """
    await tx.run("ANALYZE draw_owed")
    await tx.run(_RESTING, authority_id=authority_id, one_off=one_off)
    await tx.run(_NEW)
    await tx.run("ANALYZE draw_due")


def law_params(laws: Sequence[MonthLaw], looked_at: Mapping[date, int]) -> dict[str, Any]:
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
