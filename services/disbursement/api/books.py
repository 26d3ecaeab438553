"""GET the books of a benefit month and of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict

from services.disbursement.domain.books import Difference, Dimension, LedgerBalance, MonthBooks, Part, Places
from services.disbursement.domain.ledger import PLACES, Place
from services.disbursement.storage import books as storage
from services.disbursement.storage import units
from services.disbursement.storage.authorities import authorities_within, communes_without_books
from services.disbursement.storage.scope import see_everything
from shared.auth import NOT_YOUR_UNIT, Caller, require
from shared.database import Database, Tx
from shared.kernel.errors import Refusal
from shared.kernel.months import parse_month

_PART: JsonDict = {"obligations": 12, "people": 11, "amount_dong": 6_480_000}
_NONE: JsonDict = {"obligations": 0, "people": 0, "amount_dong": 0}


AsOf = Annotated[date | None, Query(description="The books as they were at the end of this business day.")]


class DifferenceView(BaseModel):
    """A number that does not agree: what its rows say, and what they must say (the ledger's, or the whole's)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"what": "paid_account.amount_dong", "counted": 6_480_000, "expected": 5_940_000}]}
    )

    what: str
    counted: int
    expected: int


class PartView(BaseModel):
    """Obligations, distinct persons and đồng. As of a date persons are not counted."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PART]})

    obligations: int
    people: int | None
    amount_dong: int


class LedgerView(BaseModel):
    """The ledger's balance of a place."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"obligations": 12, "amount_dong": 6_480_000}]})

    obligations: int
    amount_dong: int


class GroupView(BaseModel):
    """The places of one authority, provider or channel; `key` null for what is with no provider."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "key": "viettelpay",
                    "parts": {"paid_account": {"obligations": 12, "amount_dong": 6_480_000}},
                    "ledger": {"paid_account": {"obligations": 12, "amount_dong": 6_480_000}},
                    "books_balance": True,
                }
            ]
        }
    )

    key: str | None
    parts: dict[str, LedgerView]
    ledger: dict[str, LedgerView]
    books_balance: bool


class MonthBooksView(BaseModel):
    """What a benefit month owes, and the seven parts of it, each counted from its own rows.

    `people` counts a person once, in the first that applies of not_released, in_flight, returned, unclaimed, cancelled,
    paid_cash, paid_account. `books_balance`: the parts add up to `owed`, and the ledger says the same of each place; if not,
    `differences` names each number. `groups` stand there when `by` was asked; they add up to the whole.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "month": "2021-10-01",
                    "owed": _PART,
                    "paid_account": _PART,
                    **dict.fromkeys(("paid_cash", "in_flight", "returned", "unclaimed", "cancelled", "not_released"), _NONE),
                    "ledger": {"paid_account": {"obligations": 12, "amount_dong": 6_480_000}},
                    "books_balance": True,
                    "differences": [],
                    "as_of": None,
                    "groups": None,
                }
            ]
        }
    )

    month: date
    owed: PartView
    paid_account: PartView
    paid_cash: PartView
    in_flight: PartView
    returned: PartView
    unclaimed: PartView
    cancelled: PartView
    not_released: PartView
    ledger: dict[str, LedgerView]
    books_balance: bool
    differences: list[DifferenceView]
    as_of: date | None
    groups: list[GroupView] | None


def make_router(database: Database) -> APIRouter:
    """The route of a month's books."""
    router = APIRouter(prefix="/v1", tags=["books"])

    @router.get("/months/{month}/books", summary="The books of a benefit month")
    async def read_month_books(
        month: str,
        caller: Annotated[Caller, Depends(require("disbursement:read"))],
        authority_id: Annotated[str | None, Query(max_length=40, description="One paying authority.")] = None,
        as_of: AsOf = None,
        by: Annotated[Dimension | None, Query(description="Cut the same also by authority, provider or channel.")] = None,
    ) -> MonthBooksView:
        """What a benefit month (`2021-10` or `2021-10-01`) owes and where each đồng of it is, at this moment or as of a day.

        Money paid later moves inside its own month. A month that was never drawn up owes nothing. Refused: `wrong-month`,
        `unknown-unit`, `not-your-unit` (also for a commune that is no paying authority: its books are its authority's).
        """
        first_day = parse_month(month)
        async with database.transaction(caller.row_scope, repeatable_read=True) as tx:
            authority_ids = await whose_books(tx, caller, authority_id)
            await see_everything(tx)
            books = await storage.month_books(tx, first_day, authority_ids, as_of=as_of, by=by)
        return _month_view(books)

    return router


async def whose_books(tx: Tx, caller: Caller, authority_id: str | None) -> list[str] | None:
    """The paying authorities whose books are asked for; None for all there are.

    Books are kept by authority: rows of people who moved away since still belong to the authority that owed them, so the
    caller's units choose authorities, not rows. Below an authority there is no ledger, and nothing to balance.
    """
    if authority_id is not None:
        caller.require_unit((await units.find(tx, authority_id)).path)
        return [authority_id]
    if not caller.unit_ids:
        return None
    communes = await communes_without_books(tx, caller.unit_ids)
    if communes:
        raise Refusal(NOT_YOUR_UNIT, f"the books of {', '.join(communes)} are those of its paying authority")
    return await authorities_within(tx, caller.unit_ids)


def _part(part: Part) -> PartView:
    return PartView(obligations=part.obligations, people=part.people, amount_dong=part.amount_dong)


def _numbers(places: Mapping[Place, Part] | Mapping[Place, LedgerBalance]) -> dict[str, LedgerView]:
    return {place: LedgerView(obligations=places[place].obligations, amount_dong=places[place].amount_dong) for place in PLACES}


def _group(group: Places) -> GroupView:
    return GroupView(
        key=group.key, parts=_numbers(group.parts), ledger=_numbers(group.ledger), books_balance=not group.differences
    )


def difference_views(differences: Sequence[Difference]) -> list[DifferenceView]:
    """What differs, as a caller reads it."""
    return [DifferenceView(what=d.what, counted=d.counted, expected=d.expected) for d in differences]


def _month_view(books: MonthBooks) -> MonthBooksView:
    parts = books.places.parts
    return MonthBooksView(
        month=books.month,
        owed=_part(books.owed),
        paid_account=_part(parts["paid_account"]),
        paid_cash=_part(parts["paid_cash"]),
        in_flight=_part(parts["in_flight"]),
        returned=_part(parts["returned"]),
        unclaimed=_part(parts["unclaimed"]),
        cancelled=_part(parts["cancelled"]),
        not_released=_part(parts["not_released"]),
        ledger=_numbers(books.places.ledger),
        books_balance=books.balance,
        differences=difference_views(books.differences),
        as_of=books.as_of,
        groups=None if books.groups is None else [_group(group) for group in books.groups],
    )
