"""People as they were on a day."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.registry.api.act_views import Day
from services.registry.api.beneficiary_views import DecisionView, Precision, Sex, Status
from services.registry.api.wire import COMMUNE, ID, Cursor, Limit, id_cursor
from services.registry.use_cases.look_back import Then, people_as_of
from shared.auth import Caller, require
from shared.database import Database

_THEN: JsonDict = {
    "beneficiary_id": ID,
    "code": "HUE-0000123",
    "version": 2,
    "full_name": "Nguyễn Thị Hòa",
    "sex": "female",
    "birth_date": "1938-08-22",
    "birth_precision": "day",
    "unit_id": COMMUNE,
    "village": "Thôn 1",
    "status": "active",
    "status_from_month": "2021-10-01",
    "hold": None,
    "decisions": [],
}


class ThenView(BaseModel):
    """A person as on the day."""

    model_config = ConfigDict(json_schema_extra={"examples": [_THEN]})

    beneficiary_id: UUID
    code: str
    version: int = Field(description="Newest version of the record that this is made of.")
    full_name: str
    sex: Sex
    birth_date: date
    birth_precision: Precision
    unit_id: str
    village: str | None
    status: Status
    status_from_month: date
    hold: str | None
    decisions: list[DecisionView] = Field(description="Those that counted in the day's month.")


class ThenPage(BaseModel):
    """People of a commune on a day. A page may be shorter than the limit while `next_cursor` says that there is more."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_THEN], "next_cursor": None}]})

    items: list[ThenView]
    next_cursor: str | None


def make_router(database: Database) -> APIRouter:
    """The route of a commune's past."""
    router = APIRouter(prefix="/v1/beneficiaries", tags=["beneficiaries"])

    @router.get("/as-of", summary="List a commune's people as they were on a day")
    async def as_of(
        caller: Annotated[Caller, Depends(require("registry:read"))],
        unit_id: Annotated[str, Query(max_length=40, pattern=r"^[0-9]{1,5}@\d{4}-\d{2}-\d{2}$", examples=[COMMUNE])],
        on: Annotated[Day, Query(description="What was effective on this day.")],
        known_at: Annotated[AwareDatetime | None, Query(description="As the registry knew it then; none: as known now.")] = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> ThenPage:
        """Who belonged to the commune on the day, with status and decisions of its month; somebody who moved since is there,
        somebody who came since is not. The reading is audited. Refused: `bad-cursor`."""
        after = id_cursor(cursor)
        async with database.transaction(caller.row_scope) as tx:
            found, last = await people_as_of(tx, caller, unit_id, on, known_at, after=after, limit=limit)
        return ThenPage(items=[_view(one) for one in found], next_cursor=str(last) if last else None)

    return router


def _view(then: Then) -> ThenView:
    values: dict[str, Any] = {name: then.record[name] for name in ThenView.model_fields if name in then.record}
    return ThenView.model_validate({**values, "beneficiary_id": then.beneficiary_id, "version": then.version})
