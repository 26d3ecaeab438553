"""Ground for tests of the disbursement service: units, contracts, runs and payments put in as rows, without the draw-up."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from services.disbursement.domain.ledger import IN_FLIGHT, NOT_RELEASED, TREASURY, Cause, Place, Posting, provider_account
from services.disbursement.outcome_events import handlers
from services.disbursement.storage.ledger import post
from services.disbursement.storage.moves import say_moves
from shared import outbox
from shared.contracts.base import Channel
from shared.contracts.disbursement_events import ObligationMove, ObligationsMoved
from shared.contracts.envelope import Envelope
from shared.contracts.gateway_events import ChunkProgressed, PaymentOutcome
from shared.database import Database, Tx
from shared.inbox import Inbox
from shared.kernel.clock import wall_now
from shared.kernel.ids import new_id

VALID_FROM = date(2021, 7, 1)
_numbers = itertools.count(100)
_positions = itertools.count(1)


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


def said(payment: GroundPayment, step: int, outcome: Any, **changes: Any) -> PaymentOutcome:
    """A word of the gateway about a payment."""
    fields: dict[str, Any] = {
        "payment_id": payment.payment_id,
        "attempt_no": step // 100,
        "step": step,
        "outcome": outcome,
        "reason": None,
        "amount_dong": payment.amount_dong,
        "provider_reference": f"ref-{step}",
        "at": datetime(2021, 10, 5, 1, 0, step % 60, tzinfo=UTC),
    }
    return PaymentOutcome(**{**fields, **changes})


class Ground:
    """One province with one paying authority (a district) and two communes, all its own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.inbox = Inbox(database, handlers)
        number = next(_numbers)
        self.province, self.authority = f"{number}@2021-07-01", f"{number}1@2021-07-01"
        self.communes = (f"{number}11@2021-07-01", f"{number}12@2021-07-01")

    async def lay(self) -> None:
        """The units, and partitions."""
        paths = {
            self.province: (self.province,),
            self.authority: (self.province, self.authority),
            **{commune: (self.province, self.authority, commune) for commune in self.communes},
        }
        levels = ("province", "district", "commune")
        async with self.database.transaction() as tx:
            await outbox.ensure_partitions(tx, "disbursement")
            for unit_id, path in paths.items():
                await tx.run(
                    """INSERT INTO units (unit_id, code, valid_from, level, name, parent_id, path)
                       VALUES (:unit_id, :code, :valid_from, :level, :name, :parent_id, CAST(:path AS text[]))""",
                    unit_id=unit_id,
                    code=unit_id.split("@")[0],
                    valid_from=VALID_FROM,
                    level=levels[len(path) - 1],
                    name=f"unit {unit_id}",
                    parent_id=path[-2] if len(path) > 1 else None,
                    path=list(path),
                )

    async def way(self, channel: Channel, provider: str) -> Way:
        """A contract with one channel."""
        contract_id = new_id()
        async with self.database.transaction() as tx:
            await tx.run(
                """INSERT INTO contracts (contract_id, authority_id, number, lead_provider, valid_from)
                   VALUES (:contract_id, :authority_id, :number, :provider, :valid_from)""",
                contract_id=contract_id,
                authority_id=self.authority,
                number=str(contract_id),
                provider=provider,
                valid_from=VALID_FROM,
            )
        return Way(contract_id, provider, channel)

    async def serve(self) -> None:
        """Every contract of the authority serves its communes, in cash."""
        async with self.database.transaction() as tx:
            await tx.run(
                """INSERT INTO contract_channels (contract_id, channel, provider)
                   SELECT contract_id, 'cash', lead_provider FROM contracts WHERE authority_id = :authority""",
                authority=self.authority,
            )
            await tx.run(
                """INSERT INTO contract_communes (contract_id, unit_id, from_month)
                   SELECT contract_id, unit_id, '2021-07-01' FROM contracts, unnest(CAST(:communes AS text[])) AS unit_id
                   WHERE authority_id = :authority""",
                authority=self.authority,
                communes=list(self.communes),
            )

    async def run(self, code: str, *benefit_months: date) -> GroundRun:
        """A run of the province."""
        run = GroundRun(new_id(), code, date.fromisoformat(f"{code[:7]}-01"))
        async with self.database.transaction() as tx:
            await tx.ensure_month("disbursement", "payments", run.run_month)
            for month in benefit_months or (run.run_month,):
                await tx.ensure_month("disbursement", "obligations", month)
                await tx.ensure_month("disbursement", "payment_lines", month)
            await tx.run(
                """INSERT INTO runs (run_id, unit_id, code, run_month, benefit_months, opened_at)
                   VALUES (:run_id, :unit_id, :code, :run_month, CAST(:months AS date[]), platform.business_now())""",
                run_id=run.run_id,
                unit_id=self.province,
                code=code,
                run_month=run.run_month,
                months=list(benefit_months or (run.run_month,)),
            )
        return run

    async def fund(self, run: GroundRun, way: Way, amount_dong: int) -> None:
        """The Treasury's money for a run at a contract."""
        async with self.database.transaction() as tx:
            await tx.run(
                """INSERT INTO fundings VALUES (:funding_id, :run_id, :authority_id, :contract_id, :amount_dong, 'GRDT 1',
                   :reference, '2021-10-01', 'issuer', 'accountant', platform.business_now())""",
                funding_id=new_id(),
                run_id=run.run_id,
                authority_id=self.authority,
                contract_id=way.contract_id,
                amount_dong=amount_dong,
                reference=str(new_id()),
            )
            posting = Posting(run.run_id, self.authority, "funding", way.contract_id)
            await post(tx, [posting.money(TREASURY, provider_account(way.contract_id), amount_dong)])

    async def payroll(
        self, run: GroundRun, way: Way, amounts_dong: Sequence[int], *, months: Sequence[date] = (), chunk_size: int = 500
    ) -> GroundPayroll:
        """Persons, obligations (`amounts_dong` of each month of a person), payments and sealed chunks; drawn in the ledger."""
        months = tuple(months or (run.run_month,))
        payroll = GroundPayroll(new_id(), run, way)
        account = way.channel in ("wallet", "account")
        payroll.payments = [
            GroundPayment(new_id(), i // chunk_size, new_id(), new_id() if account else None, amount * len(months), months)
            for i, amount in enumerate(amounts_dong)
        ]
        async with self.database.transaction() as tx:
            await self._add_payroll(tx, payroll)
            await self._add_people(tx, payroll)
            await self._add_obligations(tx, payroll)
            await self._add_payments(tx, payroll)
            moves = await self._drawn(tx, payroll)
            await post(tx, self._posting(payroll, "draw-up").obligations(moves))
        return payroll

    async def again(self, payroll: GroundPayroll, run: GroundRun, came_from: Place) -> GroundPayroll:
        """A later run's payroll that takes what was let go by the payments of an earlier one, the same way."""
        later = GroundPayroll(new_id(), run, payroll.way)
        later.payments = [replace(payment, payment_id=new_id()) for payment in payroll.payments]
        async with self.database.transaction() as tx:
            await self._add_payroll(tx, later)
            await self._add_payments(tx, later)
            for payment in later.payments:
                await tx.run(
                    """WITH taken AS (
                           UPDATE obligations SET live_run_month = :run_month, live_payment_id = :payment_id,
                               payment_seq = payment_seq + 1 WHERE subject_id = :subject_id RETURNING *)
                       INSERT INTO payment_lines SELECT benefit_month, subject_id, kind, revision, payment_seq, :run_month,
                           :payment_id, amount_dong FROM taken""",
                    run_month=run.run_month,
                    payment_id=payment.payment_id,
                    subject_id=payment.beneficiary_id,
                )
            moves = await moves_of_chunk(tx, later.payroll_id, 0, from_place=came_from, to_place=NOT_RELEASED, stage=0)
            await post(tx, self._posting(later, "draw-up").obligations(moves))
        return later

    async def instruct(self, payroll: GroundPayroll) -> None:
        """All chunks go out."""
        posting = self._posting(payroll, "instruct")
        async with self.database.transaction() as tx:
            for chunk_no in sorted({p.chunk_no for p in payroll.payments}):
                await tx.run(
                    "UPDATE chunks SET state = 'instructed', instructed_at = platform.business_now() "
                    "WHERE payroll_id = :payroll_id AND chunk_no = :chunk_no",
                    payroll_id=payroll.payroll_id,
                    chunk_no=chunk_no,
                )
                moves = await moves_of_chunk(
                    tx, payroll.payroll_id, chunk_no, from_place=NOT_RELEASED, to_place=IN_FLIGHT, stage=1
                )
                await post(tx, posting.obligations(moves))
                await say_moves(tx, payroll.run, self.authority, payroll.way.provider, payroll.way.channel, moves)

    async def hear(
        self, payroll: GroundPayroll, *outcomes: PaymentOutcome, chunk_no: int = 0, answered: bool = False
    ) -> Envelope:
        """The gateway's event, through the inbox."""
        event = ChunkProgressed(
            run_month=payroll.run.run_month,
            payroll_id=payroll.payroll_id,
            chunk_no=chunk_no,
            provider=payroll.way.provider,
            answered=answered,
            outcomes=list(outcomes),
        )
        envelope = Envelope(
            source="provider_gateway",
            position=next(_positions),
            type="chunk_progressed",
            version=1,
            event_id=new_id(),
            occurred_at=wall_now(),
            unit_id=self.authority,
            body=event.model_dump(mode="json"),
        )
        await self.inbox.receive(envelope.encode())
        return envelope

    async def moves(self) -> list[ObligationMove]:
        """What was said of this authority's obligations, oldest first."""
        async with self.database.transaction() as tx:
            rows = await tx.rows(
                """SELECT CAST(body AS text) AS body FROM outbox WHERE type = 'obligations_moved' AND unit_id = :authority
                   ORDER BY seq""",
                authority=self.authority,
            )
        return [move for row in rows for move in ObligationsMoved.model_validate_json(row["body"]).moves]

    def _posting(self, payroll: GroundPayroll, cause: Cause) -> Posting:
        way = payroll.way
        return Posting(
            payroll.run.run_id, self.authority, cause, way.contract_id, way.provider, way.channel, payroll.payroll_id, None
        )

    async def _add_payroll(self, tx: Tx, payroll: GroundPayroll) -> None:
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
            authority_id=self.authority,
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

    async def _add_people(self, tx: Tx, payroll: GroundPayroll) -> None:
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
                unit_id=self.communes[0],
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

    async def _add_obligations(self, tx: Tx, payroll: GroundPayroll) -> None:
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
                    authority_id=self.authority,
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

    async def _add_payments(self, tx: Tx, payroll: GroundPayroll) -> None:
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
                authority_id=self.authority,
                unit_id=self.communes[0],
                beneficiary_id=payment.beneficiary_id,
                code=_code(payment),
                account_id=payment.account_id,
                account_version=1 if payment.account_id else None,
                amount_dong=payment.amount_dong,
            )

    async def _drawn(self, tx: Tx, payroll: GroundPayroll) -> list[ObligationMove]:
        moves: list[ObligationMove] = []
        for chunk_no in sorted({p.chunk_no for p in payroll.payments}):
            drawn = await moves_of_chunk(
                tx, payroll.payroll_id, chunk_no, from_place=NOT_RELEASED, to_place=NOT_RELEASED, stage=0
            )
            moves += [move.model_copy(update={"from_place": None, "step": 0}) for move in drawn]
        return moves


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


def _code(payment: GroundPayment) -> str:
    return f"HUE-{payment.beneficiary_id.int % 10_000_000:07d}"
