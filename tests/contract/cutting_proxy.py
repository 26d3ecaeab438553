"""A TCP proxy on loopback whose connections can be cut, as a network or a broker that falls over would."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit, urlunsplit

CHUNK = 65536


class CuttingProxy:
    """Passes bytes between clients and one server until it is told to cut."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._upstream_port = port
        self._writers: set[asyncio.StreamWriter] = set()
        self._refusing = False
        self._server: asyncio.Server | None = None

    @classmethod
    async def before(cls, url: str) -> tuple[CuttingProxy, str]:
        """A proxy before the server of an address, and the address that leads through it."""
        parts = urlsplit(url)
        proxy = cls(parts.hostname or "127.0.0.1", parts.port or 5672)
        proxy._server = await asyncio.start_server(proxy._serve, "127.0.0.1", 0)
        port = proxy._server.sockets[0].getsockname()[1]
        who = f"{parts.username}:{parts.password}@" if parts.username else ""
        return proxy, urlunsplit(parts._replace(netloc=f"{who}127.0.0.1:{port}"))

    def cut(self) -> None:
        """Drop every connection at once, with nothing said on it."""
        for writer in list(self._writers):
            writer.transport.abort()

    async def away(self, seconds: float) -> None:
        """Drop every connection and refuse new ones for a while."""
        self._refusing = True
        self.cut()
        await asyncio.sleep(seconds)
        self._refusing = False

    async def close(self) -> None:
        """End."""
        assert self._server is not None
        self._server.close()
        self.cut()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            writer.transport.abort()
            return
        try:
            upstream_reader, upstream_writer = await asyncio.open_connection(self._host, self._upstream_port)
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, upstream_writer}
        self._writers |= ends
        try:
            await asyncio.gather(self._pass(reader, upstream_writer), self._pass(upstream_reader, writer))
        finally:
            self._writers -= ends
            for end in ends:
                end.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(CHUNK):
                writer.write(data)
                await writer.drain()
            writer.write_eof()
        except OSError:
            writer.transport.abort()
