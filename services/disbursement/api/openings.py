"""GET the opening balances, as they stand in the books."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.disbursement.api.cursors import id_after
from services.disbursement.api.fields import Cursor, Limit, UnitId
from services.disbursement.domain.openings import Opening
from services.disbursement.storage.openings import page_of_openings
from shared import audit
from shared.auth import Caller, require
from shared.contracts.registry_events import OpeningKind
from shared.database import Database

OpeningState = Literal["booked", "owed_already", "countered", "countered_late"]

_OPENING: JsonDict = {
    "entry_id": "0190a1b2-0000-7000-8000-000000000001",
    "list_id": "0190a1b2-0000-7000-8000-000000000002",
    "unit_id": "20116@2021-07-01",
    "authority_id": "482@2021-07-01",
    "beneficiary_id": "0190a1b2-0000-7000-8000-000000000003",
    "person_name": None,
    "beneficiary_code": "HUE-0000123",
    "kind": "unclaimed",
    "benefit_month": "2021-08-01",
    "amount_dong": 540_000,
    "provider": "vnpost",
    "minutes_number": "12/BB-ĐC",
    "agreed_on": "2021-09-29",
    "state": "booked",
    "revision": 0,
    "recorded_at": "2021-09-30T02:00:00Z",
    "countered_at": None,
}


class OpeningView(BaseModel):
    """An opening balance. Where what is owed lies now, its person's month says."""

    model_config = ConfigDict(json_schema_extra={"examples": [_OPENING]})

    entry_id: UUID
    list_id: UUID = Field(description="The registry's list.")
    unit_id: str
    authority_id: str
    beneficiary_id: UUID | None
    person_name: str | None = Field(description="Of a receivable's person who is in no registry.")
    beneficiary_code: str | None
    kind: OpeningKind
    benefit_month: date
    amount_dong: int
    provider: str = Field(description="Where the money lies, or who agreed to it.")
    minutes_number: str | None
    agreed_on: date
    state: OpeningState = Field(
        description="booked: owed in its month, or a receivable that stands. owed_already: the month had been drawn up here, "
        "so nothing was booked. countered: taken back. countered_late: taken back after a payment had taken it."
    )
    revision: int | None = Field(description="Of the obligation that it is booked as.")
    recorded_at: datetime = Field(description="Business clock.")
    countered_at: datetime | None


class OpeningPage(BaseModel):
    """Opening balances in the order of their ids."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_OPENING], "next_cursor": None}]})

    items: list[OpeningView]
    next_cursor: str | None


def make_router(database: Database) -> APIRouter:
    """The route of opening balances."""
    router = APIRouter(prefix="/v1/openings", tags=["opening balances"])

    @router.get("", summary="List opening balances")
    async def list_openings(
        caller: Annotated[Caller, Depends(require("disbursement:read"))],
        unit_id: Annotated[UnitId | None, Query(description="A unit and all below it.")] = None,
        kind: OpeningKind | None = None,
        state: OpeningState | None = None,
        beneficiary_id: UUID | None = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> OpeningPage:
        """What was agreed of the time before ChiTra, of the token's units: unpaid months and uncollected cash, owed in their
        own months until a run pays them, and receivables. The reading is audited. Refused: `bad-cursor`."""
        after = id_after(cursor)
        async with database.transaction(caller.row_scope) as tx:
            found = await page_of_openings(
                tx, unit_id=unit_id, kind=kind, state=state, beneficiary_id=beneficiary_id, after=after, limit=limit
            )
            if found:
                await audit.append(tx, caller, "read-openings", f"units/{caller.row_scope}", entries=len(found))
        items = [_view(opening) for opening in found]
        return OpeningPage(items=items, next_cursor=str(items[-1].entry_id) if len(items) == limit else None)

    return router


def _view(opening: Opening) -> OpeningView:
    return OpeningView.model_validate({name: getattr(opening, name) for name in OpeningView.model_fields})
