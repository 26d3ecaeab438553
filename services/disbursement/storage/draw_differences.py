"""Drawing up: what is owed against what was drawn before. Differences, what rests, and what is owed no more."""

from __future__ import annotations

from shared.contracts.events import ObligationMove
from shared.database import Tx

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
SELECT benefit_month, subject_id, kind, revision, amount_dong, total_dong, unit_id, decision_id, category, coefficient, heads,
       level_dong, category_group, false, resting, payment_seq, avoid_account_id, avoid_account_version
FROM obligations WHERE authority_id = :authority_id AND live_payment_id IS NULL AND resting <> 'cancelled'
"""

_CANCEL = """
UPDATE obligations o SET resting = 'cancelled' FROM people p
WHERE o.authority_id = :authority_id AND o.live_payment_id IS NULL AND o.resting <> 'cancelled'
  AND o.kind IN ('monthly', 'care_support') AND p.beneficiary_id = o.subject_id
  AND p.status IN ('stopped', 'dead') AND p.status_from_month <= o.benefit_month
RETURNING o.benefit_month, o.subject, o.kind, o.revision, o.payment_seq * 10 + 4 AS step, o.unit_id, o.category_group, o.sex,
    o.age_band, o.amount_dong,
    CASE old.resting WHEN 'new' THEN 'not_released' ELSE old.resting END AS from_place, 'cancelled' AS to_place
"""


async def cancel_unowed(tx: Tx, authority_id: str) -> list[ObligationMove]:
    """Cancel what rests of months that a stop or a death took away (Decree 20/2021/NĐ-CP Art. 8); as moves."""
    return [ObligationMove(**row) for row in await tx.rows(_CANCEL, authority_id=authority_id)]


async def collect(tx: Tx, authority_id: str) -> None:
    """Fill `draw_due` from `draw_owed`: what rests, and what is owed and not drawn yet."""
    await tx.run(_RESTING, authority_id=authority_id)
    await tx.run(_NEW)
