"""Webhooks: the door for what providers post, and the list of what came."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict

from services.provider_gateway.api.pages import make_cursor, read_uuid_cursor
from services.provider_gateway.connectors.protocol import Connector, ForgedWebhook, UnreadableWebhook
from services.provider_gateway.domain.refusals import BAD_SIGNATURE, TOO_LARGE, UNKNOWN_PROVIDER
from services.provider_gateway.storage import webhooks
from services.provider_gateway.use_cases.receive_webhook import MAX_BODY_BYTES, open_body, receive_webhook
from shared.auth import Caller, require
from shared.crypto import FieldCipher
from shared.database import Database
from shared.kernel.errors import ErrorCode, Refusal

State = Literal["new", "applied", "parked", "unmatched", "unreadable"]


class Receipt(BaseModel):
    """The webhook is kept; it is applied soon."""

    model_config = ConfigDict(json_schema_extra={"example": {"received": True, "repeated": False}})

    received: bool
    repeated: bool


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


def router(database: Database, connectors: Mapping[str, Connector], cipher: FieldCipher) -> APIRouter:
    """Routes of webhooks."""
    routes = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])
    _add_door(routes, database, connectors, cipher)
    _add_list(routes, database, connectors, cipher)
    return routes


def _add_door(routes: APIRouter, database: Database, connectors: Mapping[str, Connector], cipher: FieldCipher) -> None:
    async def refuse(provider: str, code: ErrorCode, detail: str = "") -> Refusal:
        async with database.transaction() as tx:
            await webhooks.count_refusal(tx, provider, code.code)
        return Refusal(code, detail)

    @routes.post("/{provider}", status_code=202, summary="A provider reports", openapi_extra=_BODY)
    async def receive(provider: str, request: Request) -> Receipt:
        """No bearer token: the provider's own signature is the proof. What comes twice is kept once. Forged: 401, too
        large: 413; nothing of either is kept but its count."""
        connector = connectors.get(provider)
        if connector is None:
            raise Refusal(UNKNOWN_PROVIDER)
        body = await _body(request)
        if body is None:
            raise await refuse(provider, TOO_LARGE, f"a webhook has at most {MAX_BODY_BYTES} bytes")
        try:
            delivery_id = connector.webhooks.verify({name.lower(): value for name, value in request.headers.items()}, body)
        except ForgedWebhook:
            raise await refuse(provider, BAD_SIGNATURE) from None
        async with database.transaction() as tx:
            fresh = await receive_webhook(tx, provider, delivery_id, body, cipher)
        return Receipt(received=True, repeated=not fresh)


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
        order they came."""
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
        said = [each.outcome for each in notice.said if each.reference in references]
        if said:
            views.append(WebhookView.model_validate({**row, "said": said}))
    return views


async def _body(request: Request) -> bytes | None:
    """The raw body; None as soon as it grows past what is allowed."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY_BYTES:
            return None
    return bytes(body)


_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "As the provider sends it; see docs/providers/.",
        "content": {
            "application/json": {
                "schema": {"type": "object"},
                "example": {
                    "type": "list.accepted",
                    "timestamp": "2021-10-05T02:00:02Z",
                    "data": {"list_reference": "ABCDEFGHIJKLMNOPQRSTUVWXY2-19753", "references": ["ABCDEFGHIJKLMNOPQRSTUVWXYZ"]},
                },
            },
            "application/xml": {
                "schema": {"type": "string"},
                "example": (
                    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><OrgnlGrpInfAndSts>'
                    "<OrgnlMsgId>ABCDEFGHIJKLMNOPQRSTUVWXY2</OrgnlMsgId><GrpSts>ACCP</GrpSts>"
                    "</OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>"
                ),
            },
        },
    }
}
