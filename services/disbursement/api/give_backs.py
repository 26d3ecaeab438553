"""Routes of what was repaid without need: look, give back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from services.disbursement.api.cursors import id_after
from services.disbursement.api.fields import AmountDong, Cursor, Limit, Line, UnitId
from services.disbursement.domain.law import Law
from services.disbursement.storage import receivables, units
from services.disbursement.storage.authorities import authorities_within
from services.disbursement.storage.give_backs import GiveBack
from services.disbursement.storage.scope import see_everything
from services.disbursement.use_cases.give_back_repayment import give_back_repayment, list_needless
from shared.auth import Caller, require
from shared.database import Database
from shared.idempotency import IdempotencyKey, once

Reader = Annotated[Caller, Depends(require("disbursement:read"))]
Checker = Annotated[Caller, Depends(require("disbursement:approve"))]

_RECEIVABLE = "0190a1b2-0000-7000-8000-000000000001"
GIVE_BACK_EXAMPLE: dict[str, Any] = {
    "give_back_id": "0190a1b2-0000-7000-8000-000000000004",
    "receivable_id": _RECEIVABLE,
    "amount_dong": 200_000,
    "treasury_reference": "LHT 2022/03/17",
    "given_on": "2022-03-17",
    "made_by": "minh",
    "made_at": "2022-03-17T03:00:00Z",
}
_MONTH: dict[str, Any] = {
    "receivable_id": _RECEIVABLE,
    "authority_id": "474@2021-07-01",
    "beneficiary_id": "0190a1b2-0000-7000-8000-000000000002",
    "beneficiary_code": "HUE-0000123",
    "full_name": "Nguyễn Thị Lan",
    "debtor_name": "Trần Văn Nam",
    "benefit_month": "2021-11-01",
    "kind": "monthly",
    "to_give_back_dong": 200_000,
}


class GiveBackView(BaseModel):
    """Money that went from the Treasury back to whoever had repaid it."""

    model_config = ConfigDict(json_schema_extra={"examples": [GIVE_BACK_EXAMPLE]})

    give_back_id: UUID
    receivable_id: UUID
    amount_dong: int
    treasury_reference: str
    given_on: date
    made_by: str
    made_at: datetime

    @classmethod
    def of(cls, kept: GiveBack) -> GiveBackView:
        """The view of what was given back."""
        plain = {name: getattr(kept, name) for name in cls.model_fields if hasattr(kept, name)}
        return cls(**plain, made_by=kept.made_subject)


class NewGiveBack(BaseModel):
    """A repayment given back, by the Treasury's order."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{name: GIVE_BACK_EXAMPLE[name] for name in ("amount_dong", "treasury_reference", "given_on")}]
        },
    )

    amount_dong: AmountDong
    treasury_reference: Line = Field(description="Of the order to give back (lệnh hoàn trả).")
    given_on: date


class NeedlessMonthView(BaseModel):
    """What was repaid for a month beyond what is overpaid of it now."""

    model_config = ConfigDict(json_schema_extra={"examples": [_MONTH]}, from_attributes=True)

    receivable_id: UUID
    authority_id: str
    beneficiary_id: UUID
    beneficiary_code: str
    full_name: str
    debtor_name: str = Field(description="Who repaid it.")
    benefit_month: date
    kind: str
    to_give_back_dong: int


class NeedlessPage(BaseModel):
    """A page of them."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_MONTH], "next_cursor": None}]})

    items: list[NeedlessMonthView]
    next_cursor: str | None = Field(description="There may be more, also where this page is empty.")


def make_router(database: Database, law: Law) -> APIRouter:
    """The routes of what was repaid without need."""
    router = APIRouter(prefix="/v1", tags=["receivables"])

    @router.get("/needless-repayments", summary="List what was repaid without need")
    async def read_needless(
        caller: Reader,
        unit_id: Annotated[UnitId, Query(description="A paying authority, or the province.")],
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> NeedlessPage:
        """Repayments of months whose payment came back meanwhile (a bank returned it), so that whoever repaid has lost money.
        Found anew each time; what a decision owes of the month after all is paid by the next drawing up instead. `limit` counts
        people looked at.

        Refused: `unknown-unit`, `not-your-unit`, `bad-cursor`.
        """
        after = id_after(cursor)
        async with database.transaction(caller.row_scope, repeatable_read=True) as tx:
            caller.require_unit((await units.find(tx, unit_id)).path)
            authority_ids = await authorities_within(tx, [unit_id])
            await see_everything(tx)  # a payment may be of an authority that handed over
            found, last = await list_needless(tx, authority_ids, law, after, limit)
        items = [NeedlessMonthView.model_validate(each) for each in found]
        return NeedlessPage(items=items, next_cursor=str(last) if last else None)

    @router.post("/receivables/{receivable_id}/give-backs", summary="Record what the Treasury gave back", status_code=201)
    async def post_give_back(
        receivable_id: UUID, request: NewGiveBack, caller: Checker, key: IdempotencyKey = None
    ) -> GiveBackView:
        """Count money that the Treasury gave back to whoever repaid it without need. The same Treasury reference with the same
        amount and day again gives the same; never more than `GET /v1/needless-repayments` says. Recorded by another officer than
        the recovery.

        Refused: `unknown-receivable`, `give-back-exists`, `nothing-to-give-back`, `more-than-to-give-back`, `maker-is-checker`,
        `service-account-approves`, `wrong-date`.
        """
        body = f"{receivable_id}\n{request.model_dump_json()}".encode()
        route = "POST /v1/receivables/{receivable_id}/give-backs"
        async with database.transaction(caller.row_scope) as tx:
            await receivables.find(tx, receivable_id)  # by what the token may see
            await see_everything(tx)

            async def work() -> GiveBackView:
                return GiveBackView.of(
                    await give_back_repayment(
                        tx, caller, receivable_id, request.amount_dong, request.treasury_reference, request.given_on, law
                    )
                )

            return await once(tx, caller, route, key, body, GiveBackView, work)

    return router
