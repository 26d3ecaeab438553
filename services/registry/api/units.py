"""Administrative units."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.registry.api.wire import COMMUNE, Cursor, Limit, Short
from services.registry.storage.units import find_units
from services.registry.use_cases.define_units import define_units
from shared.auth import Caller, require
from shared.contracts.registry_events import UnitRecord
from shared.database import Database
from shared.idempotency import IdempotencyKey, once

_UNIT: JsonDict = {
    "unit_id": COMMUNE,
    "code": "19870",
    "valid_from": "2021-07-01",
    "valid_to": "2024-12-31",
    "level": "commune",
    "name": "Xã Phú Thuận",
    "parent_id": "478@2021-07-01",
    "path": ["46@2021-07-01", "478@2021-07-01", COMMUNE],
}


class UnitInput(UnitRecord):
    """A unit as it is told to the registry."""

    unit_id: Short
    code: Annotated[str, Field(pattern=r"^[0-9]{1,5}$")]
    name: Short
    parent_id: Short | None
    path: Annotated[tuple[Short, ...], Field(min_length=1, max_length=5)]


class Units(BaseModel):
    """Units to define."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"units": [_UNIT]}]})

    units: list[UnitInput] = Field(min_length=1, max_length=2000)


class Defined(BaseModel):
    """How many units were new or changed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"count": 1}]})

    count: int


class UnitPage(BaseModel):
    """Units in the order of their ids."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_UNIT], "next_cursor": None}]})

    items: list[UnitRecord]
    next_cursor: str | None


def make_router(database: Database) -> APIRouter:
    """The routes of units."""
    router = APIRouter(prefix="/v1/units", tags=["units"])

    @router.post("", summary="Define administrative units")
    async def define(
        units: Units, caller: Annotated[Caller, Depends(require("registry:units"))], key: IdempotencyKey = None
    ) -> Defined:
        """Units that came to be, or whose last day became known. The same again changes nothing. The other services hear
        of what is new or changed. Refused: `bad-unit`, `unknown-unit` (an ancestor), `not-your-unit`."""
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> Defined:
                return Defined(count=await define_units(tx, caller, units.units))

            return await once(tx, caller, "POST /v1/units", key, units.model_dump_json().encode(), Defined, work)

    @router.get("", summary="Find administrative units")
    async def find(
        caller: Annotated[Caller, Depends(require("registry:read"))],
        code: Annotated[str | None, Query(pattern=r"^[0-9]{1,5}$", description="A code: reused over time.")] = None,
        on: Annotated[date | None, Query(description="Units that are on this day.")] = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> UnitPage:
        """Units by code and day. Units are public: the token's units don't limit them."""
        async with database.transaction(caller.row_scope) as tx:
            items = await find_units(tx, code=code, on=on, after=cursor or "", limit=limit)
        return UnitPage(items=items, next_cursor=items[-1].unit_id if len(items) == limit else None)

    return router
