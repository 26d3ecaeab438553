"""Routes of hand-overs between paying authorities."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.disbursement.api.cursors import id_after
from services.disbursement.api.fields import Cursor, Limit, Line, UnitId
from services.disbursement.domain.handovers import Handover, Heir, KeptHandover
from services.disbursement.storage import handovers, units
from services.disbursement.storage.scope import see_everything
from services.disbursement.use_cases.hand_over import hand_over, read_handover
from shared.auth import Caller, require
from shared.database import Database, Tx
from shared.idempotency import IdempotencyKey, once
from shared.kernel.ids import new_id

_FROM, _TO = "483@2021-07-01", "20161@2025-07-01"
_ASKED: JsonDict = {
    "from_authority_id": _FROM,
    "on": "2025-07-01",
    "paper": "1675/NQ-UBTVQH15",
    "to": [{"authority_id": _TO, "communes": [{"from_unit_id": "20161@2021-07-01", "to_unit_id": _TO}]}],
}
_PART: JsonDict = {
    "authority_id": _TO,
    "in_flight": 12,
    "in_flight_dong": 6_480_000,
    "resting": 3,
    "resting_dong": 1_620_000,
    "money_dong": 8_100_000,
    "contracts": 2,
    "receivables": 1,
    "receivables_dong": 360_000,
}
_VIEW: JsonDict = {
    **_ASKED,
    "handover_id": "0190a1b2-0000-7000-8000-000000000001",
    "made_by": "binh",
    "made_at": "2025-07-01T01:00:00Z",
    "parts": [_PART],
}


class CommuneInput(BaseModel):
    """A commune of the authority that hands over, and the commune it is from that day on."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"from_unit_id": "20161@2021-07-01", "to_unit_id": _TO}]}
    )

    from_unit_id: UnitId
    to_unit_id: UnitId


class HeirInput(BaseModel):
    """An authority that takes over, with its communes. A divided commune may stand under several authorities."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"authority_id": _TO, "communes": [{"from_unit_id": "20161@2021-07-01", "to_unit_id": _TO}]}]
        },
    )

    authority_id: UnitId
    communes: list[CommuneInput] = Field(min_length=1, max_length=200)


class HandoverInput(BaseModel):
    """A hand-over. Every commune of the old authority is named."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_ASKED]})

    from_authority_id: UnitId
    on: date = Field(description="First day of the authorities that follow: the first of a month.")
    paper: Line
    to: list[HeirInput] = Field(min_length=1, max_length=200)


class PartView(BaseModel):
    """What went over to one authority: obligations in flight and at rest, money at providers, contracts that go on, and
    receivables with what is left of them."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PART]})

    authority_id: str
    in_flight: int
    in_flight_dong: int
    resting: int
    resting_dong: int
    money_dong: int
    contracts: int
    receivables: int
    receivables_dong: int


class HandoverView(HandoverInput):
    """A hand-over as it was made, with what went over."""

    model_config = ConfigDict(json_schema_extra={"examples": [_VIEW]})

    handover_id: UUID
    made_by: str
    made_at: datetime
    parts: list[PartView]


class HandoverPage(BaseModel):
    """Hand-overs, oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_VIEW], "next_cursor": None}]})

    items: list[HandoverView]
    next_cursor: str | None


def make_router(database: Database, key: Ed25519PrivateKey) -> APIRouter:
    """The routes of hand-overs. `key` signs the exceptions of lines that were not sent yet."""
    router = APIRouter(prefix="/v1/handovers", tags=["handovers"])

    @router.post("", summary="Hand an authority over to those that follow it", status_code=201)
    async def post_handover(
        request: HandoverInput,
        caller: Annotated[Caller, Depends(require("disbursement:handover"))],
        idempotency: IdempotencyKey = None,
    ) -> HandoverView:
        """Payments in flight, what is returned, unclaimed or not yet released, money at providers, opening balances and
        contracts go over to the authority of each line's commune, in one act. What was paid stays in the old books. Lines
        that were not sent are taken out and rest. Asked again with the same content, it gives the same act.

        Refused: `unknown-unit`, `not-your-unit`, `no-successor-authority`, `handover-incomplete`, `authority-handed-over`.
        """
        async with database.transaction(caller.row_scope) as tx:
            await see_everything(tx)
            for unit_id in (request.from_authority_id, *(heir.authority_id for heir in request.to)):
                caller.require_unit((await units.find(tx, unit_id)).path)

            async def work() -> HandoverView:
                return _view(await hand_over(tx, caller, _handover(request), key))

            body = request.model_dump_json().encode()
            return await once(tx, caller, "POST /v1/handovers", idempotency, body, HandoverView, work)

    @router.get("", summary="List hand-overs")
    async def list_handovers(
        caller: Annotated[Caller, Depends(require("disbursement:read"))], cursor: Cursor = None, limit: Limit = 100
    ) -> HandoverPage:
        """Hand-overs of authorities that the token covers, also of those that its units follow. Refused: `bad-cursor`."""
        after = id_after(cursor)
        async with database.transaction(caller.row_scope) as tx:
            items = [await _read(tx, authority_id) for authority_id in await handovers.page(tx, after, limit)]
        return HandoverPage(items=items, next_cursor=str(items[-1].handover_id) if len(items) == limit else None)

    return router


async def _read(tx: Tx, authority_id: str) -> HandoverView:
    return _view(await read_handover(tx, authority_id))


def _handover(request: HandoverInput) -> Handover:
    heirs = [Heir(c.from_unit_id, heir.authority_id, c.to_unit_id) for heir in request.to for c in heir.communes]
    return Handover(new_id(), request.from_authority_id, request.on, request.paper, tuple(dict.fromkeys(heirs)))


def _view(kept: KeptHandover) -> HandoverView:
    handover = kept.handover
    return HandoverView(
        handover_id=handover.handover_id,
        from_authority_id=handover.from_authority_id,
        on=handover.happened_on,
        paper=handover.paper,
        to=[
            HeirInput(
                authority_id=authority_id,
                communes=[
                    CommuneInput(from_unit_id=h.from_unit_id, to_unit_id=h.to_unit_id)
                    for h in handover.heirs
                    if h.to_authority_id == authority_id
                ],
            )
            for authority_id in handover.to_authority_ids
        ],
        made_by=kept.made_subject,
        made_at=kept.made_at,
        parts=[PartView.model_validate(part, from_attributes=True) for part in kept.parts],
    )
