"""GET what was paid above what is owed: by a later decision, a death, a merge, or proven twice."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.disbursement.api.fields import Limit, UnitId
from services.disbursement.domain.law import Law
from services.disbursement.domain.overpayments import Overpayment, Reason
from services.disbursement.domain.refusals import BAD_CURSOR
from services.disbursement.storage import units
from services.disbursement.storage.authorities import authorities_within
from services.disbursement.storage.scope import see_everything
from services.disbursement.use_cases.list_overpayments import FIRST, list_overpayments
from shared.auth import Caller, require
from shared.database import Database
from shared.kernel.errors import Refusal

_KIND = re.compile(r"[a-z_:0-9-]+")

_EXAMPLE: JsonDict = {
    "beneficiary_id": "0190a1b2-0000-7000-8000-000000000001",
    "beneficiary_code": "HUE-0000123",
    "full_name": "Nguyễn Thị Lan",
    "unit_id": "19753@2021-07-01",
    "authority_id": "474@2021-07-01",
    "benefit_month": "2021-11-01",
    "kind": "monthly",
    "reason": "dead",
    "paid_dong": 360_000,
    "owed_dong": 0,
    "overpaid_dong": 360_000,
    "decided_dong": 0,
    "open_dong": 360_000,
    "payment_id": "0190a1b2-0000-7000-8000-000000000002",
    "paid_at": "2021-11-05T02:00:00Z",
    "payee_name": "Nguyễn Thị Lan",
    "payee_relationship": "self",
}


class OverpaymentView(BaseModel):
    """What was paid too much of a month: a proposal to recover. Nobody owes it before a decision says so."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]}, from_attributes=True)

    beneficiary_id: UUID = Field(description="Who stays, where two records turned out to be one person.")
    beneficiary_code: str
    full_name: str
    unit_id: str = Field(description="The commune that it was paid in.")
    authority_id: str = Field(description="The authority that paid it last.")
    benefit_month: date
    kind: str
    reason: Reason = Field(
        description="merged: two records that were both paid turned out to be one person. paid-twice: settled as paid beside "
        "another payment, or after it was owed no more."
    )
    paid_dong: int
    owed_dong: int = Field(description="By the decisions as they stand now.")
    overpaid_dong: int
    decided_dong: int = Field(description="Of that, what recovery decisions are about already.")
    open_dong: int = Field(description="What a decision may still want back.")
    payment_id: UUID = Field(description="The payment proven a double, else the newest of the month.")
    paid_at: datetime | None
    payee_name: str = Field(description="Who received it: the debtor, unless the decision says otherwise.")
    payee_relationship: str


class OverpaymentPage(BaseModel):
    """A page of overpayments."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_EXAMPLE], "next_cursor": None}]})

    items: list[OverpaymentView]
    next_cursor: str | None


def make_router(database: Database, law: Law) -> APIRouter:
    """The route of overpayments."""
    router = APIRouter(prefix="/v1", tags=["receivables"])

    @router.get("/overpayments", summary="List overpayments")
    async def read_overpayments(
        caller: Annotated[Caller, Depends(require("disbursement:read"))],
        unit_id: Annotated[UnitId, Query(description="A paying authority, or the province: all of its authorities.")],
        cursor: Annotated[str | None, Query(max_length=120, description="`next_cursor` of the page before.")] = None,
        limit: Limit = 100,
    ) -> OverpaymentPage:
        """What was paid of a month above what is owed now: months after a death or stop, a category that fell, two records that
        were one person, a line proven paid twice. Found in the rows each time; what a recovery decision is about is not in it any
        more.

        Refused: `unknown-unit`, `not-your-unit`, `bad-cursor`.
        """
        after = _after(cursor)
        async with database.transaction(caller.row_scope) as tx:
            caller.require_unit((await units.find(tx, unit_id)).path)
            authority_ids = await authorities_within(tx, [unit_id])
            await see_everything(tx)
            found = await list_overpayments(tx, authority_ids, law, after, limit)
        items = [OverpaymentView.model_validate(each) for each in found]
        return OverpaymentPage(items=items, next_cursor=_cursor(found[-1]) if len(found) == limit else None)

    return router


def _after(cursor: str | None) -> tuple[date, UUID, str]:
    if cursor is None:
        return FIRST
    month, _, rest = cursor.partition("_")
    person, _, kind = rest.partition("_")
    try:
        after = date.fromisoformat(month), UUID(person), kind
    except ValueError:
        raise Refusal(BAD_CURSOR) from None
    if not _KIND.fullmatch(kind):
        raise Refusal(BAD_CURSOR)
    return after


def _cursor(last: Overpayment) -> str:
    return f"{last.benefit_month.isoformat()}_{last.beneficiary_id}_{last.kind}"
