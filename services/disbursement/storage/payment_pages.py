"""Pages of payments and of contradictions, in the order of their keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from shared.database import Row, Tx

_COLUMNS = """
SELECT p.payment_id, p.run_id, p.run_month, u.code AS run, p.payroll_id, p.chunk_no, p.line_no, p.authority_id, p.unit_id,
       p.beneficiary_id, p.beneficiary_code, p.payee_name, p.amount_dong, p.note, r.provider, r.channel, p.state,
       c.instructed_at, p.step, p.reason, p.provider_reference, p.settled_at
FROM payments p JOIN runs u ON u.run_id = p.run_id
LEFT JOIN payrolls r ON r.payroll_id = p.payroll_id
LEFT JOIN chunks c ON c.payroll_id = p.payroll_id AND c.chunk_no = p.chunk_no
WHERE (p.run_month, p.payment_id) > (:after_month, :after_id)
"""

_FILTERS = {
    "beneficiary_id": " AND p.beneficiary_id = :beneficiary_id",
    "payroll_id": " AND p.payroll_id = :payroll_id",
    "state": " AND p.state = :state",
}

_CONTRADICTIONS = """
SELECT c.contradiction_id, c.authority_id, c.run_month, c.payment_id, p.payroll_id, p.beneficiary_code, p.state,
       p.amount_dong AS our_amount_dong, c.held, c.said, c.amount_dong AS said_amount_dong, c.opened_at, c.resolution,
       c.settled_reason, c.evidence, c.settled_subject AS settled_by, c.settled_at
FROM contradictions c LEFT JOIN payments p ON p.run_month = c.run_month AND p.payment_id = c.payment_id
WHERE c.contradiction_id > :after ORDER BY c.contradiction_id LIMIT :limit
"""


async def payments(
    tx: Tx,
    after: tuple[date, UUID],
    limit: int,
    *,
    beneficiary_id: UUID | None = None,
    payroll_id: UUID | None = None,
    state: str | None = None,
) -> Sequence[Row]:
    """Payments after a key, by run month and id. Payroll and chunk stand in for those who may not see the authority's."""
    asked = {"beneficiary_id": beneficiary_id, "payroll_id": payroll_id, "state": state}
    given = {name: value for name, value in asked.items() if value is not None}
    sql = _COLUMNS + "".join(_FILTERS[name] for name in given) + " ORDER BY p.run_month, p.payment_id LIMIT :limit"
    return await tx.rows(sql, after_month=after[0], after_id=after[1], limit=limit, **given)


async def contradictions(tx: Tx, after: UUID, limit: int) -> Sequence[Row]:
    """Contradictions after one, oldest first, with what the payment's row says now."""
    return await tx.rows(_CONTRADICTIONS, after=after, limit=limit)
