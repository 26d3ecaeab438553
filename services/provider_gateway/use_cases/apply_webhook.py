"""A kept webhook is applied: once, whatever it says and in whatever order it came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from services.provider_gateway.connectors.protocol import Connector, Notice, UnreadableWebhook
from services.provider_gateway.domain.chunk import Chunk
from services.provider_gateway.domain.schedule import Schedule
from services.provider_gateway.storage import attempts, chunks, webhooks
from services.provider_gateway.storage.webhooks import HeldWebhook
from services.provider_gateway.use_cases.answer_accounts import answer_accounts
from services.provider_gateway.use_cases.receive_webhook import open_body
from services.provider_gateway.use_cases.record_answers import close_settling, open_settling
from shared.crypto import FieldCipher
from shared.database import Tx, is_infrastructure

PARK_FIRST_SECONDS = 0.5
PARK_MOST_SECONDS = 3600.0
MAX_TRIES = 60
"""Parked that often (some two days) a webhook is left to a person."""


async def apply_webhook(tx: Tx, connectors: Mapping[str, Connector], cipher: FieldCipher, schedule: Schedule) -> bool:
    """Apply the webhook that has waited longest; False when none waits.

    One that speaks of payments unknown here is parked and tried again; one that can't be read, or fails, is kept for a
    person and stands in nobody's way.
    """
    held = await webhooks.lock_due(tx)
    if held is None:
        return False
    try:
        async with tx.savepoint():
            notice = connectors[held.provider].webhooks.read(open_body(held.body_sealed, cipher))
            await _apply(tx, held, notice, cipher, schedule)
    except UnreadableWebhook as error:
        await webhooks.set_result(tx, held.webhook_id, "unreadable", result={"unreadable": str(error)})
    except Exception as error:
        if is_infrastructure(error):
            raise
        await _park(tx, held, {"failed": type(error).__name__}, None)
    return True


async def _apply(tx: Tx, held: HeldWebhook, notice: Notice, cipher: FieldCipher, schedule: Schedule) -> None:
    counts: Counter[str] = Counter()
    if notice.accounts:
        counts["accounts"] = await answer_accounts(tx, held.provider, notice.accounts, cipher, schedule)
    unmatched = {said.reference for said in notice.said}
    chunk: Chunk | None = None
    for chunk in await _chunks(tx, held.provider, notice):
        settling = await open_settling(tx, chunk, {said.reference for said in notice.said})
        settling.hear(notice.said)
        if settling.has_news:
            await close_settling(tx, settling, "webhook")
        unmatched -= settling.held.keys()
        counts += settling.counts
    result: dict[str, object] = dict(counts)
    if unmatched:
        await _park(tx, held, {**result, "unknown": len(unmatched)}, chunk)
    else:
        await webhooks.set_result(tx, held.webhook_id, "applied", result=result, chunk=chunk)


async def _chunks(tx: Tx, provider: str, notice: Notice) -> list[Chunk]:
    """The chunks it speaks of, locked in one order."""
    key = await chunks.key_of_batch(tx, provider, notice.batch_reference) if notice.batch_reference else None
    keys = [key] if key else await attempts.chunks_of_references(tx, provider, {said.reference for said in notice.said})
    return [await chunks.lock_chunk(tx, each) for each in keys]


async def _park(tx: Tx, held: HeldWebhook, result: dict[str, object], chunk: Chunk | None) -> None:
    if held.tries >= MAX_TRIES:
        await webhooks.set_result(tx, held.webhook_id, "unmatched", result=result, chunk=chunk)
        return
    pause = min(PARK_FIRST_SECONDS * 2.0 ** min(held.tries, 20), PARK_MOST_SECONDS)
    await webhooks.set_result(tx, held.webhook_id, "parked", result=result, chunk=chunk, next_seconds=pause)
