"""The bank's files: status reports, notifications, statements and returns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

from services.provider_gateway.connectors.protocol import Arrival, Notice
from services.provider_gateway.connectors.vietinbank.iso.messages import read_parts, read_whole
from services.provider_gateway.connectors.vietinbank.iso.pain001 import Debtor
from services.provider_gateway.connectors.vietinbank.ways import BankWay


class VietinFiles:
    """Fetched over whichever way there is. A file is known by its content: under another name it is the same."""

    def __init__(self, way: BankWay, debtor: Callable[[], Debtor]) -> None:
        self._way = way
        self._debtor = debtor

    async def arrivals(self) -> Sequence[Arrival]:
        """Files not acknowledged yet."""
        return await self._way.arrivals()

    async def acknowledge(self, name: str) -> None:
        """The file is kept on our side."""
        await self._way.acknowledge(name)

    def verify(self, name: str, body: bytes) -> str:
        """The way itself is the proof: signed requests over TLS, or a folder that only the bank and we can write to."""
        return f"file:{sha256(body).hexdigest()}"

    def read(self, body: bytes) -> Notice:
        """What a file says."""
        return read_whole(body, self._account())

    def parts(self, body: bytes) -> Iterator[Notice]:
        """What a file says, part by part."""
        return read_parts(body, self._account())

    def _account(self) -> str:
        debtor = self._debtor()
        return debtor.statement_account or debtor.account
