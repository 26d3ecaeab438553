"""Reads what a seal covers: the digests of all chunks recomputed from plaintext, or the lines of one chunk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.disbursement.domain.seal import SealedLine, SealedPart
from services.disbursement.storage.seal_text import line_digest, part_texts
from shared.database import Tx

# Payment ids of a payroll grow in the order of its lines, so the lines lie in one range of each partition's index, from the
# first of the first chunk to the last of the last. What were outside of it would be missed, and the seal found broken.
_BOUNDS = """
SELECT (SELECT payment_id FROM payments WHERE run_month = :run_month AND payroll_id = :payroll_id
            AND chunk_no = (SELECT min(chunk_no) FROM chunks WHERE payroll_id = :payroll_id)
        ORDER BY payment_id LIMIT 1) AS first,
       (SELECT payment_id FROM payments WHERE run_month = :run_month AND payroll_id = :payroll_id
            AND chunk_no = (SELECT max(chunk_no) FROM chunks WHERE payroll_id = :payroll_id)
        ORDER BY payment_id DESC LIMIT 1) AS last
"""

_RECOMPUTED = f"""
WITH lines AS (
    SELECT p.chunk_no, p.line_no, p.amount_dong, {line_digest("p", "l.parts")} AS digest
    FROM payments p
    JOIN (SELECT x.payment_id, {part_texts("x")} AS parts FROM payment_lines x
          WHERE x.payment_id BETWEEN :first AND :last GROUP BY x.payment_id) l ON l.payment_id = p.payment_id
    WHERE p.run_month = :run_month AND p.payroll_id = :payroll_id),
chunked AS (
    SELECT chunk_no, count(*) AS payments, sum(amount_dong) AS amount_dong,
           sha256(string_agg(digest, ''::bytea ORDER BY line_no)) AS digest
    FROM lines GROUP BY chunk_no)
SELECT n.chunk_no, n.payments, n.amount_dong, n.digest, coalesce(c.digest = n.digest, false) AS agrees
FROM chunked n LEFT JOIN chunks c ON c.payroll_id = :payroll_id AND c.chunk_no = n.chunk_no
ORDER BY n.chunk_no
"""  # noqa: S608 - constants only

_CHUNK = """
SELECT payment_id, unit_id, beneficiary_id, payee_id, payee_version, payee_name, account_id, account_version, amount_dong,
       note, state
FROM payments WHERE run_month = :run_month AND payroll_id = :payroll_id AND chunk_no = :chunk_no ORDER BY line_no
"""

# OFFSET 0 keeps the inner selects apart, as in `moves.py`: each payment looks up by key. With statistics of small partitions the
# planner would rather read all months' rows for one chunk (that is also why drawing up ends with no ANALYZE).
_PARTS = """
SELECT l.payment_id, l.benefit_month, l.kind, l.revision, l.amount_dong, coalesce(o.live_payment_id = l.payment_id, false) AS live
FROM payments p
CROSS JOIN LATERAL (SELECT * FROM payment_lines x WHERE x.payment_id = p.payment_id OFFSET 0) l
LEFT JOIN LATERAL (
    SELECT x.live_payment_id FROM obligations x WHERE x.benefit_month = l.benefit_month AND x.subject_id = l.subject_id
        AND x.kind = l.kind AND x.revision = l.revision OFFSET 0) o ON true
WHERE p.run_month = :run_month AND p.payroll_id = :payroll_id AND p.chunk_no = :chunk_no
"""


@dataclass(frozen=True, slots=True)
class ChunkSum:
    """A chunk as its lines say it now. `agrees`: the digest is the one that was stored when it was drawn up."""

    chunk_no: int
    payments: int
    amount_dong: int
    digest: bytes
    agrees: bool


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A line of a chunk as it stands now. `live`: it is the live payment of all that it settles."""

    line: SealedLine
    unit_id: str
    state: str
    live: bool


async def recompute(tx: Tx, payroll_id: UUID, run_month: date) -> list[ChunkSum]:
    """The digests of all chunks of a payroll, recomputed from its lines' plaintext."""
    which = {"run_month": run_month, "payroll_id": payroll_id}
    await tx.run("SET LOCAL work_mem = '256MB'")
    bounds = await tx.row(_BOUNDS, **which)
    assert bounds is not None
    return [ChunkSum(**row) for row in await tx.rows(_RECOMPUTED, **which, **bounds)]


async def chunk_lines(tx: Tx, payroll_id: UUID, run_month: date, chunk_no: int) -> list[HeldLine]:
    """The lines of a chunk, in order."""
    which = {"run_month": run_month, "payroll_id": payroll_id, "chunk_no": chunk_no}
    rows = await tx.rows(_CHUNK, **which)
    parts: dict[UUID, list[SealedPart]] = {row["payment_id"]: [] for row in rows}
    dead: set[UUID] = set()
    for row in await tx.rows(_PARTS, **which):
        parts[row["payment_id"]].append(SealedPart(row["benefit_month"], row["kind"], row["revision"], row["amount_dong"]))
        if not row["live"]:
            dead.add(row["payment_id"])
    return [
        HeldLine(
            line=SealedLine(
                **{name: value for name, value in row.items() if name not in ("unit_id", "state")},
                parts=tuple(parts[row["payment_id"]]),
            ),
            unit_id=row["unit_id"],
            state=row["state"],
            live=row["payment_id"] not in dead,
        )
        for row in rows
    ]
