"""The ends of contracts, and of the communes that they serve."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from shared.database import Tx


async def lock(tx: Tx, contract_id: UUID) -> None:
    """Keep releases and other ends of the contract waiting until the transaction ends."""
    await tx.run("SELECT 1 FROM contracts WHERE contract_id = :contract_id FOR UPDATE", contract_id=contract_id)


async def unreleased(tx: Tx, contract_id: UUID, last_month: date, unit_ids: Sequence[str] | None) -> list[UUID]:
    """Payrolls of later run months that are not released and still have lines, in these communes or (None) in any."""
    rows = await tx.rows(
        """SELECT r.payroll_id FROM payrolls r
           WHERE r.contract_id = :contract_id AND r.run_month > :last_month AND r.state IN ('drawn', 'prepared', 'approved')
             AND EXISTS (SELECT FROM payments p WHERE p.run_month = r.run_month AND p.payroll_id = r.payroll_id
                         AND p.state = 'open' AND p.unit_id = ANY(CAST(:unit_ids AS text[])) IS NOT FALSE)
           ORDER BY r.payroll_id""",
        contract_id=contract_id,
        last_month=last_month,
        unit_ids=list(unit_ids) if unit_ids is not None else None,
    )
    return [row["payroll_id"] for row in rows]


async def end(tx: Tx, contract_id: UUID, valid_to: date) -> None:
    """Set the last day."""
    await tx.run(
        "UPDATE contracts SET valid_to = :valid_to WHERE contract_id = :contract_id", valid_to=valid_to, contract_id=contract_id
    )


async def not_served(tx: Tx, contract_id: UUID, unit_ids: Sequence[str], month: date) -> list[str]:
    """Those of the communes that the contract doesn't serve in a run month."""
    rows = await tx.rows(
        """SELECT asked.unit_id FROM unnest(CAST(:unit_ids AS text[])) AS asked (unit_id)
           WHERE NOT EXISTS (SELECT FROM contract_communes s WHERE s.contract_id = :contract_id AND s.unit_id = asked.unit_id
                             AND s.from_month <= :month AND (s.to_month IS NULL OR s.to_month >= :month))
           ORDER BY asked.unit_id""",
        contract_id=contract_id,
        unit_ids=sorted(set(unit_ids)),
        month=month,
    )
    return [row["unit_id"] for row in rows]


async def leave(tx: Tx, contract_id: UUID, unit_ids: Sequence[str], to_month: date) -> int:
    """Let communes leave after a run month; how many it served longer."""
    return await tx.run(
        """UPDATE contract_communes SET to_month = :to_month
           WHERE contract_id = :contract_id AND unit_id = ANY(CAST(:unit_ids AS text[])) AND from_month <= :to_month
             AND (to_month IS NULL OR to_month > :to_month)""",
        contract_id=contract_id,
        unit_ids=list(unit_ids),
        to_month=to_month,
    )
