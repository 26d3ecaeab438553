"""Problem details (RFC 9457): every refusal as JSON with a stable code and a title in Vietnamese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException

from shared.bodies import TOO_LARGE, BodyTooLarge
from shared.database import is_infrastructure
from shared.kernel.errors import ErrorCode, Kind, Refusal

STATUS = {
    Kind.INVALID: 422,
    Kind.MISSING: 404,
    Kind.CONFLICT: 409,
    Kind.FORBIDDEN: 403,
    Kind.UNAUTHENTICATED: 401,
    Kind.NOT_READY: 503,
    Kind.TOO_LARGE: 413,
}

BAD_REQUEST = ErrorCode("bad-request", Kind.INVALID, "The request is not well formed", "Yêu cầu không đúng định dạng")
INTERNAL = ErrorCode("internal-error", Kind.INVALID, "Something went wrong on our side", "Hệ thống gặp lỗi")
UNAVAILABLE = ErrorCode("unavailable", Kind.NOT_READY, "Try again in a moment", "Hệ thống tạm gián đoạn, hãy thử lại")
NO_ROUTE = ErrorCode("not-found", Kind.MISSING, "Nothing at this address", "Không có địa chỉ này")
HTTP_REFUSED = ErrorCode("request-refused", Kind.INVALID, "The request was refused", "Yêu cầu bị từ chối")

log = structlog.get_logger("chitra.http")


class Problem(BaseModel):
    """A problem document. `code` is stable; `detail` is for people; further members name what the problem is about."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:chitra:problem:not-your-unit"])
    code: str = Field(examples=["not-your-unit"])
    title: str
    title_vi: str
    status: int
    detail: str | None = None


def problem(code: ErrorCode, detail: str = "", status: int | None = None, **members: Any) -> JSONResponse:
    """A refusal as a response."""
    return _document(code, detail, status or STATUS[code.kind], members)


def _document(code: ErrorCode, detail: str, status: int, members: Mapping[str, object]) -> JSONResponse:
    body: dict[str, Any] = {name: _plain(value) for name, value in members.items()}
    body.update(
        type=f"urn:chitra:problem:{code.code}", code=code.code, title=code.title_en, title_vi=code.title_vi, status=status
    )
    if detail:
        body["detail"] = detail
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse(body, status, media_type="application/problem+json", headers=headers)


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, bool, list, dict, type(None))) else str(value)


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refusal)
    return _document(error.code, error.detail, STATUS[error.code.kind], error.params)


async def _malformed(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    # Where and which rule, never the value: it may be somebody's identity number.
    faults = [{"at": ".".join(str(p) for p in e["loc"]), "rule": e["type"]} for e in error.errors()[:20]]
    return problem(BAD_REQUEST, errors=faults)


async def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == 400:  # a body that is no text, or no form: FastAPI's own word for it
        return problem(BAD_REQUEST)
    code = TOO_LARGE if isinstance(error, BodyTooLarge) else NO_ROUTE if error.status_code == 404 else HTTP_REFUSED
    response = problem(code, str(error.detail), status=error.status_code)
    response.headers.update(error.headers or {})
    return response


_NO_TEXT = ("22021", "22P05")
"""SQLSTATEs of a text that PostgreSQL can't hold: one with U+0000 in it. Half a surrogate pair does not even leave here."""

_LOST_A_RACE = "23505"
"""SQLSTATE of a key that somebody else has just used. Asked again, the request finds it there and is answered for good."""


async def _from_database(_request: Request, error: Exception) -> JSONResponse:
    cause = error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig is not None else None
    if _sqlstate(error) in _NO_TEXT or isinstance(cause, UnicodeEncodeError):
        return problem(BAD_REQUEST)
    raise error


def _sqlstate(error: Exception) -> str | None:
    return getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None


async def _failed(request: Request, error: Exception) -> JSONResponse:
    if is_infrastructure(error):
        return problem(UNAVAILABLE)
    if _sqlstate(error) == _LOST_A_RACE:
        log.warning("request_lost_a_race", path=request.scope.get("path"))
        return problem(UNAVAILABLE)
    log.error("request_failed", path=request.scope.get("path"), error=type(error).__name__)
    return problem(INTERNAL, status=500)


def install(app: FastAPI) -> None:
    """Answer every error of an app with a problem document."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _from_database)
    app.add_exception_handler(Exception, _failed)


RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "content": {"application/problem+json": {}}, "description": text}
    for status, text in {
        401: "No valid token",
        403: "Not allowed, or another unit",
        404: "Not found",
        409: "Contradicts what is there",
        413: "Too large",
        422: "Not valid",
        503: "Not ready, try again",
    }.items()
}
"""For `responses=` of routers: what each route may answer besides its result."""
