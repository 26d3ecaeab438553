"""A provider's file is applied, part by part: a statement may hold every payment of a month.

Each part first sees, in one query and without a lock, which of its sayings are news at all; a statement mostly repeats what
was told before. Only chunks with news are locked and settled. A file that was applied half-way is simply applied again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from services.provider_gateway.connectors.protocol import Notice, OfAll
from services.provider_gateway.domain.attempt import Said, Verdict, judge
from services.provider_gateway.domain.chunk import ChunkKey
from services.provider_gateway.domain.schedule import Schedule
from services.provider_gateway.storage import chunks, files, statements
from services.provider_gateway.use_cases.answer_accounts import answer_accounts
from services.provider_gateway.use_cases.receive_webhook import seal_body
from services.provider_gateway.use_cases.record_answers import close_settling, open_settling
from shared.crypto import FieldCipher
from shared.database import Tx

CHUNKS_AT_ONCE = 20
"""A bound on the chunks that one transaction locks."""


@dataclass(slots=True)
class ChunkNews:
    """What a part of a file says of one chunk that was not known."""

    key: ChunkKey
    said: list[Said] = field(default_factory=list)
    of_all: OfAll | None = None
    besides: frozenset[str] = frozenset()  # payments that were spoken of by themselves


@dataclass(slots=True)
class FileTally:
    """What has come of a file so far."""

    counts: Counter[str] = field(default_factory=Counter)
    spoken_of: set[str] = field(default_factory=set)  # in the parts of a status report, until what it says of the whole
    statements: int = 0


async def receive_file(tx: Tx, provider: str, file_id: str, name: str, body: bytes, cipher: FieldCipher) -> bool:
    """Keep a verified file; False when it had come before."""
    return await files.insert_file(tx, provider, file_id, name, seal_body(body, cipher))


async def sort_part(
    tx: Tx, provider: str, webhook_id: UUID, part: Notice, tally: FileTally, cipher: FieldCipher, schedule: Schedule
) -> list[ChunkNews]:
    """What a part says that is news, by chunk in the order in which chunks are locked. A statement's head is kept."""
    news: dict[ChunkKey, ChunkNews] = {}
    found = await files.attempts_of(tx, provider, {each.reference for each in part.said}) if part.said else {}
    for said in part.said:
        held = found.get(said.reference)
        if held is None:
            tally.counts["unknown"] += 1
            continue
        key, attempt = held
        verdict, became = judge(attempt, said)
        if verdict is Verdict.STALE and became == attempt:
            tally.counts["stale"] += 1
        else:
            news.setdefault(key, ChunkNews(key)).said.append(said)
    if part.batch_reference is not None:
        tally.spoken_of.update(each.reference for each in part.said)
    if part.of_all is not None:
        await _note_whole(tx, provider, part, tally, news)
    if part.accounts:
        tally.counts["accounts"] += await answer_accounts(tx, provider, part.accounts, cipher, schedule)
    if part.statement is not None:
        tally.statements += 1
        await statements.insert_statement(tx, webhook_id, tally.statements, provider, part.statement)
    return [news[key] for key in sorted(news, key=lambda key: (key.payroll_id, key.chunk_no))]


async def settle_news(tx: Tx, news: Sequence[ChunkNews], tally: FileTally) -> None:
    """Settle these chunks under their locks: what is judged now may have changed since it was sorted."""
    for each in news:
        references = None if each.of_all else {said.reference for said in each.said}
        settling = await open_settling(tx, await chunks.lock_chunk(tx, each.key), references)
        settling.hear(each.said)
        if each.of_all:
            settling.hear_of_all(each.of_all, each.besides)
        if settling.has_news:
            await close_settling(tx, settling, "webhook")
        tally.counts += settling.counts


async def _note_whole(tx: Tx, provider: str, part: Notice, tally: FileTally, news: dict[ChunkKey, ChunkNews]) -> None:
    key = await chunks.key_of_batch(tx, provider, part.batch_reference) if part.batch_reference else None
    if key is None:
        tally.counts["unknown"] += 1
        return
    whole = news.setdefault(key, ChunkNews(key))
    whole.of_all, whole.besides = part.of_all, frozenset(tally.spoken_of)
