"""The port over which files go to the bank and come from it: HTTP, or a drop folder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from services.provider_gateway.connectors.protocol import Arrival

MAX_FILE_BYTES = 64_000_000
"""Of one file from the bank. What is larger is left where it is, and complained of."""

ARRIVALS_AT_ONCE = 10


class BankWay(Protocol):
    """One way to the bank."""

    async def lay(self, message_id: str, content: bytes) -> bytes | None:
        """Hand a file over, once however often it is called. The bank's pain.002 where it answers at once, else None. Raises
        NotTaken, Refused or Unsure."""

    async def status(self, message_id: str) -> bytes | None:
        """The bank's pain.002 of a file; None: the file surely is not at the bank. Raises NotTaken, Refused, Unsure, or
        NothingToAsk."""

    async def arrivals(self) -> Sequence[Arrival]:
        """Files of the bank not acknowledged yet, oldest first."""

    async def acknowledge(self, name: str) -> None:
        """The file need not come again."""
