"""The demo's only way in: the services' REST APIs, with the token of the officer who acts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx

from console.running import Running

TRIES = 40
AGAIN_SECONDS = 0.25


class Refused(Exception):
    """A problem document came back."""

    def __init__(self, status: int, problem: dict[str, Any], request: str) -> None:
        super().__init__(f"{request}: {status} {problem.get('code')} {problem.get('detail', '')}")
        self.status = status
        self.problem = problem
        self.code = str(problem.get("code"))


class Officer:
    """Somebody with a token: a role, and a unit or the whole province."""

    def __init__(self, running: Running, client: httpx.AsyncClient, role: str, unit_id: str, subject: str) -> None:
        self._urls = running.urls
        self._client = client
        self._headers = {"Authorization": f"Bearer {running.token(role, [unit_id], subject)}"}

    async def get(self, service: str, path: str, **params: Any) -> Any:
        """GET; the answer's JSON."""
        return await self._ask("GET", service, path, params={k: v for k, v in params.items() if v is not None})

    async def post(self, service: str, path: str, body: Any = None, *, key: str | None = None, **arguments: Any) -> Any:
        """POST; the answer's JSON. With a key it may be sent again safely."""
        headers = {"Idempotency-Key": key} if key else {}
        if body is not None:
            arguments["json"] = body
        return await self._ask("POST", service, path, headers=headers, **arguments)

    async def pages(self, service: str, path: str, **params: Any) -> AsyncIterator[dict[str, Any]]:
        """All items of a list, page by page."""
        cursor: str | None = None
        while True:
            page = await self.get(service, path, cursor=cursor, limit=1000, **params)
            for item in page["items"]:
                yield item
            cursor = page.get("next_cursor")
            if not cursor:
                return

    async def _ask(self, method: str, service: str, path: str, headers: dict[str, str] | None = None, **arguments: Any) -> Any:
        request = f"{method} {service}{path}"
        for left in range(TRIES, 0, -1):
            try:
                answer = await self._client.request(
                    method, f"{self._urls[service]}{path}", headers={**self._headers, **(headers or {})}, **arguments
                )
            except httpx.TransportError:
                if left == 1:
                    raise
            else:
                if answer.status_code < 400:
                    return answer.json() if answer.content else None
                problem = _problem(answer)
                if answer.status_code != 503 or left == 1:
                    raise Refused(answer.status_code, problem, request)
            await asyncio.sleep(AGAIN_SECONDS)
        raise AssertionError("the last try returns or raises")


def _problem(answer: httpx.Response) -> dict[str, Any]:
    try:
        body: dict[str, Any] = answer.json()
        return body
    except ValueError:
        return {"code": "no-problem-document", "detail": answer.text[:200]}


class Staff:
    """All the officers of the demo, made when first needed."""

    def __init__(self, running: Running, client: httpx.AsyncClient) -> None:
        self._running = running
        self._client = client
        self._made: dict[tuple[str, str], Officer] = {}

    def officer(self, role: str, unit_id: str) -> Officer:
        """The officer of a role in a unit: always the same person."""
        if (role, unit_id) not in self._made:
            subject = f"{role}.{unit_id.split('@')[0]}@example.vn"
            self._made[role, unit_id] = Officer(self._running, self._client, role, unit_id, subject)
        return self._made[role, unit_id]
