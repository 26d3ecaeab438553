"""Payrolls put in as rows, without drawing up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.disbursement.domain.ledger import NOT_RELEASED, Place
from shared.contracts.base import Channel
from shared.contracts.disbursement_events import ObligationMove
from shared.database import Tx
from shared.kernel.ids import new_id
from tests.disbursement.province import Province


@dataclass(frozen=True)
class Way:
    """A contract's channel at its authority."""

    contract_id: UUID
    provider: str
    channel: Channel


@dataclass(frozen=True)
class GroundRun:
    """A pay run."""

    run_id: UUID
    code: str
    run_month: date


@dataclass
class GroundPayroll:
    """A payroll with its payments, in line order."""

    payroll_id: UUID
    run: GroundRun
    way: Way
    payments: list[GroundPayment] = field(default_factory=list)


@dataclass(frozen=True)
class GroundPayment:
    """A payment and what it settles."""

    payment_id: UUID
    chunk_no: int
    beneficiary_id: UUID
    account_id: UUID | None
    amount_dong: int
    months: tuple[date, ...]


async def add_payroll(tx: Tx, place: Province, payroll: GroundPayroll) -> None:
    """A released payroll and its sealed chunks."""
    seq = await tx.scalar("SELECT count(*) FROM payrolls WHERE run_id = :run_id", run_id=payroll.run.run_id)
    await tx.run(
        """INSERT INTO payrolls (payroll_id, run_id, run_month, authority_id, contract_id, provider, channel, seq,
               registry_position, payments, amount_dong, state, prepared_issuer, prepared_subject, prepared_at,
               approved_issuer, approved_subject, approved_at, released_issuer, released_subject, released_at,
               root, signature)
           VALUES (:payroll_id, :run_id, :run_month, :authority_id, :contract_id, :provider, :channel, :seq, 1, :payments,
               :amount_dong, 'released', 'issuer', 'lan', platform.business_now(), 'issuer', 'minh', platform.business_now(),
               'issuer', 'hoa', platform.business_now(), '\\x00', '\\x00')""",
        payroll_id=payroll.payroll_id,
        run_id=payroll.run.run_id,
        run_month=payroll.run.run_month,
        authority_id=place.authority,
        contract_id=payroll.way.contract_id,
        provider=payroll.way.provider,
        channel=payroll.way.channel,
        seq=seq,
        payments=len(payroll.payments),
        amount_dong=sum(p.amount_dong for p in payroll.payments),
    )
    for chunk_no in sorted({p.chunk_no for p in payroll.payments}):
        inside = [p for p in payroll.payments if p.chunk_no == chunk_no]
        await tx.run(
            """INSERT INTO chunks (payroll_id, chunk_no, payments, amount_dong, digest)
               VALUES (:payroll_id, :chunk_no, :payments, :amount_dong, '\\x00')""",
            payroll_id=payroll.payroll_id,
            chunk_no=chunk_no,
            payments=len(inside),
            amount_dong=sum(p.amount_dong for p in inside),
        )


async def add_people(tx: Tx, place: Province, payroll: GroundPayroll) -> None:
    """Its people, of the first commune, each with a decision."""
    for payment in payroll.payments:
        await tx.run(
            """INSERT INTO people (beneficiary_id, version, position, code, subject, full_name, sex, birth_date,
                   birth_precision, unit_id, status, status_from_month, payee_id, payee_version, payee_name,
                   payee_relationship, account_id, account_version, account_provider, account_channel)
               VALUES (:id, 1, 1, :code, :subject, 'Nguyễn Thị Lan', 'female', '1940-01-01', 'year', :unit_id, 'active',
                   '2021-07-01', :id, 1, 'Nguyễn Thị Lan', 'self', :account_id, :account_version, :provider, :channel)""",
            id=payment.beneficiary_id,
            code=_code(payment),
            subject=payment.beneficiary_id.hex,
            unit_id=place.communes[0],
            account_id=payment.account_id,
            account_version=1 if payment.account_id else None,
            provider=payroll.way.provider if payment.account_id else None,
            channel=payroll.way.channel if payment.account_id else None,
        )
        await tx.run(
            """INSERT INTO decisions (decision_id, beneficiary_id, number, decided_on, kind, category, from_month, heads)
               VALUES (:decision_id, :id, '12/QĐ-UBND', '2021-06-20', 'monthly', 'K5A-60-80', '2021-07-01', 1)""",
            decision_id=new_id(),
            id=payment.beneficiary_id,
        )


async def add_obligations(tx: Tx, place: Province, payroll: GroundPayroll) -> None:
    """What it pays, and its lines."""
    for payment in payroll.payments:
        for month in payment.months:
            await tx.run(
                """INSERT INTO obligations (benefit_month, subject_id, kind, revision, amount_dong, total_dong, run_id,
                       authority_id, unit_id, decision_id, category, coefficient, heads, level_dong, subject, category_group,
                       sex, age_band, live_run_month, live_payment_id, payment_seq)
                   SELECT :month, p.beneficiary_id, 'monthly', 0, :amount_dong, :amount_dong, :run_id, :authority_id,
                       p.unit_id, d.decision_id, d.category, 1.5, 1, 360000, p.subject, 'elderly', p.sex, '80+', :run_month,
                       :payment_id, 1
                   FROM people p JOIN decisions d USING (beneficiary_id) WHERE p.beneficiary_id = :subject_id""",
                month=month,
                subject_id=payment.beneficiary_id,
                amount_dong=payment.amount_dong // len(payment.months),
                run_id=payroll.run.run_id,
                authority_id=place.authority,
                run_month=payroll.run.run_month,
                payment_id=payment.payment_id,
            )
            await tx.run(
                """INSERT INTO payment_lines VALUES (:month, :subject_id, 'monthly', 0, 1, :run_month, :payment_id,
                   :amount_dong)""",
                month=month,
                subject_id=payment.beneficiary_id,
                run_month=payroll.run.run_month,
                payment_id=payment.payment_id,
                amount_dong=payment.amount_dong // len(payment.months),
            )


async def add_payments(tx: Tx, place: Province, payroll: GroundPayroll) -> None:
    """Its payments."""
    for line_no, payment in enumerate(payroll.payments, 1):
        await tx.run(
            """INSERT INTO payments (run_month, payment_id, payroll_id, chunk_no, line_no, run_id, authority_id, unit_id,
                   beneficiary_id, beneficiary_code, payee_id, payee_version, payee_name, account_id, account_version,
                   amount_dong, note, line_digest)
               VALUES (:run_month, :payment_id, :payroll_id, :chunk_no, :line_no, :run_id, :authority_id, :unit_id,
                   :beneficiary_id, :code, :beneficiary_id, 1, 'Nguyễn Thị Lan', :account_id, :account_version, :amount_dong,
                   'TCXH', '\\x00')""",
            run_month=payroll.run.run_month,
            payment_id=payment.payment_id,
            payroll_id=payroll.payroll_id,
            chunk_no=payment.chunk_no,
            line_no=line_no,
            run_id=payroll.run.run_id,
            authority_id=place.authority,
            unit_id=place.communes[0],
            beneficiary_id=payment.beneficiary_id,
            code=_code(payment),
            account_id=payment.account_id,
            account_version=1 if payment.account_id else None,
            amount_dong=payment.amount_dong,
        )


async def drawn(tx: Tx, place: Province, payroll: GroundPayroll) -> list[ObligationMove]:
    """The moves of drawing it up."""
    moves: list[ObligationMove] = []
    for chunk_no in sorted({p.chunk_no for p in payroll.payments}):
        drawn = await moves_of_chunk(tx, payroll.payroll_id, chunk_no, from_place=NOT_RELEASED, to_place=NOT_RELEASED, stage=0)
        moves += [move.model_copy(update={"from_place": None, "step": 0}) for move in drawn]
    return moves


def _code(payment: GroundPayment) -> str:
    return f"HUE-{payment.beneficiary_id.int % 10_000_000:07d}"


async def moves_of_chunk(
    tx: Tx, payroll_id: UUID, chunk_no: int, *, from_place: Place, to_place: Place, stage: int
) -> list[ObligationMove]:
    """What the open payments of a chunk settle, as moves."""
    rows = await tx.rows(
        """SELECT o.benefit_month, o.subject, o.kind, o.revision, o.payment_seq * 10 + CAST(:stage AS integer) AS step, o.unit_id,
                  o.category_group, o.sex, o.age_band, l.amount_dong
           FROM payments p JOIN payment_lines l USING (payment_id, run_month)
           JOIN obligations o USING (benefit_month, subject_id, kind, revision)
           WHERE p.payroll_id = :payroll_id AND p.chunk_no = :chunk_no AND p.state = 'open'
           ORDER BY p.line_no, o.benefit_month, o.kind, o.revision""",
        payroll_id=payroll_id,
        chunk_no=chunk_no,
        stage=stage,
    )
    return [ObligationMove(**row, from_place=from_place, to_place=to_place) for row in rows]
