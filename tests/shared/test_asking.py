"""One service asks another: a kept connection that was closed in that very moment is no reason to fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest

from shared.auth import local_verifier
from shared.bus.memory import MemoryBus
from shared.keys import ISSUER, load_signing_key
from shared.platform import Platform
from shared.settings import Settings

ANSWER = b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 14\r\n\r\n{"position":7}'


@asynccontextmanager
async def asked_of(settings: Settings, *answers: bytes) -> AsyncIterator[tuple[Platform, list[str]]]:
    """A platform whose registry gives these answers, one a request; an empty one closes the connection instead."""
    left, lines = list(answers), []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while left:
            head = await reader.readuntil(b"\r\n\r\n")
            lines.append(head.split(b"\r\n")[0].decode())
            answer = left.pop(0)
            if not answer:
                break
            writer.write(answer)
            await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    verifier = local_verifier(load_signing_key(settings.keys_dir, ISSUER), settings.oidc_audience)
    platform = Platform(replace(settings, registry_url=f"http://127.0.0.1:{port}"), MemoryBus(), verifier, {}, None)
    try:
        yield platform, lines
    finally:
        await platform.close()
        server.close()
        await server.wait_closed()


async def test_a_connection_closed_in_that_moment_is_asked_over_once_more(settings: Settings) -> None:
    async with asked_of(settings, ANSWER, b"", ANSWER) as (platform, lines):
        assert await platform.registry_position() == 7
        assert await platform.registry_position() == 7
        assert lines == ["GET /v1/events/position HTTP/1.1"] * 3


async def test_who_never_answers_is_asked_twice_and_no_more(settings: Settings) -> None:
    async with asked_of(settings, b"", b"", ANSWER) as (platform, lines):
        with pytest.raises(httpx.RemoteProtocolError):
            await platform.registry_position()
        assert len(lines) == 2


async def test_an_error_that_was_answered_is_an_answer(settings: Settings) -> None:
    busy = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n"
    async with asked_of(settings, busy, ANSWER) as (platform, lines):
        with pytest.raises(httpx.HTTPStatusError):
            await platform.registry_position()
        assert len(lines) == 1
