"""Requests signed by header, as VietinBank and the cash offices want them."""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import sha256

from services.provider_gateway.connectors.transport import Transport


class SignedRequests:
    """Calls whose `X-Signature` covers method, path, time and body. `sign` makes the signature of that text."""

    def __init__(self, transport: Transport, sign: Callable[[bytes], str]) -> None:
        self._transport = transport
        self._sign = sign

    async def call(self, method: str, path: str, body: bytes = b"") -> bytes:
        """The answer's body; raises as Transport.call does."""
        timestamp = str(int(time.time()))
        signed = f"{method}\n{path}\n{timestamp}\n{sha256(body).hexdigest()}".encode()
        return await self._transport.call(method, path, body, {"x-timestamp": timestamp, "x-signature": self._sign(signed)})
