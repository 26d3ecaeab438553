"""Drawing up: what is owed against what was drawn before. Differences, what rests, and what is owed no more.

The rule is `domain/differences.py`; what people are owed now stands in the tables of `owed_again.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.disbursement.domain.differences import LateMonths
from services.disbursement.domain.law import MonthLaw
from services.disbursement.storage import owed_again
from services.disbursement.storage.disputes import IS_DISPUTED
from shared.contracts.disbursement_events import ObligationMove
from shared.database import Tx

# Whom to look at once more: whose money rests, who turned out to be somebody else (both records), and whom a late decision
# gives months that were never drawn.
_ASKED = """
SELECT subject_id FROM obligations WHERE authority_id = :authority_id AND live_payment_id IS NULL AND resting <> 'cancelled'
UNION
SELECT m.beneficiary_id FROM people m JOIN draw_owed w ON w.subject_id = m.beneficiary_id WHERE m.merged_into IS NOT NULL
UNION
SELECT m.beneficiary_id FROM people m JOIN draw_owed w ON w.subject_id = m.merged_into
UNION
SELECT d.beneficiary_id FROM decisions d JOIN people p USING (beneficiary_id)
JOIN units u ON u.unit_id = coalesce(d.paid_by, p.unit_id) AND u.path @> ARRAY[CAST(:authority_id AS text)]
WHERE cardinality(CAST(:late_months AS date[])) > 0 AND d.decided_on >= :signed_from
  AND EXISTS (SELECT FROM unnest(CAST(:late_months AS date[])) AS m (month)
              WHERE m.month BETWEEN d.from_month AND coalesce(d.to_month, 'infinity'))
"""

_TABLES = (
    """CREATE TEMP TABLE IF NOT EXISTS draw_cancelled (benefit_month date, root_id uuid, kind text, amount_dong bigint)
       ON COMMIT DELETE ROWS""",
    """CREATE TEMP TABLE IF NOT EXISTS draw_merged (beneficiary_id uuid, root_id uuid) ON COMMIT DELETE ROWS""",
    """INSERT INTO draw_merged
       SELECT beneficiary_id, root_id FROM again_asked a
       WHERE EXISTS (SELECT FROM again_asked o WHERE o.root_id = a.root_id AND o.beneficiary_id <> a.beneficiary_id)""",
)

# What rests beyond what is owed: of a merged record first, then the newest revision, until nothing is too much; not what is
# disputed, in whose place something new would be paid. A month that no law here judges goes by the stop or the death alone
# (Decree 20/2021/NĐ-CP Art. 8).
_CANCEL = f"""
WITH ranked AS (
    SELECT r.*, k.excess_dong,
           coalesce(sum(r.amount_dong) OVER (PARTITION BY r.benefit_month, r.root_id, r.kind
               ORDER BY r.subject_id = r.root_id, r.revision DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
    FROM again_rows r JOIN again_keys k USING (benefit_month, root_id, kind)
    JOIN obligations o USING (benefit_month, subject_id, kind, revision)
    WHERE r.standing = 'resting' AND NOT {IS_DISPUTED}),
too_much AS (
    SELECT benefit_month, subject_id, kind, revision FROM ranked WHERE before < excess_dong AND authority_id = :authority_id
    UNION
    SELECT o.benefit_month, o.subject_id, o.kind, o.revision
    FROM obligations o JOIN people p ON p.beneficiary_id = o.subject_id
    WHERE o.authority_id = :authority_id AND o.live_payment_id IS NULL AND o.resting <> 'cancelled'
      AND o.kind IN ('monthly', 'care_support') AND p.status IN ('stopped', 'dead') AND p.status_from_month <= o.benefit_month),
gone AS (
    UPDATE obligations o SET resting = 'cancelled' FROM too_much t
    WHERE o.benefit_month = t.benefit_month AND o.subject_id = t.subject_id AND o.kind = t.kind AND o.revision = t.revision
      AND o.live_payment_id IS NULL
    RETURNING o.subject_id, o.benefit_month, o.subject, o.kind, o.revision, o.payment_seq * 10 + o.settlements * 3 + 4 AS step,
        o.unit_id,
        o.category_group, o.sex, o.age_band, o.amount_dong,
        CASE old.resting WHEN 'new' THEN 'not_released' ELSE old.resting END AS from_place, 'cancelled' AS to_place),
noted AS (
    INSERT INTO draw_cancelled
    SELECT g.benefit_month, a.root_id, g.kind, sum(g.amount_dong)
    FROM gone g JOIN again_asked a ON a.beneficiary_id = g.subject_id
    GROUP BY g.benefit_month, a.root_id, g.kind)
SELECT benefit_month, subject, kind, revision, step, unit_id, category_group, sex, age_band, amount_dong, from_place, to_place
FROM gone
"""  # noqa: S608 - constants only

# Months that were never drawn: what was signed too early for that was paid by whoever paid then.
_PAID_BEFORE = """
INSERT INTO paid_before (benefit_month, subject_id, kind, amount_dong, authority_id, found_at)
SELECT b.benefit_month, b.root_id, b.kind, b.amount_dong, :authority_id, platform.business_now()
FROM again_before b JOIN again_owed w USING (benefit_month, root_id, kind)
WHERE b.benefit_month = ANY(CAST(:late_months AS date[])) AND w.amount_dong > b.amount_dong
  AND EXISTS (SELECT FROM units u WHERE u.unit_id = w.unit_id AND u.path @> ARRAY[CAST(:authority_id AS text)])
ORDER BY b.benefit_month, b.root_id, b.kind
ON CONFLICT DO NOTHING
"""

_LATE = """
INSERT INTO draw_owed
SELECT w.* FROM again_owed w LEFT JOIN again_before b USING (benefit_month, root_id, kind)
WHERE w.benefit_month = ANY(CAST(:late_months AS date[])) AND w.amount_dong > coalesce(b.amount_dong, 0)
  AND EXISTS (SELECT FROM units u WHERE u.unit_id = w.unit_id AND u.path @> ARRAY[CAST(:authority_id AS text)])
"""

# Drawn after all: nobody else paid these months.
_DRAWN_AFTER_ALL = """
DELETE FROM paid_before WHERE authority_id = :authority_id AND benefit_month = ANY(CAST(:months AS date[]))
"""

# Only what earlier revisions don't cover is new. What was cancelled covers nothing: a death recorded by mistake comes back.
# Nor does what was repaid; what was proven paid twice does. A month of an opening balance is closed by what was agreed of it: the
# rest was paid before there was ChiTra. Merged records, and what was cancelled just now, are looked at below. Of hardly anybody
# anything of this is known: they are found first, and for all others only earlier revisions count.
_DUE = """w.unit_id, w.decision_id, w.category, w.coefficient, w.heads, w.level_dong, w.category_group, true, 'new',
       0, CAST(NULL AS uuid), CAST(NULL AS integer), w.topups"""
_NEW = f"""
INSERT INTO draw_due
WITH {{held}}known AS MATERIALIZED (
    SELECT subject_id FROM draw_owed JOIN receivable_items i USING (benefit_month, subject_id, kind)
    WHERE i.repaid_dong > i.given_back_dong
    UNION
    SELECT subject_id FROM draw_owed JOIN overpaid_lines v USING (benefit_month, subject_id, kind) WHERE v.came_back_at IS NULL
    UNION
    SELECT subject_id FROM draw_owed JOIN paid_before USING (benefit_month, subject_id, kind)
    UNION
    SELECT subject_id FROM draw_owed JOIN draw_merged m ON m.beneficiary_id = subject_id
    UNION
    SELECT subject_id FROM draw_owed w JOIN draw_cancelled c ON c.root_id = subject_id
    UNION
    SELECT subject_id FROM draw_owed w JOIN opening_entries e ON e.beneficiary_id = w.subject_id
        AND e.benefit_month = w.benefit_month AND e.state = 'booked')
SELECT w.benefit_month, w.subject_id, w.kind, coalesce(held.revision, -1) + 1, w.amount_dong - coalesce(held.amount_dong, 0),
       w.amount_dong, {_DUE}
FROM draw_owed w
{{join}}
WHERE w.amount_dong > coalesce(held.amount_dong, 0)
  AND NOT EXISTS (SELECT FROM known WHERE known.subject_id = w.subject_id)
UNION ALL
SELECT w.benefit_month, w.subject_id, w.kind, coalesce(held.revision, -1) + 1, w.amount_dong - covered.amount_dong,
       w.amount_dong, {_DUE}
FROM draw_owed w
LEFT JOIN (SELECT benefit_month, subject_id, kind, sum(repaid_dong - given_back_dong) AS amount_dong
           FROM receivable_items WHERE repaid_dong > given_back_dong
           GROUP BY benefit_month, subject_id, kind) back USING (benefit_month, subject_id, kind)
LEFT JOIN (SELECT benefit_month, subject_id, kind, sum(amount_dong) AS amount_dong FROM overpaid_lines
           WHERE came_back_at IS NULL GROUP BY benefit_month, subject_id, kind) twice USING (benefit_month, subject_id, kind)
LEFT JOIN paid_before before USING (benefit_month, subject_id, kind)
{{join}}
CROSS JOIN LATERAL (
    SELECT CAST(coalesce(held.amount_dong, 0) + coalesce(twice.amount_dong, 0) - coalesce(back.amount_dong, 0)
                + coalesce(before.amount_dong, 0) AS bigint) AS amount_dong
) covered
WHERE w.subject_id IN (SELECT subject_id FROM known) AND w.amount_dong > covered.amount_dong
  AND NOT EXISTS (SELECT FROM draw_merged m WHERE m.beneficiary_id = w.subject_id)
  AND NOT EXISTS (SELECT FROM draw_cancelled c
                  WHERE c.benefit_month = w.benefit_month AND c.root_id = w.subject_id AND c.kind = w.kind)
  AND NOT EXISTS (
    SELECT FROM opening_entries e
    JOIN obligations o ON o.benefit_month = e.benefit_month AND o.subject_id = e.beneficiary_id AND o.kind = 'monthly'
        AND o.revision = e.revision AND (o.live_payment_id IS NOT NULL OR o.resting <> 'cancelled')
    WHERE e.state = 'booked' AND w.kind = 'monthly' AND e.beneficiary_id = w.subject_id AND e.benefit_month = w.benefit_month)
"""  # noqa: S608 - constants only

# Each looks up its own by key (OFFSET 0), and hardly anybody finds something.
_HELD = """held AS MATERIALIZED (
    SELECT w.benefit_month, w.subject_id, w.kind, max(o.revision) AS revision,
           CAST(coalesce(sum(o.amount_dong) FILTER (WHERE o.live_payment_id IS NOT NULL OR o.resting <> 'cancelled'), 0)
                AS bigint) AS amount_dong
    FROM draw_owed w
    CROSS JOIN LATERAL (
        SELECT x.revision, x.amount_dong, x.live_payment_id, x.resting FROM obligations x
        WHERE x.benefit_month = w.benefit_month AND x.subject_id = w.subject_id AND x.kind = w.kind OFFSET 0) o
    GROUP BY w.benefit_month, w.subject_id, w.kind),
"""
_NEW_BESIDE_HELD = _NEW.format(held=_HELD, join="LEFT JOIN held USING (benefit_month, subject_id, kind)")
# Of months of which nobody is owed anything yet, nothing has to be looked up.
_NEW_ALONE = _NEW.format(held="", join="CROSS JOIN (SELECT -1 AS revision, CAST(0 AS bigint) AS amount_dong) held")
_ANY_HELD = """
SELECT EXISTS (SELECT FROM (SELECT DISTINCT benefit_month FROM draw_owed) m
               CROSS JOIN LATERAL (SELECT FROM obligations o WHERE o.benefit_month = m.benefit_month LIMIT 1) one)
"""

# What cancelling took too much, and what people of several records are owed beside all that was drawn for any of them: owed by
# the one who stays, in the commune of what was cancelled. An account that a cancelled revision failed on is still avoided.
_NEW_OF_THESE = """
INSERT INTO draw_due
WITH joined AS (
    SELECT DISTINCT d.benefit_month, m.root_id, d.kind FROM draw_owed d JOIN draw_merged m ON m.beneficiary_id = d.subject_id),
wanted AS MATERIALIZED (
    SELECT w.*, c.amount_dong AS cancelled_dong, coalesce(k.drawn_dong - k.repaid_dong, 0) AS drawn_dong
    FROM again_owed w
    LEFT JOIN again_keys k USING (benefit_month, root_id, kind)
    LEFT JOIN draw_cancelled c USING (benefit_month, root_id, kind)
    LEFT JOIN joined j USING (benefit_month, root_id, kind)
    LEFT JOIN units u ON u.unit_id = w.unit_id AND u.path @> ARRAY[CAST(:authority_id AS text)]
    WHERE (k.root_id IS NULL OR k.owed_dong IS NOT NULL)
      AND (c.root_id IS NOT NULL OR (j.root_id IS NOT NULL AND u.unit_id IS NOT NULL)))
SELECT w.benefit_month, w.root_id, w.kind, held.revision + 1, w.amount_dong - covered.amount_dong, w.amount_dong,
       coalesce(was.unit_id, w.unit_id), w.decision_id, w.category, w.coefficient, w.heads, w.level_dong, w.category_group, true,
       'new', 0, was.avoid_account_id, was.avoid_account_version, w.topups
FROM wanted w
LEFT JOIN LATERAL (
    SELECT r.unit_id, r.avoid_account_id, r.avoid_account_version FROM again_rows r
    WHERE w.cancelled_dong IS NOT NULL AND r.benefit_month = w.benefit_month AND r.root_id = w.root_id AND r.kind = w.kind
      AND r.standing = 'resting' AND r.authority_id = :authority_id
    ORDER BY r.avoid_account_id IS NULL, r.revision DESC LIMIT 1) was ON true
CROSS JOIN LATERAL (
    SELECT coalesce(max(o.revision), -1) AS revision FROM obligations o
    WHERE o.benefit_month = w.benefit_month AND o.subject_id = w.root_id AND o.kind = w.kind) held
CROSS JOIN LATERAL (
    SELECT sum(b.amount_dong) AS amount_dong FROM paid_before b JOIN again_asked a ON a.beneficiary_id = b.subject_id
    WHERE a.root_id = w.root_id AND b.benefit_month = w.benefit_month AND b.kind = w.kind) before
CROSS JOIN LATERAL (
    SELECT CAST(w.drawn_dong + coalesce(before.amount_dong, 0) - coalesce(w.cancelled_dong, 0) AS bigint) AS amount_dong) covered
WHERE w.amount_dong > covered.amount_dong
"""

_RESTING = f"""
INSERT INTO draw_due
SELECT benefit_month, subject_id, kind, revision, amount_dong, total_dong, coalesce(pay_unit_id, unit_id),
       decision_id, category, coefficient, heads,
       level_dong, category_group, false, resting, payment_seq, avoid_account_id, avoid_account_version, topups
FROM obligations o WHERE authority_id = :authority_id AND live_payment_id IS NULL AND resting <> 'cancelled'
  AND kind NOT LIKE 'one_off:%' AND NOT {IS_DISPUTED}
"""  # noqa: S608 - constants only


async def collect(
    tx: Tx, authority_id: str, laws: Sequence[MonthLaw], drawn: Sequence[date], late: LateMonths
) -> list[ObligationMove]:
    """Cancel what rests and is owed no more, then fill `draw_due` from `draw_owed` with differences, arrears and what rests; as
    moves what was cancelled.

    `laws` judge what rests in their months; `drawn` are the months whose dues are in `draw_owed`. What rests of campaigns waits
    for their own runs: their money is funded for itself.
    """
    whose = {"authority_id": authority_id}
    late_months = {"late_months": list(late.months)}
    asked: list[UUID] = [row["subject_id"] for row in await tx.rows(_ASKED, **whose, **late_months, signed_from=late.signed_from)]
    await tx.run(_DRAWN_AFTER_ALL, **whose, months=list(drawn))
    await owed_again.reckon(tx, asked, laws, late.signed_from if late.months else None)
    for table in _TABLES:
        await tx.run(table)
    moves = [ObligationMove(**row) for row in await tx.rows(_CANCEL, **whose)]
    if late.months:
        await tx.run(_PAID_BEFORE, **whose, **late_months)
        await tx.run(_LATE, **whose, **late_months)
    await tx.run(_RESTING, **whose)
    await tx.run(_NEW_BESIDE_HELD if await tx.scalar(_ANY_HELD) else _NEW_ALONE)
    await tx.run(_NEW_OF_THESE, **whose)
    await tx.run("ANALYZE draw_due")
    return moves


async def months_resting(tx: Tx, authority_id: str) -> list[date]:
    """The benefit months of what rests."""
    rows = await tx.rows(
        """SELECT DISTINCT benefit_month FROM obligations
           WHERE authority_id = :authority_id AND live_payment_id IS NULL AND resting <> 'cancelled' ORDER BY 1""",
        authority_id=authority_id,
    )
    return [row["benefit_month"] for row in rows]


async def new_months(tx: Tx) -> list[date]:
    """The benefit months of what `draw_due` will owe anew."""
    return [row["benefit_month"] for row in await tx.rows("SELECT DISTINCT benefit_month FROM draw_due WHERE is_new")]
