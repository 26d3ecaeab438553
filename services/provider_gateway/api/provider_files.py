"""Files of providers that are paid through by spreadsheets: lists out, signed results in, for officers who hand them over."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict

from services.provider_gateway.connectors.protocol import (
    Connector,
    ForgedWebhook,
    HandedIn,
    LaidFile,
    NotTaken,
    Outgoing,
    UnreadableWebhook,
    Unsure,
)
from services.provider_gateway.domain.refusals import FILE_REFUSED, NO_FILES, TOO_LARGE, UNKNOWN_FILE, UNKNOWN_PROVIDER
from services.provider_gateway.storage import provider_files
from services.provider_gateway.use_cases.apply_file import receive_file
from shared import audit
from shared.auth import Caller, require
from shared.crypto import FieldCipher
from shared.database import Database, Tx
from shared.idempotency import IdempotencyKey, once
from shared.kernel.errors import Refusal

MAX_FILE_BYTES = 5_000_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

FilesCaller = Annotated[Caller, Depends(require("gateway:files"))]
FileName = Annotated[str, Query(min_length=1, max_length=150, pattern=r"^[^/\\\x00-\x1f]+\.(xlsx|csv|XLSX|CSV)$")]

_OUT: JsonDict = {
    "name": "ABCDEFGHIJKLMNOPQRSTUVWXYZ.xlsx",
    "batch_reference": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "laid_at": "2021-10-05T02:00:00Z",
    "size_bytes": 21504,
    "orders": 500,
    "amount_dong": 180000000,
}
_CAME: JsonDict = {
    "file_id": "0190e7a4-0000-7000-8000-000000000007",
    "name": "ket-qua-10-2021.xlsx",
    "content_id": "9f2c5c1e0b0a4f6e8d7c6b5a493827160f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "deliveries": 1,
    "received_at": "2021-10-06T02:00:00Z",
    "state": "applied",
    "applied_at": "2021-10-06T02:00:01Z",
    "result": {"applied": 498, "stale": 2},
}
_RECEIPT: JsonDict = {"content_id": _CAME["content_id"], "results": 500, "repeated": False}


class OutView(BaseModel):
    """A list that was laid down for the provider."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"example": _OUT})

    name: str
    batch_reference: str
    laid_at: datetime
    size_bytes: int
    orders: int
    amount_dong: int


class CameView(BaseModel):
    """A file that came. `result` says what became of its rows: `applied`, `stale` (known before), `contradictions` (a person
    settles them), `unknown`."""

    model_config = ConfigDict(json_schema_extra={"example": _CAME})

    file_id: UUID
    name: str | None
    content_id: str
    deliveries: int
    received_at: datetime
    state: Literal["new", "applied", "parked", "unmatched", "unreadable"]
    applied_at: datetime | None
    result: dict[str, Any] | None


class FilesView(BaseModel):
    """The newest files out and in."""

    model_config = ConfigDict(json_schema_extra={"example": {"out": [_OUT], "came": [_CAME]}})

    out: list[OutView]
    came: list[CameView]


class FileReceipt(BaseModel):
    """The file is kept and is applied soon. `repeated`: the same content had come before, and changes nothing more."""

    model_config = ConfigDict(json_schema_extra={"example": _RECEIPT})

    content_id: str
    results: int
    repeated: bool


def router(database: Database, connectors: Mapping[str, Connector], cipher: FieldCipher) -> APIRouter:
    """Routes of files."""
    routes = APIRouter(prefix="/v1/providers", tags=["files"])
    _add_out(routes, database, connectors)
    _add_in(routes, database, connectors, cipher)
    return routes


def _add_out(routes: APIRouter, database: Database, connectors: Mapping[str, Connector]) -> None:
    @routes.get("/{provider}/files", summary="Lists out, results in")
    async def list_files(provider: str, caller: FilesCaller) -> FilesView:
        """The newest 200 of each that the token may see. Refused: `unknown-provider`, `no-files`."""
        outgoing, _ = _ways(connectors, provider)
        laid = await _laid(outgoing)
        async with database.transaction(caller.row_scope) as tx:
            seen = await _seen(tx, caller, provider, laid)
            came = await provider_files.came(tx, provider)
        return FilesView(out=[OutView.model_validate(each) for each in seen], came=[CameView(**row) for row in came])

    @routes.get(
        "/{provider}/files/{name}",
        summary="Download a list",
        response_class=Response,
        responses={200: {"content": {XLSX: {}}, "description": "The list, as it lies in the provider's folder."}},
    )
    async def download(provider: str, name: str, caller: FilesCaller) -> Response:
        """A list names people with their numbers: each reading is in the audit. Refused: `unknown-provider`, `no-files`,
        `unknown-file` (none of that name, or the provider has taken it)."""
        outgoing, _ = _ways(connectors, provider)
        async with database.transaction(caller.row_scope) as tx:
            seen = {each.name for each in await _seen(tx, caller, provider, await _laid(outgoing))}
        content = await outgoing.content(name) if name in seen else None
        if content is None:
            raise Refusal(UNKNOWN_FILE)
        async with database.transaction() as tx:
            await audit.append(tx, caller, "download-pay-list", f"file/{provider}/{name}")
        disposition = f"attachment; filename*=UTF-8''{quote(name)}"
        return Response(content, media_type=XLSX, headers={"content-disposition": disposition, "cache-control": "no-store"})


def _add_in(routes: APIRouter, database: Database, connectors: Mapping[str, Connector], cipher: FieldCipher) -> None:
    @routes.post("/{provider}/files", status_code=202, summary="Hand in a signed result list", openapi_extra=_BODY)
    async def hand_in(
        provider: str,
        request: Request,
        caller: FilesCaller,
        name: FileName,
        signature: Annotated[str, Header(alias="X-File-Signature", max_length=2000, description="Base64")] = "",
        key: IdempotencyKey = None,
    ) -> FileReceipt:
        """The body is the file's bytes; the header is the signature that the provider made over them. The file is believed whole
        or not at all; handing it in again changes nothing.

        Refused: `unknown-provider`, `no-files`, `too-large`, `file-refused` (not signed, changed, of another month, with a code
        or an amount that was not given out, ...: `detail` says which row, `reason` is the word for programs).
        """
        _, way = _ways(connectors, provider)
        content = await _body(request)
        body = way.handed_in(name, content, signature.encode("ascii", "replace"))
        content_id, results = await asyncio.to_thread(_check, connectors[provider], way, name, body)

        async def work() -> FileReceipt:
            fresh = await receive_file(tx, provider, content_id, name, body, cipher)
            await audit.append(tx, caller, "hand-in-results", f"file/{provider}/{content_id}", name=name, results=results)
            return FileReceipt(content_id=content_id, results=results, repeated=not fresh)

        route = "POST /v1/providers/{provider}/files"
        async with database.transaction() as tx:
            return await once(tx, caller, route, key, f"{provider}\n{content_id}".encode(), FileReceipt, work)


def _ways(connectors: Mapping[str, Connector], provider: str) -> tuple[Outgoing, HandedIn]:
    connector = connectors.get(provider)
    if connector is None:
        raise Refusal(UNKNOWN_PROVIDER)
    if connector.outgoing is None or connector.handed_in is None or connector.files is None:
        raise Refusal(NO_FILES)
    return connector.outgoing, connector.handed_in


async def _laid(outgoing: Outgoing) -> Sequence[LaidFile]:
    try:
        return await outgoing.laid()
    except (NotTaken, Unsure, OSError):
        return ()  # the folder is away: what came can be seen all the same


async def _seen(tx: Tx, caller: Caller, provider: str, laid: Sequence[LaidFile]) -> list[LaidFile]:
    if not caller.unit_ids:
        return list(laid)
    visible = await provider_files.visible_batches(tx, provider, [each.batch_reference for each in laid])
    return [each for each in laid if each.batch_reference in visible]


def _check(connector: Connector, way: HandedIn, name: str, body: bytes) -> tuple[str, int]:
    """The content's id and how many results it has. Raises `file-refused`."""
    assert connector.files is not None
    try:
        content_id = connector.files.verify(name, body)
        return content_id, len(connector.files.read(body).said)
    except (ForgedWebhook, UnreadableWebhook, OSError) as error:
        why = "no_folder" if isinstance(error, OSError) else str(error)
        english, vietnamese = way.explain(why)
        raise Refusal(FILE_REFUSED, f"{vietnamese} / {english}", reason=why) from None


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_FILE_BYTES:
            raise Refusal(TOO_LARGE, f"a file has at most {MAX_FILE_BYTES} bytes")
    return bytes(body)


_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The .xlsx or .csv, byte for byte as it was signed.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
