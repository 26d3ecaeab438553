"""What providers hold of an authority's money, and the rows of what went back to the Treasury."""

from __future__ import annotations

from collections.abc import Sequence

from services.disbursement.domain.refunds import ContractMoney, Refund
from services.disbursement.storage.handover_money import HELD
from services.disbursement.storage.handovers import lineage
from services.disbursement.storage.run_books import RunPlace
from shared.database import Tx
from shared.kernel.ids import new_id

_LOCK = "SELECT 1 FROM contracts WHERE authority_id = ANY(CAST(:lineage AS text[])) ORDER BY contract_id FOR UPDATE"

_MONEY = f"""
WITH until AS (
    SELECT run_id FROM runs
    WHERE (unit_id = :unit_id OR unit_id IN (SELECT from_unit_id FROM unit_heirs WHERE to_unit_id = :unit_id))
      AND (run_month, opened_at, run_id) <= (:run_month, :opened_at, :run_id)),
moved AS ({HELD})
SELECT contract_id,
       coalesce(sum(held) FILTER (WHERE run_id IN (SELECT run_id FROM until)), 0)::bigint AS held_until_dong,
       coalesce(sum(open) FILTER (WHERE run_id IN (SELECT run_id FROM until)), 0)::bigint AS open_until_dong,
       sum(held)::bigint AS held_all_dong, sum(open)::bigint AS open_all_dong
FROM moved GROUP BY contract_id ORDER BY contract_id
"""  # noqa: S608 - constants only


async def contracts_money(tx: Tx, run: RunPlace, authority_id: str) -> list[ContractMoney]:
    """What lies at each contract of an authority; its contracts, and those of authorities that it
    follows, are locked, so that nothing goes back twice."""
    of = await lineage(tx, authority_id)
    await tx.run(_LOCK, lineage=of)
    rows = await tx.rows(
        _MONEY,
        run_id=run.run_id,
        unit_id=run.unit_id,
        run_month=run.run_month,
        opened_at=run.opened_at,
        authority_id=authority_id,
        lineage=of,
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
