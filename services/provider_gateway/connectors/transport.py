"""HTTP to a provider: pooled connections, time-outs, and what each failure says of whether a request was taken."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx
import orjson

from services.provider_gateway.connectors.protocol import NotTaken, Refused, Unsure
from services.provider_gateway.connectors.tls import TlsFiles

MISCONFIGURED_PAUSE_SECONDS = 5.0
"""Before the same is tried again where the provider knows no signature or address of ours: somebody has to mend it first."""

MAX_ANSWER_BYTES = 32_000_000
"""A page of a statement, or a batch's results, has less than a tenth of it."""

CONNECT_SECONDS = 10.0
"""A provider that takes longer to open a connection is away; its answer may take the whole time-out."""

_MAX_ERROR_BYTES = 100_000
_MAX_RETRY_AFTER_SECONDS = 3600.0

_REFUSED_BY_TLS = (
    "ALERT_CERTIFICATE",
    "ALERT_BAD_CERTIFICATE",
    "CERTIFICATE_REQUIRED",
    "ALERT_UNKNOWN_CA",
    "ALERT_ACCESS_DENIED",
    "ALERT_HANDSHAKE_FAILURE",
    "ALERT_DECRYPT_ERROR",
    "ALERT_PROTOCOL_VERSION",
)
"""The other side ended the handshake: in TLS 1.3 we learn it only after we have written, but nothing written was read there.
Where it closes so hard that its alert is lost, all we know is that the connection broke: unknown."""


class Transport:
    """One provider's connections. `base_url` None: nobody has said where the provider is; nothing is ever sent.

    `tls` holds the files that say who we are and whom we believe; replaced files are taken up by the next call.
    """

    def __init__(
        self, base_url: str | None, timeout_seconds: float, connections: int = 8, *, tls: TlsFiles | None = None
    ) -> None:
        self._base_url = base_url.rstrip("/") if base_url else None
        self._address_holds = _is_address(base_url or "")
        self._timeout = httpx.Timeout(timeout_seconds, connect=min(timeout_seconds, CONNECT_SECONDS))
        self._limits = httpx.Limits(max_connections=connections * 2, max_keepalive_connections=connections)
        self._tls = tls or TlsFiles(None, "")
        self._pool: _Pool | None = None

    async def call(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        """The body of a 200 answer. Raises NotTaken, Refused (with the provider's error word) or Unsure."""
        if self._base_url is None:
            raise NotTaken("no_address", MISCONFIGURED_PAUSE_SECONDS)
        if not self._address_holds:
            raise NotTaken("bad_address", MISCONFIGURED_PAUSE_SECONDS)
        url = self._base_url + path
        sent = {"content-type": "application/json", "accept-encoding": "identity", **headers}
        pool = await self._current_pool()
        try:
            async with pool, pool.client.stream(method, url, content=body, headers=sent) as answer:
                return await _read(answer)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotTaken(_word(error)) from None  # no byte of the request left
        except (httpx.HTTPError, ssl.SSLError, OSError) as error:
            if _refused_by_tls(error):
                raise NotTaken("tls_refused", MISCONFIGURED_PAUSE_SECONDS) from None
            raise Unsure(_word(error)) from None

    async def close(self) -> None:
        """Close the connections."""
        if self._pool is not None:
            await self._pool.retire()
            self._pool = None

    async def _current_pool(self) -> _Pool:
        stamp = self._tls.stamp()
        old = self._pool
        if old is None or old.stamp != stamp:
            self._pool = _Pool(self._client(), stamp)
            if old is not None:
                await old.retire()
        assert self._pool is not None
        return self._pool

    def _client(self) -> httpx.AsyncClient:
        secured = not (self._base_url or "").startswith("http://")
        try:
            context = self._tls.context() if secured else False
        except (OSError, ValueError):  # ssl.SSLError is an OSError
            raise NotTaken("tls_files", MISCONFIGURED_PAUSE_SECONDS) from None
        return httpx.AsyncClient(
            timeout=self._timeout,
            limits=self._limits,
            verify=context,
            trust_env=False,  # a proxy of the environment is no way to a bank
            follow_redirects=False,
        )


class _Pool:
    """A client and the calls under way on it: one whose files were replaced is closed once its last call is over."""

    def __init__(self, client: httpx.AsyncClient, stamp: object) -> None:
        self.client = client
        self.stamp = stamp
        self._calls = 0
        self._retired = False

    async def __aenter__(self) -> None:
        self._calls += 1

    async def __aexit__(self, *_: object) -> None:
        self._calls -= 1
        if self._retired and not self._calls:
            await self.client.aclose()

    async def retire(self) -> None:
        """No new call comes."""
        self._retired = True
        if not self._calls:
            await self.client.aclose()


async def _read(answer: httpx.Response) -> bytes:
    if answer.status_code != 200:
        raise _failure(answer, await _bounded(answer, _MAX_ERROR_BYTES) or b"")
    body = await _bounded(answer, MAX_ANSWER_BYTES)
    if body is None:
        raise Unsure("answer_size")
    return body


async def _bounded(answer: httpx.Response, most: int) -> bytes | None:
    """The body; None where it is larger, or packed though we asked for it as it is."""
    if answer.headers.get("content-encoding", "identity") != "identity":
        return None
    body = bytearray()
    async for part in answer.aiter_raw():
        body += part
        if len(body) > most:
            return None
    return bytes(body)


def _failure(answer: httpx.Response, body: bytes) -> Exception:
    status = answer.status_code
    error = _error_word(body)
    if status == 429:
        return NotTaken("throttled", _retry_after_seconds(answer))
    if status == 401:
        return NotTaken("bad_signature", MISCONFIGURED_PAUSE_SECONDS)
    if status == 404 and error and error != "not_found":
        return NotTaken(error, MISCONFIGURED_PAUSE_SECONDS)
    if 400 <= status < 500 and status not in (408, 409) and error:
        return Refused(error)
    return Unsure(f"http_{status}")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and bool(httpx.URL(url).host)
    except (ValueError, httpx.InvalidURL):
        return False


def _error_word(body: bytes) -> str:
    """The `error` of the providers' one shape of error; empty where somebody else answered (a proxy, say)."""
    try:
        word = orjson.loads(body)["error"]
    except (ValueError, KeyError, TypeError, IndexError):
        return ""
    return word if isinstance(word, str) and word.replace("_", "").isalpha() and word.isascii() and len(word) <= 40 else ""


def _retry_after_seconds(answer: httpx.Response) -> float:
    text = answer.headers.get("retry-after", "")
    return min(float(text), _MAX_RETRY_AFTER_SECONDS) if text.isascii() and text.isdigit() else 1.0


def _refused_by_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError) and any(word in (error.reason or "") for word in _REFUSED_BY_TLS):
            return True
        error = error.__cause__ or error.__context__
    return False


def _word(error: BaseException) -> str:
    return type(error).__name__
