"""Money that goes over with a hand-over: counted from fundings, refunds, payments and earlier hand-overs of an authority."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.disbursement.domain.handovers import Passage
from services.disbursement.storage.handovers import lineage
from shared.database import Tx
from shared.kernel.ids import new_id

HELD = """
SELECT f.contract_id, f.run_id, f.amount_dong AS held, 0 AS open FROM fundings f WHERE f.authority_id = :authority_id
UNION ALL
SELECT b.contract_id, b.run_id, -b.amount_dong, 0 FROM refunds b WHERE b.authority_id = :authority_id
UNION ALL
SELECT h.contract_id, h.run_id, CASE WHEN h.to_authority_id = :authority_id THEN h.amount_dong ELSE -h.amount_dong END, 0
FROM handover_money h WHERE :authority_id IN (h.from_authority_id, h.to_authority_id)
UNION ALL
SELECT r.contract_id, r.run_id, -p.paid, p.open
FROM payrolls r
JOIN LATERAL (SELECT coalesce(sum(amount_dong) FILTER (WHERE state = 'paid'), 0)::bigint AS paid,
                     coalesce(sum(amount_dong) FILTER (WHERE state = 'open'), 0)::bigint AS open
              FROM payments WHERE run_month = r.run_month AND payroll_id = r.payroll_id
                AND authority_id = :authority_id) p ON true
WHERE r.authority_id = ANY(CAST(:lineage AS text[])) AND r.state <> 'cancelled'
UNION ALL
SELECT e.contract_id, moved.run_id, moved.held, 0
FROM late_entries e
CROSS JOIN LATERAL (VALUES (e.of_run_id, e.amount_dong), (e.in_run_id, -e.amount_dong)) AS moved (run_id, held)
WHERE e.authority_id = :authority_id
"""
"""Đồng that lie at each contract of an authority, by run, and what of them its open payments claim."""


@dataclass(frozen=True, slots=True)
class Held:
    """What lies at a contract: all of it, and the newest run that has some of it."""

    contract_id: UUID
    held_dong: int
    newest_run_id: UUID


async def held(tx: Tx, authority_id: str) -> list[Held]:
    """What lies at each contract of an authority."""
    rows = await tx.rows(
        f"""SELECT m.contract_id, CAST(sum(m.held) AS bigint) AS held_dong,
                   (array_agg(m.run_id ORDER BY r.run_month DESC, r.opened_at DESC))[1] AS newest_run_id
            FROM ({HELD}) m JOIN runs r ON r.run_id = m.run_id GROUP BY m.contract_id ORDER BY m.contract_id""",  # noqa: S608
        authority_id=authority_id,
        lineage=await lineage(tx, authority_id),
    )
    return [Held(**row) for row in rows]


async def record(tx: Tx, handover_id: UUID, passages: Sequence[Passage]) -> None:
    """Keep what money changed hands."""
    if not passages:
        return
    await tx.run(
        """INSERT INTO handover_money (entry_id, handover_id, run_id, contract_id, from_authority_id, to_authority_id,
                                       amount_dong, moved_at)
           SELECT n.id, :handover_id, n.run_id, n.contract_id, n.from_id, n.to_id, n.amount_dong, platform.business_now()
           FROM unnest(CAST(:ids AS uuid[]), CAST(:runs AS uuid[]), CAST(:contracts AS uuid[]), CAST(:froms AS text[]),
                       CAST(:tos AS text[]), CAST(:amounts AS bigint[]))
                AS n (id, run_id, contract_id, from_id, to_id, amount_dong)""",
        handover_id=handover_id,
        ids=[new_id() for _ in passages],
        runs=[passage.run_id for passage in passages],
        contracts=[passage.contract_id for passage in passages],
        froms=[passage.from_authority_id for passage in passages],
        tos=[passage.to_authority_id for passage in passages],
        amounts=[passage.amount_dong for passage in passages],
    )
