"""What a district follows: how each commune's list of a month stands, and whom a list lacks."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.registry.api.import_views import RowCounts
from services.registry.api.wire import COMMUNE, ID, Cursor, Limit, UnitQuery
from services.registry.domain.missing import InForcePerson
from services.registry.domain.standing import CommuneStanding, Step
from services.registry.storage.standing import standing_of_communes
from services.registry.use_cases.find_missing import find_missing
from shared.auth import Caller, require
from shared.crypto import FieldCipher
from shared.database import Database
from shared.kernel.months import month_of

StepName = Literal["not_sent", "to_answer", "to_confirm", "rows_left", "done"]
Reader = Annotated[Caller, Depends(require("registry:read"))]

_COMMUNE: JsonDict = {
    "unit_id": COMMUNE,
    "name": "Xã Quảng Thái",
    "parent_id": "477@2021-07-01",
    "step": "to_answer",
    "lists": 1,
    "confirmed_lists": 0,
    "import_id": ID,
    "file_name": "19870-thang-10.xlsx",
    "rows": {"accepted": 52, "review": 6, "rejected": 2},
    "unanswered": 8,
    "settled": 0,
    "missing_people": 0,
    "read_at": "2021-09-20T02:00:00Z",
    "confirmed_at": None,
}
_MISSING: JsonDict = {
    "beneficiary_id": ID,
    "code": "HUE-0000123",
    "full_name": "Trần Văn Lâm",
    "birth_date": "1930-01-01",
    "birth_precision": "year",
    "village": "Thôn 2",
    "listed_month": "2021-10-01",
}
_STEPS = (
    "not_sent: no list came in. to_answer: rows wait for an officer. to_confirm: nothing waits but confirming. "
    "rows_left: confirmed, and rows are open still. done: confirmed, nothing open."
)


class CommuneStandingView(BaseModel):
    """A commune and its newest list of the month."""

    model_config = ConfigDict(json_schema_extra={"examples": [_COMMUNE]})

    unit_id: str
    name: str
    parent_id: str | None
    step: StepName = Field(description=_STEPS)
    lists: int = Field(description="All lists of the month; what follows is of the newest.")
    confirmed_lists: int
    import_id: UUID | None
    file_name: str | None
    rows: RowCounts
    unanswered: int = Field(description="Rows in review or rejected that nobody answered.")
    settled: int = Field(description="Rows that confirming has closed.")
    missing_people: int = Field(description="People in force whom the list lacks, when it was confirmed.")
    read_at: datetime | None
    confirmed_at: datetime | None


class SummaryView(BaseModel):
    """A month's lists. `communes` counts by step and `rows` by status, over all communes asked for, not this page alone."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "month": "2021-10-01",
                    "communes": {"not_sent": 3, "to_answer": 97, "to_confirm": 11, "rows_left": 2, "done": 28},
                    "rows": {"accepted": 45_748, "review": 3_751, "rejected": 1_251},
                    "unanswered": 3_120,
                    "missing_people": 4,
                    "items": [_COMMUNE],
                    "next_cursor": None,
                }
            ]
        }
    )

    month: date
    communes: dict[StepName, int]
    rows: RowCounts
    unanswered: int
    missing_people: int
    items: list[CommuneStandingView] = Field(description="In the order of unit ids.")
    next_cursor: str | None


class MissingPersonView(BaseModel):
    """Somebody in force whom the list does not name."""

    model_config = ConfigDict(json_schema_extra={"examples": [_MISSING]})

    beneficiary_id: UUID
    code: str
    full_name: str
    birth_date: date
    birth_precision: Literal["day", "year"]
    village: str | None
    listed_month: date = Field(description="The newest list that names the person.")


class MissingPage(BaseModel):
    """People whom a list lacks, in the order of their codes."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_MISSING], "next_cursor": None}]})

    items: list[MissingPersonView]
    next_cursor: str | None


def make_router(database: Database, cipher: FieldCipher) -> APIRouter:
    """The routes of what a district follows. They come before `/v1/imports/{import_id}`, which would take their place."""
    router = APIRouter(prefix="/v1/imports", tags=["imports"])

    @router.get("/summary", summary="See how a month's lists stand")
    async def summary(
        caller: Reader,
        month: Annotated[date, Query(description="Any day of the benefit month.", examples=["2021-10-01"])],
        unit_id: UnitQuery = None,
        step: StepName | None = None,
        cursor: Annotated[str | None, Query(max_length=40, description="`next_cursor` of the page before.")] = None,
        limit: Limit = 200,
    ) -> SummaryView:
        """Every commune of the token's units: whether its list came in, how its rows stand, whether it is confirmed."""
        async with database.transaction(caller.row_scope) as tx:
            communes = await standing_of_communes(tx, month_of(month), unit_id)
        chosen = [one for one in communes if step is None or one.step == step]
        page = [one for one in chosen if one.unit_id > (cursor or "")][:limit]
        steps = Counter(one.step.value for one in communes)
        return SummaryView(
            month=month_of(month),
            communes={name.value: steps[name.value] for name in Step},
            rows=RowCounts(**{name: sum(getattr(one, name) for one in communes) for name in RowCounts.model_fields}),
            unanswered=sum(one.unanswered for one in communes),
            missing_people=sum(one.missing_people for one in communes),
            items=[_view_of_commune(one) for one in page],
            next_cursor=page[-1].unit_id if len(page) == limit else None,
        )

    @router.get("/{import_id}/missing", summary="See who is missing from a list")
    async def missing(caller: Reader, import_id: UUID, cursor: Cursor = None, limit: Limit = 100) -> MissingPage:
        """People of the commune who are in force, and whom neither this list nor one of a later month names; before it is
        confirmed as well. Nothing happens to them by itself: to stop somebody takes a decision. The reading is audited.
        Refused: `unknown-import`."""
        async with database.transaction(caller.row_scope) as tx:
            people = await find_missing(tx, caller, cipher, import_id, after=cursor or "", limit=limit)
        items = [_view_of_person(person) for person in people]
        return MissingPage(items=items, next_cursor=items[-1].code if len(items) == limit else None)

    return router


def _view_of_commune(one: CommuneStanding) -> CommuneStandingView:
    values = {name: getattr(one, name) for name in CommuneStandingView.model_fields if name != "rows"}
    rows = RowCounts(accepted=one.accepted, review=one.review, rejected=one.rejected)
    return CommuneStandingView(**{**values, "step": one.step.value, "rows": rows})


def _view_of_person(person: InForcePerson) -> MissingPersonView:
    return MissingPersonView(**{name: getattr(person, name) for name in MissingPersonView.model_fields})
