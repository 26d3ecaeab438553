"""The door for what providers post: one address for each, shown in the docs with samples that curl can send."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.requests import ClientDisconnect

from services.provider_gateway.connectors.protocol import Connector, ForgedWebhook, Notice, NotTaken, UnreadableWebhook
from services.provider_gateway.connectors.samples import JSON, Sample, WebhookSamples, content_type
from services.provider_gateway.domain.refusals import (
    BAD_SIGNATURE,
    CUT_OFF,
    ENCODED,
    KEY_UNUSABLE,
    TOO_LARGE,
    TOO_SLOW,
    UNKNOWN_PROVIDER,
    UNREADABLE_WEBHOOK,
    WEBHOOK_ID_REUSED,
)
from services.provider_gateway.storage import webhooks
from services.provider_gateway.use_cases.receive_webhook import MAX_BODY_BYTES, receive_webhook
from shared.crypto import FieldCipher
from shared.database import Database, is_infrastructure
from shared.kernel.errors import ErrorCode, Refusal
from shared.problems import Problem, problem

BODY_SECONDS = 10.0
"""So long a body may take to come, whole."""

DRAIN_BYTES = 32_000_000
"""So much of what is too large is read and thrown away, so that its sender gets to read the answer."""

DOOR_STATUS = {TOO_SLOW: 408, CUT_OFF: 400, ENCODED: 415}

UP = "http://127.0.0.1:8080/gateway"
"""Where `./chitra up` shows the gateway, for the commands in the docs."""

log = structlog.get_logger("chitra.gateway")


class Receipt(BaseModel):
    """The webhook is kept; it is applied soon."""

    model_config = ConfigDict(json_schema_extra={"example": {"received": True, "repeated": False}})

    received: bool
    repeated: bool


class NotReceived(Exception):
    """A body that did not come whole, or is none that is taken."""

    def __init__(self, code: ErrorCode) -> None:
        super().__init__(code.code)
        self.code = code


def add_doors(routes: APIRouter, database: Database, connectors: Mapping[str, Connector], cipher: FieldCipher) -> None:
    """An address for each provider, and a 404 for all others."""
    for name, connector in sorted(connectors.items()):
        _add_door(routes, name, connector, _receiver(database, name, connector, cipher))

    @routes.post("/{provider}", include_in_schema=False)
    async def nobody(provider: str) -> None:
        raise Refusal(UNKNOWN_PROVIDER, f"providers are {', '.join(sorted(connectors))}")


def _receiver(
    database: Database, provider: str, connector: Connector, cipher: FieldCipher
) -> Callable[[Request], Awaitable[Receipt | JSONResponse]]:
    async def refuse(code: ErrorCode, detail: str = "") -> JSONResponse:
        async with database.transaction() as tx:
            await webhooks.count_refusal(tx, provider, code.code)
        return problem(code, detail, status=DOOR_STATUS.get(code))

    async def receive(request: Request) -> Receipt | JSONResponse:
        try:
            body = await _body(request)
        except NotReceived as error:
            return await refuse(error.code, f"at most {MAX_BODY_BYTES} bytes within {BODY_SECONDS:g} seconds")
        try:
            delivery_id = _verified(connector, request, body)
        except ForgedWebhook:
            return await refuse(BAD_SIGNATURE)
        said = _said(connector, body)
        async with database.transaction() as tx:
            got = await receive_webhook(tx, provider, delivery_id, body, said, cipher)
        if got.conflicts:
            return await refuse(WEBHOOK_ID_REUSED)
        if isinstance(said, str):
            return problem(UNREADABLE_WEBHOOK, said, webhook_id=got.webhook_id)
        return Receipt(received=True, repeated=not got.fresh)

    return receive


def _verified(connector: Connector, request: Request, body: bytes) -> str:
    """The delivery's id. Raises ForgedWebhook, also for whatever a verifier stumbles over; not where its key can't be read."""
    try:
        return connector.webhooks.verify({name.lower(): value for name, value in request.headers.items()}, body)
    except ForgedWebhook:
        raise
    except NotTaken as error:
        raise Refusal(KEY_UNUSABLE, error.why) from None  # a key of ours: to call it forged would lose what is true
    except Exception as error:
        if is_infrastructure(error):
            raise
        log.error("webhook_verifier_stumbled", provider=connector.name, error=type(error).__name__)
        raise ForgedWebhook(type(error).__name__) from None


def _said(connector: Connector, body: bytes) -> Notice | str:
    """What a verified body says; or in one word why it can't be read. Not where a key that it needs can't be read."""
    try:
        return connector.webhooks.read(body)
    except UnreadableWebhook as error:
        return str(error)
    except NotTaken as error:
        raise Refusal(KEY_UNUSABLE, error.why) from None
    except Exception as error:
        if is_infrastructure(error):
            raise
        log.error("webhook_reader_stumbled", provider=connector.name, error=type(error).__name__)
        return type(error).__name__


async def _body(request: Request) -> bytes:
    """The raw body. Raises NotReceived where it is too large, too slow, compressed or cut off."""
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise NotReceived(ENCODED)
    body, size = bytearray(), 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.stream():
                size += len(part)
                if size <= MAX_BODY_BYTES:
                    body += part
                elif size > DRAIN_BYTES:
                    break
    except TimeoutError:
        raise NotReceived(TOO_SLOW) from None
    except ClientDisconnect:
        raise NotReceived(CUT_OFF) from None
    if size > MAX_BODY_BYTES:
        raise NotReceived(TOO_LARGE)
    return bytes(body)


def _add_door(
    routes: APIRouter, name: str, connector: Connector, receive: Callable[[Request], Awaitable[Receipt | JSONResponse]]
) -> None:
    routes.add_api_route(
        f"/{name}",
        receive,
        methods=["POST"],
        status_code=202,
        response_model=Receipt,
        operation_id=f"receive_webhook_of_{name}",
        summary=f"{name} reports",
        description=_description(name, connector.samples),
        openapi_extra=_openapi(name, connector.samples),
        responses={
            status: {"model": Problem, "content": {"application/problem+json": {}}, "description": text}
            for status, text in ((400, "Cut off"), (408, "Too slow"), (415, "Compressed"), (503, "A key of ours is missing"))
        },
    )


DOOR = """No bearer token: the provider's own signature is the proof. What comes twice is kept once. Forged, or signed too long
ago or in the future: 401, and nothing of it is kept but a count. Too large: 413. Rightly signed but of no known shape: 422, kept
for a person. An id that came before with another content: 409, kept, and never applied."""

CURL = """Each example can be sent with curl to `./chitra up`: the first command signs it as of now with the test keys of that
installation (it refuses to where real money moves), and writes what curl is to send.

```sh
{commands}
```

A body of your own: `./chitra webhook sign --provider {name} FILE`."""


def _description(name: str, samples: WebhookSamples | None) -> str:
    if samples is None:
        return DOOR
    commands = "\n".join(f"{_command(name, sample)}   # {sample.summary}" for sample in samples.samples)
    return f"{DOOR}\n\n{CURL.format(name=name, commands=commands)}"


def _command(name: str, sample: Sample) -> str:
    """What a person types."""
    return f"./chitra webhook sign --provider {name} --example {sample.name} | curl --config - {UP}/v1/webhooks/{name}"


def _openapi(name: str, samples: WebhookSamples | None) -> dict[str, Any]:
    if samples is None:
        return {"requestBody": {"required": True, "content": {JSON: {"schema": {}}}}}
    content: dict[str, Any] = {}
    for each in samples.samples:
        kind = content_type(each.body)
        part = content.setdefault(kind, {"schema": {"type": "object" if kind == JSON else "string"}, "examples": {}})
        value = orjson.loads(each.body) if kind == JSON else each.body.decode()
        part["examples"][each.name] = {"summary": each.summary, "value": value, "x-curl": _command(name, each)}
    return {
        "requestBody": {
            "required": True,
            "description": "As the provider sends it; see docs/providers/.",
            "content": content,
        },
        "x-codeSamples": [{"lang": "Shell", "label": each.name, "source": _command(name, each)} for each in samples.samples],
    }
