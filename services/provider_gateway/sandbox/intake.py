"""One way in for batches of all providers: takes them, and answers as badly as the fault of the moment wants."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from services.provider_gateway.sandbox.books.taking import take_batch
from services.provider_gateway.sandbox.errors import RequestRefused, error_response
from services.provider_gateway.sandbox.records import IncomingBatch, Taking
from services.provider_gateway.sandbox.state import Sandbox


class DroppedConnection(Response):
    """Promises a body and closes the connection instead: the caller never gets an answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Begin an answer and stop; the server then closes the connection."""
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})


async def answer_batch(sandbox: Sandbox, batch: IncomingBatch, render: Callable[[Taking], Response]) -> Response:
    """Take a batch, commit, and answer with `render` unless a fault of the batch level struck."""
    taking = await sandbox.books.run(lambda connection: take_batch(connection, sandbox, batch))
    if taking.taken:
        sandbox.work_to_do.set()
        sandbox.webhooks_to_send.set()
    if taking.conflict:
        raise RequestRefused(409, "batch_reference_reused", "This reference stands for a batch with other content")
    if taking.fault in ("timeout_before", "timeout_after"):
        await asyncio.sleep(sandbox.settings.hang_seconds)
        return error_response(504, "timeout", "The provider took too long")
    if taking.fault in ("server_error", "server_error_after", "not_found_at_first"):
        return error_response(500, "internal_error", "The provider failed")
    if taking.fault == "throttled":
        return error_response(429, "too_many_requests", "Come again later", {"retry-after": "1"})
    if taking.fault == "dropped_connection":
        return DroppedConnection()
    if taking.fault == "slow":
        await asyncio.sleep(sandbox.settings.hang_seconds / 3)
    return render(taking)
