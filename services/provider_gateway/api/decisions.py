"""Attempts that no provider answers for: asked about now, and settled by two officers with a paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.provider_gateway.api.pages import MOST_ATTEMPTS, make_cursor, read_uuid_cursor
from services.provider_gateway.connectors.protocol import Connector
from services.provider_gateway.domain.decisions import DecisionKind, DecisionState
from services.provider_gateway.domain.schedule import Schedule
from services.provider_gateway.storage.decisions import decisions_page
from services.provider_gateway.use_cases.decide_attempt import (
    approve_decision,
    enquire_now,
    propose_decision,
    refuse_decision,
    seen_attempt,
    seen_decision,
)
from shared.auth import Caller, require
from shared.database import Database
from shared.idempotency import IdempotencyKey, once

_TEXT = r"^[^\x00]+$"
AttemptNo = Annotated[int, Path(ge=1, le=MOST_ATTEMPTS)]


class Asked(BaseModel):
    """An enquiry about the attempt's chunk is due now; what comes of it stands in GET /v1/enquiries."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"payroll_id": "0190e7a4-0000-7000-8000-000000000003", "chunk_no": 1}}
    )

    payroll_id: UUID
    chunk_no: int


class DecisionRequest(BaseModel):
    """What a paper of the provider's shows: `paid`, `not_paid`; or, by the same reference, `resend`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "kind": "paid",
                "paper_number": "CV 215/VTP-CTXH",
                "paper_on": "2021-10-08",
                "note": "Viettel's letter: credited on 5/10, their system lost the answer",
            }
        },
    )

    kind: DecisionKind
    paper_number: str = Field(min_length=1, max_length=100, pattern=_TEXT)
    paper_on: date = Field(ge=date(2000, 1, 1), le=date(2200, 1, 1))
    note: str = Field(min_length=1, max_length=500, pattern=_TEXT)


class RefuseRequest(BaseModel):
    """Why the proposal is not followed."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"reason": "the letter names another month"}})

    reason: str = Field(min_length=1, max_length=200, pattern=_TEXT)


_DECISION: JsonDict = {
    "decision_id": "0190e7a4-0000-7000-8000-00000000000a",
    "run_month": "2021-10-01",
    "payment_id": "0190e7a4-0000-7000-8000-000000000001",
    "attempt_no": 1,
    "payroll_id": "0190e7a4-0000-7000-8000-000000000003",
    "chunk_no": 1,
    "unit_id": "19870@2021-07-01",
    "provider": "viettelpay",
    "amount_dong": 360000,
    "kind": "paid",
    "paper_number": "CV 215/VTP-CTXH",
    "paper_on": "2021-10-08",
    "note": "Viettel's letter: credited on 5/10, their system lost the answer",
    "subject": "accountant@example",
    "proposed_at": "2021-10-08T02:00:00Z",
    "state": "approved",
    "decided_subject": "head@example",
    "decided_at": "2021-10-08T03:00:00Z",
    "result": "applied",
}


class DecisionView(BaseModel):
    """A decision. `result`: `applied`, `stale` (the provider had said the same meanwhile), `contradictions` (it had said
    something else), `resent`, or why it was refused; null while it is open."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"example": _DECISION})

    decision_id: UUID
    run_month: date
    payment_id: UUID
    attempt_no: int
    payroll_id: UUID
    chunk_no: int
    unit_id: str
    provider: str
    amount_dong: int
    kind: DecisionKind
    paper_number: str
    paper_on: date
    note: str
    subject: str
    proposed_at: datetime
    state: DecisionState
    decided_subject: str | None
    decided_at: datetime | None
    result: str | None


class DecisionPage(BaseModel):
    """Decisions; ask again with `cursor` = `next_cursor` until it is null."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [_DECISION], "next_cursor": None}})

    items: list[DecisionView]
    next_cursor: str | None


def router(database: Database, connectors: Mapping[str, Connector], schedule: Schedule) -> APIRouter:
    """Routes of decisions on attempts, and of the enquiry that a person asks for."""

    def longest_seconds(provider: str) -> float:
        usual = schedule.longest_processing_seconds
        return connectors[provider].payments.longest_processing_seconds if usual is None else usual

    routes = APIRouter(prefix="/v1", tags=["attempts"])
    _add_enquiry(routes, database)
    _add_proposal(routes, database, longest_seconds)
    _add_approval(routes, database, longest_seconds)
    _add_refusal(routes, database)
    _add_list(routes, database)
    return routes


def _add_enquiry(routes: APIRouter, database: Database) -> None:
    @routes.post("/attempts/{payment_id}/{attempt_no}/enquiries", status_code=202, summary="Ask the provider now")
    async def ask_now(
        caller: Annotated[Caller, Depends(require("gateway:enquire", "gateway:settle"))], payment_id: UUID, attempt_no: AttemptNo
    ) -> Asked:
        """Also where the schedule has given it up. It asks about the attempt's whole chunk, within the provider's pace and not in
        its maintenance. Audited. Refused: `no-such-attempt`, `attempt-not-open`, `attempt-being-sent`."""
        async with database.transaction(caller.row_scope) as tx:
            found = await seen_attempt(tx, payment_id, attempt_no)
        async with database.transaction() as tx:
            await enquire_now(tx, caller, found, payment_id)
        return Asked(payroll_id=found.key.payroll_id, chunk_no=found.key.chunk_no)


def _add_proposal(routes: APIRouter, database: Database, longest_seconds: Callable[[str], float]) -> None:
    @routes.post("/attempts/{payment_id}/{attempt_no}/decisions", status_code=201, summary="Propose how to settle an attempt")
    async def propose(
        caller: Annotated[Caller, Depends(require("gateway:settle"))],
        payment_id: UUID,
        attempt_no: AttemptNo,
        asked: DecisionRequest,
        idempotency_key: IdempotencyKey = None,
    ) -> DecisionView:
        """By a paper of the provider's. Nothing changes until another officer approves. `resend` is for providers that do not
        refuse duplicates, and for what was sent too often: it keeps its reference, and must have been not found twice.

        Refused: `no-such-attempt`, `attempt-not-open`, `attempt-being-sent`, `too-early`, `not-to-resend`, `decision-open`,
        `service-account-decides`.
        """
        async with database.transaction(caller.row_scope) as tx:
            found = await seen_attempt(tx, payment_id, attempt_no)

        async def work() -> DecisionView:
            decision = await propose_decision(
                tx,
                caller,
                found,
                asked.kind,
                paper_number=asked.paper_number,
                paper_on=asked.paper_on,
                note=asked.note,
                longest_seconds=longest_seconds,
            )
            return DecisionView.model_validate(decision)

        request = f"{payment_id}/{attempt_no}\n{asked.model_dump_json()}".encode()
        async with database.transaction() as tx:
            return await once(tx, caller, "POST /v1/attempts/decisions", idempotency_key, request, DecisionView, work)


def _add_approval(routes: APIRouter, database: Database, longest_seconds: Callable[[str], float]) -> None:
    @routes.post("/attempt-decisions/{decision_id}/approve", summary="Approve a decision on an attempt")
    async def approve(caller: Annotated[Caller, Depends(require("gateway:settle"))], decision_id: UUID) -> DecisionView:
        """The attempt is settled, or sent again, if it still may be. What the provider says against it later is a contradiction
        and goes to a person. Audited. Refused: `no-such-decision`, `decision-made`, `maker-checks`,
        `service-account-decides`, and as the proposal."""
        async with database.transaction(caller.row_scope) as tx:
            decision = await seen_decision(tx, decision_id)
        async with database.transaction() as tx:
            return DecisionView.model_validate(await approve_decision(tx, caller, decision, longest_seconds))


def _add_refusal(routes: APIRouter, database: Database) -> None:
    @routes.post("/attempt-decisions/{decision_id}/refuse", summary="Refuse a decision on an attempt")
    async def refuse(
        caller: Annotated[Caller, Depends(require("gateway:settle"))], decision_id: UUID, asked: RefuseRequest
    ) -> DecisionView:
        """Nothing changes; another may be proposed. Audited. Refused: `no-such-decision`, `decision-made`, `maker-checks`,
        `service-account-decides`."""
        async with database.transaction(caller.row_scope) as tx:
            decision = await seen_decision(tx, decision_id)
        async with database.transaction() as tx:
            return DecisionView.model_validate(await refuse_decision(tx, caller, decision, asked.reason))


def _add_list(routes: APIRouter, database: Database) -> None:
    @routes.get("/attempt-decisions", summary="Decisions on attempts")
    async def list_decisions(
        caller: Annotated[Caller, Depends(require("gateway:read"))],
        state: DecisionState | None = None,
        payment_id: UUID | None = None,
        cursor: Annotated[str | None, Query(max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> DecisionPage:
        """In the order they were proposed: of the caller's units. Refused: `wrong-cursor`."""
        after = read_uuid_cursor(cursor)
        async with database.transaction(caller.row_scope) as tx:
            found = await decisions_page(tx, state, payment_id, after, limit)
        next_cursor = make_cursor(found[-1].decision_id) if len(found) == limit else None
        return DecisionPage(items=[DecisionView.model_validate(each) for each in found], next_cursor=next_cursor)
