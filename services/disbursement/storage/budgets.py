"""Yearly estimates, and what payrolls used of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from shared.database import Tx

_COLUMNS = """budget_id, authority_id, budget_year, amount_dong, paper_number, decided_on, entered_issuer, entered_subject,
    entered_at"""


@dataclass(frozen=True, slots=True)
class Budget:
    """An authority's estimate (dự toán) of a year. The newest of a year counts."""

    budget_id: UUID
    authority_id: str
    budget_year: int
    amount_dong: int
    paper_number: str
    decided_on: date
    entered_issuer: str
    entered_subject: str
    entered_at: datetime


async def insert(tx: Tx, budget: Budget) -> bool:
    """Keep an estimate; False when the authority has one of this year by this paper."""
    return bool(
        await tx.run(
            f"""INSERT INTO budgets ({_COLUMNS})
                VALUES (:budget_id, :authority_id, :budget_year, :amount_dong, :paper_number, :decided_on, :entered_issuer,
                        :entered_subject, :entered_at)
                ON CONFLICT (authority_id, budget_year, paper_number) DO NOTHING""",  # noqa: S608 - constants only
            **asdict(budget),
        )
    )


async def by_paper(tx: Tx, authority_id: str, budget_year: int, paper_number: str) -> Budget | None:
    """The estimate that a paper stands for."""
    row = await tx.row(
        f"""SELECT {_COLUMNS} FROM budgets
            WHERE authority_id = :authority_id AND budget_year = :budget_year AND paper_number = :paper""",  # noqa: S608
        authority_id=authority_id,
        budget_year=budget_year,
        paper=paper_number,
    )
    return Budget(**row) if row else None


async def newest(tx: Tx, authority_id: str, budget_year: int) -> Budget | None:
    """The estimate that counts for a year."""
    row = await tx.row(
        f"""SELECT {_COLUMNS} FROM budgets WHERE authority_id = :authority_id AND budget_year = :budget_year
            ORDER BY budget_id DESC LIMIT 1""",  # noqa: S608
        authority_id=authority_id,
        budget_year=budget_year,
    )
    return Budget(**row) if row else None


async def page(tx: Tx, after: UUID, limit: int) -> Sequence[Budget]:
    """Estimates that the transaction's scope shows, oldest first, from after one."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM budgets WHERE budget_id > :after ORDER BY budget_id LIMIT :limit",  # noqa: S608
        after=after,
        limit=limit,
    )
    return [Budget(**row) for row in rows]


async def used_dong(tx: Tx, authority_id: str, budget_year: int, *, besides: UUID | None = None) -> int:
    """Đồng of the authority's approved payrolls in the year's runs, net of what was taken out or finally failed."""
    return int(
        await tx.scalar(
            """SELECT coalesce(sum(p.amount_dong - gone.amount_dong), 0) FROM payrolls p CROSS JOIN LATERAL (
                   SELECT coalesce(sum(m.amount_dong), 0) AS amount_dong FROM payments m
                   WHERE m.run_month = p.run_month AND m.payroll_id = p.payroll_id AND m.state NOT IN ('open', 'paid')) gone
               WHERE p.authority_id = :authority_id AND p.state IN ('approved', 'released')
                 AND extract(year FROM p.run_month) = CAST(:budget_year AS integer)
                 AND p.payroll_id IS DISTINCT FROM CAST(:besides AS uuid)""",
            authority_id=authority_id,
            budget_year=budget_year,
            besides=besides,
        )
    )
