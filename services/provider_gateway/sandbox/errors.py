"""A request that the sandbox turns down, as clear JSON and never with a stack trace."""

from __future__ import annotations

import orjson
from starlette.responses import Response


class RequestRefused(Exception):
    """A 4xx answer: `status`, a stable `code` and a sentence. Nothing of the request was taken."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message


def json_response(content: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """`content` as JSON."""
    return Response(orjson.dumps(content), status_code=status, headers=headers, media_type="application/json")


def error_response(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Response:
    """The one shape of every refusal and failure."""
    return json_response({"error": code, "message": message}, status, headers)
