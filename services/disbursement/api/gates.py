"""Routes of gates: what makes somebody look twice, as a province or an authority sets it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.disbursement.api.cursors import id_after
from services.disbursement.api.fields import Cursor, Limit, Line, UnitId
from services.disbursement.domain.gates import Gate
from services.disbursement.storage import gates, units
from services.disbursement.storage.scope import see_everything
from services.disbursement.use_cases.set_gate import set_gate
from shared.auth import Caller, require
from shared.database import Database
from shared.idempotency import IdempotencyKey, once

_GATE: JsonDict = {
    "unit_id": "474@2021-07-01",
    "code": "second-approval",
    "severity": "block",
    "threshold": "500000000",
    "valid_from": "2021-09-01",
}
_SAID: JsonDict = {
    **_GATE,
    "gate_id": "0190a1b2-0000-7000-8000-000000000001",
    "set_by": "so@hue.gov.vn",
    "set_at": "2021-08-20T01:00:00Z",
}

Reader = Annotated[Caller, Depends(require("disbursement:read"))]


class NewGate(BaseModel):
    """A gate to set. Codes: `amount-jump` (times the month before), `amount-maximum` (đồng of one payment), `account-shared`,
    `payee-shared` (beneficiaries), `too-old` (years), `over-budget` (đồng), `no-budget`, `total-changed` (per cent),
    `second-approval` (đồng from which two approve; `off`: one does)."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_GATE]})

    unit_id: UnitId = Field(description="A province, or a paying authority: the nearer one counts.")
    code: Line
    severity: Literal["off", "warn", "block"]
    threshold: Decimal = Field(ge=0, max_digits=20, decimal_places=2)
    valid_from: date


class GateView(BaseModel):
    """What a unit said of a gate."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SAID]})

    gate_id: UUID
    unit_id: str
    code: str
    severity: Literal["off", "warn", "block"]
    threshold: Decimal
    valid_from: date
    set_by: str
    set_at: datetime


class GatePage(BaseModel):
    """What units said of gates, oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_SAID], "next_cursor": None}]})

    items: list[GateView]
    next_cursor: str | None


class GateInForce(BaseModel):
    """A gate as it counts."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "too-old", "severity": "block", "threshold": "110"}]})

    code: str
    severity: Literal["off", "warn", "block"]
    threshold: Decimal


class GatesInForce(BaseModel):
    """All gates as they count for an authority today."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [{"code": "too-old", "severity": "block", "threshold": "110"}]}]}
    )

    items: list[GateInForce]


def make_router(database: Database) -> APIRouter:
    """The routes of gates."""
    router = APIRouter(prefix="/v1/gates", tags=["gates"])
    _add_setting(router, database)

    @router.get("", summary="List what units said of gates")
    async def list_gates(caller: Reader, cursor: Cursor = None, limit: Limit = 100) -> GatePage:
        """What the token's units said. Refused: `bad-cursor`."""
        after = id_after(cursor)
        async with database.transaction(caller.row_scope) as tx:
            rows = await gates.page(tx, after, limit)
        items = [GateView(**row, set_by=row["set_subject"]) for row in rows]
        return GatePage(items=items, next_cursor=str(items[-1].gate_id) if len(items) == limit else None)

    @router.get("/in-force", summary="Gates as they count for an authority")
    async def read_gates(caller: Reader, authority_id: Annotated[UnitId, Query()]) -> GatesInForce:
        """The nearest unit's newest word on each gate today, else the code's own. Refused: `unknown-unit`, `not-your-unit`."""
        async with database.transaction(caller.row_scope) as tx:
            caller.require_unit((await units.find(tx, authority_id)).path)
            await see_everything(tx)  # the province's word counts for the authority
            found = await gates.of_authority(tx, authority_id, await tx.today())
        return GatesInForce(items=[GateInForce(code=g.code, severity=g.severity, threshold=g.threshold) for g in found.values()])

    return router


def _add_setting(router: APIRouter, database: Database) -> None:
    @router.post("", summary="Set a gate", status_code=201)
    async def post_gate(
        request: NewGate,
        caller: Annotated[Caller, Depends(require("disbursement:contract"))],
        key: IdempotencyKey = None,
    ) -> GateView:
        """Set a gate for a province or a paying authority from a day on. Nothing is overwritten: the later word counts.

        Refused: `unknown-unit`, `not-your-unit`, `unknown-gate`.
        """
        async with database.transaction(caller.row_scope) as tx:
            caller.require_unit((await units.find(tx, request.unit_id)).path)

            async def work() -> GateView:
                gate = Gate(request.code, request.severity, request.threshold)
                gate_id = await set_gate(tx, caller, request.unit_id, gate, request.valid_from)
                said = request.model_dump()
                return GateView(gate_id=gate_id, set_by=caller.subject, set_at=await tx.business_now(), **said)

            return await once(tx, caller, "POST /v1/gates", key, request.model_dump_json().encode(), GateView, work)
