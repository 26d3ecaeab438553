"""What the demo needs of a running platform, whichever of the two it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol


class Running(Protocol):
    """A platform that runs: embedded in this process, or distributed over many."""

    @property
    def urls(self) -> Mapping[str, str]:
        """Base address of each service, by its name, without a slash at the end."""

    @property
    def admin_database_url(self) -> str:
        """The database owner's address: for looking, and for setting the business clock."""

    @property
    def keys_dir(self) -> Path:
        """Keys of this installation; the providers' stand in `providers/` below it."""

    def token(self, role: str, unit_ids: list[str], subject: str) -> str:
        """A token of the local issuer; ["*"] is the whole country."""

    async def stop(self) -> None:
        """End all that was started, and only that."""
