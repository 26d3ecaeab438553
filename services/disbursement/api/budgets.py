"""Routes of yearly estimates (dự toán), and what is used of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.disbursement.api.cursors import id_after
from services.disbursement.api.fields import AmountDong, Cursor, Limit, Line, UnitId
from services.disbursement.storage import budgets, units
from services.disbursement.storage.budgets import Budget
from services.disbursement.storage.scope import see_everything
from services.disbursement.use_cases.enter_budget import EnterBudget, enter_budget
from shared.auth import Caller, require
from shared.database import Database, Tx
from shared.idempotency import IdempotencyKey, once

_BUDGET: JsonDict = {
    "authority_id": "474@2021-07-01",
    "budget_year": 2021,
    "amount_dong": 5_400_000_000,
    "paper_number": "210/QĐ-UBND",
    "decided_on": "2020-12-20",
}
_VIEW: JsonDict = {
    **_BUDGET,
    "budget_id": "0190a1b2-0000-7000-8000-000000000001",
    "entered_by": "ha@hue.gov.vn",
    "entered_at": "2021-01-04T01:00:00Z",
    "used_dong": 438_480_000,
    "left_dong": 4_961_520_000,
}


class NewBudget(BaseModel):
    """An estimate to enter."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_BUDGET]})

    authority_id: UnitId
    budget_year: int = Field(ge=2000, le=2100, description="Of the run months that it pays.")
    amount_dong: AmountDong
    paper_number: Line = Field(description="Of the decision that allots it.")
    decided_on: date


class BudgetView(BaseModel):
    """An estimate, and what approved payrolls use of its year. The newest of a year counts."""

    model_config = ConfigDict(json_schema_extra={"examples": [_VIEW]})

    budget_id: UUID
    authority_id: str
    budget_year: int
    amount_dong: int
    paper_number: str
    decided_on: date
    entered_by: str
    entered_at: datetime
    used_dong: int = Field(description="Approved payrolls, net of what was taken out or finally failed.")
    left_dong: int = Field(description="Below zero where more was approved.")


class BudgetPage(BaseModel):
    """Estimates, oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_VIEW], "next_cursor": None}]})

    items: list[BudgetView]
    next_cursor: str | None


def make_router(database: Database) -> APIRouter:
    """The routes of estimates."""
    router = APIRouter(prefix="/v1/budgets", tags=["budgets"])

    @router.post("", summary="Enter a yearly estimate", status_code=201)
    async def post_budget(
        request: NewBudget, caller: Annotated[Caller, Depends(require("disbursement:fund"))], key: IdempotencyKey = None
    ) -> BudgetView:
        """Enter what a paper allots an authority for a year; it replaces what an earlier paper said. The same paper with the
        same content again gives the same estimate. Refused: `unknown-unit`, `not-your-unit`, `budget-exists`.
        """
        async with database.transaction(caller.row_scope) as tx:
            caller.require_unit((await units.find(tx, request.authority_id)).path)

            async def work() -> BudgetView:
                return await _view(tx, await enter_budget(tx, caller, EnterBudget(**request.model_dump())))

            return await once(tx, caller, "POST /v1/budgets", key, request.model_dump_json().encode(), BudgetView, work)

    @router.get("", summary="List yearly estimates")
    async def list_budgets(
        caller: Annotated[Caller, Depends(require("disbursement:read"))], cursor: Cursor = None, limit: Limit = 100
    ) -> BudgetPage:
        """Estimates of the token's authorities, with what is used of each year so far. Refused: `bad-cursor`."""
        after = id_after(cursor)
        async with database.transaction(caller.row_scope) as tx:
            found = await budgets.page(tx, after, limit)
            items = [await _view(tx, each) for each in found]
        return BudgetPage(items=items, next_cursor=str(items[-1].budget_id) if len(items) == limit else None)

    return router


async def _view(tx: Tx, budget: Budget) -> BudgetView:
    await see_everything(tx)  # what people who moved away were paid is used as well
    used_dong = await budgets.used_dong(tx, budget.authority_id, budget.budget_year)
    return BudgetView(
        budget_id=budget.budget_id,
        authority_id=budget.authority_id,
        budget_year=budget.budget_year,
        amount_dong=budget.amount_dong,
        paper_number=budget.paper_number,
        decided_on=budget.decided_on,
        entered_by=budget.entered_subject,
        entered_at=budget.entered_at,
        used_dong=used_dong,
        left_dong=budget.amount_dong - used_dong,
    )
