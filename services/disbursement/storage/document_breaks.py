"""Where a provider's word and ours differ, for the minutes: contradictions, and the breaks of reconciliations.

The transaction must see all rows of the authority.
"""

from __future__ import annotations

from uuid import UUID

from services.disbursement.domain.documents import MAX_BREAKS, BreakLine, ReconciliationBreak
from services.disbursement.domain.runs import Run
from shared.database import Tx

_CONTRADICTIONS = """
SELECT count(*) AS payments, count(*) FILTER (WHERE x.settled_at IS NULL) AS open,
       coalesce(sum(x.amount_dong), 0)::bigint AS amount_dong
FROM contradictions x
JOIN payments p ON p.run_month = x.run_month AND p.payment_id = x.payment_id
JOIN payrolls r ON r.payroll_id = p.payroll_id
WHERE x.run_month = :run_month AND p.run_id = :run_id AND x.authority_id = :authority_id AND r.contract_id = :contract_id
"""

# Breaks of the run's payments through the contract, whichever comparison found them; and what names no payment of ours (a strange
# reference, a gap in the numbers) where a comparison of this run found it. What healed by itself is no difference any more.
_FOUND = """
found AS (
    SELECT b.* FROM reconciliation_breaks b
    JOIN payments p ON p.run_month = b.run_month AND p.payment_id = b.payment_id
    JOIN payrolls r ON r.payroll_id = p.payroll_id
    WHERE b.closed_as IS DISTINCT FROM 'healed' AND b.run_month = :run_month AND p.run_id = :run_id
      AND p.authority_id = :authority_id AND r.contract_id = :contract_id
    UNION ALL
    SELECT b.* FROM reconciliation_breaks b JOIN reconciliations c ON c.reconciliation_id = b.seen_in
    WHERE b.closed_as IS DISTINCT FROM 'healed' AND b.payment_id IS NULL AND c.run_id = :run_id AND c.unit_id = :authority_id
      AND CASE WHEN c.contract_id IS NULL
          THEN b.provider IN (SELECT r.provider FROM payrolls r WHERE r.run_id = :run_id AND r.contract_id = :contract_id)
          ELSE c.contract_id = :contract_id END)
"""

_BY_KIND = f"""
WITH {_FOUND}
SELECT kind, count(*) AS payments, count(*) FILTER (WHERE closed_at IS NULL) AS open,
       coalesce(sum(abs(our_dong - their_dong)), 0)::bigint AS amount_dong FROM found GROUP BY kind ORDER BY kind
"""  # noqa: S608 - constants only

_LINES = f"""
WITH {_FOUND}
SELECT kind, reference, our_dong, their_dong, owner, closed_as, close_note,
       ((coalesce(closed_at, platform.business_now()) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
        - (opened_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date) AS age_days
FROM found ORDER BY closed_at IS NOT NULL, kind, reference LIMIT :limit
"""  # noqa: S608 - constants only


async def contract_breaks(
    tx: Tx, run: Run, authority_id: str, contract_id: UUID
) -> tuple[list[ReconciliationBreak], list[BreakLine]]:
    """Differences by kind, and the breaks one by one, open ones first, up to `MAX_BREAKS`."""
    which = {"run_month": run.run_month, "run_id": run.run_id, "authority_id": authority_id, "contract_id": contract_id}
    said = await tx.row(_CONTRADICTIONS, **which)
    assert said is not None
    kinds = [ReconciliationBreak("contradiction", **said)] if said["payments"] else []
    kinds += [ReconciliationBreak(**row) for row in await tx.rows(_BY_KIND, **which)]
    return kinds, [BreakLine(**row) for row in await tx.rows(_LINES, **which, limit=MAX_BREAKS)]
