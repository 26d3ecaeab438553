"""A chunk that is to be instructed: what its lines say now, against the seal, and the same lines as the gateway reads them.

One statement gives both, so that what was verified is what is said. Lines stay in the database: 500 of them through Python
would cost more than all else that an instruction does.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.disbursement.storage.removals import Removal
from services.disbursement.storage.seal_text import line_digest, part_texts
from shared.database import Tx

# Numbers of a chunk as it was sealed and of what was cut from it since.
_NUMBERS = """chunk_no = ANY(CAST(:sealed_no AS integer) || ARRAY(
    SELECT x.chunk_no FROM chunks x WHERE x.payroll_id = :payroll_id AND x.cut_from = :sealed_no))"""

# An `InstructedLine`: its first attempt. Ids and numbers need no escaping; names and notes do.
_LINE = """concat('{"payment_id":"', payment_id, '","attempt_no":', 1, ',"beneficiary_id":"', beneficiary_id, '","unit_id":"',
    unit_id, '","payee_id":"', payee_id, '","payee_version":', payee_version, ',"payee_name":', to_json(payee_name),
    ',"account_id":', coalesce('"' || account_id || '"', 'null'),
    ',"account_version":', coalesce(CAST(account_version AS text), 'null'), ',"amount_dong":', amount_dong,
    ',"note":', to_json(note), ',"home_delivery":', to_json(at_home), '}')"""

_HELD = f"FROM payments p WHERE p.run_month = :run_month AND p.payroll_id = :payroll_id AND p.{_NUMBERS}"

# What payments settle is sought by all ids at once, and each of it looks its obligation up by its key, as in `moves.py`. Payments
# and what they settle are put one below the other and grouped, not joined: nothing is left to a planner that knows nothing yet of
# a month that was filled a moment ago (that is also why drawing up ends with no ANALYZE).
_CHUNK = f"""
WITH parts AS (
    SELECT p.payment_id, p AS p, NULL AS benefit_month, NULL AS kind, NULL AS revision, NULL AS amount_dong, NULL AS live {_HELD}
    UNION ALL
    SELECT x.payment_id, NULL, x.benefit_month, x.kind, x.revision, x.amount_dong,
           coalesce(o.live_payment_id = x.payment_id, false)
    FROM payment_lines x
    LEFT JOIN LATERAL (
        SELECT y.live_payment_id FROM obligations y WHERE y.benefit_month = x.benefit_month AND y.subject_id = x.subject_id
            AND y.kind = x.kind AND y.revision = x.revision OFFSET 0) o ON true
    WHERE x.payment_id = ANY(ARRAY(SELECT p.payment_id {_HELD}))),
settles AS (
    SELECT any_value(x.p) AS p, {part_texts("x")} AS parts, coalesce(bool_and(x.live), true) AS live
    FROM parts x GROUP BY x.payment_id),
lines AS MATERIALIZED (
    SELECT (s.p).*, {line_digest("(s.p)", "s.parts")} AS digest, s.live,
           ((s.p).beneficiary_id IN (SELECT unnest(CAST(:at_home AS uuid[])))) IS TRUE AS at_home
    FROM settles s),
going AS (SELECT * FROM lines WHERE chunk_no = :chunk_no)
SELECT (SELECT sha256(string_agg(digest, ''::bytea ORDER BY line_no)) FROM lines) AS digest,
       count(*) FILTER (WHERE state = 'open') AS to_pay,
       coalesce(array_agg(payment_id) FILTER (WHERE state = 'removed'), '{{}}') AS removed,
       (array_agg(payment_id) FILTER (WHERE state <> 'removed' AND (state <> 'open' OR NOT live)))[1] AS amiss,
       coalesce(array_agg(DISTINCT unit_id) FILTER (WHERE state = 'open'), '{{}}') AS communes,
       coalesce(string_agg({_LINE}, ',' ORDER BY line_no) FILTER (WHERE state = 'open'), '') AS lines
FROM going
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True)
class GoingChunk:
    """A chunk as it stands now. `digest`: of the whole sealed chunk, also of what was cut from it. `amiss`: a payment that is
    neither removed nor open with all that it settles its own; None: there is none. `lines`: those to pay, as JSON with commas
    between."""

    digest: bytes | None
    to_pay: int
    removed: Collection[UUID]
    amiss: UUID | None
    communes: Collection[str]
    lines: str


async def read_chunk(
    tx: Tx, payroll_id: UUID, run_month: date, chunk_no: int, sealed_no: int, at_home: Collection[UUID]
) -> GoingChunk:
    """A chunk that this transaction has locked. `at_home`: beneficiaries whose cash is carried home."""
    row = await tx.row(
        _CHUNK, payroll_id=payroll_id, run_month=run_month, chunk_no=chunk_no, sealed_no=sealed_no, at_home=list(at_home)
    )
    assert row is not None
    return GoingChunk(**row)


async def beneficiaries(tx: Tx, payroll_id: UUID, run_month: date, chunk_no: int) -> list[UUID]:
    """Whose payments a chunk holds."""
    rows = await tx.rows(
        """SELECT DISTINCT beneficiary_id FROM payments
           WHERE run_month = :run_month AND payroll_id = :payroll_id AND chunk_no = :chunk_no""",
        run_month=run_month,
        payroll_id=payroll_id,
        chunk_no=chunk_no,
    )
    return [row["beneficiary_id"] for row in rows]


async def removals_of(tx: Tx, payroll_id: UUID, run_month: date, chunk_no: int) -> list[Removal]:
    """The exceptions of a chunk's payments."""
    rows = await tx.rows(
        """SELECT e.payment_id, e.reason, e.issuer, e.subject, e.made_at, e.signature FROM payroll_exceptions e
           JOIN payments p ON p.run_month = :run_month AND p.payment_id = e.payment_id
           WHERE e.payroll_id = :payroll_id AND p.chunk_no = :chunk_no""",
        payroll_id=payroll_id,
        run_month=run_month,
        chunk_no=chunk_no,
    )
    return [Removal(**row) for row in rows]
