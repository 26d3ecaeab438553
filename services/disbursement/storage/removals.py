"""Lines taken out of a payroll after it was drawn up, each by a signed exception; what they were to settle rests again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.disbursement.domain.payrolls import Payroll
from services.disbursement.domain.receiving import MOTHERS_OWN
from shared.contracts.disbursement_events import ObligationMove
from shared.database import Tx

# What the registry changed after the cut. The cases stand in the order in which they are told; `domain/amounts.has_ended`
# is the rule of the months that a stop or a death takes away, `domain/receiving.py` that of who receives. Where a carer was named
# since for care support that a line pays beside the allowance, the line goes as a whole, to be drawn up as two. OFFSET 0: each
# obligation is looked up by key, and only where there is a carer.
_OVERTAKEN = f"""
SELECT payment_id, reason FROM (
    SELECT m.payment_id, m.line_no,
           CASE WHEN q.status = 'dead' AND (settles.ended OR q.payee_relationship = 'self' AND NOT settles.funeral
                                            AND NOT settles.care AND o.payee_id IS NULL) THEN 'dead'
                WHEN q.status = 'stopped' AND settles.ended THEN 'stopped'
                WHEN CASE WHEN settles.care THEN k.hold ELSE q.hold END IS NOT NULL THEN 'held'
                WHEN q.status = 'suspended' THEN 'suspended'
                WHEN (receives.payee_id, receives.payee_name) IS DISTINCT FROM (m.payee_id, m.payee_name)
                     OR settles.care_of_others AND NOT settles.care THEN 'payee-changed'
                WHEN m.account_id IS NOT NULL
                     AND (receives.account_id, receives.account_version) IS DISTINCT FROM (m.account_id, m.account_version)
                     THEN 'account-changed' END AS reason
    FROM payments m
    JOIN people q ON q.beneficiary_id = m.beneficiary_id AND q.position > :position
    LEFT JOIN kind_payees k ON k.beneficiary_id = q.beneficiary_id AND k.kind = 'care_support'
    CROSS JOIN LATERAL (
        SELECT coalesce(bool_or(l.kind = 'funeral'), false) AS funeral,
               coalesce(bool_or(l.kind IN ('monthly', 'care_support') AND l.benefit_month >= q.status_from_month), false)
                   AS ended,
               coalesce(bool_and(own.care), false) AS care, coalesce(bool_or(own.care), false) AS care_of_others
        FROM payment_lines l
        LEFT JOIN LATERAL (
            SELECT b.category FROM obligations b
            WHERE l.kind = k.kind AND b.benefit_month = l.benefit_month AND b.subject_id = l.subject_id AND b.kind = l.kind
              AND b.revision = l.revision OFFSET 0) due ON true
        CROSS JOIN LATERAL (SELECT coalesce(position('{MOTHERS_OWN}' IN due.category) = 0, false) AS care) own
        WHERE l.payment_id = m.payment_id) settles
    LEFT JOIN one_off_payees o ON o.beneficiary_id = q.beneficiary_id
        AND o.purpose = CASE WHEN settles.funeral THEN 'funeral'
                             WHEN q.status = 'dead' AND NOT settles.care THEN 'unpaid_months' END
    CROSS JOIN LATERAL (
        SELECT CASE WHEN settles.care THEN k.payee_id WHEN settles.funeral THEN o.payee_id
                    ELSE coalesce(o.payee_id, q.payee_id) END AS payee_id,
               CASE WHEN settles.care THEN k.payee_name WHEN settles.funeral THEN o.payee_name
                    ELSE coalesce(o.payee_name, q.payee_name) END AS payee_name,
               CASE WHEN settles.care THEN k.account_id ELSE q.account_id END AS account_id,
               CASE WHEN settles.care THEN k.account_version ELSE q.account_version END AS account_version) receives
    WHERE m.run_month = :run_month AND m.payroll_id = :payroll_id AND m.state = 'open'
      AND EXISTS (SELECT FROM chunks c WHERE c.payroll_id = m.payroll_id AND c.chunk_no = m.chunk_no AND c.state = 'sealed')
    ) found
WHERE reason IS NOT NULL ORDER BY line_no
"""  # noqa: S608 - constants only

_REMOVE = """
UPDATE payments m SET state = 'removed', reason = gone.reason
FROM unnest(CAST(:payment_ids AS uuid[]), CAST(:reasons AS text[])) AS gone (payment_id, reason)
WHERE m.run_month = :run_month AND m.payroll_id = :payroll_id AND m.payment_id = gone.payment_id AND m.state = 'open'
  AND EXISTS (SELECT FROM chunks c WHERE c.payroll_id = m.payroll_id AND c.chunk_no = m.chunk_no AND c.state = 'sealed')
"""

_EXCEPTIONS = """
INSERT INTO payroll_exceptions (payroll_id, payment_id, reason, issuer, subject, made_at, signature)
SELECT :payroll_id, e.* FROM unnest(CAST(:payment_ids AS uuid[]), CAST(:reasons AS text[]), CAST(:issuers AS text[]),
    CAST(:subjects AS text[]), CAST(:made_ats AS timestamptz[]), CAST(:signatures AS bytea[])) AS e
"""

_LET_GO = """
UPDATE obligations o SET live_run_month = NULL, live_payment_id = NULL,
    resting = CASE WHEN q.status IN ('stopped', 'dead') AND o.kind IN ('monthly', 'care_support')
                        AND o.benefit_month >= q.status_from_month THEN 'cancelled' ELSE 'new' END
FROM payments m, payment_lines l, people q
WHERE m.run_month = :run_month AND m.payment_id = ANY(CAST(:payment_ids AS uuid[])) AND l.payment_id = m.payment_id
  AND o.benefit_month = l.benefit_month AND o.subject_id = l.subject_id
  AND o.kind = l.kind AND o.revision = l.revision AND o.live_payment_id = l.payment_id AND q.beneficiary_id = o.subject_id
RETURNING o.benefit_month, o.subject, o.kind, o.revision, o.payment_seq * 10 + 3 AS step, o.unit_id, o.category_group, o.sex,
    o.age_band, o.amount_dong, 'not_released' AS from_place,
    CASE o.resting WHEN 'cancelled' THEN 'cancelled' ELSE 'not_released' END AS to_place
"""


@dataclass(frozen=True, slots=True)
class Removal:
    """A line to take out, with its reason and the signature over both."""

    payment_id: UUID
    reason: str
    issuer: str
    subject: str
    made_at: datetime
    signature: bytes


async def overtaken(tx: Tx, payroll: Payroll) -> list[tuple[UUID, str]]:
    """Open lines that a stop, a death, a hold or a changed payee or account overtook after the payroll's cut, with the reason.

    Only of chunks that were not instructed; the chunks are locked, so that none is while the lines are taken out.
    """
    await _lock_chunks(tx, payroll)
    rows = await tx.rows(
        _OVERTAKEN, position=payroll.registry_position, run_month=payroll.run_month, payroll_id=payroll.payroll_id
    )
    return [(row["payment_id"], row["reason"]) for row in rows]


async def remove(tx: Tx, payroll: Payroll, removals: Sequence[Removal]) -> bool:
    """Mark the lines as removed and keep the exceptions; False where one is not open in a chunk that was not instructed.

    Then the caller lets the transaction fail. Chunks are locked first: the dispatcher either sees the line gone or has taken
    the chunk before.
    """
    await _lock_chunks(tx, payroll)
    which = {"payment_ids": [r.payment_id for r in removals], "reasons": [r.reason for r in removals]}
    gone = await tx.run(_REMOVE, run_month=payroll.run_month, payroll_id=payroll.payroll_id, **which)
    if gone != len(removals):
        return False
    await tx.run(
        _EXCEPTIONS,
        payroll_id=payroll.payroll_id,
        issuers=[r.issuer for r in removals],
        subjects=[r.subject for r in removals],
        made_ats=[r.made_at for r in removals],
        signatures=[r.signature for r in removals],
        **which,
    )
    return True


async def _lock_chunks(tx: Tx, payroll: Payroll) -> None:
    await tx.rows(
        "SELECT 1 FROM chunks WHERE payroll_id = :payroll_id ORDER BY chunk_no FOR UPDATE", payroll_id=payroll.payroll_id
    )


async def let_go(tx: Tx, payroll: Payroll, payment_ids: Sequence[UUID]) -> list[ObligationMove]:
    """Let what removed payments were to settle rest again: new, or cancelled where the month is no longer owed; as moves."""
    rows = await tx.rows(_LET_GO, run_month=payroll.run_month, payment_ids=list(payment_ids))
    return [ObligationMove(**row) for row in rows]


async def of_payments(tx: Tx, payroll_id: UUID, payment_ids: Sequence[UUID]) -> dict[UUID, Removal]:
    """The exceptions of these payments, by payment."""
    rows = await tx.rows(
        """SELECT payment_id, reason, issuer, subject, made_at, signature FROM payroll_exceptions
           WHERE payroll_id = :payroll_id AND payment_id = ANY(CAST(:payment_ids AS uuid[]))""",
        payroll_id=payroll_id,
        payment_ids=list(payment_ids),
    )
    return {row["payment_id"]: Removal(**row) for row in rows}


async def state_of(tx: Tx, payroll: Payroll, payment_id: UUID) -> str | None:
    """The state of a payroll's payment; None where it has no such payment."""
    state: str | None = await tx.scalar(
        "SELECT state FROM payments WHERE run_month = :run_month AND payment_id = :payment_id AND payroll_id = :payroll_id",
        run_month=payroll.run_month,
        payment_id=payment_id,
        payroll_id=payroll.payroll_id,
    )
    return state
