"""Bodies that FastAPI reads whole, before it asks anything: bounded, and read only for a caller who may ask.

Of itself it reads a body of any size and parses it, and only then looks at the token: whoever finds the address could fill the
memory. Routes that read their own body (uploads, webhooks) have bounds of their own and are left alone.
"""

from __future__ import annotations

from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.auth import check_at_the_door, guards_of
from shared.kernel.errors import ErrorCode, Kind

MAX_BODY_BYTES = 12_000_000
"""The largest that is asked for is a part of a provider's list: 10 MB of CSV, or 50,000 lines."""

DRAIN_BYTES = 32_000_000
"""So much of what is too large is read and thrown away, so that its sender gets to read the answer."""

TOO_LARGE = ErrorCode("body-too-large", Kind.TOO_LARGE, "The request is too large", "Yêu cầu quá lớn")


class BodyTooLarge(HTTPException):
    """Told through FastAPI, which takes any other error of reading a body for a malformed one."""

    def __init__(self) -> None:
        super().__init__(413, f"at most {MAX_BODY_BYTES} bytes")


def with_bounded_body(route: APIRoute) -> ASGIApp:
    """What answers a route whose body is read whole: the token first, then no more of the body than the bound."""
    inner, guards = route.app, guards_of(route.dependant)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for guard in guards:
            await check_at_the_door(guard, Request(scope))
        await inner(scope, _bounded(receive), send)

    return app


def _bounded(receive: Receive) -> Receive:
    size = 0

    async def part() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > MAX_BODY_BYTES:
            while message.get("more_body") and size <= DRAIN_BYTES:
                message = await receive()
                size += len(message.get("body", b""))
            raise BodyTooLarge
        return message

    return part
