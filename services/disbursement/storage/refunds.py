"""What providers hold of an authority's money, and the rows of what went back to the Treasury."""

from __future__ import annotations

from collections.abc import Sequence

from services.disbursement.domain.refunds import ContractMoney, Refund
from services.disbursement.storage.books import RunPlace
from shared.database import Tx
from shared.kernel.ids import new_id

_LOCK = "SELECT contract_id FROM contracts WHERE authority_id = :authority_id ORDER BY contract_id FOR UPDATE"

_MONEY = """
WITH until AS (
    SELECT run_id FROM runs
    WHERE unit_id = :unit_id AND (run_month, opened_at, run_id) <= (:run_month, :opened_at, :run_id)),
moved AS (
    SELECT f.contract_id, f.run_id, f.amount_dong AS held, 0 AS open FROM fundings f WHERE f.authority_id = :authority_id
    UNION ALL
    SELECT b.contract_id, b.run_id, -b.amount_dong, 0 FROM refunds b WHERE b.authority_id = :authority_id
    UNION ALL
    SELECT r.contract_id, r.run_id, -p.paid, p.open
    FROM payrolls r
    JOIN LATERAL (SELECT coalesce(sum(amount_dong) FILTER (WHERE state = 'paid'), 0)::bigint AS paid,
                         coalesce(sum(amount_dong) FILTER (WHERE state = 'open'), 0)::bigint AS open
                  FROM payments WHERE run_month = r.run_month AND payroll_id = r.payroll_id) p ON true
    WHERE r.authority_id = :authority_id AND r.state <> 'cancelled')
SELECT contract_id,
       coalesce(sum(held) FILTER (WHERE run_id IN (SELECT run_id FROM until)), 0)::bigint AS held_until_dong,
       coalesce(sum(open) FILTER (WHERE run_id IN (SELECT run_id FROM until)), 0)::bigint AS open_until_dong,
       sum(held)::bigint AS held_all_dong, sum(open)::bigint AS open_all_dong
FROM moved GROUP BY contract_id ORDER BY contract_id
"""


async def contracts_money(tx: Tx, run: RunPlace, authority_id: str) -> list[ContractMoney]:
    """What lies at each contract of an authority; its contracts are locked, so that nothing goes back twice."""
    await tx.run(_LOCK, authority_id=authority_id)
    rows = await tx.rows(
        _MONEY,
        run_id=run.run_id,
        unit_id=run.unit_id,
        run_month=run.run_month,
        opened_at=run.opened_at,
        authority_id=authority_id,
    )
    return [ContractMoney(**row) for row in rows]


async def add_refunds(tx: Tx, run: RunPlace, authority_id: str, refunds: Sequence[Refund], issuer: str, subject: str) -> None:
    """Write what went back, and who did it."""
    if not refunds:
        return
    await tx.run(
        """INSERT INTO refunds (refund_id, run_id, authority_id, contract_id, amount_dong, made_issuer, made_subject, made_at)
           SELECT n.id, :run_id, :authority_id, n.contract_id, n.amount_dong, :issuer, :subject, platform.business_now()
           FROM unnest(CAST(:ids AS uuid[]), CAST(:contract_ids AS uuid[]), CAST(:amounts AS bigint[]))
                AS n (id, contract_id, amount_dong)""",
        run_id=run.run_id,
        authority_id=authority_id,
        issuer=issuer,
        subject=subject,
        ids=[new_id() for _ in refunds],
        contract_ids=[refund.contract_id for refund in refunds],
        amounts=[refund.amount_dong for refund in refunds],
    )
