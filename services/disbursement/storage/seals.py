"""Reads what a seal covers: the digests of all chunks recomputed from plaintext, or the lines of one chunk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.disbursement.domain.payrolls import Payroll
from services.disbursement.domain.seal import SealedLine, SealedPart
from services.disbursement.storage.seal_text import line_digest, part_texts
from shared.database import Tx

# Payment ids of a payroll grow in the order of its lines, so the lines lie in one range of each partition's index, from the
# first of the first chunk to the last of the last. What were outside of it would be missed, and the seal found broken.
_BOUNDS = """
WITH sealed AS (SELECT chunk_no, cut_from, coalesce(cut_from, chunk_no) AS sealed_no FROM chunks WHERE payroll_id = :payroll_id),
ends AS (
    SELECT p.payment_id
    FROM (SELECT chunk_no FROM sealed
          WHERE sealed_no IN ((SELECT min(sealed_no) FROM sealed), (SELECT max(sealed_no) FROM sealed))) n
    CROSS JOIN LATERAL (
        SELECT x.payment_id FROM payments x
        WHERE x.run_month = :run_month AND x.payroll_id = :payroll_id AND x.chunk_no = n.chunk_no OFFSET 0) p)
SELECT (SELECT payment_id FROM ends ORDER BY payment_id LIMIT 1) AS first,
       (SELECT payment_id FROM ends ORDER BY payment_id DESC LIMIT 1) AS last,
       EXISTS (SELECT FROM sealed WHERE cut_from IS NOT NULL) AS cut
"""

# The two kinds of lines below: with the digest as it was stored, and with the digest of their plaintext.
_STORED = "SELECT p.chunk_no, p.line_no, p.amount_dong, p.line_digest AS digest FROM payments p"
_PLAINTEXT = f"""
SELECT p.chunk_no, p.line_no, p.amount_dong, {line_digest("p", "l.parts")} AS digest
FROM payments p
JOIN (SELECT x.payment_id, {part_texts("x")} AS parts FROM payment_lines x
      WHERE x.payment_id BETWEEN :first AND :last GROUP BY x.payment_id) l ON l.payment_id = p.payment_id
"""  # noqa: S608 - constants only

_OF_PAYROLL = "p.run_month = :run_month AND p.payment_id BETWEEN :first AND :last AND p.payroll_id = :payroll_id"

_CHUNK_SUMS = """
WITH chunked AS (
    SELECT chunk_no, count(*) AS payments, sum(amount_dong) AS amount_dong,
           sha256(string_agg(digest, ''::bytea ORDER BY line_no)) AS digest
    FROM ({lines}) lines GROUP BY chunk_no)
SELECT n.chunk_no, n.payments, n.amount_dong, n.digest, coalesce(c.digest = n.digest, false) AS agrees
FROM chunked n LEFT JOIN chunks c ON c.payroll_id = :payroll_id AND c.chunk_no = n.chunk_no AND c.cut_from IS NULL
ORDER BY n.chunk_no
"""

# What was cut from a chunk counts as of that chunk again.
_PUT_TOGETHER = """
SELECT coalesce(c.cut_from, l.chunk_no) AS chunk_no, l.line_no, l.amount_dong, l.digest
FROM ({lines}) l LEFT JOIN chunks c ON c.payroll_id = :payroll_id AND c.chunk_no = l.chunk_no
"""

# Numbers of a chunk as it was sealed and of what was cut from it since.
_NUMBERS = """chunk_no = ANY(CAST(:chunk_no AS integer) || ARRAY(
    SELECT x.chunk_no FROM chunks x WHERE x.payroll_id = :payroll_id AND x.cut_from = :chunk_no))"""

_CHUNK = f"""
SELECT payment_id, unit_id, chunk_no, beneficiary_id, payee_id, payee_version, payee_name, account_id, account_version,
       amount_dong, note, state
FROM payments WHERE run_month = :run_month AND payroll_id = :payroll_id AND {_NUMBERS} ORDER BY line_no
"""  # noqa: S608 - constants only

# OFFSET 0 keeps the inner selects apart, as in `moves.py`: each payment looks up by key. With statistics of small partitions the
# planner would rather read all months' rows for one chunk (that is also why drawing up ends with no ANALYZE).
_PARTS = f"""
SELECT l.payment_id, l.benefit_month, l.kind, l.revision, l.amount_dong, coalesce(o.live_payment_id = l.payment_id, false) AS live
FROM payments p
CROSS JOIN LATERAL (SELECT * FROM payment_lines x WHERE x.payment_id = p.payment_id OFFSET 0) l
LEFT JOIN LATERAL (
    SELECT x.live_payment_id FROM obligations x WHERE x.benefit_month = l.benefit_month AND x.subject_id = l.subject_id
        AND x.kind = l.kind AND x.revision = l.revision OFFSET 0) o ON true
WHERE p.run_month = :run_month AND p.payroll_id = :payroll_id AND p.{_NUMBERS}
"""  # noqa: S608 - constants only


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
    """A line of a chunk as it stands now. `live`: it is the live payment of all that it settles. `chunk_no`: where it goes out,
    the sealed chunk or one that was cut from it."""

    line: SealedLine
    unit_id: str
    chunk_no: int
    state: str
    live: bool


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between which payment ids a payroll's lines lie. None: it has none."""

    first: UUID | None
    last: UUID | None
    cut: bool  # chunks of it were cut since they were sealed


async def bounds(tx: Tx, payroll_id: UUID, run_month: date) -> Bounds:
    """Where a payroll's lines are found at once, without statistics of the month, which was filled a moment ago."""
    row = await tx.row(_BOUNDS, payroll_id=payroll_id, run_month=run_month)
    assert row is not None
    return Bounds(**row)


async def chunk_sums(tx: Tx, payroll: Payroll, *, from_plaintext: bool) -> list[ChunkSum]:
    """The digests of all chunks of a payroll: over its lines' digests as they were stored when they were drawn up, or recomputed
    from the plaintext."""
    found = await bounds(tx, payroll.payroll_id, payroll.run_month)
    lines = f"{_PLAINTEXT if from_plaintext else _STORED} WHERE {_OF_PAYROLL}"
    async with as_sets(tx):
        rows = await tx.rows(
            _CHUNK_SUMS.format(lines=_PUT_TOGETHER.format(lines=lines) if found.cut else lines),
            run_month=payroll.run_month,
            payroll_id=payroll.payroll_id,
            first=found.first,
            last=found.last,
        )
    return [ChunkSum(**row) for row in rows]


@asynccontextmanager
async def as_sets(tx: Tx) -> AsyncIterator[None]:
    """What is joined inside is joined set by set.

    A payroll's payments and lines were written a moment ago and lie beyond what the statistics know of the month: the planner
    takes them for a row or two, and would go through the one set again for each row of the other.
    """
    await tx.run("SELECT set_config('enable_nestloop', 'off', true), set_config('work_mem', '256MB', true)")
    yield
    await tx.run("SELECT set_config('enable_nestloop', 'on', true)")


async def chunk_lines(tx: Tx, payroll_id: UUID, run_month: date, chunk_no: int) -> list[HeldLine]:
    """The lines of a chunk as it was sealed, in order, with those that were cut from it since."""
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
                **{name: value for name, value in row.items() if name not in ("unit_id", "chunk_no", "state")},
                parts=tuple(parts[row["payment_id"]]),
            ),
            unit_id=row["unit_id"],
            chunk_no=row["chunk_no"],
            state=row["state"],
            live=row["payment_id"] not in dead,
        )
        for row in rows
    ]
