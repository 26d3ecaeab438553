"""A server that stands where a provider stands: it answers by itself, or hands on to the real one and spoils the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import httpx


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it goes over the wire. `promised_bytes` above the body's: the connection ends half-way."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    promised_bytes: int | None = None

    def cut_to(self, length: int) -> Answer:
        """The same answer, broken off."""
        return replace(self, body=self.body[:length], promised_bytes=len(self.body) + 1)


Spoil = Callable[[Answer], Answer]


class Between:
    """`own` answers everything by itself; else each request goes to `upstream`, and `spoil` has its answer."""

    def __init__(self, upstream: str) -> None:
        self._upstream = upstream
        self.own: Answer | None = None
        self.spoil: Spoil = lambda answer: answer
        self.requests: list[bytes] = []
        self._server: asyncio.Server | None = None
        self._client = httpx.AsyncClient(timeout=120, trust_env=False)

    async def start(self) -> str:
        """Its address."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        """Stop listening."""
        assert self._server is not None
        self._server.close()
        await self._client.aclose()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            lines = head.split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.requests.append(body)
            answer = self.own or self.spoil(await self._ask(lines[0], headers, body))
            writer.write(_written(answer))
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _ask(self, first_line: str, headers: dict[str, str], body: bytes) -> Answer:
        method, path, _ = first_line.split(" ")
        kept = {name: value for name, value in headers.items() if name not in ("host", "connection", "content-length")}
        found = await self._client.request(method, self._upstream + path, content=body, headers=kept)
        wanted = {name: value for name, value in found.headers.items() if name in ("content-type", "retry-after")}
        return Answer(found.status_code, found.content, wanted)


def _written(answer: Answer) -> bytes:
    length = len(answer.body) if answer.promised_bytes is None else answer.promised_bytes
    headers = {**answer.headers, "content-length": str(length), "connection": "close"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {answer.status} Said\r\n{lines}\r\n".encode() + answer.body
