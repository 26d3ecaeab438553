"""Notices: what payees are to be told, and who told them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.registry.api.wire import COMMUNE, ID, Cursor, Limit, UnitQuery, id_cursor
from services.registry.domain.notices import payee_ended_text
from services.registry.storage.notices import page_of_notices
from services.registry.use_cases.queue_notices import note_told
from shared.auth import Caller, require
from shared.crypto import PHONE, FieldCipher, mask
from shared.database import Database
from shared.idempotency import IdempotencyKey, once

NoticeState = Literal["queued", "told"]
How = Literal["message", "call", "in_person", "letter"]

_NOTICE: JsonDict = {
    "notice_id": ID,
    "beneficiary_id": ID,
    "unit_id": COMMUNE,
    "payee_id": ID,
    "payee_name": "Lê Thị Xuân",
    "kind": "payee_ended",
    "about": ID,
    "text_vi": payee_ended_text("HUE-0000123", datetime(2021, 11, 5).date()),  # noqa: DTZ001 - an example
    "phone": "•••••••••678",
    "state": "queued",
    "queued_at": "2021-11-05T02:00:00Z",
    "told_at": None,
    "told_subject": None,
    "told_how": None,
}


class NoticeView(BaseModel):
    """A notice."""

    model_config = ConfigDict(json_schema_extra={"examples": [_NOTICE]})

    notice_id: UUID
    beneficiary_id: UUID
    unit_id: str
    payee_id: UUID = Field(description="Whom it is for.")
    payee_name: str
    kind: str
    about: UUID | None = Field(description="The change request or whatever it speaks of.")
    text_vi: str = Field(description="No category; numbers masked.")
    phone: str | None = Field(description="Where to, masked. None: the commune tells them.")
    state: NoticeState
    queued_at: datetime = Field(description="Business clock.")
    told_at: datetime | None
    told_subject: str | None
    told_how: How | None


class NoticePage(BaseModel):
    """Notices, oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_NOTICE], "next_cursor": None}]})

    items: list[NoticeView]
    next_cursor: str | None


class ToldInput(BaseModel):
    """How they were told."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"how": "in_person"}]})

    how: How


class Told(BaseModel):
    """A notice that was told."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"notice_id": ID, "how": "in_person"}]})

    notice_id: UUID
    how: How


def make_router(database: Database, cipher: FieldCipher) -> APIRouter:
    """The routes of notices."""
    router = APIRouter(prefix="/v1/notices", tags=["notices"])

    @router.get("", summary="List notices")
    async def list_notices(
        caller: Annotated[Caller, Depends(require("registry:read"))],
        beneficiary_id: UUID | None = None,
        unit_id: UnitQuery = None,
        state: NoticeState | None = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> NoticePage:
        """What payees of the token's units are to be told, phones masked. Refused: `bad-cursor`."""
        after = id_cursor(cursor)
        async with database.transaction(caller.row_scope) as tx:
            rows = await page_of_notices(
                tx, beneficiary_id=beneficiary_id, unit_id=unit_id, state=state, after=after, limit=limit
            )
        items = [_view(cipher, row) for row in rows]
        return NoticePage(items=items, next_cursor=str(items[-1].notice_id) if len(items) == limit else None)

    @router.post("/{notice_id}/told", summary="Note that somebody was told")
    async def told(
        caller: Annotated[Caller, Depends(require("registry:write"))],
        notice_id: UUID,
        said: ToldInput,
        key: IdempotencyKey = None,
    ) -> Told:
        """An officer called, visited or wrote. Refused: `unknown-notice`, `notice-told`."""
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> Told:
                await note_told(tx, caller, notice_id, said.how)
                return Told(notice_id=notice_id, how=said.how)

            return await once(tx, caller, "POST /v1/notices/told", key, f"{notice_id}{said.how}".encode(), Told, work)

    return router


def _view(cipher: FieldCipher, row: dict[str, Any]) -> NoticeView:
    sealed = row["phone_sealed"]
    phone = mask(cipher.open(sealed, PHONE)) if sealed else None
    return NoticeView.model_validate({**row, "phone": phone})
