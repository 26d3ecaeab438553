"""Cash of communes' cashiers: papers, where each commune stands, settlements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.disbursement.domain.cash_advances import CashStanding, CloseReason, PaperKind
from shared.database import Row, Tx
from shared.kernel.ids import new_id

# Payments by who hands them out, not by who was funded: what a commune's cashier paid of this run under this contract.
_STANDING = """
WITH papers AS (
    SELECT unit_id, coalesce(sum(amount_dong) FILTER (WHERE kind = 'advance'), 0) AS advanced_dong,
           coalesce(sum(amount_dong) FILTER (WHERE kind = 'return'), 0) AS returned_dong
    FROM cash_papers WHERE run_id = :run_id AND contract_id = :contract_id GROUP BY unit_id),
money AS (
    SELECT m.unit_id, coalesce(sum(m.amount_dong) FILTER (WHERE m.state = 'paid'), 0) AS paid_dong,
           count(*) FILTER (WHERE m.state = 'open') AS open_payments,
           coalesce(sum(m.amount_dong) FILTER (WHERE m.state = 'open'), 0) AS open_dong
    FROM payrolls p JOIN payments m ON m.run_month = p.run_month AND m.payroll_id = p.payroll_id
    WHERE p.run_id = :run_id AND p.contract_id = :contract_id AND p.channel = 'cashier' AND p.state = 'released'
    GROUP BY m.unit_id)
SELECT unit_id, coalesce(advanced_dong, 0)::bigint AS advanced_dong, coalesce(paid_dong, 0)::bigint AS paid_dong,
       coalesce(returned_dong, 0)::bigint AS returned_dong, coalesce(open_payments, 0)::int AS open_payments,
       coalesce(open_dong, 0)::bigint AS open_dong
FROM papers FULL JOIN money USING (unit_id)
WHERE CAST(:unit_id AS text) IS NULL OR unit_id = :unit_id ORDER BY unit_id
"""

_SETTLEMENT = """settlement_id, run_id, contract_id, authority_id, unit_id, advanced_dong, paid_dong, returned_dong,
    difference_dong, owner, settled_subject AS settled_by, settled_at, closed_as, close_note, evidence,
    closed_subject AS closed_by, closed_at"""


@dataclass(frozen=True, slots=True)
class CashPaper:
    """Cash that changed hands between authority and commune."""

    paper_id: UUID
    run_id: UUID
    contract_id: UUID
    authority_id: str
    unit_id: str
    kind: PaperKind
    amount_dong: int
    paper_number: str
    happened_on: date
    counterpart: str


async def standings(tx: Tx, run_id: UUID, contract_id: UUID) -> dict[str, CashStanding]:
    """Each commune's cash of a run and contract, as far as the transaction's scope shows."""
    rows = await tx.rows(_STANDING, run_id=run_id, contract_id=contract_id, unit_id=None)
    return {row["unit_id"]: _standing(row) for row in rows}


async def standing(tx: Tx, run_id: UUID, contract_id: UUID, unit_id: str) -> CashStanding:
    """One commune's; nothing where nothing was given, paid or brought back."""
    row = await tx.row(_STANDING, run_id=run_id, contract_id=contract_id, unit_id=unit_id)
    return _standing(row) if row else CashStanding(0, 0, 0)


async def still_out_dong(tx: Tx, contract_id: UUID) -> int:
    """Cash of a contract that communes hold, neither paid nor brought back, over all runs. The transaction sees all rows."""
    runs = await tx.rows("SELECT DISTINCT run_id FROM cash_papers WHERE contract_id = :contract_id", contract_id=contract_id)
    closed = await tx.rows(
        """SELECT run_id, unit_id FROM cash_settlements
           WHERE contract_id = :contract_id AND closed_as IN ('explained', 'repaid_to_cashier')""",
        contract_id=contract_id,
    )
    done = {(row["run_id"], row["unit_id"]) for row in closed}
    total = 0
    for run in runs:
        for unit_id, each in (await standings(tx, run["run_id"], contract_id)).items():
            total += max(0, each.still_out_dong) if (run["run_id"], unit_id) not in done else 0
    return total


async def funded_dong(tx: Tx, run_id: UUID, contract_id: UUID) -> int:
    """What the Treasury credited for a run under a contract."""
    return int(
        await tx.scalar(
            "SELECT coalesce(sum(amount_dong), 0) FROM fundings WHERE run_id = :run_id AND contract_id = :contract_id",
            run_id=run_id,
            contract_id=contract_id,
        )
    )


async def of_contract(tx: Tx, contract_id: UUID) -> tuple[int, int]:
    """Over all runs of a contract: cash given to communes less what came back, and what the Treasury credited less what went back
    to it. The transaction sees all rows."""
    row = await tx.row(
        """SELECT CAST((SELECT coalesce(sum(CASE kind WHEN 'advance' THEN amount_dong ELSE -amount_dong END), 0)
                        FROM cash_papers WHERE contract_id = :contract_id) AS bigint) AS given_dong,
                  CAST((SELECT coalesce(sum(amount_dong), 0) FROM fundings WHERE contract_id = :contract_id)
                       - (SELECT coalesce(sum(amount_dong), 0) FROM refunds WHERE contract_id = :contract_id) AS bigint)
                      AS credited_dong""",
        contract_id=contract_id,
    )
    assert row is not None, "one row"
    return row["given_dong"], row["credited_dong"]


async def find_paper(tx: Tx, authority_id: str, kind: PaperKind, paper_number: str) -> CashPaper | None:
    """The cash that a paper stands for."""
    row = await tx.row(
        """SELECT paper_id, run_id, contract_id, authority_id, unit_id, kind, amount_dong, paper_number, happened_on, counterpart
           FROM cash_papers WHERE authority_id = :authority_id AND kind = :kind AND paper_number = :paper_number""",
        authority_id=authority_id,
        kind=kind,
        paper_number=paper_number,
    )
    return CashPaper(**row) if row else None


async def insert_paper(tx: Tx, paper: CashPaper, issuer: str, subject: str) -> bool:
    """Keep it; False where the paper has just been kept for other cash."""
    inserted = await tx.run(
        """INSERT INTO cash_papers (paper_id, run_id, contract_id, authority_id, unit_id, kind, amount_dong, paper_number,
                                    happened_on, counterpart, made_issuer, made_subject, made_at)
           VALUES (:paper_id, :run_id, :contract_id, :authority_id, :unit_id, :kind, :amount_dong, :paper_number, :happened_on,
                   :counterpart, :issuer, :subject, platform.business_now())
           ON CONFLICT (authority_id, kind, paper_number) DO NOTHING""",
        paper_id=paper.paper_id,
        run_id=paper.run_id,
        contract_id=paper.contract_id,
        authority_id=paper.authority_id,
        unit_id=paper.unit_id,
        kind=paper.kind,
        amount_dong=paper.amount_dong,
        paper_number=paper.paper_number,
        happened_on=paper.happened_on,
        counterpart=paper.counterpart,
        issuer=issuer,
        subject=subject,
    )
    return bool(inserted)


async def insert_settlement(
    tx: Tx, at: Mapping[str, Any], standing: CashStanding, owner: str | None, issuer: str, subject: str
) -> UUID:
    """Keep how a commune's cash was settled. `at`: run_id, contract_id, authority_id, unit_id."""
    settlement_id = new_id()
    await tx.run(
        """INSERT INTO cash_settlements (settlement_id, run_id, contract_id, authority_id, unit_id, advanced_dong, paid_dong,
                                         returned_dong, difference_dong, owner, settled_issuer, settled_subject, settled_at)
           VALUES (:settlement_id, :run_id, :contract_id, :authority_id, :unit_id, :advanced_dong, :paid_dong, :returned_dong,
                   :difference_dong, :owner, :issuer, :subject, platform.business_now())""",
        settlement_id=settlement_id,
        advanced_dong=standing.advanced_dong,
        paid_dong=standing.paid_dong,
        returned_dong=standing.returned_dong,
        difference_dong=standing.still_out_dong,
        owner=owner if standing.still_out_dong else None,
        issuer=issuer,
        subject=subject,
        **at,
    )
    return settlement_id


async def settlement_of(tx: Tx, run_id: UUID, contract_id: UUID, unit_id: str) -> Row | None:
    """How a commune's cash was settled, if it was; locked."""
    return await tx.row(
        f"""SELECT {_SETTLEMENT} FROM cash_settlements
            WHERE run_id = :run_id AND contract_id = :contract_id AND unit_id = :unit_id FOR UPDATE""",  # noqa: S608
        run_id=run_id,
        contract_id=contract_id,
        unit_id=unit_id,
    )


async def find_settlement(tx: Tx, settlement_id: UUID, *, lock: bool = False) -> Row | None:
    """A settlement that the transaction's scope shows."""
    more = " FOR UPDATE" if lock else ""
    return await tx.row(
        f"SELECT {_SETTLEMENT} FROM cash_settlements WHERE settlement_id = :id{more}",  # noqa: S608
        id=settlement_id,
    )


async def close(tx: Tx, settlement_id: UUID, reason: CloseReason, note: str, evidence: str, issuer: str, subject: str) -> None:
    """Close a difference."""
    await tx.run(
        """UPDATE cash_settlements SET closed_as = :reason, close_note = :note, evidence = :evidence, closed_issuer = :issuer,
               closed_subject = :subject, closed_at = platform.business_now() WHERE settlement_id = :id""",
        id=settlement_id,
        reason=reason,
        note=note,
        evidence=evidence,
        issuer=issuer,
        subject=subject,
    )


async def settlements_page(tx: Tx, run_id: UUID | None, only_open: bool, after: UUID, limit: int) -> list[Row]:
    """Settlements after one, oldest first."""
    return await tx.rows(
        f"""SELECT {_SETTLEMENT} FROM cash_settlements
            WHERE settlement_id > :after AND (CAST(:run_id AS uuid) IS NULL OR run_id = :run_id)
              AND (NOT :only_open OR (difference_dong <> 0 AND closed_at IS NULL))
            ORDER BY settlement_id LIMIT :limit""",  # noqa: S608
        after=after,
        run_id=run_id,
        only_open=only_open,
        limit=limit,
    )


def _standing(row: Row) -> CashStanding:
    return CashStanding(row["advanced_dong"], row["paid_dong"], row["returned_dong"], row["open_payments"], row["open_dong"])
