"""Lines asked back, and where each stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from services.disbursement.domain.recalls import RecallState
from shared.database import Tx

_COLUMNS = "payment_id, reason, state, asked_subject AS asked_by, asked_at, answered_at"


@dataclass(frozen=True, slots=True)
class Recall:
    """A line asked back."""

    payment_id: UUID
    reason: str
    state: RecallState
    asked_by: str
    asked_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Recallable:
    """A payment that might be asked back, its chunk locked."""

    run_month: date
    payroll_id: UUID
    chunk_no: int
    unit_id: str
    state: str
    instructed: bool


async def payroll_of(tx: Tx, payment_id: UUID) -> UUID | None:
    """The payroll of a payment that the transaction's scope shows."""
    payroll_id: UUID | None = await tx.scalar("SELECT payroll_id FROM payments WHERE payment_id = :id", id=payment_id)
    return payroll_id


async def lock_payment(tx: Tx, payroll_id: UUID, run_month: date, payment_id: UUID) -> Recallable:
    """The payment; whether its chunk was instructed stays true until this transaction has ended."""
    row = await tx.row(
        """SELECT m.run_month, m.payroll_id, m.chunk_no, m.unit_id, m.state, c.state <> 'sealed' AS instructed
           FROM payments m JOIN chunks c ON c.payroll_id = m.payroll_id AND c.chunk_no = m.chunk_no
           WHERE m.run_month = :run_month AND m.payroll_id = :payroll_id AND m.payment_id = :payment_id FOR UPDATE OF c""",
        run_month=run_month,
        payroll_id=payroll_id,
        payment_id=payment_id,
    )
    assert row is not None, "payments are never deleted"
    return Recallable(**row)


async def find(tx: Tx, payment_id: UUID) -> Recall | None:
    """The recall of a payment."""
    row = await tx.row(f"SELECT {_COLUMNS} FROM recalls WHERE payment_id = :id", id=payment_id)  # noqa: S608 - constants only
    return Recall(**row) if row else None


async def insert(tx: Tx, payment_id: UUID, payment: Recallable, reason: str, issuer: str, subject: str) -> None:
    """Keep that a line was asked back."""
    await tx.run(
        """INSERT INTO recalls (payment_id, run_month, payroll_id, unit_id, reason, asked_issuer, asked_subject, asked_at)
           VALUES (:payment_id, :run_month, :payroll_id, :unit_id, :reason, :issuer, :subject, platform.business_now())""",
        payment_id=payment_id,
        run_month=payment.run_month,
        payroll_id=payment.payroll_id,
        unit_id=payment.unit_id,
        reason=reason,
        issuer=issuer,
        subject=subject,
    )


async def answer(tx: Tx, payment_id: UUID, outcome: Literal["stopped", "withdrawn", "too_late"]) -> bool:
    """Keep the gateway's answer; False where nothing was asked, or it was answered."""
    return bool(
        await tx.run(
            """UPDATE recalls SET state = :outcome, answered_at = platform.business_now()
               WHERE payment_id = :payment_id AND state = 'asked'""",
            payment_id=payment_id,
            outcome=outcome,
        )
    )
