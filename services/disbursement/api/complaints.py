"""Routes of complaints about a person's month."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from services.disbursement.api.complaint_views import (
    Assignment,
    ComplaintPage,
    ComplaintStepView,
    ComplaintSummary,
    ComplaintView,
    NewAnswer,
    NewComplaint,
    Reopening,
    summary_fields,
)
from services.disbursement.api.cursors import id_after
from services.disbursement.api.fields import Cursor, Limit
from services.disbursement.domain.complaints import Answer, Complaint, ComplaintState
from services.disbursement.storage import complaints
from services.disbursement.storage.calendar_data import load_calendar
from services.disbursement.use_cases.handle_complaint import (
    ToldComplaint,
    answer_complaint,
    assign_complaint,
    file_complaint,
    reopen_complaint,
)
from shared import audit
from shared.auth import Caller, require
from shared.database import Database, Tx
from shared.idempotency import IdempotencyKey, once
from shared.kernel.months import parse_month

Officer = Annotated[Caller, Depends(require("disbursement:complaints"))]


def make_router(database: Database) -> APIRouter:
    """The routes of complaints."""
    router = APIRouter(prefix="/v1/complaints", tags=["complaints"])
    _add_filing(router, database)
    _add_reading(router, database)
    _add_steps(router, database)
    return router


def _add_filing(router: APIRouter, database: Database) -> None:
    @router.post("", summary="File a complaint", status_code=201)
    async def post_complaint(request: NewComplaint, caller: Officer, key: IdempotencyKey = None) -> ComplaintView:
        """Keep a complaint about a person's month, or one payment of it. It has an owner and a deadline (working days, 15 if
        nothing else is said) from the start. Phone, identity and account numbers in the text are masked.

        Refused: `wrong-month`, `unknown-beneficiary`, `unknown-payment`, `empty-complaint`.
        """
        told = ToldComplaint(
            beneficiary_id=request.beneficiary_id,
            benefit_month=parse_month(request.month),
            payment_id=request.payment_id,
            from_whom=request.from_whom,
            channel=request.channel,
            text=request.text,
            owner=request.owner,
            answer_within_working_days=request.answer_within_working_days,
        )
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> ComplaintView:
                return await _view(tx, await file_complaint(tx, caller, told, load_calendar()))

            return await once(tx, caller, "POST /v1/complaints", key, request.model_dump_json().encode(), ComplaintView, work)


def _add_reading(router: APIRouter, database: Database) -> None:
    @router.get("", summary="List complaints")
    async def list_complaints(
        caller: Officer,
        state: ComplaintState | None = None,
        overdue: bool = False,
        owner: Annotated[str | None, Query(max_length=200)] = None,
        unit_id: Annotated[str | None, Query(max_length=40)] = None,
        beneficiary_id: UUID | None = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> ComplaintPage:
        """Complaints in the order of filing, of a unit and all below it; `overdue` are open ones past their deadline, each with
        who looks at it besides its owner. What was said is in the single complaint. Refused: `bad-cursor`."""
        after = id_after(cursor)
        async with database.transaction(caller.row_scope) as tx:
            today = await tx.today()
            found = await complaints.page(
                tx,
                after,
                limit,
                state=state,
                overdue_at=today if overdue else None,
                owner=owner,
                unit_id=unit_id,
                beneficiary_id=beneficiary_id,
            )
        items = [ComplaintSummary.model_validate(summary_fields(each, today)) for each in found]
        return ComplaintPage(items=items, next_cursor=str(items[-1].complaint_id) if len(items) == limit else None)

    @router.get("/{complaint_id}", summary="One complaint")
    async def read_complaint(complaint_id: UUID, caller: Officer) -> ComplaintView:
        """A complaint with what was said and done. The reading is audited. Refused: `unknown-complaint`."""
        async with database.transaction(caller.row_scope) as tx:
            found = await complaints.find(tx, complaint_id)
            await audit.append(tx, caller, "read-complaint", f"complaint/{complaint_id}", beneficiary_id=found.beneficiary_id)
            return await _view(tx, found)


def _add_steps(router: APIRouter, database: Database) -> None:
    @router.post("/{complaint_id}/assign", summary="Give a complaint to another officer")
    async def post_assignment(complaint_id: UUID, request: Assignment, caller: Officer) -> ComplaintView:
        """Its deadline stays. Refused: `unknown-complaint`, `complaint-answered`."""
        async with database.transaction(caller.row_scope) as tx:
            return await _view(tx, await assign_complaint(tx, caller, complaint_id, request.owner))

    @router.post("/{complaint_id}/answer", summary="Answer a complaint")
    async def post_answer(complaint_id: UUID, request: NewAnswer, caller: Officer, key: IdempotencyKey = None) -> ComplaintView:
        """Its owner answers. Refused: `unknown-complaint`, `complaint-answered`, `not-the-owner`, `empty-complaint`."""
        route = f"POST /v1/complaints/{complaint_id}/answer"
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> ComplaintView:
                answer = Answer(request.outcome, request.text, request.done)
                return await _view(tx, await answer_complaint(tx, caller, complaint_id, answer))

            return await once(tx, caller, route, key, request.model_dump_json().encode(), ComplaintView, work)

    @router.post("/{complaint_id}/reopen", summary="Open an answered complaint again")
    async def post_reopening(
        complaint_id: UUID, request: Reopening, caller: Officer, key: IdempotencyKey = None
    ) -> ComplaintView:
        """Once, with a new deadline; its owner stays. Refused: `unknown-complaint`, `complaint-open`,
        `complaint-reopened-before`, `empty-complaint`."""
        route = f"POST /v1/complaints/{complaint_id}/reopen"
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> ComplaintView:
                return await _view(tx, await reopen_complaint(tx, caller, complaint_id, request.why, load_calendar()))

            return await once(tx, caller, route, key, request.model_dump_json().encode(), ComplaintView, work)


async def _view(tx: Tx, complaint: Complaint) -> ComplaintView:
    answer = complaint.answer
    steps = [ComplaintStepView.model_validate(row) for row in await complaints.steps(tx, complaint.complaint_id)]
    return ComplaintView.model_validate(
        {
            **summary_fields(complaint, await tx.today()),
            "text": complaint.text,
            "answer": answer.text if answer else None,
            "done": answer.done if answer else None,
            "steps": steps,
        }
    )
