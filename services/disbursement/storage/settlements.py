"""Contradictions that a person settles, and obligations that a payment takes back because it was paid after all."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.disbursement.domain.handovers import Passage
from services.disbursement.domain.settlements import UNKNOWN_CONTRADICTION, Line, OpenContradiction, SettledBy
from services.disbursement.storage.outcomes import ChunkRef
from shared.contracts.disbursement_events import ObligationMove
from shared.database import Row, Tx
from shared.kernel.errors import Refusal


@dataclass(frozen=True, slots=True)
class Found:
    """A contradiction with the chunk of its payment, and how it was settled, if it was."""

    payroll_id: UUID
    chunk_no: int
    settled: SettledBy | None


async def find(tx: Tx, contradiction_id: UUID, *, lock: bool = False) -> Found:
    """The contradiction; refused with `unknown-contradiction` (also outside the transaction's scope)."""
    row = await tx.row(
        f"""SELECT p.payroll_id, p.chunk_no, c.resolution, c.settled_reason, c.evidence, c.settled_issuer, c.settled_subject,
                   c.settled_at
            FROM contradictions c JOIN payments p ON p.run_month = c.run_month AND p.payment_id = c.payment_id
            WHERE c.contradiction_id = :contradiction_id {"FOR UPDATE OF c" if lock else ""}""",  # noqa: S608 - constants only
        contradiction_id=contradiction_id,
    )
    if row is None:
        raise Refusal(UNKNOWN_CONTRADICTION, contradiction_id=contradiction_id)
    return Found(row["payroll_id"], row["chunk_no"], _settled(row))


def _settled(row: Row) -> SettledBy | None:
    if row["resolution"] is None:
        return None
    return SettledBy(
        resolution=row["resolution"],
        reason=row["settled_reason"],
        evidence=row["evidence"],
        issuer=row["settled_issuer"],
        subject=row["settled_subject"],
        at=row["settled_at"],
    )


async def as_it_stands(tx: Tx, contradiction_id: UUID) -> OpenContradiction:
    """The contradiction with its payment as it stands now. The chunk is locked already."""
    row = await tx.row(
        """SELECT c.contradiction_id, c.payment_id, c.said, c.amount_dong AS said_amount_dong, p.amount_dong, p.state,
                  r.released_issuer, r.released_subject
           FROM contradictions c JOIN payments p ON p.run_month = c.run_month AND p.payment_id = c.payment_id
           JOIN payrolls r ON r.payroll_id = p.payroll_id WHERE c.contradiction_id = :contradiction_id""",
        contradiction_id=contradiction_id,
    )
    assert row is not None
    return OpenContradiction(**row)


async def lines(tx: Tx, payment_id: UUID) -> list[Line]:
    """What each line of a payment that was let go finds: its obligation free, taken, or cancelled. Locks the obligations."""
    rows = await tx.rows(
        """SELECT CASE WHEN o.live_payment_id IS NOT NULL THEN 'taken' WHEN o.resting = 'cancelled' THEN 'cancelled'
                       ELSE 'free' END AS standing, o.settlements
           FROM payment_lines l JOIN obligations o ON o.benefit_month = l.benefit_month AND o.subject_id = l.subject_id
               AND o.kind = l.kind AND o.revision = l.revision
           WHERE l.payment_id = :payment_id ORDER BY o.benefit_month, o.subject_id, o.kind, o.revision FOR UPDATE OF o""",
        payment_id=payment_id,
    )
    return [Line(**row) for row in rows]


_OVERPAID = """
INSERT INTO overpaid_lines (benefit_month, subject_id, kind, revision, payment_id, run_month, authority_id, unit_id,
                            contradiction_id, amount_dong, why, established_at)
SELECT l.benefit_month, l.subject_id, l.kind, l.revision, l.payment_id, l.run_month, :authority_id, p.unit_id,
       :contradiction_id, l.amount_dong, CASE WHEN o.live_payment_id IS NULL THEN 'not_owed' ELSE 'paid_by_another' END,
       platform.business_now()
FROM payment_lines l
JOIN payments p ON p.run_month = l.run_month AND p.payment_id = l.payment_id
JOIN obligations o ON o.benefit_month = l.benefit_month AND o.subject_id = l.subject_id AND o.kind = l.kind
    AND o.revision = l.revision
WHERE l.payment_id = :payment_id AND (o.live_payment_id IS NOT NULL OR o.resting = 'cancelled')
ON CONFLICT (payment_id, benefit_month, subject_id, kind, revision) DO UPDATE
    SET contradiction_id = excluded.contradiction_id, why = excluded.why, established_at = excluded.established_at,
        authority_id = excluded.authority_id, came_back_at = NULL
"""

_NO_LONGER_OVERPAID = """
DELETE FROM overpaid_lines v USING obligations o
WHERE v.payment_id = :payment_id AND o.benefit_month = v.benefit_month AND o.subject_id = v.subject_id AND o.kind = v.kind
  AND o.revision = v.revision AND o.live_payment_id IS NULL AND o.resting <> 'cancelled'
"""

_TAKE_BACK = """
UPDATE obligations o SET live_payment_id = l.payment_id, live_run_month = l.run_month, settlements = o.settlements + 1,
    authority_id = :authority_id
FROM payment_lines l
WHERE l.payment_id = :payment_id AND o.benefit_month = l.benefit_month AND o.subject_id = l.subject_id AND o.kind = l.kind
  AND o.revision = l.revision AND o.live_payment_id IS NULL AND o.resting <> 'cancelled'
RETURNING o.benefit_month, o.subject, o.kind, o.revision, o.payment_seq * 10 + o.settlements * 3 + 2 AS step, o.unit_id,
    o.category_group, o.sex, o.age_band, o.amount_dong,
    CASE o.resting WHEN 'new' THEN 'not_released' ELSE o.resting END AS from_place, CAST(:to_place AS text) AS to_place,
    old.authority_id AS before_id
"""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Obligations that a payment settles after all, as moves; and those that lay in another authority's books before."""

    moves: list[ObligationMove]
    passages: list[Passage]


async def take_back(
    tx: Tx, chunk: ChunkRef, run_id: UUID, payment_id: UUID, contradiction_id: UUID, authority_id: str, to_place: str
) -> TakenBack:
    """Let a payment, paid after all, settle what is free of its lines; the rest stands as overpaid. Its row is saved already."""
    which = {"payment_id": payment_id}
    await tx.run(_NO_LONGER_OVERPAID, **which)
    await tx.run(_OVERPAID, contradiction_id=contradiction_id, authority_id=authority_id, **which)
    moves, passages = [], []
    for row in await tx.rows(_TAKE_BACK, authority_id=authority_id, to_place=to_place, **which):
        before_id = row.pop("before_id")
        moves.append(ObligationMove(**row))
        if before_id != authority_id:
            passages.append(
                Passage(
                    book="obligations",
                    run_id=run_id,
                    account=row["from_place"],
                    from_authority_id=before_id,
                    to_authority_id=authority_id,
                    amount_dong=row["amount_dong"],
                    obligations=1,
                    benefit_month=row["benefit_month"],
                    contract_id=chunk.contract_id,
                    provider=chunk.provider,
                    channel=chunk.channel,
                )
            )
    return TakenBack(moves, passages)


async def mark_settled(tx: Tx, contradiction_id: UUID, by: SettledBy) -> None:
    """Note how the contradiction was settled."""
    await tx.run(
        """UPDATE contradictions SET resolution = :resolution, settled_reason = :reason, evidence = :evidence,
               settled_issuer = :issuer, settled_subject = :subject, settled_at = :at
           WHERE contradiction_id = :contradiction_id""",
        contradiction_id=contradiction_id,
        resolution=by.resolution,
        reason=by.reason,
        evidence=by.evidence,
        issuer=by.issuer,
        subject=by.subject,
        at=by.at,
    )
