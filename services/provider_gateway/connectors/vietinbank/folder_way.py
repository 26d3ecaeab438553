"""Files over a drop folder, as most banks' SFTP hosts are: what lies in `to-bank` is the bank's to take, what lies in
`from-bank` is ours.

A file is laid down once, whatever crashes and however many try: its name is claimed by a marker that only one can make
(`laid/<name>`), it is written whole under another name and flushed (`ready/<name>`), and moved into `to-bank` by one rename,
after which no file of that name is ready any more. So of a claimed file that is still ready the bank has seen nothing, and of
one that is not nobody knows: it is never laid down again.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import uuid
from collections.abc import Sequence
from pathlib import Path

import structlog

from services.provider_gateway.connectors.protocol import Arrival, NothingToAsk, NotTaken, Unsure
from services.provider_gateway.connectors.vietinbank.ways import ARRIVALS_AT_ONCE, MAX_FILE_BYTES

PAUSE_SECONDS = 5.0
SUFFIX = ".xml"
_UNFINISHED = (".tmp", ".part", ".filepart", ".writing")

log = structlog.get_logger("chitra.gateway")


class FolderWay:
    """A folder with `to-bank`, `from-bank`, `kept` (fetched files), and `ready` and `laid`, which are ours alone."""

    def __init__(self, folder: Path) -> None:
        self._to_bank, self._from_bank, self._kept = folder / "to-bank", folder / "from-bank", folder / "kept"
        self._ready, self._laid = folder / "ready", folder / "laid"

    async def lay(self, message_id: str, content: bytes) -> bytes | None:
        """Lay a file down. The bank says nothing at once."""
        await asyncio.to_thread(self.lay_file, message_id + SUFFIX, content)
        return None

    async def status(self, message_id: str) -> bytes | None:
        """Nobody can be asked; but what was never moved into the bank's folder is not at the bank."""
        return await asyncio.to_thread(self._status, message_id + SUFFIX)

    async def arrivals(self) -> Sequence[Arrival]:
        """What the bank has laid down, oldest first; files still being written are left for later."""
        return await asyncio.to_thread(self._arrivals)

    async def acknowledge(self, name: str) -> None:
        """Move a fetched file into `kept`."""
        await asyncio.to_thread(self._keep, name)

    def lay_file(self, name: str, content: bytes) -> None:
        """Claim, write, move. Raises NotTaken before anything can have been seen by the bank, Unsure after."""
        try:
            if not self._to_bank.is_dir():  # not mounted, say: what is written elsewhere reaches nobody
                raise NotTaken("no_folder", PAUSE_SECONDS)
            for folder in (self._ready, self._laid):
                folder.mkdir(exist_ok=True)
            written = self._write(content)
        except OSError as error:
            raise NotTaken(type(error).__name__, PAUSE_SECONDS) from None
        try:
            self._claim(name)
            written.replace(self._ready / name)
        except FileExistsError:
            written.unlink(missing_ok=True)  # laid down before, or about to be: the first one's content stands
        except OSError as error:
            raise Unsure(type(error).__name__) from None  # claimed or not: only what is ready may be moved
        self._move(name)

    def _write(self, content: bytes) -> Path:
        path = self._ready / f".{uuid.uuid4().hex}.part"
        with path.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return path

    def _claim(self, name: str) -> None:
        with (self._laid / name).open("xb") as file:
            os.fsync(file.fileno())
        _sync_folder(self._laid)

    def _move(self, name: str) -> None:
        try:
            (self._ready / name).rename(self._to_bank / name)
            _sync_folder(self._to_bank)
            _sync_folder(self._ready)
        except OSError as error:
            raise Unsure("laid_before" if isinstance(error, FileNotFoundError) else type(error).__name__) from None

    def _status(self, name: str) -> bytes | None:
        try:
            if self._laid.is_dir() and (not (self._laid / name).exists() or (self._ready / name).exists()):
                return None
        except OSError as error:
            raise Unsure(type(error).__name__) from None
        raise NothingToAsk

    def _arrivals(self) -> list[Arrival]:
        try:
            found = sorted((path.stat().st_mtime_ns, path) for path in self._from_bank.iterdir() if _is_whole(path))
            return [Arrival(path.name, path.read_bytes()) for _, path in found[:ARRIVALS_AT_ONCE]]
        except FileNotFoundError:
            return []  # no folder yet, or a file that another worker took
        except OSError as error:
            raise NotTaken(type(error).__name__, PAUSE_SECONDS) from None

    def _keep(self, name: str) -> None:
        if Path(name).name != name:
            raise NotTaken("name")
        try:
            self._kept.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):  # acknowledged before
                (self._from_bank / name).replace(self._free(name))
        except OSError as error:
            raise NotTaken(type(error).__name__, PAUSE_SECONDS) from None

    def _free(self, name: str) -> Path:
        path, number = self._kept / name, 1
        while path.exists():
            path, number = self._kept / f"{name}.{number}", number + 1
        return path


def _is_whole(path: Path) -> bool:
    if path.name.startswith(".") or path.name.lower().endswith(_UNFINISHED) or path.is_symlink() or not path.is_file():
        return False
    if path.stat().st_size > MAX_FILE_BYTES:
        log.error("bank_file_too_large", bytes=path.stat().st_size)
        return False
    return True


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
