"""Result lists back: fetched from the folder or handed in by an officer, checked, and believed whole or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from services.provider_gateway.connectors.protocol import Arrival, ForgedWebhook, Notice, NotTaken, UnreadableWebhook
from services.provider_gateway.connectors.spreadsheet.cells import MAX_FILE_BYTES, read_cells
from services.provider_gateway.connectors.spreadsheet.definitions import Definition
from services.provider_gateway.connectors.spreadsheet.drop_folder import WITHDRAWAL, DropFolder
from services.provider_gateway.connectors.spreadsheet.refusals import explain
from services.provider_gateway.connectors.spreadsheet.results import read_results
from services.provider_gateway.connectors.spreadsheet.signature import ResultKey, SignedFile, pack, read_signature, unpack

ARRIVALS_AT_ONCE = 20
PATIENCE_SECONDS = 120.0
"""A file may come before its signature, or be half copied: only after so long is it refused for that."""


class SheetFiles:
    """What lies in the provider's folder. What can't be believed is put into `refused` at once, with the reason beside it."""

    def __init__(
        self, definition: Definition, folder: DropFolder, key: ResultKey, patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        self._template = definition.template
        self._folder = folder
        self._key = key
        self._patience_seconds = patience_seconds

    async def arrivals(self) -> Sequence[Arrival]:
        """Signed files that can be believed, oldest first."""
        return await asyncio.to_thread(self._arrivals)

    def _arrivals(self) -> list[Arrival]:
        found: list[Arrival] = []
        try:
            for signed, age_seconds in self._folder.came():
                try:
                    if len(signed.content) > MAX_FILE_BYTES:
                        raise UnreadableWebhook("too_large")
                    self._key.check(signed)
                    self._read(signed)
                except ForgedWebhook as error:
                    if age_seconds >= self._patience_seconds:
                        self._folder.put_away(signed.name, explain(str(error)))
                    continue
                except UnreadableWebhook as error:
                    self._folder.put_away(signed.name, explain(str(error)))
                    continue
                found.append(Arrival(signed.name, pack(signed)))
                if len(found) == ARRIVALS_AT_ONCE:
                    break
        except OSError as error:  # the folder, or the provider's key, is away
            raise NotTaken(type(error).__name__) from None
        return found

    async def acknowledge(self, name: str) -> None:
        """Move the file to `done`."""
        try:
            await asyncio.to_thread(self._folder.put_away, name)
        except OSError as error:
            raise NotTaken(type(error).__name__) from None

    def verify(self, name: str, body: bytes) -> str:
        """The id of the file's content. Without the provider's key nothing is believed."""
        signed = unpack(body)
        try:
            self._key.check(signed)
        except OSError:
            raise ForgedWebhook("no_key") from None
        return signed.content_id

    def handed_in(self, name: str, content: bytes, signature: bytes) -> bytes:
        """A file as an officer handed it in, with its signature, as one body."""
        return pack(SignedFile(name, read_signature(signature), content))

    def explain(self, why: str) -> tuple[str, str]:
        """A refusal in English and Vietnamese."""
        return explain(why)

    def read(self, body: bytes) -> Notice:
        """What a verified file says."""
        return self._read(unpack(body))

    def _read(self, signed: SignedFile) -> Notice:
        said, lists = read_results(read_cells(signed.content), self._template, self._folder.find_orders)
        only = next(iter(lists)) if len(lists) == 1 else None
        return Notice(only if only and not only.startswith(WITHDRAWAL) else None, said)


class SheetWebhooks:
    """The same files at the webhooks' door, for a provider whose program posts them: the envelope is the body."""

    def __init__(self, files: SheetFiles) -> None:
        self._files = files

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        """The id of the file's content; headers say nothing."""
        return self._files.verify("", body)

    def read(self, body: bytes) -> Notice:
        """What the file says."""
        return self._files.read(body)
