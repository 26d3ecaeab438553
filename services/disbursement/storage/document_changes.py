"""What a run's newest month owes each person beside that of the authority's run before."""

from __future__ import annotations

from collections.abc import Sequence

from services.disbursement.domain.changes import Beside, why_changed
from services.disbursement.domain.documents import Change
from services.disbursement.domain.runs import Run
from services.disbursement.storage.document_lines import person
from services.disbursement.storage.runs import find
from shared.database import Row, Tx

_BEFORE = """
SELECT r.run_id FROM runs r JOIN runs this ON this.run_id = :run_id
WHERE r.unit_id = this.unit_id AND (r.run_month, r.opened_at, r.run_id) < (this.run_month, this.opened_at, this.run_id)
  AND EXISTS (SELECT FROM run_authorities a WHERE a.run_id = r.run_id AND a.authority_id = :authority_id)
ORDER BY r.run_month DESC, r.opened_at DESC, r.run_id DESC LIMIT 1
"""

# Lasting allowances of a month, as the runs up to one have drawn them. What was cancelled is owed no longer.
_OWED = """
SELECT o.subject_id, sum(o.amount_dong)::bigint AS amount_dong, max(o.level_dong) AS level_dong,
       (array_agg(o.decision_id ORDER BY o.kind = 'monthly' DESC, o.revision DESC))[1] AS decision_id,
       (array_agg(o.unit_id ORDER BY o.revision DESC))[1] AS unit_id
FROM obligations o JOIN runs r ON r.run_id = o.run_id
WHERE o.benefit_month = {month} AND o.authority_id = :authority_id AND o.kind IN ('monthly', 'care_support')
  AND r.run_month <= {until} AND NOT (o.live_payment_id IS NULL AND o.resting = 'cancelled')
GROUP BY o.subject_id
"""

_BESIDE = f"""
WITH after AS ({_OWED.format(month="CAST(:after_month AS date)", until="CAST(:after_until AS date)")}),
before AS ({_OWED.format(month="CAST(:before_month AS date)", until="CAST(:before_until AS date)")})
SELECT h.full_name, h.birth_date, h.birth_precision, h.status, h.status_from_month, u.name AS commune,
       coalesce(b.amount_dong, 0) AS before_dong, coalesce(a.amount_dong, 0) AS after_dong,
       coalesce(b.level_dong, 0) AS level_before_dong, coalesce(a.level_dong, 0) AS level_after_dong,
       a.decision_id IS NOT DISTINCT FROM b.decision_id AS same_decision, d.number, d.decided_on, d.from_month, d.to_month,
       coalesce(home.path @> ARRAY[CAST(:authority_id AS text)], false) AS lives_here,
       a.subject_id IS NOT NULL AND b.subject_id IS NULL AND EXISTS (
           SELECT FROM obligations o WHERE o.subject_id = a.subject_id AND o.benefit_month = CAST(:before_month AS date)
             AND o.authority_id <> :authority_id) AS owed_elsewhere,
       a.subject_id IS NOT NULL AND b.subject_id IS NULL AND EXISTS (
           SELECT FROM obligations o WHERE o.subject_id = a.subject_id AND o.benefit_month < CAST(:before_month AS date)
       ) AS owed_earlier
FROM after a FULL JOIN before b ON b.subject_id = a.subject_id
JOIN people h ON h.beneficiary_id = coalesce(a.subject_id, b.subject_id)
JOIN units u ON u.unit_id = coalesce(a.unit_id, b.unit_id)
LEFT JOIN units home ON home.unit_id = h.unit_id
LEFT JOIN decisions d ON d.decision_id = coalesce(a.decision_id, b.decision_id)
WHERE coalesce(a.amount_dong, 0) <> coalesce(b.amount_dong, 0)
ORDER BY u.name, u.unit_id, h.code LIMIT :most
"""  # noqa: S608 - constants only


async def run_before(tx: Tx, run: Run, authority_id: str) -> Run | None:
    """The last run of the province before this one that the authority has drawn up."""
    run_id = await tx.scalar(_BEFORE, run_id=run.run_id, authority_id=authority_id)
    return await find(tx, run_id) if run_id else None


async def changes_between(tx: Tx, run: Run, before: Run | None, authority_id: str, most: int) -> list[Change]:
    """Everybody whose amount differs between the newest months of two runs; with no run before, everybody there is."""
    rows = await tx.rows(
        _BESIDE,
        authority_id=authority_id,
        after_month=max(run.benefit_months),
        after_until=run.run_month,
        before_month=max(before.benefit_months) if before else None,
        before_until=before.run_month if before else None,
        most=most,
    )
    return [_change(row) for row in rows]


_BESIDES: Sequence[str] = (
    "before_dong", "after_dong", "status", "lives_here", "owed_elsewhere", "owed_earlier", "same_decision",
    "level_before_dong", "level_after_dong",
)  # fmt: skip


def _change(row: Row) -> Change:
    reason = why_changed(Beside(**{name: row[name] for name in _BESIDES}))
    ended = row["after_dong"] == 0
    by_status = reason in ("dead", "stopped")
    from_month = row["status_from_month"] if by_status else None if ended else row["from_month"]
    decision = f"{row['number']} ngày {row['decided_on']:%d/%m/%Y}" if row["number"] and not by_status else None
    return Change(
        person=person(row),
        commune=row["commune"],
        before_dong=row["before_dong"],
        after_dong=row["after_dong"],
        reason=reason,
        decision=decision,
        from_month=from_month,
    )
