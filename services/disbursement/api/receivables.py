"""Routes of receivables: decide, agree, repay, write off, withdraw, look."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from services.disbursement.api.cursors import id_after
from services.disbursement.api.fields import Cursor, Limit, UnitId
from services.disbursement.api.give_backs import GiveBackView
from services.disbursement.api.receivable_sums import DebtSums, ReceivableTotalsView
from services.disbursement.api.receivable_views import (
    ClosingDecision,
    InstalmentPlan,
    InstalmentView,
    NewRepayment,
    ReceivablePage,
    ReceivableView,
    RecoveredMonthView,
    RecoveryDecision,
    RepaymentView,
    State,
    WholeReceivableView,
    whole,
)
from services.disbursement.domain.law import Law
from services.disbursement.domain.overpayments import RecoveredMonth
from services.disbursement.domain.receivables import Closing, Instalment
from services.disbursement.storage import give_backs, receivables, units
from services.disbursement.storage.authorities import authorities_within
from services.disbursement.storage.receivable_totals import totals
from services.disbursement.storage.receivables import Repayment
from services.disbursement.storage.scope import see_everything
from services.disbursement.use_cases.decide_recovery import DecideRecovery, decide_recovery
from services.disbursement.use_cases.recover_receivable import agree_instalments, close_receivable, record_repayment
from shared.auth import Caller, require
from shared.database import Database, Tx
from shared.idempotency import IdempotencyKey, once
from shared.kernel.months import parse_month

Reader = Annotated[Caller, Depends(require("disbursement:read"))]
Maker = Annotated[Caller, Depends(require("disbursement:prepare"))]
Checker = Annotated[Caller, Depends(require("disbursement:approve"))]
Accountant = Annotated[Caller, Depends(require("disbursement:fund"))]


def make_router(database: Database, law: Law) -> APIRouter:
    """The routes of receivables."""
    router = APIRouter(prefix="/v1/receivables", tags=["receivables"])
    _add_deciding(router, database, law)
    _add_reading(router, database)
    _add_repaying(router, database)
    _add_closing(router, database)
    return router


def _add_deciding(router: APIRouter, database: Database, law: Law) -> None:
    @router.post("", summary="Decide to recover an overpayment", status_code=201)
    async def post_receivable(request: RecoveryDecision, caller: Maker, key: IdempotencyKey = None) -> ReceivableView:
        """Record the decision (number, date) that makes months paid too much a receivable, told to the debtor. It is never
        netted with what is owed. Up to what `GET /v1/overpayments` has open of each month.

        Refused: `wrong-month`, `unknown-unit`, `not-your-unit`, `wrong-date`, `same-month-twice`, `more-than-overpaid`.
        """
        months = tuple(RecoveredMonth(parse_month(m.benefit_month), m.kind, m.amount_dong) for m in request.months)
        command = DecideRecovery(**{**request.model_dump(), "months": months})
        async with database.transaction(caller.row_scope) as tx:
            caller.require_unit((await units.find(tx, request.authority_id)).path)
            await see_everything(tx)

            async def work() -> ReceivableView:
                return ReceivableView.of(await decide_recovery(tx, caller, command, law))

            return await once(tx, caller, "POST /v1/receivables", key, request.model_dump_json().encode(), ReceivableView, work)

    @router.post("/{receivable_id}/plan", summary="Agree on instalments", status_code=201)
    async def post_plan(receivable_id: UUID, request: InstalmentPlan, caller: Maker) -> WholeReceivableView:
        """Record the plan agreed with the debtor: all that is left, in place of any plan before.

        Refused: `unknown-receivable`, `receivable-closed`, `wrong-instalment-plan`, `wrong-date`.
        """
        instalments = [Instalment(each.due_on, each.amount_dong) for each in request.instalments]
        async with database.transaction(caller.row_scope) as tx:
            await agree_instalments(tx, caller, receivable_id, request.agreed_on, instalments)
            return await _whole(tx, receivable_id)


def _add_reading(router: APIRouter, database: Database) -> None:
    @router.get("", summary="List receivables")
    async def list_receivables(
        caller: Reader,
        authority_id: Annotated[UnitId | None, Query()] = None,
        state: State | None = None,
        beneficiary_id: UUID | None = None,
        overdue: Annotated[bool, Query(description="Only those with instalments due and not come back.")] = False,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> ReceivablePage:
        """Receivables that the token may see, first first; those brought along at go-live among them. Refused: `bad-cursor`."""
        after = id_after(cursor)
        async with database.transaction(caller.row_scope) as tx:
            found = await receivables.page(
                tx,
                authority_id=authority_id,
                state=state,
                beneficiary_id=beneficiary_id,
                overdue=overdue,
                after=after,
                limit=limit,
            )
        items = [ReceivableView.of(each) for each in found]
        return ReceivablePage(items=items, next_cursor=str(items[-1].receivable_id) if len(items) == limit else None)

    @router.get("/totals", summary="What receivables come to")
    async def read_totals(
        caller: Reader, unit_id: Annotated[UnitId, Query(description="A paying authority, or the province.")]
    ) -> ReceivableTotalsView:
        """Established, repaid, written off, withdrawn and taken over: by the receivables' rows, and by the ledger's account
        `receivable`. Of an authority that has handed over: what it did itself.

        Refused: `unknown-unit`, `not-your-unit`.
        """
        async with database.transaction(caller.row_scope, repeatable_read=True) as tx:
            caller.require_unit((await units.find(tx, unit_id)).path)
            authority_ids = await authorities_within(tx, [unit_id])
            await see_everything(tx)  # what an authority established stands with those that follow it
            sums = await totals(tx, authority_ids)
        rows = DebtSums(**sums["rows"])
        return ReceivableTotalsView(
            rows=rows,
            ledger=DebtSums(**sums["ledger"]),
            left_dong=rows.established_dong
            + rows.taken_over_dong
            - rows.repaid_dong
            - rows.written_off_dong
            - rows.withdrawn_dong,
            books_balance=sums["rows"] == sums["ledger"],
        )

    @router.get("/{receivable_id}", summary="One receivable")
    async def read_receivable(receivable_id: UUID, caller: Reader) -> WholeReceivableView:
        """A receivable with its months, its newest plan and what came back. Refused: `unknown-receivable`."""
        async with database.transaction(caller.row_scope) as tx:
            return await _whole(tx, receivable_id)


def _add_repaying(router: APIRouter, database: Database) -> None:
    @router.post("/{receivable_id}/repayments", summary="Record a repayment", status_code=201)
    async def post_repayment(
        receivable_id: UUID, request: NewRepayment, caller: Accountant, key: IdempotencyKey = None
    ) -> RepaymentView:
        """Count money that came back to the Treasury. The same Treasury reference with the same amount and day again gives the
        same repayment; never more than is left.

        Refused: `unknown-receivable`, `repayment-exists`, `receivable-closed`, `more-than-left`, `wrong-date`.
        """
        body = f"{receivable_id}\n{request.model_dump_json()}".encode()
        route = "POST /v1/receivables/{receivable_id}/repayments"
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> RepaymentView:
                return _repayment(
                    await record_repayment(
                        tx, caller, receivable_id, request.amount_dong, request.treasury_reference, request.repaid_on
                    )
                )

            return await once(tx, caller, route, key, body, RepaymentView, work)


def _add_closing(router: APIRouter, database: Database) -> None:
    async def end(receivable_id: UUID, request: ClosingDecision, caller: Caller, how: Closing) -> WholeReceivableView:
        async with database.transaction(caller.row_scope) as tx:
            number, day = request.decision_number, request.decided_on
            await close_receivable(tx, caller, receivable_id, how, number, day, request.reason)
            return await _whole(tx, receivable_id)

    @router.post("/{receivable_id}/write-off", summary="Write off what is left", status_code=201)
    async def post_write_off(receivable_id: UUID, request: ClosingDecision, caller: Checker) -> WholeReceivableView:
        """By a decision with its reason, what is left is given up. Recorded by another officer than the recovery.

        Refused: `unknown-receivable`, `receivable-closed`, `maker-is-checker`, `service-account-approves`, `wrong-date`.
        """
        return await end(receivable_id, request, caller, "written_off")

    @router.post("/{receivable_id}/withdraw", summary="Withdraw what is left", status_code=201)
    async def post_withdrawal(receivable_id: UUID, request: ClosingDecision, caller: Checker) -> WholeReceivableView:
        """By a decision with its reason, what is left was not owed after all. Recorded by another officer than the recovery.

        Refused: `unknown-receivable`, `receivable-closed`, `maker-is-checker`, `service-account-approves`, `wrong-date`.
        """
        return await end(receivable_id, request, caller, "withdrawn")


async def _whole(tx: Tx, receivable_id: UUID) -> WholeReceivableView:
    return whole(
        await receivables.find(tx, receivable_id),
        months=[RecoveredMonthView(**row) for row in await receivables.months_of(tx, receivable_id)],
        instalments=[InstalmentView.model_validate(each) for each in await receivables.instalments_of(tx, receivable_id)],
        repayments=[_repayment(each) for each in await receivables.repayments_of(tx, receivable_id)],
        give_backs=[GiveBackView.of(each) for each in await give_backs.given_back(tx, receivable_id)],
    )


def _repayment(kept: Repayment) -> RepaymentView:
    plain = {name: getattr(kept, name) for name in RepaymentView.model_fields if hasattr(kept, name)}
    return RepaymentView(**plain, made_by=kept.made_subject)
