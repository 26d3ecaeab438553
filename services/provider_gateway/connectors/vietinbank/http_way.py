"""Files over HTTP: signed upload, status by MsgId, and an outbox to fetch from."""

from __future__ import annotations

import re
from collections.abc import Sequence

from services.provider_gateway.connectors.protocol import Arrival, Refused, Unsure
from services.provider_gateway.connectors.shape import WrongShape, as_object, texts
from services.provider_gateway.connectors.signed_requests import SignedRequests
from services.provider_gateway.connectors.vietinbank.ways import ARRIVALS_AT_ONCE
from services.provider_gateway.connectors.vietinbank.wire import ROOT

_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$")


class HttpWay:
    """The bank's own routes. Answers come over TLS."""

    def __init__(self, requests: SignedRequests) -> None:
        self._requests = requests

    async def lay(self, message_id: str, content: bytes) -> bytes | None:
        """Upload; the bank answers with a pain.002."""
        return await self._requests.call("POST", f"{ROOT}/files", content)

    async def status(self, message_id: str) -> bytes | None:
        """Ask for the pain.002 of a file."""
        try:
            return await self._requests.call("GET", f"{ROOT}/files/{message_id}")
        except Refused as refused:
            if refused.why == "not_found":
                return None
            raise

    async def arrivals(self) -> Sequence[Arrival]:
        """What lies in the bank's outbox."""
        try:
            names = texts(as_object(await self._requests.call("GET", f"{ROOT}/outbox")), "files")
        except WrongShape as error:
            raise Unsure(f"answer_{error}") from None
        return [
            Arrival(name, await self._requests.call("GET", f"{ROOT}/outbox/{name}"))
            for name in names[:ARRIVALS_AT_ONCE]
            if _NAME.match(name)
        ]

    async def acknowledge(self, name: str) -> None:
        """Take a file out of the bank's outbox."""
        await self._requests.call("DELETE", f"{ROOT}/outbox/{name}")
