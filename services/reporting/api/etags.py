"""ETags over the answer itself: the same numbers for the same rows have the same tag, and are not sent twice."""

from __future__ import annotations

from hashlib import sha256

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel

PRIVATE = "private, no-cache"
"""A browser may keep an answer, and must ask whether it still holds; nobody in between may."""


def tagged(request: Request, model: BaseModel) -> Response:
    """A model as JSON with its ETag; 304 without a body where the caller has it already."""
    return tagged_body(request, model.model_dump_json(by_alias=True).encode(), "application/json")


def tagged_body(request: Request, body: bytes, media_type: str, headers: dict[str, str] | None = None) -> Response:
    """A body with its ETag; 304 without it where the caller has it already."""
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    every = {**(headers or {}), "ETag": etag, "Cache-Control": PRIVATE, "Vary": "Authorization, Cookie"}
    if etag in known_tags(request):
        return Response(status_code=304, headers=every)
    return Response(body, media_type=media_type, headers=every)


def known_tags(request: Request) -> set[str]:
    """The tags the caller holds. A proxy that compresses may have made them weak."""
    return {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
