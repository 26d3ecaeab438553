"""Applies kept files: part by part, each in transactions of its own, so that a large statement holds nobody up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from services.provider_gateway.connectors.protocol import (
    Connector,
    DayLine,
    FilesInParts,
    Notice,
    UnreadableWebhook,
)
from services.provider_gateway.domain.schedule import Schedule, park_seconds
from services.provider_gateway.storage import files
from services.provider_gateway.storage.files import HeldFile
from services.provider_gateway.use_cases.apply_file import CHUNKS_AT_ONCE, FileTally, settle_news, sort_part
from services.provider_gateway.use_cases.list_day import list_day
from services.provider_gateway.use_cases.receive_webhook import open_body
from shared.crypto import FieldCipher
from shared.database import Database, is_infrastructure
from shared.service import Worker

LEASE_SECONDS = 120.0
"""Renewed with each part; a worker that died on a file is missed after it."""


@dataclass(slots=True)
class _Days:
    """Lines of statements whose last page has not come yet in this file."""

    pages: int = 0
    lines: list[DayLine] = field(default_factory=list)
    in_parts: int = 0  # statements of which another file holds a page: not handed on


class FileApplier:
    """Applies files."""

    def __init__(self, database: Database, connectors: Mapping[str, Connector], cipher: FieldCipher, schedule: Schedule) -> None:
        self._database = database
        self._connectors = connectors
        self._cipher = cipher
        self._schedule = schedule

    def worker(self) -> Worker:
        """As background work of the service."""
        return Worker("files", self.step, idle_seconds=0.2)

    async def step(self) -> int:
        """Apply the file that has waited longest; 0 when none waits."""
        if not await files.files_are_due(self._database):
            return 0
        async with self._database.transaction() as tx:
            held = await files.claim_file(tx, LEASE_SECONDS)
        if held is None:
            return 0
        tally = FileTally()
        try:
            await self._apply(held, tally)
        except UnreadableWebhook as error:
            await self._finish(held, "unreadable", {**tally.counts, "unreadable": str(error)})
        except Exception as error:
            if is_infrastructure(error):
                raise
            await self._park(held, {**tally.counts, "failed": type(error).__name__})
        else:
            if tally.counts["unknown"]:
                await self._park(held, dict(tally.counts))
            else:
                await self._finish(held, "applied", {name: n for name, n in tally.counts.items() if n})
        return 1

    async def _apply(self, held: HeldFile, tally: FileTally) -> None:
        connector = self._connectors[held.provider]
        days = _Days()
        for part in _parts(connector, open_body(held.body_sealed, self._cipher)):
            async with self._database.transaction() as tx:
                await files.renew_claim(tx, held.webhook_id, LEASE_SECONDS)
                news = await sort_part(tx, held.provider, held.webhook_id, part, tally, self._cipher, self._schedule)
            for start in range(0, len(news), CHUNKS_AT_ONCE):
                async with self._database.transaction() as tx:
                    await settle_news(tx, news[start : start + CHUNKS_AT_ONCE], tally)
            if connector.days is None:  # nobody else fetches what the bank says of its days
                await self._hand_on(held.provider, part, days)
        if days.in_parts:
            tally.counts["days_in_parts"] = days.in_parts

    async def _hand_on(self, provider: str, part: Notice, days: _Days) -> None:
        days.lines += part.lines
        if part.statement is None or not part.statement.is_ours:
            return
        days.pages += 1
        if part.statement.is_last_page:
            if days.pages == part.statement.page_no:
                async with self._database.transaction() as tx:
                    await list_day(tx, provider, "statement", part.statement.day, days.lines)
            else:
                days.in_parts += 1
            days.pages, days.lines = 0, []

    async def _park(self, held: HeldFile, result: dict[str, object]) -> None:
        pause = park_seconds(held.tries)
        await self._finish(held, "unmatched" if pause is None else "parked", result, pause)

    async def _finish(self, held: HeldFile, state: str, result: Mapping[str, object], again_seconds: float | None = None) -> None:
        async with self._database.transaction() as tx:
            await files.set_file_result(tx, held.webhook_id, state, result, again_seconds)


def _parts(connector: Connector, body: bytes) -> Iterator[Notice]:
    assert connector.files is not None, "a file came from it"
    if isinstance(connector.files, FilesInParts):
        return connector.files.parts(body)
    return iter([connector.files.read(body)])
