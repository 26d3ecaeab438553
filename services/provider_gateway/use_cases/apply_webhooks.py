"""Kept webhooks are applied: each once, whatever it says and in whatever order it came.

Those that wait are applied together, so that what several say of one chunk becomes one settling and one event.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.provider_gateway.connectors.protocol import Connector, Notice, OfAll, UnreadableWebhook
from services.provider_gateway.domain.attempt import Verdict
from services.provider_gateway.domain.chunk import Chunk, ChunkKey
from services.provider_gateway.domain.schedule import Schedule, park_seconds
from services.provider_gateway.storage import attempts, chunks, webhooks
from services.provider_gateway.storage.webhooks import HeldWebhook, WebhookResult
from services.provider_gateway.use_cases.answer_accounts import answer_accounts
from services.provider_gateway.use_cases.receive_webhook import open_body, open_said
from services.provider_gateway.use_cases.record_answers import Settling, accept, close_settling, open_settling
from shared.crypto import FieldCipher
from shared.database import Tx, is_infrastructure

MAX_TOGETHER = 16
"""A bound on the webhooks of one transaction, and so on the chunks that it locks."""


ACCEPTED = OfAll("accepted")


@dataclass(frozen=True, slots=True)
class _Read:
    """A webhook with what it says, and the chunks it speaks of."""

    held: HeldWebhook
    notice: Notice
    keys: Sequence[ChunkKey] = ()

    @property
    def references(self) -> set[str]:
        return {said.reference for said in self.notice.said}

    @property
    def of_all(self) -> OfAll | None:
        """What it says of the whole batch that it names."""
        return self.notice.of_all if self.notice.batch_reference else None

    @property
    def only_accepts(self) -> bool:
        """Whether it says "accepted" of payments of one chunk, and nothing else."""
        notice = self.notice
        says_more = not notice.said or notice.accounts or notice.of_all not in (None, ACCEPTED)
        return len(self.keys) == 1 and not says_more and all(said.is_bare_acceptance for said in notice.said)


async def apply_webhooks(
    tx: Tx, connectors: Mapping[str, Connector], cipher: FieldCipher, schedule: Schedule, most: int = MAX_TOGETHER
) -> int:
    """Apply the webhooks that have waited longest; how many were taken up, 0 when none waits.

    One that speaks of payments unknown here is parked and tried again; one that can't be read, or fails, is kept for a
    person and stands in nobody's way.
    """
    taken = await webhooks.lock_due(tx, most)
    read, results = _read(taken, connectors, cipher)
    if read:
        results += await _apply_or_park(tx, read, cipher, schedule)
    if results:
        await webhooks.set_results(tx, results)
    return len(taken)


def _read(
    taken: Sequence[HeldWebhook], connectors: Mapping[str, Connector], cipher: FieldCipher
) -> tuple[list[_Read], list[WebhookResult]]:
    read: list[_Read] = []
    results: list[WebhookResult] = []
    for held in taken:
        try:
            if held.said_sealed is not None:
                notice = open_said(held.said_sealed, cipher)
            else:
                notice = connectors[held.provider].webhooks.read(open_body(held.body_sealed, cipher))
            read.append(_Read(held, notice))
        except UnreadableWebhook as error:
            results.append(WebhookResult(held.webhook_id, "unreadable", {"unreadable": str(error)}))
        except Exception as error:
            results.append(_parked(held, {"failed": type(error).__name__}, None))
    return read, results


async def _apply_or_park(tx: Tx, read: Sequence[_Read], cipher: FieldCipher, schedule: Schedule) -> list[WebhookResult]:
    """All together; where one fails, each by itself, so that the failing one alone is parked."""
    try:
        async with tx.savepoint():
            return await _apply(tx, read, cipher, schedule)
    except Exception as error:
        if is_infrastructure(error):
            raise
        if len(read) == 1:
            return [_parked(read[0].held, {"failed": type(error).__name__}, None)]
    return [result for each in read for result in await _apply_or_park(tx, [each], cipher, schedule)]


async def _apply(tx: Tx, read: Sequence[_Read], cipher: FieldCipher, schedule: Schedule) -> list[WebhookResult]:
    found = [_Read(each.held, each.notice, await _keys(tx, each)) for each in read]
    locked = await _lock(tx, found)
    accepting = [each for each in found if each.only_accepts]
    others = [each for each in found if not each.only_accepts]
    results = [await _accept(tx, each, locked[each.keys[0]]) for each in accepting]
    settlings = await _open(tx, others, locked)
    results += [await _hear(tx, each, settlings, cipher, schedule) for each in others]
    for settling in settlings.values():
        if settling.has_news:
            await close_settling(tx, settling, "webhook")
    return results


async def _lock(tx: Tx, read: Sequence[_Read]) -> dict[ChunkKey, Chunk]:
    """The chunks that are spoken of, locked in one order."""
    keys = {key for each in read for key in each.keys}
    return {key: await chunks.lock_chunk(tx, key) for key in sorted(keys, key=lambda key: (key.payroll_id, key.chunk_no))}


async def _open(tx: Tx, read: Sequence[_Read], locked: Mapping[ChunkKey, Chunk]) -> dict[ChunkKey, Settling]:
    """Locked chunks, each with the attempts spoken of."""
    references: dict[ChunkKey, set[str]] = {}
    whole = {key for each in read if each.of_all for key in each.keys}
    for each in read:
        for key in each.keys:
            references.setdefault(key, set()).update(each.references)
    return {key: await open_settling(tx, locked[key], None if key in whole else references[key]) for key in references}


async def _accept(tx: Tx, read: _Read, chunk: Chunk) -> WebhookResult:
    """A webhook that only accepts: most often told by the answer to the call before."""
    references = read.references
    matched = await attempts.count_these(tx, chunk, references)
    news, _ = await accept(tx, chunk, None if read.of_all else references) if matched else (0, None)
    counts = Counter({Verdict.APPLIED.value: news, Verdict.STALE.value: max(matched - news, 0)})
    if matched < len(references):
        return _parked(read.held, {**+counts, "unknown": len(references) - matched}, chunk)
    return WebhookResult(read.held.webhook_id, "applied", dict(+counts), chunk)


async def _hear(
    tx: Tx, read: _Read, settlings: Mapping[ChunkKey, Settling], cipher: FieldCipher, schedule: Schedule
) -> WebhookResult:
    counts: Counter[str] = Counter()
    if read.notice.accounts:
        counts["accounts"] = await answer_accounts(tx, read.held.provider, read.notice.accounts, cipher, schedule)
    unmatched = read.references
    settling: Settling | None = None
    for key in read.keys:
        settling = settlings[key]
        before = Counter(settling.counts)
        settling.hear(read.notice.said)
        if read.of_all:
            settling.hear_of_all(read.of_all, read.references)
        unmatched -= settling.held.keys()
        counts += settling.counts - before
    chunk = settling.chunk if settling else None
    if unmatched or (read.notice.of_all and not read.keys):
        return _parked(read.held, {**counts, "unknown": len(unmatched)}, chunk)
    return WebhookResult(read.held.webhook_id, "applied", dict(counts), chunk)


async def _keys(tx: Tx, read: _Read) -> Sequence[ChunkKey]:
    notice, provider = read.notice, read.held.provider
    key = await chunks.key_of_batch(tx, provider, notice.batch_reference) if notice.batch_reference else None
    return [key] if key else await attempts.chunks_of_references(tx, provider, read.references)


def _parked(held: HeldWebhook, result: dict[str, object], chunk: Chunk | None) -> WebhookResult:
    pause = park_seconds(held.tries)
    return WebhookResult(held.webhook_id, "unmatched" if pause is None else "parked", result, chunk, pause)
