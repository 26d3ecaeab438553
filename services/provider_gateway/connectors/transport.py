"""HTTP to a provider: pooled connections, time-outs, and what each failure says of whether a request was taken."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from services.provider_gateway.connectors.protocol import NotTaken, Refused, Unsure

MISCONFIGURED_PAUSE_SECONDS = 5.0
"""Before the same is tried again where the provider knows no signature or address of ours: somebody has to mend it first."""

_MAX_RETRY_AFTER_SECONDS = 3600.0


class Transport:
    """One provider's connections. `base_url` None: nobody has said where the provider is; nothing is ever sent."""

    def __init__(self, base_url: str | None, timeout_seconds: float, connections: int = 8) -> None:
        self._base_url = base_url.rstrip("/") if base_url else None
        self._client = httpx.AsyncClient(
            timeout=timeout_seconds,
            limits=httpx.Limits(max_connections=connections * 2, max_keepalive_connections=connections),
            trust_env=False,  # a proxy of the environment is no way to a bank
            follow_redirects=False,
        )

    async def call(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        """The body of a 200 answer. Raises NotTaken, Refused (with the provider's error word) or Unsure."""
        if self._base_url is None:
            raise NotTaken("no_address", MISCONFIGURED_PAUSE_SECONDS)
        try:
            answer = await self._client.request(
                method, self._base_url + path, content=body, headers={"content-type": "application/json", **headers}
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotTaken(_word(error)) from None  # no byte of the request left
        except httpx.HTTPError as error:
            raise Unsure(_word(error)) from None
        if answer.status_code == 200:
            return answer.content
        raise _failure(answer)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _failure(answer: httpx.Response) -> Exception:
    status = answer.status_code
    error = _error_word(answer)
    if status == 429:
        return NotTaken("throttled", _retry_after_seconds(answer))
    if status == 401:
        return NotTaken("bad_signature", MISCONFIGURED_PAUSE_SECONDS)
    if status == 404 and error and error != "not_found":
        return NotTaken(error, MISCONFIGURED_PAUSE_SECONDS)
    if 400 <= status < 500 and status not in (408, 409) and error:
        return Refused(error)
    return Unsure(f"http_{status}")


def _error_word(answer: httpx.Response) -> str:
    """The `error` of the providers' one shape of error; empty where somebody else answered (a proxy, say)."""
    try:
        word = answer.json()["error"]
    except (ValueError, KeyError, TypeError):
        return ""
    return word if isinstance(word, str) and word.replace("_", "").isalnum() and len(word) <= 40 else ""


def _retry_after_seconds(answer: httpx.Response) -> float:
    text = answer.headers.get("retry-after", "")
    return min(float(text), _MAX_RETRY_AFTER_SECONDS) if text.isascii() and text.isdigit() else 1.0


def _word(error: httpx.HTTPError) -> str:
    return type(error).__name__
