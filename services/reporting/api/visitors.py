"""Who opens a page: a token from a bearer header, from the cookie, or, on the user's own machine, once from the address."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from shared.auth import NO_TOKEN, NOT_ALLOWED, Caller, Verifier
from shared.kernel.errors import Refusal

COOKIE = "chitra_token"
COOKIE_SECONDS = 12 * 3600
SCOPE = "reporting:read"


_bearer = HTTPBearer(auto_error=False, description="A token of the configured issuer, or from `./chitra token`.")


def visitor_of(*, token_in_query: bool) -> Callable[..., Awaitable[Caller]]:
    """A dependency: the caller. Refuses as every other route does."""

    async def visitor(request: Request, credentials: HTTPAuthorizationCredentials | None = Depends(_bearer)) -> Caller:
        token = credentials.credentials if credentials else ""
        token = token or (request.query_params.get("token", "") if token_in_query else "")
        token = token or request.cookies.get(COOKIE, "")
        if not token:
            raise Refusal(NO_TOKEN)
        verifier: Verifier = request.app.state.verifier
        caller = await verifier.check(token)
        if SCOPE not in caller.scopes:
            raise Refusal(NOT_ALLOWED, f"this needs the scope {SCOPE}", scope=SCOPE)
        return caller

    return visitor


def keep_token(request: Request, headers: dict[str, str]) -> Response:
    """The token goes from the address, where it would be seen and kept, into a cookie that no script reads."""
    answer = RedirectResponse(request.url.remove_query_params("token").replace(scheme="", netloc=""), 303, headers)
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
