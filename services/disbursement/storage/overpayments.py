"""Overpayments: what was paid of a month above what is owed now, found in the rows whenever it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.disbursement.domain.overpayments import Overpayment
from services.disbursement.storage.handover_rows import HEIR_OF_LINE
from services.disbursement.storage.handovers import lineage
from shared.database import Tx

# Only whose right changed after their month was drawn; a record that turned out to be somebody else's changed then.
_SUSPECTS = """
SELECT DISTINCT p.beneficiary_id
FROM people p JOIN obligations o ON o.subject_id = p.beneficiary_id AND o.live_payment_id IS NOT NULL
LEFT JOIN run_authorities d ON d.run_id = o.run_id AND d.authority_id = o.authority_id AND d.draw_no = 0
WHERE o.authority_id = ANY(CAST(:authority_ids AS text[])) AND p.entitled_position > coalesce(d.registry_position, 0)
  AND p.entitled_position > coalesce(
      (SELECT min(registry_position) FROM run_authorities WHERE authority_id = ANY(CAST(:authority_ids AS text[]))), 0)
UNION
SELECT subject_id FROM overpaid_lines WHERE authority_id = ANY(CAST(:authority_ids AS text[])) AND came_back_at IS NULL
"""

# Of each month the payment proven a double, else the newest, says who received and who answers for it: where that authority has
# handed over, the heir of the commune.
_FOUND = f"""
SELECT k.benefit_month, k.root_id AS beneficiary_id, k.kind, q.code AS beneficiary_code, q.full_name, newest.unit_id,
       answers.authority_id, k.paid_dong, coalesce(k.owed_dong, k.paid_dong - k.overpaid_dong) AS owed_dong,
       k.overpaid_dong, k.decided_dong, p.payment_id, p.run_id, p.payee_name,
       CASE WHEN p.payee_id = carer.payee_id THEN carer.payee_relationship
            WHEN p.payee_id = q.payee_id THEN q.payee_relationship
            WHEN p.payee_name = q.full_name THEN 'self' ELSE 'former_payee' END AS payee_relationship, p.settled_at AS paid_at,
       CASE WHEN paid.records > 1 THEN 'merged'
            WHEN q.status IN ('dead', 'stopped') AND q.status_from_month <= k.benefit_month THEN q.status
            WHEN paid.twice THEN 'paid-twice' ELSE 'less-owed' END AS reason
FROM again_keys k JOIN people q ON q.beneficiary_id = k.root_id
LEFT JOIN kind_payees carer ON carer.beneficiary_id = k.root_id AND carer.kind = k.kind
CROSS JOIN LATERAL (
    SELECT count(DISTINCT r.subject_id) AS records, bool_or(r.standing = 'paid_twice') AS twice FROM again_rows r
    WHERE r.benefit_month = k.benefit_month AND r.root_id = k.root_id AND r.kind = k.kind
      AND r.standing IN ('paid', 'paid_twice')) paid
CROSS JOIN LATERAL (
    SELECT r.unit_id, r.authority_id, r.payment_id, r.run_month FROM again_rows r
    WHERE r.benefit_month = k.benefit_month AND r.root_id = k.root_id AND r.kind = k.kind
      AND r.standing IN ('paid', 'paid_twice')
    ORDER BY r.standing DESC, r.payment_id DESC LIMIT 1) newest
JOIN payments p ON p.run_month = newest.run_month AND p.payment_id = newest.payment_id
LEFT JOIN handovers x ON x.from_authority_id = newest.authority_id
{HEIR_OF_LINE.format(person="k.root_id", unit="newest.unit_id")}
CROSS JOIN LATERAL (
    SELECT CASE WHEN x.handover_id IS NULL THEN newest.authority_id
                ELSE coalesce(heir.to_authority_id, newest.authority_id) END AS authority_id) answers
WHERE k.overpaid_dong > k.decided_dong AND answers.authority_id = ANY(CAST(:authority_ids AS text[]))
  AND (k.benefit_month, k.root_id, k.kind COLLATE "C") > (:month, :beneficiary_id, :kind)
ORDER BY k.benefit_month, k.root_id, k.kind COLLATE "C" LIMIT :limit
"""  # noqa: S608 - constants only


async def suspects(tx: Tx, authority_ids: Sequence[str]) -> list[UUID]:
    """People whose right changed after these authorities drew a month for them, and who were proven paid
    twice; of authorities that handed over to these, too."""
    drew = {earlier for each in authority_ids for earlier in await lineage(tx, each)}
    rows = await tx.rows(_SUSPECTS, authority_ids=sorted(drew))
    return [row["beneficiary_id"] for row in rows]


async def found(tx: Tx, authority_ids: Sequence[str], after: tuple[date, UUID, str], limit: int) -> list[Overpayment]:
    """Overpayments that no decision is about yet, after a key, once `owed_again.reckon` has run."""
    month, beneficiary_id, kind = after
    rows = await tx.rows(
        _FOUND, authority_ids=list(authority_ids), month=month, beneficiary_id=beneficiary_id, kind=kind, limit=limit
    )
    return [Overpayment(**row) for row in rows]
