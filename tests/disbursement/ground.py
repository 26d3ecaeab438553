"""Ground for tests of what comes after drawing up: contracts, runs and payrolls put in as rows, the gateway's words heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from services.disbursement.domain.ledger import IN_FLIGHT, NOT_RELEASED, TREASURY, Cause, Place, Posting, provider_account
from services.disbursement.outcome_events import handlers
from services.disbursement.storage.ledger import post
from services.disbursement.storage.moves import say_moves
from shared.contracts.base import Channel
from shared.contracts.envelope import Envelope
from shared.contracts.gateway_events import ChunkProgressed, PaymentOutcome
from shared.database import Database
from shared.inbox import Inbox
from shared.kernel.ids import new_id
from tests.disbursement.gateway_voice import say
from tests.disbursement.ground_rows import (
    GroundPayment,
    GroundPayroll,
    GroundRun,
    Way,
    add_obligations,
    add_payments,
    add_payroll,
    add_people,
    drawn,
    moves_of_chunk,
)
from tests.disbursement.province import Province
from tests.disbursement.records import FROM


class Ground(Province):
    """A province of two communes whose contracts, runs and payrolls are put in as rows: for what comes after drawing up."""

    communes_count = 2

    def __init__(self, database: Database) -> None:
        self._database = database
        self._inbox = Inbox(database, handlers)

    @property
    def database(self) -> Database:
        """The service's database."""
        return self._database

    @property
    def inbox(self) -> Inbox:
        """Where the gateway's words come in."""
        return self._inbox

    async def lay(self) -> None:
        """The units."""
        await self.lay_units("Tỉnh Thừa Thiên Huế")

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
                valid_from=FROM,
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
            await add_payroll(tx, self, payroll)
            await add_people(tx, self, payroll)
            await add_obligations(tx, self, payroll)
            await add_payments(tx, self, payroll)
            moves = await drawn(tx, self, payroll)
            await post(tx, self._posting(payroll, "draw-up").obligations(moves))
        return payroll

    async def again(self, payroll: GroundPayroll, run: GroundRun, came_from: Place) -> GroundPayroll:
        """A later run's payroll that takes what was let go by the payments of an earlier one, the same way."""
        later = GroundPayroll(new_id(), run, payroll.way)
        later.payments = [replace(payment, payment_id=new_id()) for payment in payroll.payments]
        async with self.database.transaction() as tx:
            await add_payroll(tx, self, later)
            await add_payments(tx, self, later)
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
        return await say(self, event, self.authority)

    def _posting(self, payroll: GroundPayroll, cause: Cause) -> Posting:
        way = payroll.way
        return Posting(
            payroll.run.run_id, self.authority, cause, way.contract_id, way.provider, way.channel, payroll.payroll_id, None
        )
