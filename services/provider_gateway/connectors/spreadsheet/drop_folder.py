"""A provider's folder: `out` is the provider's to take from, `in` is ours; `done` and `refused` hold what came; `laid` is ours.

A list is laid down once, whatever crashes and however many try. It is written whole under a name of its own and flushed; a note
of what it holds, which names that file, is made under the list's name, which only one can; then the file is moved into `out`.
So a list with a note whose file still waits was never seen by the provider and is moved by whoever comes next; one whose file is
gone was laid, and is never laid again.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from services.provider_gateway.connectors.protocol import LaidFile
from services.provider_gateway.connectors.spreadsheet.cells import MAX_FILE_BYTES
from services.provider_gateway.connectors.spreadsheet.results import LaidOrder
from services.provider_gateway.connectors.spreadsheet.signature import MAX_SIGNATURE_BYTES, SignedFile, read_signature

SUFFIXES = (".xlsx", ".csv")
SIGNATURE = ".sig"
WHY_SUFFIX = ".ly-do.txt"
MAX_LISTED = 200
WITHDRAWAL = "W-"
"""How references of withdrawals begin: their lists ask back what other lists told to pay."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a list that was laid down, or is about to be, holds. References and amounts only: no personal data."""

    name: str
    waiting: str  # the file that is moved into `out`
    list_reference: str
    pay_on: date
    laid_at: datetime
    size_bytes: int
    orders: Mapping[str, int]  # reference -> đồng


class DropFolder:
    """One provider's folder. All calls block; OSError where the folder is away."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._out, self._in, self._laid = folder / "out", folder / "in", folder / "laid"
        self._done, self._refused = folder / "done", folder / "refused"

    def lay(self, name: str, content: bytes, list_reference: str, pay_on: date, orders: Mapping[str, int]) -> Note:
        """Lay a list down, unless it was: then the first one's note, and nothing is laid again."""
        held = self.note(name)
        if held is None:
            held = self._claim(name, content, list_reference, pay_on, orders)
        self._move(held)
        return held

    def note(self, name: str) -> Note | None:
        """The note of a list; None where there is none."""
        try:
            return _note(json.loads((self._laid / f"{name}.json").read_bytes()))
        except FileNotFoundError:
            return None

    def was_laid(self, name: str) -> Note | None:
        """The note of a list that the provider may have seen; None where it surely has not."""
        held = self.note(name)
        return None if held is None or (self._laid / held.waiting).exists() else held

    def notes(self) -> Iterator[Note]:
        """Of all lists, newest first."""
        try:
            paths = [path for path in self._laid.iterdir() if path.suffix == ".json" and not path.name.startswith(".")]
        except FileNotFoundError:
            return
        for path in sorted(paths, key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True):
            yield _note(json.loads(path.read_bytes()))

    def find_orders(self, references: frozenset[str]) -> dict[str, LaidOrder]:
        """Those of these references that stand on a pay list that was laid down. Raises OSError where no list ever was: then the
        folder is more likely away than empty, and a right file must not be taken for a wrong one."""
        if not self._laid.is_dir():
            raise FileNotFoundError(self._laid.name)
        found: dict[str, LaidOrder] = {}
        for note in self.notes():
            if note.list_reference.startswith(WITHDRAWAL):
                continue
            for reference in note.orders.keys() & references:
                found[reference] = LaidOrder(note.list_reference, note.orders[reference], note.pay_on)
            if len(found) == len(references):
                break
        return found

    def laid_files(self) -> list[LaidFile]:
        """The newest lists."""
        found: list[LaidFile] = []
        for note in self.notes():
            if len(found) == MAX_LISTED:
                break
            if not (self._laid / note.waiting).exists():
                total = sum(note.orders.values())
                found.append(LaidFile(note.name, note.list_reference, note.laid_at, note.size_bytes, len(note.orders), total))
        return found

    def content(self, name: str) -> bytes | None:
        """A list as it lies in `out`; None where it was taken, or never laid."""
        if Path(name).name != name or self.was_laid(name) is None:
            return None
        try:
            return (self._out / name).read_bytes()
        except FileNotFoundError:
            return None

    def came(self) -> Iterator[tuple[SignedFile, float]]:
        """Files that lie in `in`, oldest first, each with its age in seconds of wall time; without a signature: empty."""
        try:
            paths = [path for path in self._in.iterdir() if _is_result(path)]
        except FileNotFoundError:
            return
        for path in sorted(paths, key=lambda path: (path.stat().st_mtime_ns, path.name)):
            signature = self._in / f"{path.name}{SIGNATURE}"
            small = signature.is_file() and not signature.is_symlink() and signature.stat().st_size <= MAX_SIGNATURE_BYTES
            raw = signature.read_bytes() if small else b""
            age_seconds = datetime.now(UTC).timestamp() - path.stat().st_mtime
            with path.open("rb") as file:  # of one that is too large no more than shows it
                content = file.read(MAX_FILE_BYTES + 1)
            yield SignedFile(path.name, read_signature(raw) if raw else b"", content), age_seconds

    def put_away(self, name: str, why: tuple[str, str] | None = None) -> None:
        """Move a file that came, with its signature, to `done`, or to `refused` with a text that says why."""
        if Path(name).name != name:
            return
        folder = self._done if why is None else self._refused
        folder.mkdir(exist_ok=True)
        free, number = name, 1
        while (folder / free).exists():
            free, number = f"{Path(name).stem} ({number}){Path(name).suffix}", number + 1
        for suffix in ("", SIGNATURE):
            try:
                (self._in / f"{name}{suffix}").replace(folder / f"{free}{suffix}")
            except FileNotFoundError:  # put away before, or never signed
                continue
        if why is not None:
            english, vietnamese = why
            (folder / f"{free}{WHY_SUFFIX}").write_text(f"{vietnamese}\n{english}\n", encoding="utf-8-sig")

    def _claim(self, name: str, content: bytes, list_reference: str, pay_on: date, orders: Mapping[str, int]) -> Note:
        for folder in (self._out, self._in, self._laid):
            folder.mkdir(exist_ok=True)  # not above: a folder that isn't mounted must not be made up
        waiting = f".{uuid.uuid4().hex}.waiting"
        _write(self._laid / waiting, content)
        note = Note(name, waiting, list_reference, pay_on, datetime.now(UTC), len(content), dict(orders))
        written = self._laid / f".{uuid.uuid4().hex}.note"
        _write(written, json.dumps(_fields(note)).encode())
        try:
            os.link(written, self._laid / f"{name}.json")
        except FileExistsError:  # another was first: its content stands
            (self._laid / waiting).unlink(missing_ok=True)
            held = self.note(name)
            assert held is not None
            return held
        finally:
            written.unlink(missing_ok=True)
        _sync(self._laid)
        return note

    def _move(self, note: Note) -> None:
        try:
            (self._laid / note.waiting).rename(self._out / note.name)
        except FileNotFoundError:
            return  # it was laid before
        _sync(self._out)
        _sync(self._laid)


def _is_result(path: Path) -> bool:
    named = not path.name.startswith((".", "~")) and path.suffix.lower() in SUFFIXES
    return named and path.is_file() and not path.is_symlink()


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fields(note: Note) -> dict[str, Any]:
    return {
        "name": note.name,
        "waiting": note.waiting,
        "list_reference": note.list_reference,
        "pay_on": note.pay_on.isoformat(),
        "laid_at": note.laid_at.isoformat(),
        "size_bytes": note.size_bytes,
        "orders": dict(note.orders),
    }


def _note(fields: dict[str, Any]) -> Note:
    return Note(
        name=fields["name"],
        waiting=fields["waiting"],
        list_reference=fields["list_reference"],
        pay_on=date.fromisoformat(fields["pay_on"]),
        laid_at=datetime.fromisoformat(fields["laid_at"]),
        size_bytes=fields["size_bytes"],
        orders=fields["orders"],
    )
