"""Who collected cash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.provider_gateway.domain.attempt import Attempt, Collected
from shared.database import Tx


async def keep(tx: Tx, collected: Mapping[str, tuple[Attempt, Collected]]) -> None:
    """Keep who collected, by reference. What was told first stays: a list that comes again says the same."""
    told = list(collected.values())
    if not told:
        return
    await tx.run(
        """INSERT INTO collections (payment_id, attempt_no, unit_id, collector_name, relationship, identity_last4, receipt, place,
                                    collected_on, told_at)
           SELECT n.*, platform.business_now()
           FROM unnest(CAST(:payments AS uuid[]), CAST(:attempts AS int[]), CAST(:units AS text[]), CAST(:names AS text[]),
                       CAST(:relationships AS text[]), CAST(:last4s AS text[]), CAST(:receipts AS text[]),
                       CAST(:places AS text[]), CAST(:days AS date[])) AS n
           ON CONFLICT DO NOTHING""",
        payments=[attempt.payment_id for attempt, _ in told],
        attempts=[attempt.attempt_no for attempt, _ in told],
        units=[attempt.unit_id for attempt, _ in told],
        names=[each.name for _, each in told],
        relationships=[each.relationship for _, each in told],
        last4s=[each.identity_last4 for _, each in told],
        receipts=[each.receipt for _, each in told],
        places=[each.place for _, each in told],
        days=[each.collected_on for _, each in told],
    )


async def of_payment(tx: Tx, payment_id: UUID) -> list[dict[str, Any]]:
    """The collections of a payment's attempts, with what was instructed of them."""
    rows = await tx.rows(
        """SELECT c.attempt_no, c.collector_name, c.relationship, c.identity_last4, c.receipt, c.place, c.collected_on, c.told_at,
                  a.reference, a.payroll_id, a.chunk_no
           FROM collections c JOIN attempts a ON a.payment_id = c.payment_id AND a.attempt_no = c.attempt_no
           WHERE c.payment_id = :payment_id ORDER BY c.attempt_no""",
        payment_id=payment_id,
    )
    return [dict(row) for row in rows]


async def of_payroll(tx: Tx, payroll_id: UUID, after: UUID, limit: int) -> list[dict[str, Any]]:
    """The cash payments of a payroll, each with who collected it; in the order of their ids, after one."""
    rows = await tx.rows(
        """SELECT a.payment_id, a.attempt_no, a.reference, a.unit_id, a.amount_dong, a.state, a.reason, c.collector_name,
                  c.relationship, c.identity_last4, c.receipt, c.place, c.collected_on
           FROM attempts a LEFT JOIN collections c ON c.payment_id = a.payment_id AND c.attempt_no = a.attempt_no
           WHERE a.payroll_id = :payroll_id AND a.channel IN ('cash', 'cashier') AND a.payment_id > :after
           ORDER BY a.payment_id, a.attempt_no LIMIT :limit""",
        payroll_id=payroll_id,
        after=after,
        limit=limit,
    )
    return [dict(row) for row in rows]
