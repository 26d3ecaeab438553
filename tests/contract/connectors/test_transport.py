"""The way itself: certificates both ways over real TLS, time-outs of each part, and files that are replaced while it runs."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from services.provider_gateway.connectors.protocol import NotTaken, Unsure
from services.provider_gateway.connectors.registry import CONNECTORS, build_connectors, close_connectors
from services.provider_gateway.connectors.tls import TlsFiles
from services.provider_gateway.connectors.transport import Transport
from shared.settings import read_settings
from tests.contract.connectors.certificates import Authority


class TlsProvider:
    """A provider that wants a certificate of ours and answers everything with "well"."""

    def __init__(self, folder: Path) -> None:
        self.ours, self.theirs = Authority("ours"), Authority("theirs")
        self.calls = 0
        self._folder = folder
        self._server: asyncio.Server | None = None

    def certified(self) -> ssl.SSLContext:
        self.theirs.issue("provider", self._folder / "server.crt", self._folder / "server.key")
        self.ours.lay_down(self._folder / "ours.pem")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._folder / "server.crt", self._folder / "server.key")
        context.load_verify_locations(self._folder / "ours.pem")
        context.verify_mode = ssl.CERT_REQUIRED
        return context

    async def start(self) -> str:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.certified())
        return f"https://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
                await reader.readexactly(length)
                self.calls += 1
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nwell")
                await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            writer.close()


@pytest.fixture
async def provider(tmp_path: Path) -> AsyncIterator[tuple[TlsProvider, str]]:
    made = TlsProvider(tmp_path)
    yield made, await made.start()
    await made.stop()


def _files(provider: TlsProvider, folder: Path, *, certificate: bool = True) -> None:
    folder.mkdir(exist_ok=True)
    provider.theirs.lay_down(folder / "bank_ca.pem")
    if certificate:
        provider.ours.issue("chitra", folder / "bank_tls.crt", folder / "bank_tls.key")


async def test_the_right_certificates_are_accepted(provider: tuple[TlsProvider, str], tmp_path: Path) -> None:
    server, url = provider
    _files(server, tmp_path / "keys")
    transport = Transport(url, 20, tls=TlsFiles(tmp_path / "keys", "bank"))
    answers = await asyncio.gather(*(transport.call("POST", "/", b"{}", {}) for _ in range(3)))
    assert (answers, server.calls) == ([b"well"] * 3, 3)
    await transport.close()


async def test_whom_we_do_not_believe_gets_nothing(provider: tuple[TlsProvider, str], tmp_path: Path) -> None:
    server, url = provider
    _files(server, tmp_path / "keys")
    Authority("somebody").lay_down(tmp_path / "keys" / "bank_ca.pem")
    for files in (TlsFiles(tmp_path / "keys", "bank"), None):  # another authority; those of the system
        transport = Transport(url, 20, tls=files)
        with pytest.raises(NotTaken, match="ConnectError"):
            await transport.call("POST", "/", b"{}", {})
        await transport.close()
    assert server.calls == 0


async def test_without_our_certificate_nothing_is_taken(provider: tuple[TlsProvider, str], tmp_path: Path) -> None:
    """This server resets the connection, so that its alert may be lost: then nobody knows, and an enquiry will tell."""
    server, url = provider
    _files(server, tmp_path / "none", certificate=False)
    _files(server, tmp_path / "wrong", certificate=False)
    Authority("somebody").issue("chitra", tmp_path / "wrong" / "bank_tls.crt", tmp_path / "wrong" / "bank_tls.key")
    for folder in ("none", "wrong"):
        transport = Transport(url, 20, tls=TlsFiles(tmp_path / folder, "bank"))
        with pytest.raises((NotTaken, Unsure)):
            await transport.call("POST", "/", b"{}", {})
        await transport.close()
    assert server.calls == 0


async def test_an_alert_of_the_handshake_says_that_nothing_was_taken(tmp_path: Path) -> None:
    provider = TlsProvider(tmp_path)
    context = provider.certified()

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        secured = context.wrap_bio(incoming, outgoing, server_side=True)
        while True:
            try:
                secured.do_handshake()
            except ssl.SSLWantReadError:
                writer.write(outgoing.read())
                incoming.write(await reader.read(65_536))
            except ssl.SSLError:
                break
        writer.write(outgoing.read())  # the alert
        await writer.drain()
        await reader.read()  # whatever was sent is thrown away
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    _files(provider, tmp_path / "keys", certificate=False)
    url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    transport = Transport(url, 20, tls=TlsFiles(tmp_path / "keys", "bank"))
    with pytest.raises(NotTaken, match="tls_refused"):
        await transport.call("POST", "/", b"{}", {})
    await transport.close()
    server.close()


async def test_replaced_files_hold_at_once(provider: tuple[TlsProvider, str], tmp_path: Path) -> None:
    server, url = provider
    keys = tmp_path / "keys"
    _files(server, keys, certificate=False)
    transport = Transport(url, 20, tls=TlsFiles(keys, "bank"))
    with pytest.raises((NotTaken, Unsure)):
        await transport.call("POST", "/", b"{}", {})
    server.ours.issue("chitra", keys / "bank_tls.crt", keys / "bank_tls.key")
    assert await transport.call("POST", "/", b"{}", {}) == b"well"
    (keys / "bank_tls.key").write_text("half a fi")
    with pytest.raises(NotTaken, match="tls_files"):
        await transport.call("POST", "/", b"{}", {})
    (keys / "bank_tls.key").unlink()
    with pytest.raises(NotTaken, match="tls_files"):
        await transport.call("POST", "/", b"{}", {})
    server.ours.issue("chitra", keys / "bank_tls.crt", keys / "bank_tls.key")
    assert await transport.call("POST", "/", b"{}", {}) == b"well"
    await transport.close()


async def test_a_replaced_file_ends_no_call_that_is_under_way(tmp_path: Path) -> None:
    go_on = asyncio.Event()

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await go_on.wait()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\nwell")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(slow, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    transport = Transport(url, 20, tls=TlsFiles(tmp_path, "bank"))
    first = asyncio.create_task(transport.call("GET", "/", b"", {}))
    await asyncio.sleep(0.1)
    Authority("new").lay_down(tmp_path / "bank_ca.pem")
    second = asyncio.create_task(transport.call("GET", "/", b"", {}))
    await asyncio.sleep(0.1)
    go_on.set()
    assert [await first, await second] == [b"well", b"well"]
    await transport.close()
    server.close()


async def test_what_hangs_after_it_was_sent_is_unknown_and_what_waits_for_a_place_is_not_taken() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    transport = Transport(url, 0.3, connections=1)  # two places

    async def fate() -> str:
        try:
            await transport.call("POST", "/", b"{}", {})
        except (NotTaken, Unsure) as error:
            return f"{type(error).__name__} {error.why}"
        return "answered"

    told = await asyncio.gather(*(fate() for _ in range(3)))
    assert sorted(told) == ["NotTaken PoolTimeout", "Unsure ReadTimeout", "Unsure ReadTimeout"]
    await transport.close()
    server.close()


async def test_a_bad_address_sends_nothing() -> None:
    for url in ("http://", "nowhere", "ftp://127.0.0.1", "http://127.0.0.1:99999", "http://[::1"):
        transport = Transport(url, 1)
        with pytest.raises(NotTaken):
            await transport.call("POST", "/", b"{}", {})
        await transport.close()


async def test_a_provider_may_have_an_address_of_its_own(tmp_path: Path) -> None:
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).split(b" ")[1])
        writer.write(b"HTTP/1.1 404 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    told = read_settings({"CHITRA_PROVIDERS_URL": "http://127.0.0.1:9", "CHITRA_PROVIDER_VNPOST_URL": url,
                          "CHITRA_PROVIDER_VIETTELPAY_URL": "", "CHITRA_PROVIDER_TIMEOUT_SECONDS": "5"})  # fmt: skip
    assert told.provider_urls == {"vnpost": url}
    (tmp_path / "vnpost_hmac.secret").write_text("geheim")
    connectors = build_connectors(told.providers_url, tmp_path, 5, told.provider_urls)
    days = connectors["vnpost"].days
    assert days is not None
    with pytest.raises(Unsure):
        await days.day(date(2021, 10, 1), 0)
    assert asked and asked[0].startswith(b"/vnpost/")
    assert connectors.keys() == CONNECTORS.keys()
    await close_connectors(connectors)
    server.close()
