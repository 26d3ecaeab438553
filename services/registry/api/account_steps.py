"""Steps of accounts' lives, and people who want no account."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.registry.api.wire import COMMUNE, ID, Cursor, Limit, Text, UnitQuery, id_cursor
from services.registry.domain.enrolment import REFUSAL_REASONS, StepReport
from services.registry.domain.enrolment_refusals import UNKNOWN_ACCOUNT
from services.registry.storage import account_steps
from services.registry.use_cases.record_steps import (
    AccountRefusal,
    Recorded,
    record_refusals,
    record_steps,
    withdraw_refusals,
)
from shared.auth import Caller, require
from shared.database import Database
from shared.idempotency import IdempotencyKey, once
from shared.kernel.errors import Refusal

Enroller = Annotated[Caller, Depends(require("registry:enrol"))]
Reader = Annotated[Caller, Depends(require("registry:read"))]

_STEP: JsonDict = {
    "step": "card_handed_over",
    "happened_on": "2021-10-12",
    "source": "staff",
    "reason": None,
    "recorded_at": "2021-10-12T02:00:00Z",
    "subject": "nhan-vien-viettel",
}
_REFUSAL: JsonDict = {
    "refusal_id": ID,
    "beneficiary_id": ID,
    "code": "HUE-0000123",
    "full_name": "Nguyễn Thị Hòa",
    "unit_id": COMMUNE,
    "reason": "elderly",
    "reason_vi": "Già yếu, không tự dùng được tài khoản",
    "reason_en": "Too old or frail to use an account",
    "note": "Sống một mình",
    "refused_on": "2021-10-12",
    "recorded_at": "2021-10-12T02:00:00Z",
    "subject": "can-bo-phu-thuan",
    "withdrawn_on": None,
    "withdrawn_subject": None,
    "withdrawn_note": None,
}


class StepInput(BaseModel):
    """One step of one account."""

    model_config = ConfigDict(extra="forbid")

    account_id: UUID
    step: Literal["card_handed_over", "guidance_given", "first_withdrawal"] = Field(
        description="guidance_given: how to use the account safely. first_withdrawal: the holder drew money."
    )
    happened_on: date
    source: Literal["staff", "bank_data"] = Field(default="staff", description="Who saw it.")


class StepsInput(BaseModel):
    """Steps to record: one, or up to 500."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"steps": [{"account_id": ID, "step": "card_handed_over", "happened_on": "2021-10-12"}]}]
        },
    )

    steps: Annotated[list[StepInput], Field(min_length=1, max_length=500)]


class NotRecorded(BaseModel):
    """What was not recorded, and why."""

    subject_id: UUID = Field(description="The account, or the beneficiary.")
    code: str = Field(
        description="unknown-account, account-not-open, step-in-the-future, step-too-early, step-recorded (on another day), "
        "unknown-beneficiary or has-account."
    )


class RecordedView(BaseModel):
    """What was recorded. What stood so already is counted, and changes nothing."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"recorded": 1, "already": 0, "refused": []}]})

    recorded: int
    already: int
    refused: list[NotRecorded]


class StepView(BaseModel):
    """A step of an account's life."""

    step: Literal["requested", "opened", "refused", "card_handed_over", "guidance_given", "first_withdrawal"]
    happened_on: date
    source: Literal["registry", "provider", "staff", "bank_data"] = Field(description="Who saw it.")
    reason: str | None = Field(description="Why refused.")
    recorded_at: datetime = Field(description="Business clock.")
    subject: str = Field(description="Who recorded it.")


class StepList(BaseModel):
    """An account's steps in the order in which they happened."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_STEP]}]})

    items: list[StepView]


class RefusalInput(BaseModel):
    """Somebody who wants no account."""

    model_config = ConfigDict(extra="forbid")

    beneficiary_id: UUID
    reason: Annotated[str, Field(max_length=40, pattern="^[a-z][a-z0-9_]*$")] = Field(description=", ".join(REFUSAL_REASONS))
    refused_on: date
    note: Text | None = None


class RefusalsInput(BaseModel):
    """People who want no account: one, or up to 500."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"refusals": [{"beneficiary_id": ID, "reason": "elderly", "refused_on": "2021-10-12"}]}]},
    )

    refusals: Annotated[list[RefusalInput], Field(min_length=1, max_length=500)]


class WithdrawalsInput(BaseModel):
    """People who want an account after all: one, or up to 500."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"beneficiary_ids": [ID], "note": "Con gái về ở cùng"}]}
    )

    beneficiary_ids: Annotated[list[UUID], Field(min_length=1, max_length=500)]
    note: Text | None = None


class RefusalView(BaseModel):
    """A refusal, standing or taken back."""

    model_config = ConfigDict(json_schema_extra={"examples": [_REFUSAL]})

    refusal_id: UUID
    beneficiary_id: UUID
    code: str
    full_name: str
    unit_id: str
    reason: str
    reason_vi: str
    reason_en: str
    note: str | None
    refused_on: date
    recorded_at: datetime = Field(description="Business clock.")
    subject: str
    withdrawn_on: date | None = Field(description="None while it stands.")
    withdrawn_subject: str | None
    withdrawn_note: str | None


class RefusalPage(BaseModel):
    """Refusals, oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_REFUSAL], "next_cursor": None}]})

    items: list[RefusalView]
    next_cursor: str | None


def make_router(database: Database) -> APIRouter:
    """The routes of steps and refusals."""
    router = APIRouter(prefix="/v1", tags=["enrolment"])
    _step_routes(router, database)
    _refusal_routes(router, database)
    return router


def _step_routes(router: APIRouter, database: Database) -> None:
    @router.post("/enrolment/steps", summary="Record steps of accounts")
    async def steps(caller: Enroller, given: StepsInput, key: IdempotencyKey = None) -> RecordedView:
        """Cards handed over, guidance given, first withdrawals: each is recorded once for an account, with day and who. One
        by one: what can't be recorded is told with its code, and the others are recorded."""
        reports = [StepReport(each.account_id, each.step, each.happened_on, each.source) for each in given.steps]
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> RecordedView:
                return _view(await record_steps(tx, caller, reports))

            request = given.model_dump_json().encode()
            return await once(tx, caller, "POST /v1/enrolment/steps", key, request, RecordedView, work)

    @router.get("/accounts/{account_id}/steps", summary="See an account's steps")
    async def list_steps(caller: Reader, account_id: UUID) -> StepList:
        """From the request to the first withdrawal. Refused: `unknown-account`."""
        async with database.transaction(caller.row_scope) as tx:
            if not await account_steps.account_is_known(tx, account_id):
                raise Refusal(UNKNOWN_ACCOUNT)
            rows = await account_steps.steps_of_account(tx, account_id)
        return StepList(items=[StepView.model_validate(row) for row in rows])


def _refusal_routes(router: APIRouter, database: Database) -> None:
    @router.post("/enrolment/refusals", summary="Record who wants no account")
    async def refuse(caller: Enroller, given: RefusalsInput, key: IdempotencyKey = None) -> RecordedView:
        """They are not asked for again until the refusal is taken back, and are paid in cash. Somebody paid into an account
        is not among them: back to cash is a change that takes two officers. Refused: `bad-refusal-reason`."""
        wanted = [AccountRefusal(each.beneficiary_id, each.reason, each.note, each.refused_on) for each in given.refusals]
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> RecordedView:
                return _view(await record_refusals(tx, caller, wanted))

            request = given.model_dump_json().encode()
            return await once(tx, caller, "POST /v1/enrolment/refusals", key, request, RecordedView, work)

    @router.post("/enrolment/refusals/withdrawals", summary="Record who wants an account after all")
    async def withdraw(caller: Enroller, given: WithdrawalsInput, key: IdempotencyKey = None) -> RecordedView:
        """Their refusal is kept with the day on which it was taken back; they may be asked for again."""
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> RecordedView:
                return _view(await withdraw_refusals(tx, caller, given.beneficiary_ids, given.note))

            request = given.model_dump_json().encode()
            return await once(tx, caller, "POST /v1/enrolment/refusals/withdrawals", key, request, RecordedView, work)

    @router.get("/enrolment/refusals", summary="List who wants no account")
    async def list_refusals(
        caller: Reader,
        unit_id: UnitQuery = None,
        standing: Annotated[bool | None, Query(description="Only those that stand, or only those taken back.")] = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> RefusalPage:
        """Refusals of the token's units. Refused: `bad-cursor`."""
        after = id_cursor(cursor)
        async with database.transaction(caller.row_scope) as tx:
            rows = await account_steps.page_of_refusals(tx, unit_id=unit_id, standing=standing, after=after, limit=limit)
        items = []
        for row in rows:
            reason_vi, reason_en = REFUSAL_REASONS[row["reason"]]
            items.append(RefusalView.model_validate({**row, "reason_vi": reason_vi, "reason_en": reason_en}))
        return RefusalPage(items=items, next_cursor=str(items[-1].refusal_id) if len(items) == limit else None)


def _view(done: Recorded) -> RecordedView:
    refused = [NotRecorded(subject_id=one, code=code) for one, code in done.refused]
    return RecordedView(recorded=done.recorded, already=done.already, refused=refused)
