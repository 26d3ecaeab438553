"""A postman who brings every webhook three times, in an order of his own."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shared.runtime import WebServer, stop_tasks

GATHER_SECONDS = 0.3


@dataclass(slots=True)
class Postman:
    """Takes webhooks where the provider thinks that the gateway is, and carries them to where it is."""

    to: str
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    came: int = 0
    delivered: int = 0
    _bag: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    _random: random.Random = field(default_factory=lambda: random.Random(5))

    @classmethod
    @asynccontextmanager
    async def between(cls, port: int, to_port: int) -> AsyncIterator[Postman]:
        """At work, until everything that came was carried."""
        postman = cls(f"http://127.0.0.1:{to_port}")
        app = Starlette(routes=[Route("/v1/webhooks/{provider}", postman.take, methods=["POST"])])
        server, serving = await WebServer.start(app, "127.0.0.1", port)
        carrying = asyncio.create_task(postman.carry())
        try:
            yield postman
        finally:
            await stop_tasks([carrying])
            server.should_exit = True
            await serving

    async def take(self, request: Request) -> Response:
        """The provider's webhook: taken, so that it comes once."""
        headers = {name: value for name, value in request.headers.items() if name not in ("host", "content-length")}
        self._bag.append((request.url.path, headers, await request.body()))
        self.came += 1
        return Response(status_code=202)

    async def carry(self) -> None:
        """All that gathered meanwhile, each three times, shuffled, some at once."""
        async with httpx.AsyncClient(base_url=self.to, trust_env=False, timeout=120) as client:
            while True:
                await asyncio.sleep(GATHER_SECONDS)
                bag, self._bag = self._bag * 3, []
                self._random.shuffle(bag)
                for start in range(0, len(bag), 8):
                    await asyncio.gather(*(self._bring(client, *each) for each in bag[start : start + 8]))

    async def _bring(self, client: httpx.AsyncClient, path: str, headers: dict[str, str], body: bytes) -> None:
        while True:
            try:
                answer = await client.post(path, content=body, headers=headers)
            except httpx.TransportError:  # nobody is there between two children
                await asyncio.sleep(0.1)
                continue
            if answer.status_code < 500:  # else it is about to end: a provider would come again too
                assert answer.status_code == 202, answer.text
                self.delivered += 1
                return
