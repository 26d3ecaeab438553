"""Confirmed funding, and what is committed of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from shared.database import Tx

_COLUMNS = """funding_id, run_id, authority_id, contract_id, amount_dong, withdrawal_paper, treasury_reference, credited_on,
    confirmed_issuer, confirmed_subject, confirmed_at"""


@dataclass(frozen=True, slots=True)
class Funding:
    """What the Treasury credited to a contract's provider for a run."""

    funding_id: UUID
    run_id: UUID
    authority_id: str
    contract_id: UUID
    amount_dong: int
    withdrawal_paper: str
    treasury_reference: str
    credited_on: date
    confirmed_issuer: str
    confirmed_subject: str
    confirmed_at: datetime


@dataclass(frozen=True, slots=True)
class Cover:
    """Đồng there are, and đồng of the payrolls to be paid from them, net of payments that were removed or finally failed."""

    available_dong: int
    committed_dong: int


# Of a payroll released in part only the communes released count.
# Money of a run pays that run; and what went back to the Treasury pays nothing, whichever run it had come for.
_COVER = """
WITH committed AS (
    SELECT p.run_id, sum(m.amount_dong) AS amount_dong
    FROM payrolls p JOIN payments m ON m.run_month = p.run_month AND m.payroll_id = p.payroll_id
    WHERE p.contract_id = :contract_id AND (p.state = 'released' OR p.payroll_id = :payroll_id) AND m.state IN ('open', 'paid')
      AND (p.released_communes IS NULL OR m.unit_id = ANY(p.released_communes))
    GROUP BY p.run_id),
confirmed AS (
    SELECT run_id, sum(amount_dong) AS amount_dong FROM fundings WHERE contract_id = :contract_id GROUP BY run_id)
SELECT CAST(coalesce((SELECT amount_dong FROM confirmed WHERE run_id = :run_id), 0) AS bigint) AS run_confirmed,
       CAST(coalesce((SELECT amount_dong FROM committed WHERE run_id = :run_id), 0) AS bigint) AS run_committed,
       CAST(coalesce((SELECT sum(amount_dong) FROM confirmed), 0)
            - coalesce((SELECT sum(amount_dong) FROM refunds WHERE contract_id = :contract_id), 0) AS bigint) AS all_left,
       CAST(coalesce((SELECT sum(amount_dong) FROM committed), 0) AS bigint) AS all_committed
"""


async def insert(tx: Tx, funding: Funding) -> bool:
    """Keep a funding; False when the authority used the Treasury reference before."""
    return bool(
        await tx.run(
            f"""INSERT INTO fundings ({_COLUMNS})
                VALUES (:funding_id, :run_id, :authority_id, :contract_id, :amount_dong, :withdrawal_paper, :treasury_reference,
                        :credited_on, :confirmed_issuer, :confirmed_subject, :confirmed_at)
                ON CONFLICT (authority_id, treasury_reference) DO NOTHING""",  # noqa: S608 - constants only
            funding_id=funding.funding_id,
            run_id=funding.run_id,
            authority_id=funding.authority_id,
            contract_id=funding.contract_id,
            amount_dong=funding.amount_dong,
            withdrawal_paper=funding.withdrawal_paper,
            treasury_reference=funding.treasury_reference,
            credited_on=funding.credited_on,
            confirmed_issuer=funding.confirmed_issuer,
            confirmed_subject=funding.confirmed_subject,
            confirmed_at=funding.confirmed_at,
        )
    )


async def cover(tx: Tx, run_id: UUID, contract_id: UUID, payroll_id: UUID) -> list[Cover]:
    """What covers a payroll that is to be released: within its run, and over all runs of its contract.

    Locks the contract: two releases on the same money wait for each other.
    """
    await tx.rows("SELECT 1 FROM contracts WHERE contract_id = :contract_id FOR UPDATE", contract_id=contract_id)
    row = await tx.row(_COVER, run_id=run_id, contract_id=contract_id, payroll_id=payroll_id)
    assert row is not None
    return [Cover(row["run_confirmed"], row["run_committed"]), Cover(row["all_left"], row["all_committed"])]
