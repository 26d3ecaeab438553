"""Obligations that moved from one place to another: read from the rows, said to other services in events of up to 500."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol
from uuid import UUID

from services.disbursement.domain.ledger import Place
from shared.contracts.events import MAX_RECORDS, Channel, ObligationMove, ObligationsMoved
from shared.database import Tx
from shared.outbox import emit

Stage = Literal[0, 1, 2, 3]
"""How far a payment of an obligation has come: 0 drawn or claimed, 1 in flight, 2 paid, 3 let go."""


class RunNamed(Protocol):
    """What an event says of a run."""

    @property
    def run_id(self) -> UUID: ...
    @property
    def code(self) -> str: ...


# A payment that a person settled as paid, after it had been let go, moves its obligations' steps on by three: so they grow
# still. What it paid twice settles no obligation and moves nothing.
# OFFSET 0 keeps the inner selects apart, so that each payment looks its lines and obligations up by their keys: a partition
# that was filled a moment ago has no statistics yet, and the planner would rather read all of it.
_MOVES = """
SELECT l.benefit_month, o.subject, l.kind, l.revision,
       o.payment_seq * 10 + o.settlements * 3 + CAST(:stage AS integer) AS step, o.unit_id, o.category_group, o.sex, o.age_band,
       l.amount_dong
FROM payments p
CROSS JOIN LATERAL (
    SELECT * FROM payment_lines x WHERE x.payment_id = p.payment_id AND x.run_month = p.run_month OFFSET 0) l
CROSS JOIN LATERAL (
    SELECT * FROM obligations x WHERE x.benefit_month = l.benefit_month AND x.subject_id = l.subject_id AND x.kind = l.kind
        AND x.revision = l.revision OFFSET 0) o
LEFT JOIN overpaid_lines v ON v.payment_id = p.payment_id AND v.benefit_month = l.benefit_month
    AND v.subject_id = l.subject_id AND v.kind = l.kind AND v.revision = l.revision
WHERE v.payment_id IS NULL AND p.run_month = (SELECT r.run_month FROM payrolls r WHERE r.payroll_id = :payroll_id)
  AND p.payroll_id = :payroll_id AND p.chunk_no = :chunk_no AND
"""

_OF_OPEN = _MOVES + "p.state = 'open' ORDER BY p.line_no, l.benefit_month, l.kind, l.revision"
_OF_THESE = _MOVES + "p.payment_id = ANY(CAST(:payment_ids AS uuid[])) ORDER BY p.line_no, l.benefit_month, l.kind, l.revision"


async def moves_of_chunk(
    tx: Tx,
    payroll_id: UUID,
    chunk_no: int,
    *,
    from_place: Place,
    to_place: Place,
    stage: Stage,
    payment_ids: Sequence[UUID] | None = None,
) -> list[ObligationMove]:
    """What the payments of a chunk settle, as moves from one place to another: of its open payments, or of those named."""
    if payment_ids is None:
        rows = await tx.rows(_OF_OPEN, payroll_id=payroll_id, chunk_no=chunk_no, stage=stage)
    else:
        rows = await tx.rows(_OF_THESE, payroll_id=payroll_id, chunk_no=chunk_no, stage=stage, payment_ids=list(payment_ids))
    return [ObligationMove(**row, from_place=from_place, to_place=to_place) for row in rows]


async def say_moves(
    tx: Tx,
    run: RunNamed,
    authority_id: str,
    provider: str | None,
    channel: Channel | None,
    moves: Sequence[ObligationMove],
) -> None:
    """Emit `obligations_moved` for moves, in events of up to 500. No moves: nothing is said."""
    for start in range(0, len(moves), MAX_RECORDS):
        event = ObligationsMoved(
            run_id=run.run_id,
            run_code=run.code,
            authority_id=authority_id,
            provider=provider,
            channel=channel,
            moves=list(moves[start : start + MAX_RECORDS]),
        )
        await emit(tx, event, unit_id=authority_id)
