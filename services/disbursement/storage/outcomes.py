"""Rows of payments that outcomes change: read under a lock, written back set by set."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Literal
from uuid import UUID

from services.disbursement.domain.outcomes import NOT_THE_ACCOUNTS, Contradiction, HeldPayment
from shared.contracts.base import Channel
from shared.database import Tx
from shared.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class ChunkRef:
    """A chunk and what its outcomes need to know of its payroll and run."""

    payroll_id: UUID
    chunk_no: int
    state: Literal["sealed", "instructed", "answered"]
    run_id: UUID
    code: str  # of the run
    run_month: date
    authority_id: str
    contract_id: UUID
    provider: str
    channel: Channel
    released_at: datetime
    handed_over: bool  # the payroll's authority has handed over: others answer for its payments


async def lock_chunk(tx: Tx, payroll_id: UUID, chunk_no: int) -> ChunkRef | None:
    """The chunk, locked, so that outcomes of one chunk are applied one event at a time; None when it isn't there."""
    row = await tx.row(
        """SELECT c.payroll_id, c.chunk_no, c.state, r.run_id, r.code, r.run_month, p.authority_id, p.contract_id, p.provider,
                  p.channel, p.released_at,
                  EXISTS (SELECT FROM handovers h WHERE h.from_authority_id = p.authority_id) AS handed_over
           FROM chunks c JOIN payrolls p ON p.payroll_id = c.payroll_id JOIN runs r ON r.run_id = p.run_id
           WHERE c.payroll_id = :payroll_id AND c.chunk_no = :chunk_no FOR UPDATE OF c""",
        payroll_id=payroll_id,
        chunk_no=chunk_no,
    )
    return ChunkRef(**row) if row else None


async def held_payments(tx: Tx, chunk: ChunkRef, payment_ids: Collection[UUID]) -> dict[UUID, HeldPayment]:
    """Payments of a chunk by id. The chunk's lock keeps them as they are: whoever changes a payment's state holds it."""
    if not payment_ids:
        return {}
    rows = await tx.tuples(
        """SELECT payment_id, amount_dong, state, step, reason, provider_reference, settled_at FROM payments
           WHERE run_month = :run_month AND payroll_id = :payroll_id AND chunk_no = :chunk_no""",
        run_month=chunk.run_month,
        payroll_id=chunk.payroll_id,
        chunk_no=chunk.chunk_no,
    )
    return {row[0]: HeldPayment(*row) for row in rows if row[0] in payment_ids}


MOST_GROUPS = 8
"""Payments of a chunk mostly become the same: a statement for each way of becoming, up to so many."""

_SAVE_ALIKE = """
UPDATE payments SET state = :state, step = :step, reason = :reason, provider_reference = :reference, settled_at = :settled
WHERE run_month = :run_month AND payroll_id = :payroll_id AND chunk_no = :chunk_no
  AND (payment_id IN (SELECT unnest(CAST(:ids AS uuid[])))) IS TRUE
"""  # `IS TRUE` keeps the set apart, so that it is hashed once

_SAVE_EACH = """
UPDATE payments p SET state = n.state, step = n.step, reason = n.reason, provider_reference = n.reference,
    settled_at = n.settled_at
FROM unnest(CAST(:ids AS uuid[]), CAST(:states AS text[]), CAST(:steps AS integer[]), CAST(:reasons AS text[]),
            CAST(:references AS text[]), CAST(:settled AS timestamptz[]))
     AS n (payment_id, state, step, reason, reference, settled_at)
WHERE p.run_month = :run_month AND p.payment_id = ANY(CAST(:ids AS uuid[])) AND p.payment_id = n.payment_id
"""


async def save(tx: Tx, chunk: ChunkRef, payments: Sequence[HeldPayment]) -> None:
    """Write payments of a locked chunk back, set by set."""
    alike: dict[tuple[Any, ...], list[UUID]] = {}
    for each in payments:
        key = (each.state, each.step, each.reason, each.provider_reference, each.settled_at)
        alike.setdefault(key, []).append(each.payment_id)
    if len(alike) <= MOST_GROUPS:
        names = ("state", "step", "reason", "reference", "settled")
        which = {"run_month": chunk.run_month, "payroll_id": chunk.payroll_id, "chunk_no": chunk.chunk_no}
        for key, ids in alike.items():
            await tx.run(_SAVE_ALIKE, ids=ids, **which, **dict(zip(names, key, strict=True)))
        return
    await tx.run(
        _SAVE_EACH,
        run_month=chunk.run_month,
        ids=[p.payment_id for p in payments],
        states=[p.state for p in payments],
        steps=[p.step for p in payments],
        reasons=[p.reason for p in payments],
        references=[p.provider_reference for p in payments],
        settled=[p.settled_at for p in payments],
    )


_LINES = """
SELECT l.benefit_month, l.subject_id, l.kind, l.revision, l.payment_id
FROM payment_lines l WHERE l.payment_id = ANY(CAST(:payment_ids AS uuid[])) AND l.run_month = :run_month
ORDER BY l.benefit_month, l.subject_id, l.kind, l.revision
"""

# One benefit month at a time: the keys then lead into one partition.
_AT_FAULT = """CAST(:by_account AS boolean)
        AND (o.payment_seq > 1 OR coalesce(p.reason, '') <> ALL (CAST(:not_the_accounts AS text[])))"""

_LET_GO = f"""
UPDATE obligations o SET live_payment_id = NULL, live_run_month = NULL, resting = :resting,
    avoid_account_id = CASE WHEN {_AT_FAULT}
        THEN p.account_id ELSE o.avoid_account_id END,
    avoid_account_version = CASE WHEN {_AT_FAULT}
        THEN p.account_version ELSE o.avoid_account_version END
FROM unnest(CAST(:subject_ids AS uuid[]), CAST(:kinds AS text[]), CAST(:revisions AS integer[]), CAST(:payment_ids AS uuid[]))
    AS l (subject_id, kind, revision, payment_id)
JOIN payments p ON p.payment_id = l.payment_id
WHERE p.run_month = :run_month AND p.payment_id = ANY(CAST(:payment_ids AS uuid[]))
  AND o.benefit_month = :benefit_month AND o.subject_id = ANY(CAST(:subject_ids AS uuid[]))
  AND o.subject_id = l.subject_id AND o.kind = l.kind AND o.revision = l.revision
  AND o.live_run_month = :run_month AND o.live_payment_id = l.payment_id
"""  # noqa: S608 - constants only


async def let_go(tx: Tx, chunk: ChunkRef, payment_ids: Sequence[UUID], resting: Literal["returned", "unclaimed"]) -> None:
    """Free the obligations of finally failed payments. An account that a payment failed on is avoided at that version, unless
    the reason lies elsewhere: then it is tried once more.
    """
    lines = await tx.rows(_LINES, run_month=chunk.run_month, payment_ids=list(payment_ids))
    for benefit_month, group in groupby(lines, key=lambda line: line["benefit_month"]):
        month = list(group)
        await tx.run(
            _LET_GO,
            run_month=chunk.run_month,
            benefit_month=benefit_month,
            by_account=chunk.channel in ("wallet", "account"),
            not_the_accounts=list(NOT_THE_ACCOUNTS),
            resting=resting,
            subject_ids=[line["subject_id"] for line in month],
            kinds=[line["kind"] for line in month],
            revisions=[line["revision"] for line in month],
            payment_ids=[line["payment_id"] for line in month],
        )


async def open_contradictions(
    tx: Tx, chunk: ChunkRef, contradictions: Sequence[Contradiction], answering: Mapping[UUID, str]
) -> int:
    """Put contradictions before a person of who answers for the payment, each once however often it is said; how many are new.

    What was settled stays settled: the word that was found wrong, said again, opens nothing.
    """
    if not contradictions:
        return 0
    return await tx.run(
        """INSERT INTO contradictions (contradiction_id, authority_id, run_month, payment_id, held, said, amount_dong, opened_at)
           SELECT n.id, n.authority_id, :run_month, n.payment_id, n.held, n.said, n.amount_dong, platform.business_now()
           FROM unnest(CAST(:ids AS uuid[]), CAST(:authorities AS text[]), CAST(:payment_ids AS uuid[]), CAST(:held AS text[]),
                       CAST(:said AS text[]), CAST(:amounts AS bigint[]))
                AS n (id, authority_id, payment_id, held, said, amount_dong)
           WHERE NOT EXISTS (SELECT FROM contradictions s WHERE s.payment_id = n.payment_id AND s.settled_at IS NOT NULL
                             AND s.held = n.said AND s.said = n.held)
           ON CONFLICT (payment_id, held, said, amount_dong) DO NOTHING""",
        run_month=chunk.run_month,
        ids=[new_id() for _ in contradictions],
        authorities=[answering[c.payment_id] for c in contradictions],
        payment_ids=[c.payment_id for c in contradictions],
        held=[c.held for c in contradictions],
        said=[c.said for c in contradictions],
        amounts=[c.amount_dong for c in contradictions],
    )


async def mark_answered(tx: Tx, chunk: ChunkRef) -> None:
    """The provider has said something of every line of the chunk. Later words change nothing here."""
    await tx.run(
        """UPDATE chunks SET state = 'answered', answered_at = platform.business_now()
           WHERE payroll_id = :payroll_id AND chunk_no = :chunk_no AND state = 'instructed'""",
        payroll_id=chunk.payroll_id,
        chunk_no=chunk.chunk_no,
    )


async def note_came_back(tx: Tx, payment_ids: Sequence[UUID]) -> None:
    """What these payments had paid twice is back: nothing of it is left to recover."""
    await tx.run(
        """UPDATE overpaid_lines SET came_back_at = platform.business_now()
           WHERE payment_id = ANY(CAST(:payment_ids AS uuid[])) AND came_back_at IS NULL""",
        payment_ids=list(payment_ids),
    )
