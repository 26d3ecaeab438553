"""An uploaded list: taken in only after the token was checked, and never more of it than is allowed."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import PurePosixPath

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from services.registry.domain.refusals import BAD_FORM, FILE_MISSING, FILE_TOO_LARGE, UNKNOWN_COMMUNE
from shared.kernel.errors import Refusal

MAX_FILE_BYTES = 20 * 1024 * 1024
_MAX_BODY_BYTES = MAX_FILE_BYTES + 64 * 1024  # boundaries and the small fields
_NAME_LENGTH = 200

FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "The list: .xlsx, .xls or .csv, up to 20 MB.",
                        },
                        "commune_code": {
                            "type": "string",
                            "pattern": "^[0-9]{5}$",
                            "description": "The commune, where neither titles nor file name say it.",
                            "examples": ["19870"],
                        },
                    },
                }
            }
        },
    }
}
"""The request body, for the OpenAPI document: the body is read by hand, after the token."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came, and the commune that its sender named."""

    data: bytes
    file_name: str
    commune_code: str | None


async def read_upload(request: Request) -> Upload:
    """The file of a multipart request. Refused: `file-too-large`, `file-missing`, `bad-form`, `unknown-commune`."""
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > _MAX_BODY_BYTES:
        raise Refusal(FILE_TOO_LARGE)
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise Refusal(FILE_MISSING, "the request is no multipart/form-data")
    try:
        async with aclosing(_bounded(request)) as stream:
            form = await MultiPartParser(request.headers, stream, max_files=1, max_fields=4).parse()
    except (MultiPartException, KeyError, UnicodeError, LookupError) as error:
        raise Refusal(BAD_FORM, type(error).__name__) from None
    try:
        file, code = form.get("file"), form.get("commune_code")
        if not isinstance(file, UploadFile):
            raise Refusal(FILE_MISSING)
        data = await file.read()
        if len(data) > MAX_FILE_BYTES:
            raise Refusal(FILE_TOO_LARGE)
        return Upload(data, _file_name(file.filename), _commune_code(code))
    finally:
        await form.close()


async def _bounded(request: Request) -> AsyncGenerator[bytes, None]:
    """The body, given up where it grows past the limit: a sender may lie about its length, or not tell it."""
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > _MAX_BODY_BYTES:
            raise Refusal(FILE_TOO_LARGE)
        yield chunk


def _file_name(name: str | None) -> str:
    """The last part of the name, printable and not too long."""
    last = PurePosixPath((name or "").replace("\\", "/")).name
    printable = "".join(mark for mark in last if mark.isprintable()).encode(errors="ignore").decode()
    return printable[-_NAME_LENGTH:] or "list"


def _commune_code(value: object) -> str | None:
    if value in (None, ""):
        return None
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{5}", value):
        raise Refusal(UNKNOWN_COMMUNE, "a commune's code has five digits")
    return value
