"""Communes that are merged, renamed or divided."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.registry.api.act_views import PaperNumber
from services.registry.api.wire import COMMUNE, ID, Short
from services.registry.use_cases.succeed_unit import Succession, succeed_unit
from shared.auth import Caller, require
from shared.database import Database

_SUCCESSOR = "19900@2025-07-01"
_UNIT_ID = r"^[0-9]{1,5}@\d{4}-\d{2}-\d{2}$"
_ROW: JsonDict = {"from_unit_id": COMMUNE, "to_unit_id": _SUCCESSOR, "villages": None}

UnitId = Annotated[str, Field(max_length=40, pattern=_UNIT_ID)]


class SuccessionInput(BaseModel):
    """A commune, and what it became; for a commune that was divided, some of its villages."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_ROW]})

    from_unit_id: UnitId
    to_unit_id: UnitId
    villages: list[Short] | None = Field(None, min_length=1, max_length=200, description="None: the whole commune.")


class SuccessionsInput(BaseModel):
    """Successions by one paper."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"paper_number": "1675/NQ-UBTVQH15", "successions": [_ROW]}]},
    )

    paper_number: PaperNumber
    successions: list[SuccessionInput] = Field(min_length=1, max_length=500)


class LeftView(BaseModel):
    """Somebody who could not go over yet; asking again once it is settled takes the person along."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"beneficiary_id": ID, "code": "transfer-open"}]})

    beneficiary_id: UUID
    code: str = Field(description="`transfer-open`, `payee-number-taken`, `payee-shared`.")


class SucceededView(BaseModel):
    """What became of one commune's people."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_ROW, "moved": 312, "left": []}]})

    from_unit_id: str
    to_unit_id: str
    villages: list[str] | None
    moved: int
    left: list[LeftView]


class SucceededList(BaseModel):
    """What became of each commune's people, in the order asked."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [{**_ROW, "moved": 312, "left": []}]}]})

    items: list[SucceededView]


def make_router(database: Database) -> APIRouter:
    """The route of successions."""
    router = APIRouter(prefix="/v1/units", tags=["units"])

    @router.post("/successions", summary="Let communes' people go over to their successors")
    async def succeed(caller: Annotated[Caller, Depends(require("registry:units"))], asked: SuccessionsInput) -> SucceededList:
        """Everybody of the old communes belongs to the new ones from their first day, with documents, decisions, payees and
        accounts; the other services hear of it in events of up to 500. Each succession is a transaction of its own: what is
        done stays done, and asking again goes on. Refused: `not-a-successor`, `not-your-unit`."""
        items = []
        for row in asked.successions:
            succession = Succession(row.from_unit_id, row.to_unit_id, asked.paper_number, tuple(row.villages or ()))
            async with database.transaction(caller.row_scope) as tx:
                done = await succeed_unit(tx, caller, succession)
            left = [LeftView(beneficiary_id=one, code=code) for one, code in done.left.items()]
            items.append(SucceededView(**row.model_dump(), moved=done.moved, left=left))
        return SucceededList(items=items)

    return router
