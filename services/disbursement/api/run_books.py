"""GET the books of a run."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.disbursement.api.books import AsOf, DifferenceView, difference_views, whose_books
from services.disbursement.domain.books import RunBooks, RunGroup
from services.disbursement.domain.refusals import UNKNOWN_RUN
from services.disbursement.storage import run_books as storage
from services.disbursement.storage.run_books import RunDimension
from services.disbursement.storage.scope import see_everything
from shared.auth import Caller, require
from shared.database import Database
from shared.kernel.errors import Refusal

_RUN_GROUP: JsonDict = {
    "key": "vietinbank",
    "opening_dong": 0,
    "received_dong": 6_480_000,
    "paid_dong": 6_000_000,
    "returned_dong": 480_000,
    "taken_over_dong": 0,
    "closing_dong": 0,
    "held_dong": 0,
    "books_balance": True,
}


class MoneyView(BaseModel):
    """The run's flows as the ledger has them."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"received_dong": 6_480_000, "paid_dong": 6_000_000, "returned_dong": 480_000}]}
    )

    received_dong: int
    paid_dong: int
    returned_dong: int


class RunGroupView(BaseModel):
    """A part of a run's books: of one authority, or of the contracts of one lead provider."""

    model_config = ConfigDict(json_schema_extra={"examples": [_RUN_GROUP]})

    key: str | None
    opening_dong: int
    received_dong: int
    paid_dong: int
    returned_dong: int
    taken_over_dong: int
    closing_dong: int
    held_dong: int
    books_balance: bool


class RunBooksView(BaseModel):
    """A run's money: opening + received + taken over - paid - returned = closing = held. Opening is the closing of the run
    before."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "run": "2021-10",
                    "opening_dong": 0,
                    "received_dong": 6_480_000,
                    "paid_dong": 6_000_000,
                    "returned_dong": 480_000,
                    "taken_over_dong": 0,
                    "closing_dong": 0,
                    "held_dong": 0,
                    "ledger": {"received_dong": 6_480_000, "paid_dong": 6_000_000, "returned_dong": 480_000},
                    "books_balance": True,
                    "differences": [],
                    "as_of": None,
                }
            ]
        }
    )

    run: str = Field(description="The run's code.")
    opening_dong: int
    received_dong: int = Field(description="Credited to providers by the Treasury for this run.")
    paid_dong: int = Field(description="Paid to payees, less what came back.")
    returned_dong: int = Field(description="Given back by providers to the Treasury.")
    taken_over_dong: int = Field(description="From authorities that handed over, less what was handed over to others.")
    closing_dong: int
    held_dong: int = Field(description="The ledger's balance of the providers' accounts up to this run.")
    ledger: MoneyView
    books_balance: bool
    differences: list[DifferenceView]
    as_of: date | None
    groups: list[RunGroupView] | None = Field(default=None, description="With `by`: the same cut.")


def make_router(database: Database) -> APIRouter:
    """The route of a run's books."""
    router = APIRouter(prefix="/v1", tags=["books"])

    @router.get("/runs/{run_id}/books", summary="The books of a run")
    async def read_run_books(
        run_id: UUID,
        caller: Annotated[Caller, Depends(require("disbursement:read"))],
        authority_id: Annotated[str | None, Query(max_length=40, description="One paying authority.")] = None,
        as_of: AsOf = None,
        by: Annotated[
            RunDimension | None,
            Query(description="Cut the same also by authority, or by lead provider: where the money lies."),
        ] = None,
    ) -> RunBooksView:
        """The money of a run, of one paying authority or of all that the token covers, those among them that handed over to
        others of the token's; now, or as of a day. Refused: `unknown-run`, `unknown-unit`, `not-your-unit`."""
        async with database.transaction(caller.row_scope, repeatable_read=True) as tx:
            authority_ids = await whose_books(tx, caller, authority_id)
            run = await storage.run_place(tx, run_id, caller.unit_ids)
            if run is None:
                raise Refusal(UNKNOWN_RUN, run_id=str(run_id))
            await see_everything(tx)
            books = await storage.run_books(tx, run, authority_ids, as_of=as_of, by=by)
        return _run_view(books)

    return router


def _run_view(books: RunBooks) -> RunBooksView:
    return RunBooksView(
        run=books.code,
        opening_dong=books.opening_dong,
        received_dong=books.own.received_dong,
        paid_dong=books.own.paid_dong,
        returned_dong=books.own.returned_dong,
        taken_over_dong=books.own.taken_over_dong,
        closing_dong=books.closing_dong,
        held_dong=books.held_dong,
        ledger=MoneyView(
            received_dong=books.ledger.received_dong,
            paid_dong=books.ledger.paid_dong,
            returned_dong=books.ledger.returned_dong,
        ),
        books_balance=books.balance,
        differences=difference_views(books.differences),
        as_of=books.as_of,
        groups=None if books.groups is None else [_run_group(group) for group in books.groups],
    )


def _run_group(group: RunGroup) -> RunGroupView:
    books = group.books
    return RunGroupView(
        key=group.key,
        opening_dong=books.opening_dong,
        received_dong=books.own.received_dong,
        paid_dong=books.own.paid_dong,
        returned_dong=books.own.returned_dong,
        taken_over_dong=books.own.taken_over_dong,
        closing_dong=books.closing_dong,
        held_dong=books.held_dong,
        books_balance=books.balance,
    )
