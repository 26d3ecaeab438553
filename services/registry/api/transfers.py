"""Transfers: a person moves to another commune, with no gap and no overlap."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.registry.api.act_views import Day, PaperNumber
from services.registry.api.wire import COMMUNE, ID, Cursor, Limit, Short, Text, UnitQuery, id_cursor
from services.registry.domain.act_refusals import UNKNOWN_TRANSFER
from services.registry.domain.legal_months import Categories
from services.registry.storage.transfers import page_of_transfers, transfer_by_id
from services.registry.use_cases.transfer_person import Paper, cancel_transfer, open_transfer, receive_transfer
from shared import audit
from shared.auth import Caller, require
from shared.database import Database
from shared.idempotency import IdempotencyKey, once
from shared.kernel.errors import Refusal

_ELSEWHERE = "19873@2021-07-01"
_TRANSFER: JsonDict = {
    "transfer_id": ID,
    "beneficiary_id": ID,
    "code": "HUE-0000123",
    "full_name": "Nguyễn Thị Hòa",
    "birth_date": "1938-08-22",
    "birth_precision": "day",
    "from_unit_id": COMMUNE,
    "to_unit_id": _ELSEWHERE,
    "from_month": "2021-12-01",
    "carried": [
        {
            "decision_id": ID,
            "kind": "monthly",
            "category": "K5C-80",
            "heads": 1,
            "from_month": "2021-11-01",
            "to_month": None,
        }
    ],
    "state": "open",
    "opened_at": "2021-11-12T02:00:00Z",
    "settled_at": None,
    "settled_subject": None,
    "settled_note": None,
}

Writer = Annotated[Caller, Depends(require("registry:write"))]
Reader = Annotated[Caller, Depends(require("registry:read"))]
State = Literal["open", "received", "cancelled"]


class TransferInput(BaseModel):
    """The old commune's stop decision, and where the person goes."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"to_unit_id": _ELSEWHERE, "paper_number": "152/QĐ-UBND", "signed_on": "2021-11-12", "note": "Theo con"}]
        },
    )

    to_unit_id: Short
    paper_number: PaperNumber
    signed_on: Day
    note: Text | None = None


class ReceiveInput(BaseModel):
    """The new commune's own decision."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"paper_number": "77/QĐ-UBND", "signed_on": "2021-12-06", "village": "Thôn 2"}]},
    )

    paper_number: PaperNumber
    signed_on: Day
    village: Short | None = None
    note: Text | None = None


class CancelInput(BaseModel):
    """Why a transfer is cancelled."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"note": "Gia đình không chuyển nữa"}]})

    note: Text


class Carried(BaseModel):
    """A decision that goes on in the new commune."""

    decision_id: UUID
    kind: str
    category: str
    heads: int
    from_month: date | None = None  # of the new commune's decision; null in transfers opened before it was kept
    to_month: date | None = None  # the end that was decided; null while it lasts


class TransferView(BaseModel):
    """A transfer."""

    model_config = ConfigDict(json_schema_extra={"examples": [_TRANSFER]})

    transfer_id: UUID
    beneficiary_id: UUID
    code: str
    full_name: str
    birth_date: date
    birth_precision: Literal["day", "year"]
    from_unit_id: str
    to_unit_id: str
    from_month: date = Field(description="First month that the new commune pays.")
    carried: list[Carried]
    state: State
    opened_at: datetime = Field(description="Business clock.")
    settled_at: datetime | None
    settled_subject: str | None
    settled_note: str | None


class TransferPage(BaseModel):
    """Transfers, oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_TRANSFER], "next_cursor": None}]})

    items: list[TransferView]
    next_cursor: str | None


class TransferDone(BaseModel):
    """A transfer that was opened, received or cancelled."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"transfer_id": ID, "state": "open"}]})

    transfer_id: UUID
    state: State


def make_router(database: Database, categories: Categories) -> APIRouter:
    """The routes of transfers."""
    router = APIRouter(prefix="/v1", tags=["transfers"])

    @router.post("/beneficiaries/{beneficiary_id}/transfers", summary="Move a person to another commune")
    async def open_(caller: Writer, beneficiary_id: UUID, move: TransferInput, key: IdempotencyKey = None) -> TransferDone:
        """The old commune's part: it pays through the month in which its stop decision is signed. The new commune sees the
        transfer and receives it. Refused: `unknown-beneficiary`, `not-a-commune`, `same-commune`, `signed-in-the-future`,
        `person-dead`, `person-suspended`, `person-stopped`, `transfer-open`, `nothing-to-end`."""
        paper = Paper(move.paper_number, move.signed_on, move.note)
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> TransferDone:
                transfer_id = await open_transfer(tx, caller, beneficiary_id, move.to_unit_id, paper)
                return TransferDone(transfer_id=transfer_id, state="open")

            request = f"{beneficiary_id}{move.model_dump_json()}".encode()
            return await once(tx, caller, "POST /v1/beneficiaries/transfers", key, request, TransferDone, work)

    @router.get("/transfers", summary="List transfers")
    async def list_transfers(
        caller: Reader,
        state: State | None = None,
        unit_id: UnitQuery = None,
        beneficiary_id: UUID | None = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> TransferPage:
        """Transfers from and to the token's units. Refused: `bad-cursor`."""
        after = id_cursor(cursor)
        async with database.transaction(caller.row_scope) as tx:
            rows = await page_of_transfers(
                tx, state=state, unit_id=unit_id, beneficiary_id=beneficiary_id, after=after, limit=limit
            )
        items = [_view(row) for row in rows]
        return TransferPage(items=items, next_cursor=str(items[-1].transfer_id) if len(items) == limit else None)

    @router.get("/transfers/{transfer_id}", summary="See a transfer")
    async def get(caller: Reader, transfer_id: UUID) -> TransferView:
        """Seen by both communes; the reading is audited. Refused: `unknown-transfer`."""
        async with database.transaction(caller.row_scope) as tx:
            row = await transfer_by_id(tx, transfer_id)
            if row is None:
                raise Refusal(UNKNOWN_TRANSFER)
            await audit.append(tx, caller, "transfer.read", f"beneficiary/{row['beneficiary_id']}", transfer_id=transfer_id)
        return _view(row)

    @router.post("/transfers/{transfer_id}/receive", summary="Receive a person from another commune")
    async def receive(caller: Writer, transfer_id: UUID, move: ReceiveInput, key: IdempotencyKey = None) -> TransferDone:
        """The new commune's own decision: it pays from the month after the old one's last, arrears too where it decides late;
        the person's record is its own from now on. Refused: `unknown-transfer`, `not-your-unit`, `transfer-settled`,
        `signed-in-the-future`, `bad-day` (signed before the old commune's), `bad-category`, `payee-number-taken`."""
        paper = Paper(move.paper_number, move.signed_on, move.note)
        scope = await _both_communes(database, caller, transfer_id)
        async with database.transaction(scope) as tx:

            async def work() -> TransferDone:
                await receive_transfer(tx, caller, categories, transfer_id, paper, move.village)
                return TransferDone(transfer_id=transfer_id, state="received")

            request = f"{transfer_id}{move.model_dump_json()}".encode()
            return await once(tx, caller, "POST /v1/transfers/receive", key, request, TransferDone, work)

    @router.post("/transfers/{transfer_id}/cancel", summary="Cancel a transfer")
    async def cancel(caller: Writer, transfer_id: UUID, why: CancelInput, key: IdempotencyKey = None) -> TransferDone:
        """The old commune takes its stop decision back, until the new one has received the person. Refused:
        `unknown-transfer`, `not-your-unit`, `transfer-settled`, `act-overtaken`."""
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> TransferDone:
                await cancel_transfer(tx, caller, transfer_id, why.note)
                return TransferDone(transfer_id=transfer_id, state="cancelled")

            return await once(
                tx, caller, "POST /v1/transfers/cancel", key, f"{transfer_id}{why.note}".encode(), TransferDone, work
            )

    return router


async def _both_communes(database: Database, caller: Caller, transfer_id: UUID) -> str:
    """The row scope in which a transfer is received: the caller's, and the commune that the person comes from.

    The use case lets only the new commune's officer in. Refused: `unknown-transfer`.
    """
    async with database.transaction(caller.row_scope) as tx:
        row = await transfer_by_id(tx, transfer_id)
    if row is None:
        raise Refusal(UNKNOWN_TRANSFER)
    return ",".join([caller.row_scope, row["from_unit_id"]]) if caller.unit_ids else caller.row_scope


def _view(row: dict[str, Any]) -> TransferView:
    return TransferView.model_validate({name: row[name] for name in TransferView.model_fields})
