"""Messages to payees: what was told, what waits, and whom nobody can call."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from services.provider_gateway.api.pages import make_cursor, read_uuid_cursor
from services.provider_gateway.domain.messages import AnyKind
from services.provider_gateway.storage import messages
from shared.auth import Caller, require
from shared.database import Database

MessageState = Literal["waiting", "sent", "failed", "no_phone"]


class MessageView(BaseModel):
    """A message. Its text and the phone are not shown: both are made when it is sent. `no_phone`: tell the payee otherwise.
    `about` is the payment, or the registry's notice of a change."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "message_id": "0190e7a4-0000-7000-8000-000000000009",
                "about": "0190e7a4-0000-7000-8000-000000000001",
                "kind": "paid",
                "unit_id": "19753@2021-07-01",
                "provider": "viettelpay",
                "channel": "wallet",
                "amount_dong": 540000,
                "months": ["10.2021"],
                "state": "sent",
                "why": None,
                "tries": 1,
                "queued_at": "2021-10-05T02:00:02Z",
                "done_at": "2021-10-05T02:00:03Z",
            }
        }
    )

    message_id: UUID
    about: UUID
    kind: AnyKind
    unit_id: str
    provider: str | None
    channel: str | None
    amount_dong: int | None
    months: list[str]
    state: MessageState
    why: str | None
    tries: int
    queued_at: datetime
    done_at: datetime | None


class MessagePage(BaseModel):
    """Messages in the order of queuing."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [], "next_cursor": None}})

    items: list[MessageView]
    next_cursor: str | None


def router(database: Database) -> APIRouter:
    """The route of messages."""
    routes = APIRouter(prefix="/v1/messages", tags=["messages"])

    @routes.get("", summary="Messages to payees")
    async def list_messages(
        caller: Annotated[Caller, Depends(require("gateway:read"))],
        state: MessageState | None = None,
        about: UUID | None = None,
        cursor: Annotated[str | None, Query(max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> MessagePage:
        """Messages of the caller's units. Refused: `wrong-cursor`."""
        after = read_uuid_cursor(cursor)
        async with database.transaction(caller.row_scope) as tx:
            rows = await messages.page(tx, after, limit, state=state, about=about)
        items = [MessageView.model_validate(row) for row in rows]
        return MessagePage(items=items, next_cursor=make_cursor(items[-1].message_id) if len(items) == limit else None)

    return routes
