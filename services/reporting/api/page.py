"""The coverage page: aggregate numbers as one self-contained HTML page that needs no internet and works without scripts."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.reporting.api.etags import tagged_body
from services.reporting.domain.coverage import TARGET_ACCOUNT_SHARE, Coverage, by_district
from services.reporting.use_cases.read_coverage import read_coverage, read_months
from shared.auth import NO_TOKEN, NOT_ALLOWED, Caller, Verifier
from shared.database import Database
from shared.kernel.errors import Refusal
from shared.kernel.money import format_dong
from shared.kernel.months import month_of, parse_month

COOKIE = "chitra_token"
COOKIE_SECONDS = 12 * 3600
SCOPE = "reporting:read"
STEPS = 5  # colours of the tiles: one for each fifth of the share

_TEMPLATES = Path(__file__).parent / "templates"

_REFRESH = (_TEMPLATES / "refresh.js").read_text(encoding="utf-8").strip()
_SECURITY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; "
    f"script-src 'sha256-{base64.b64encode(sha256(_REFRESH.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def percent(part: int, whole: int) -> str:
    """`79,9%`: one decimal, rounded down, so that a target never looks reached before it is."""
    tenths = part * 1000 // whole if whole else 0
    return f"{tenths // 10},{tenths % 10}%"


def colour_step(part: int, whole: int) -> int:
    """Which fifth a share lies in, 1 to 5; 0 for none at all. 80% and more is the last."""
    return min(part * STEPS // whole, STEPS - 1) + 1 if whole and part else 0


def month_name(month: date) -> str:
    """`10/2021`."""
    return f"{month.month:02}/{month.year}"


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_ENVIRONMENT.filters.update(number=format_dong, month=month_name)
_ENVIRONMENT.globals.update(percent=percent, colour_step=colour_step, refresh=_REFRESH)


def page_routes(database: Database, *, token_in_query: bool) -> APIRouter:
    """`GET /`. `token_in_query` lets `?token=` open the page once: for the embedded platform, on the user's own machine."""
    router = APIRouter(tags=["coverage"], include_in_schema=False)

    @router.get("/", summary="Coverage page")
    async def page(
        request: Request,
        month: Annotated[str | None, Query(max_length=10)] = None,
        caller: Caller = Depends(_visitor(token_in_query)),
    ) -> Response:
        """The two targets, the months, and a tile for each commune, of the token's units."""
        if token_in_query and "token" in request.query_params:
            return _keep_token(request)
        async with database.transaction(caller.row_scope) as tx:
            months = await read_months(tx, caller)
            shown = parse_month(month) if month else months[-1][0] if months else month_of(await tx.today())
            coverage = await read_coverage(tx, caller, shown)
        return tagged_body(request, _render(shown, coverage, months), "text/html; charset=utf-8", _SECURITY)

    return router


def _visitor(token_in_query: bool) -> Callable[[Request], Awaitable[Caller]]:
    """The caller from a bearer header, the cookie, or (where allowed) the query. Refuses as every other route does."""

    async def visitor(request: Request) -> Caller:
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        token = bearer if scheme.lower() == "bearer" else ""
        token = token or (request.query_params.get("token", "") if token_in_query else "")
        token = token or request.cookies.get(COOKIE, "")
        if not token:
            raise Refusal(NO_TOKEN)
        verifier: Verifier = request.app.state.verifier
        caller = verifier.verify(token)
        if SCOPE not in caller.scopes:
            raise Refusal(NOT_ALLOWED, f"this needs the scope {SCOPE}", scope=SCOPE)
        return caller

    return visitor


def _keep_token(request: Request) -> Response:
    """The token goes from the address, where it would be seen and kept, into a cookie that no script reads."""
    answer = RedirectResponse(request.url.remove_query_params("token").replace(scheme="", netloc=""), 303, _SECURITY)
    answer.set_cookie(
        COOKIE,
        request.query_params["token"],
        max_age=COOKIE_SECONDS,
        path=request.scope.get("root_path") or "/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return answer


def _render(month: date, coverage: Coverage, months: Sequence[tuple[date, Coverage]]) -> bytes:
    missing = max(0, -(-coverage.people.entitled * int(TARGET_ACCOUNT_SHARE * 100) // 100) - coverage.people.by_account)
    return (
        _ENVIRONMENT.get_template("coverage.html")
        .render(
            month=month,
            coverage=coverage,
            months=list(reversed(months)),
            districts=by_district(coverage.communes),
            people_missing=missing,
            target_percent=int(TARGET_ACCOUNT_SHARE * 100),
        )
        .encode()
    )
