"""Lines that pay more than is owed now, in payrolls of which their chunk was not instructed yet."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from shared.database import Tx

# Only whom the registry changed since the cut, and who were proven paid twice: at the cut nothing was drawn that was not owed. A
# merge changes both records.
_SUSPECTS = """
WITH open_ones AS (
    SELECT DISTINCT r.payroll_id, r.run_month, r.registry_position
    FROM payrolls r JOIN chunks c ON c.payroll_id = r.payroll_id AND c.state = 'sealed'
    WHERE r.authority_id = :authority_id AND r.state <> 'cancelled'
      AND (CAST(:payroll_id AS uuid) IS NULL OR r.payroll_id = CAST(:payroll_id AS uuid))),
changed AS (
    SELECT beneficiary_id, entitled_position FROM people
    WHERE entitled_position > (SELECT min(registry_position) FROM open_ones))
SELECT m.payroll_id, m.beneficiary_id
FROM changed q JOIN payments m ON m.beneficiary_id = q.beneficiary_id AND m.state = 'open'
JOIN open_ones r ON r.payroll_id = m.payroll_id AND r.run_month = m.run_month
JOIN chunks c ON c.payroll_id = m.payroll_id AND c.chunk_no = m.chunk_no AND c.state = 'sealed'
WHERE q.entitled_position > r.registry_position
UNION
SELECT m.payroll_id, m.beneficiary_id
FROM overpaid_lines v JOIN payments m ON m.beneficiary_id = v.subject_id AND m.state = 'open' AND v.came_back_at IS NULL
JOIN open_ones r ON r.payroll_id = m.payroll_id AND r.run_month = m.run_month
JOIN chunks c ON c.payroll_id = m.payroll_id AND c.chunk_no = m.chunk_no AND c.state = 'sealed'
"""

_LOCK_PAYROLLS = "SELECT 1 FROM payrolls WHERE payroll_id = ANY(CAST(:ids AS uuid[])) ORDER BY payroll_id FOR UPDATE"
_LOCK_CHUNKS = """
SELECT 1 FROM chunks WHERE payroll_id = ANY(CAST(:ids AS uuid[])) AND state = 'sealed' ORDER BY payroll_id, chunk_no FOR UPDATE
"""

# What rests is cancelled first; then the newest revision in a payroll goes, of a merged record before those of the one who stays.
_OVERDRAWN = """
WITH ranked AS (
    SELECT r.*, k.excess_dong - k.resting_dong AS excess_dong,
           coalesce(sum(r.amount_dong) OVER (PARTITION BY r.benefit_month, r.root_id, r.kind
               ORDER BY r.subject_id = r.root_id, r.revision DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
    FROM again_rows r JOIN again_keys k USING (benefit_month, root_id, kind) WHERE r.standing = 'sealed')
SELECT g.payroll_id, g.payment_id,
       min(CASE WHEN q.merged_into IS NOT NULL THEN 'merged'
                WHEN q.status IN ('dead', 'stopped') AND q.status_from_month <= g.benefit_month THEN q.status
                WHEN EXISTS (SELECT FROM again_rows t WHERE t.benefit_month = g.benefit_month AND t.root_id = g.root_id
                             AND t.kind = g.kind AND t.standing = 'paid_twice') THEN 'paid-twice'
                ELSE 'less-owed' END) AS reason
FROM ranked g JOIN people q ON q.beneficiary_id = g.subject_id
WHERE g.before < g.excess_dong AND g.authority_id = :authority_id AND g.payroll_id = ANY(CAST(:ids AS uuid[]))
GROUP BY g.payroll_id, g.payment_id ORDER BY g.payroll_id, g.payment_id
"""


async def suspects(tx: Tx, authority_id: str, payroll_id: UUID | None) -> tuple[list[UUID], list[UUID]]:
    """(payrolls, people) with lines that were not instructed, of people whose right changed after the payroll's cut or who were
    proven paid twice."""
    rows = await tx.rows(_SUSPECTS, authority_id=authority_id, payroll_id=payroll_id)
    return sorted({row["payroll_id"] for row in rows}), sorted({row["beneficiary_id"] for row in rows})


async def hold(tx: Tx, payroll_ids: Sequence[UUID]) -> None:
    """Let no step and no dispatcher come between: payrolls and their chunks stay as they are until this transaction ends."""
    await tx.rows(_LOCK_PAYROLLS, ids=list(payroll_ids))
    await tx.rows(_LOCK_CHUNKS, ids=list(payroll_ids))


async def overdrawn(tx: Tx, authority_id: str, payroll_ids: Sequence[UUID]) -> dict[UUID, list[tuple[UUID, str]]]:
    """By payroll, the payments that must go with the reason, once `owed_again.reckon` has run."""
    found: dict[UUID, list[tuple[UUID, str]]] = {}
    for row in await tx.rows(_OVERDRAWN, authority_id=authority_id, ids=list(payroll_ids)):
        found.setdefault(row["payroll_id"], []).append((row["payment_id"], row["reason"]))
    return found
