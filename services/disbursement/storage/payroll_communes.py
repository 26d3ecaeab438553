"""What a payroll pays commune by commune, and which communes of it may be paid."""

from __future__ import annotations

from collections.abc import Sequence

from services.disbursement.domain.payrolls import CommuneAmount, Payroll
from shared.database import Tx


async def set_communes(tx: Tx, payroll: Payroll, communes: frozenset[str] | None) -> None:
    """Let lines of these communes go out, None: of all; a chunk waits while one of its open lines is of another."""
    listed = None if communes is None else sorted(communes)
    await tx.run(
        "UPDATE payrolls SET released_communes = CAST(:communes AS text[]) WHERE payroll_id = :payroll_id",
        payroll_id=payroll.payroll_id,
        communes=listed,
    )
    await tx.run(
        """UPDATE chunks c SET awaits_funding = CAST(:communes AS text[]) IS NOT NULL AND EXISTS (
               SELECT FROM payments m WHERE m.run_month = :run_month AND m.payroll_id = c.payroll_id AND m.chunk_no = c.chunk_no
                   AND m.state = 'open' AND m.unit_id <> ALL (CAST(:communes AS text[])))
           WHERE c.payroll_id = :payroll_id AND c.state = 'sealed'""",
        payroll_id=payroll.payroll_id,
        run_month=payroll.run_month,
        communes=listed,
    )


async def commune_amounts(tx: Tx, payroll: Payroll) -> list[CommuneAmount]:
    """What is to be paid in each commune of a payroll, in the order of their unit ids."""
    released = payroll.released_communes or frozenset()
    rows = await tx.rows(
        """SELECT unit_id, CAST(sum(amount_dong) AS bigint) AS amount_dong FROM payments
           WHERE run_month = :run_month AND payroll_id = :payroll_id AND state = 'open'
           GROUP BY unit_id ORDER BY unit_id COLLATE "C" """,
        run_month=payroll.run_month,
        payroll_id=payroll.payroll_id,
    )
    return [CommuneAmount(**row, released=row["unit_id"] in released) for row in rows]


async def open_in(tx: Tx, payroll: Payroll, communes: Sequence[str]) -> tuple[int, int]:
    """How many payments are open in these communes of a payroll, and their đồng."""
    row = await tx.row(
        """SELECT count(*) AS payments, CAST(coalesce(sum(amount_dong), 0) AS bigint) AS amount_dong FROM payments
           WHERE run_month = :run_month AND payroll_id = :payroll_id AND state = 'open'
             AND unit_id = ANY(CAST(:communes AS text[]))""",
        run_month=payroll.run_month,
        payroll_id=payroll.payroll_id,
        communes=list(communes),
    )
    assert row is not None, "an aggregate has one row"
    return row["payments"], row["amount_dong"]
