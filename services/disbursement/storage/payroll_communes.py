"""What a payroll pays commune by commune, and which communes of it may be paid."""

from __future__ import annotations

from collections.abc import Sequence

from services.disbursement.domain.payrolls import CommuneAmount, Payroll
from shared.database import Tx

# Chunks not yet instructed that hold open lines of communes that may go out and of others that may not: the others get a chunk of
# their own. The seal is over the sealed chunk that both are of (see `seals.py`).
_CUT = """
WITH mixed AS (
    SELECT m.chunk_no, count(*) FILTER (WHERE waits) AS payments,
           CAST(sum(m.amount_dong) FILTER (WHERE waits) AS bigint) AS amount_dong
    FROM payments m
    JOIN chunks c ON c.payroll_id = m.payroll_id AND c.chunk_no = m.chunk_no AND c.state = 'sealed'
    CROSS JOIN LATERAL (SELECT m.unit_id <> ALL (CAST(:communes AS text[])) AS waits) w
    WHERE m.run_month = :run_month AND m.payroll_id = :payroll_id
    GROUP BY m.chunk_no
    HAVING bool_or(m.state = 'open' AND waits) AND bool_or(m.state = 'open' AND NOT waits)),
numbered AS (
    SELECT c.chunk_no AS before, newest.chunk_no + row_number() OVER (ORDER BY c.chunk_no) AS after, m.payments, m.amount_dong,
           c.digest, coalesce(c.cut_from, c.chunk_no) AS cut_from
    FROM mixed m JOIN chunks c ON c.payroll_id = :payroll_id AND c.chunk_no = m.chunk_no
    CROSS JOIN (SELECT max(chunk_no) AS chunk_no FROM chunks WHERE payroll_id = :payroll_id) newest),
cut AS (
    INSERT INTO chunks (payroll_id, chunk_no, payments, amount_dong, digest, cut_from)
    SELECT :payroll_id, after, payments, amount_dong, digest, cut_from FROM numbered)
SELECT before, CAST(after AS integer) AS after FROM numbered
"""

_MOVE_OVER = """
UPDATE payments m SET chunk_no = n.after
FROM unnest(CAST(:before AS integer[]), CAST(:after AS integer[])) AS n (before, after)
WHERE m.run_month = :run_month AND m.payroll_id = :payroll_id AND m.chunk_no = n.before
  AND m.unit_id <> ALL (CAST(:communes AS text[]))
"""


async def set_communes(tx: Tx, payroll: Payroll, communes: frozenset[str] | None) -> None:
    """Let lines of these communes go out, None: of all. A chunk that holds lines of them and of others is cut."""
    listed = None if communes is None else sorted(communes)
    if listed:
        await _cut(tx, payroll, listed)
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


async def _cut(tx: Tx, payroll: Payroll, communes: Sequence[str]) -> None:
    which = {"payroll_id": payroll.payroll_id, "run_month": payroll.run_month, "communes": communes}
    cut = await tx.rows(_CUT, **which)
    if cut:
        await tx.run(_MOVE_OVER, **which, before=[row["before"] for row in cut], after=[row["after"] for row in cut])


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
