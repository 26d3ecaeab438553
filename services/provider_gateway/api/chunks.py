"""Chunks: what was instructed, and what it waits for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict

from services.provider_gateway.api.pages import make_cursor, read_chunk_cursor
from services.provider_gateway.domain.schedule import Schedule
from services.provider_gateway.storage.health import chunks_page
from services.provider_gateway.storage.ways import read_standings
from shared.auth import Caller, require
from shared.database import Database

ChunkState = Literal["waiting", "open", "settled", "held"]

_CHUNK: JsonDict = {
    "payroll_id": "0190e7a4-0000-7000-8000-000000000003",
    "chunk_no": 1,
    "run_month": "2021-10-01",
    "provider": "viettelpay",
    "channel": "wallet",
    "authority_id": "474@2021-07-01",
    "payments": 500,
    "amount_dong": 180000000,
    "state": "waiting",
    "why": "breaker",
    "tries": 0,
    "enquiries": 0,
    "being_sent": False,
    "send_at": "2021-10-05T02:00:00Z",
    "next_enquiry_at": None,
    "given_up_at": None,
}


class ChunkView(BaseModel):
    """A chunk. `why`: what it waits for or is held for: `stopped`, `maintenance`, `breaker`, `calls_at_once`, `pace` (all of its
    provider or payroll), `accounts` (not known here yet), or the code of what is wrong with it."""

    model_config = ConfigDict(json_schema_extra={"example": _CHUNK})

    payroll_id: UUID
    chunk_no: int
    run_month: date
    provider: str
    channel: str
    authority_id: str
    payments: int
    amount_dong: int
    state: ChunkState
    why: str | None
    tries: int
    enquiries: int
    being_sent: bool
    send_at: datetime | None
    next_enquiry_at: datetime | None
    given_up_at: datetime | None


class ChunkPage(BaseModel):
    """Chunks; ask again with `cursor` = `next_cursor` until it is null."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [_CHUNK], "next_cursor": None}})

    items: list[ChunkView]
    next_cursor: str | None


def router(database: Database, providers: Collection[str], schedule: Schedule) -> APIRouter:
    """The route of chunks."""
    routes = APIRouter(prefix="/v1/chunks", tags=["attempts"])

    @routes.get("", summary="Chunks, and what they wait for")
    async def list_chunks(
        caller: Annotated[Caller, Depends(require("gateway:read"))],
        provider: Annotated[str | None, Query(pattern=r"^[a-z_]{1,40}$")] = None,
        state: ChunkState | None = None,
        payroll_id: UUID | None = None,
        cursor: Annotated[str | None, Query(max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> ChunkPage:
        """Chunks that the token may see. Refused: `wrong-cursor`."""
        after = read_chunk_cursor(cursor)
        async with database.transaction() as tx:
            closed = {name: each.why_closed for name, each in (await read_standings(tx, providers, schedule.limits)).items()}
        async with database.transaction(caller.row_scope) as tx:
            rows = await chunks_page(tx, provider=provider, state=state, payroll_id=payroll_id, after=after, limit=limit)
        next_cursor = make_cursor(rows[-1]["payroll_id"], rows[-1]["chunk_no"]) if len(rows) == limit else None
        for row in rows:
            to_send = row["send_at"] is not None and not row["being_sent"]
            stopped = row.pop("stopped")
            if row["why"] is None and to_send:
                row["why"] = "stopped" if stopped else closed.get(row["provider"])
        return ChunkPage(items=[ChunkView.model_validate(row) for row in rows], next_cursor=next_cursor)

    return routes
