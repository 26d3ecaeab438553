"""Webhooks: what came, what was refused, and applying one once more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from services.provider_gateway.api.pages import make_cursor, read_uuid_cursor
from services.provider_gateway.api.webhook_door import add_doors
from services.provider_gateway.connectors.protocol import Connector, NotTaken, UnreadableWebhook
from services.provider_gateway.domain.refusals import KEY_UNUSABLE
from services.provider_gateway.storage import webhook_conflicts, webhooks
from services.provider_gateway.use_cases.receive_webhook import open_body, replay_webhook
from shared.auth import Caller, require
from shared.crypto import FieldCipher
from shared.database import Database
from shared.kernel.errors import Refusal

State = Literal["new", "applied", "parked", "unmatched", "unreadable"]


class WebhookView(BaseModel):
    """A webhook that came, or (with `file_name`) a file that was fetched. `said` is what it said of the payment that was asked
    for; the raw body is in no answer."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "webhook_id": "0190e7a4-0000-7000-8000-000000000004",
                "provider": "viettelpay",
                "delivery_id": "msg_1",
                "deliveries": 2,
                "received_at": "2021-10-05T02:00:02Z",
                "business_at": "2021-10-05T02:00:02Z",
                "state": "applied",
                "applied_at": "2021-10-05T02:00:02Z",
                "payroll_id": "0190e7a4-0000-7000-8000-000000000003",
                "chunk_no": 1,
                "result": {"applied": 500},
                "said": ["paid"],
            }
        }
    )

    webhook_id: UUID
    provider: str
    delivery_id: str
    deliveries: int
    received_at: datetime
    business_at: datetime
    state: State
    applied_at: datetime | None
    payroll_id: UUID | None
    chunk_no: int | None
    result: dict[str, Any] | None
    said: list[str] | None = None
    file_name: str | None = None


class WebhookPage(BaseModel):
    """Webhooks; ask again with `cursor` = `next_cursor` until it is null."""

    items: list[WebhookView]
    next_cursor: str | None


class RefusalCount(BaseModel):
    """What was refused at one provider's door for one reason."""

    provider: str
    code: str
    refused: int
    last_at: datetime


class RefusalCounts(BaseModel):
    """Refused webhooks. Nothing of them is kept but these counts, except of `webhook-id-reused`: see the conflicts."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "items": [
                    {"provider": "vnpost", "code": "bad-signature", "refused": 3, "last_at": "2021-10-05T02:00:02Z"},
                ]
            }
        }
    )

    items: list[RefusalCount]


class ConflictView(BaseModel):
    """A rightly signed webhook whose id had come before (`webhook_id`) with another content. It is never applied: somebody asks
    the provider which of the two is meant."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "conflict_id": "0190e7a4-0000-7000-8000-000000000008",
                "webhook_id": "0190e7a4-0000-7000-8000-000000000004",
                "provider": "vnpost",
                "delivery_id": "msg_1",
                "deliveries": 1,
                "received_at": "2021-10-05T02:00:02Z",
                "business_at": "2021-10-05T02:00:02Z",
            }
        }
    )

    conflict_id: UUID
    webhook_id: UUID
    provider: str
    delivery_id: str
    deliveries: int
    received_at: datetime
    business_at: datetime


class ConflictPage(BaseModel):
    """Conflicts; ask again with `cursor` = `next_cursor` until it is null."""

    items: list[ConflictView]
    next_cursor: str | None


def router(database: Database, connectors: Mapping[str, Connector], cipher: FieldCipher) -> APIRouter:
    """Routes of webhooks."""
    routes = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])
    _add_replay(routes, database)
    add_doors(routes, database, connectors, cipher)
    _add_apart(routes, database)
    _add_list(routes, database, connectors, cipher)
    return routes


def _add_replay(routes: APIRouter, database: Database) -> None:
    @routes.post("/{webhook_id}/replay", summary="Apply a webhook once more")
    async def replay(caller: Annotated[Caller, Depends(require("gateway:replay"))], webhook_id: UUID) -> WebhookView:
        """Read and applied again from its raw body as it came: what could not be read or matched then, or was applied
        wrongly. What it said already is stale news: nothing is done twice. Audited. Refused: `no-such-webhook`."""
        async with database.transaction(caller.row_scope) as tx:
            return WebhookView.model_validate(await replay_webhook(tx, caller, webhook_id))


def _add_apart(routes: APIRouter, database: Database) -> None:
    @routes.get("/refusals", summary="What was refused at the door, counted")
    async def list_refusals(caller: Annotated[Caller, Depends(require("gateway:read"))]) -> RefusalCounts:
        """By provider and reason, with the newest time."""
        async with database.transaction(caller.row_scope) as tx:
            rows = await webhook_conflicts.refusals(tx)
        return RefusalCounts(items=[RefusalCount.model_validate(row) for row in rows])

    @routes.get("/conflicts", summary="Webhooks whose id was used twice")
    async def list_conflicts(
        caller: Annotated[Caller, Depends(require("gateway:read"))],
        provider: Annotated[str | None, Query(pattern=r"^[a-z_]{1,40}$")] = None,
        cursor: Annotated[str | None, Query(max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> ConflictPage:
        """In the order they came. Refused: `wrong-cursor`."""
        after = read_uuid_cursor(cursor)
        async with database.transaction(caller.row_scope) as tx:
            rows = await webhook_conflicts.conflicts_page(tx, provider, after, limit)
        next_cursor = make_cursor(rows[-1]["conflict_id"]) if len(rows) == limit else None
        return ConflictPage(items=[ConflictView.model_validate(row) for row in rows], next_cursor=next_cursor)


def _add_list(routes: APIRouter, database: Database, connectors: Mapping[str, Connector], cipher: FieldCipher) -> None:
    @routes.get("", summary="Webhooks that came")
    async def list_webhooks(
        caller: Annotated[Caller, Depends(require("gateway:read"))],
        payment_id: UUID | None = None,
        provider: Annotated[str | None, Query(pattern=r"^[a-z_]{1,40}$")] = None,
        state: State | None = None,
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> WebhookPage:
        """With `payment_id`: all that spoke of this payment, with what they said. Else those the token may see, in the
        order they came. Refused: `wrong-cursor`, `key-unusable`."""
        after = read_uuid_cursor(cursor)
        async with database.transaction(caller.row_scope) as tx:
            if payment_id is not None:
                found = await webhooks.webhooks_of_payment(tx, payment_id)
                return WebhookPage(items=_speaking_of(found, connectors, cipher), next_cursor=None)
            rows = await webhooks.webhooks_page(tx, provider, state, after, limit)
        next_cursor = make_cursor(rows[-1]["webhook_id"]) if len(rows) == limit else None
        return WebhookPage(items=[WebhookView.model_validate(row) for row in rows], next_cursor=next_cursor)


def _speaking_of(
    found: list[tuple[dict[str, Any], str, frozenset[str]]], connectors: Mapping[str, Connector], cipher: FieldCipher
) -> list[WebhookView]:
    """Those of a chunk's webhooks that say something of these references."""
    views = []
    for row, sealed, references in found:
        try:
            notice = connectors[row["provider"]].webhooks.read(open_body(sealed, cipher))
        except (UnreadableWebhook, KeyError):
            continue
        except NotTaken as error:  # a key of ours that reading needs: to leave the webhook out would be no answer
            raise Refusal(KEY_UNUSABLE, error.why) from None
        said = [each.outcome for each in notice.said if each.reference in references]
        if said:
            views.append(WebhookView.model_validate({**row, "said": said}))
    return views
