"""GET the ledger's entries and the statement of an account."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict

from services.disbursement.api.cursors import instant_id_after, instant_id_cursor
from services.disbursement.api.fields import Cursor, Limit, UnitId
from services.disbursement.domain.ledger import Book
from services.disbursement.storage import ledger_pages
from shared.auth import Caller, require
from shared.database import Database

Account = Annotated[
    str,
    Query(
        max_length=60,
        description="`treasury`, `provider:<contract>`, `payees`, `fee_owed:<contract>`, or a place of obligations: `in_flight`.",
    ),
]
FromOn = Annotated[date | None, Query(alias="from", description="First business day.")]
ToOn = Annotated[date | None, Query(alias="to", description="Last business day.")]
Authority = Annotated[UnitId | None, Query(description="One paying authority.")]
Reader = Annotated[Caller, Depends(require("disbursement:read"))]

_ENTRY: JsonDict = {
    "entry_id": "0190a1b2-0000-7000-8000-000000000001",
    "posted_at": "2021-10-05T01:00:00Z",
    "book": "money",
    "run_id": "0190a1b2-0000-7000-8000-000000000002",
    "authority_id": "474@2021-07-01",
    "contract_id": "0190a1b2-0000-7000-8000-000000000003",
    "provider": "viettelpay",
    "channel": "wallet",
    "benefit_month": None,
    "from_account": "provider:0190a1b2-0000-7000-8000-000000000003",
    "to_account": "payees",
    "amount_dong": 270_000_000,
    "obligations": 0,
    "cause": "outcome",
    "payroll_id": "0190a1b2-0000-7000-8000-000000000004",
    "chunk_no": 0,
}


class EntryView(BaseModel):
    """One entry: an amount that went from one account to another, of one chunk and one step of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ENTRY]})

    entry_id: UUID
    posted_at: datetime
    book: Book
    run_id: UUID
    authority_id: str
    contract_id: UUID | None
    provider: str | None
    channel: str | None
    benefit_month: date | None
    from_account: str
    to_account: str
    amount_dong: int
    obligations: int
    cause: str
    payroll_id: UUID | None
    chunk_no: int | None


class EntryPage(BaseModel):
    """Entries in the order of posting."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_ENTRY], "next_cursor": None}]})

    items: list[EntryView]
    next_cursor: str | None


class StatementView(BaseModel):
    """An account over some days: opening + came - went = closing."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "account": "payees",
                    "opening_dong": 0,
                    "came_dong": 270_540_000,
                    "went_dong": 540_000,
                    "closing_dong": 270_000_000,
                    "entries": 3,
                }
            ]
        }
    )

    account: str
    opening_dong: int
    came_dong: int
    went_dong: int
    closing_dong: int
    entries: int


def make_router(database: Database) -> APIRouter:
    """The routes of the ledger."""
    router = APIRouter(prefix="/v1/ledger", tags=["books"])

    @router.get("", summary="List the ledger's entries")
    async def list_entries(
        caller: Reader,
        account: Account | None = None,
        authority_id: Authority = None,
        from_on: FromOn = None,
        to_on: ToOn = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> EntryPage:
        """Entries of the authorities that the token covers, oldest first; of one account on either side, or of all.

        Refused: `bad-cursor`.
        """
        after = instant_id_after(cursor)
        async with database.transaction(caller.row_scope) as tx:
            rows = await ledger_pages.entries(
                tx, after, limit, account=account, authority_id=authority_id, from_on=from_on, to_on=to_on
            )
        items = [EntryView.model_validate(row) for row in rows]
        more = instant_id_cursor(items[-1].posted_at, items[-1].entry_id) if len(items) == limit else None
        return EntryPage(items=items, next_cursor=more)

    @router.get("/statement", summary="An account's statement")
    async def read_statement(
        caller: Reader, account: Account, authority_id: Authority = None, from_on: FromOn = None, to_on: ToOn = None
    ) -> StatementView:
        """What an account held, what came and went, and what it holds then, as far as the token's authorities moved it."""
        async with database.transaction(caller.row_scope) as tx:
            found = await ledger_pages.statement(tx, account, authority_id, from_on, to_on)
        return StatementView(
            account=found.account,
            opening_dong=found.opening_dong,
            came_dong=found.came_dong,
            went_dong=found.went_dong,
            closing_dong=found.closing_dong,
            entries=found.entries,
        )

    return router
