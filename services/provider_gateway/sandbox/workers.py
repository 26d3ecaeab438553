"""Two loops beside the routes: one books what was taken, one posts webhooks. And the clock's moving on."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from functools import partial

import httpx

from services.provider_gateway.sandbox.books.openings import answer_openings
from services.provider_gateway.sandbox.books.queueing import (
    DueWebhook,
    due_webhooks,
    next_due_at,
    record_deliveries,
    release_held,
)
from services.provider_gateway.sandbox.books.settling import due_batches, next_ready_at, ready_batches, settle_batches
from services.provider_gateway.sandbox.clock import read_clock, write_clock
from services.provider_gateway.sandbox.errors import RequestRefused
from services.provider_gateway.sandbox.state import Sandbox

logger = logging.getLogger("sandbox")

BATCHES_AT_ONCE = 4
"""Booked in one transaction; more would keep the next batch waiting for its answer."""

OPENINGS_AT_ONCE = 500
POSTS_AT_ONCE = 16
IDLE_SECONDS = 1.0
POST_TIMEOUT_SECONDS = 10.0


async def settle_forever(sandbox: Sandbox) -> None:
    """Book batches and answer requests for accounts soon after they were taken."""
    while True:
        try:
            await _settle_some(sandbox)
        except Exception:
            logger.exception("settling failed; trying again")
            await asyncio.sleep(IDLE_SECONDS)


async def _settle_some(sandbox: Sandbox) -> None:
    sandbox.work_to_do.clear()
    if await sandbox.books.run(lambda connection: _settle_ready(connection, sandbox, all_taken=False)):
        sandbox.webhooks_to_send.set()
        return
    await _wait(sandbox.work_to_do, await sandbox.books.run(next_ready_at))


def _settle_ready(connection: sqlite3.Connection, sandbox: Sandbox, *, all_taken: bool) -> int:
    batch_ids = ready_batches(connection, all_taken=all_taken, limit=BATCHES_AT_ONCE)
    settle_batches(connection, sandbox, batch_ids)
    return len(batch_ids) + answer_openings(connection, sandbox, OPENINGS_AT_ONCE, all_received=all_taken)


async def _wait(event: asyncio.Event, due_at: float | None) -> None:
    """Until the event, or until something is due."""
    seconds = IDLE_SECONDS if due_at is None else min(IDLE_SECONDS, max(0.002, due_at - time.time()))
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


async def send_forever(sandbox: Sandbox) -> None:
    """Post queued webhooks, some at once, until each was answered 2xx or given up."""
    limits = httpx.Limits(max_connections=POSTS_AT_ONCE, max_keepalive_connections=POSTS_AT_ONCE)
    async with httpx.AsyncClient(timeout=POST_TIMEOUT_SECONDS, limits=limits, trust_env=False) as client:
        in_flight: dict[asyncio.Task[int | None], DueWebhook] = {}
        while True:
            try:
                await _send_some(sandbox, client, in_flight)
            except Exception:
                logger.exception("sending webhooks failed; trying again")
                await asyncio.sleep(IDLE_SECONDS)


async def _send_some(sandbox: Sandbox, client: httpx.AsyncClient, in_flight: dict[asyncio.Task[int | None], DueWebhook]) -> None:
    sandbox.webhooks_to_send.clear()
    free = POSTS_AT_ONCE - len(in_flight)
    if free:
        busy = [webhook.webhook_id for webhook in in_flight.values()]
        for webhook in await sandbox.books.run(lambda connection: due_webhooks(connection, busy, free)):
            in_flight[asyncio.create_task(_post(sandbox, client, webhook))] = webhook
    if not in_flight:
        await _wait(sandbox.webhooks_to_send, await sandbox.books.run(next_due_at))
        return
    done, _ = await asyncio.wait(in_flight, timeout=0.05, return_when=asyncio.FIRST_COMPLETED)
    if done:
        sent = [(in_flight.pop(task), task.result()) for task in done]
        await sandbox.books.run(lambda connection: record_deliveries(connection, sandbox.faults, sent))


async def _post(sandbox: Sandbox, client: httpx.AsyncClient, webhook: DueWebhook) -> int | None:
    """Post one webhook, signed now; the answer's status, or None without an answer."""
    wire = sandbox.wires[webhook.provider]
    headers, content = wire.envelope(webhook.message_id, webhook.event, webhook.body, webhook.forged)
    url = f"{sandbox.settings.webhooks_url.rstrip('/')}/{webhook.provider}"
    try:
        answer = await client.post(url, content=content, headers={"content-type": "application/json", **headers})
    except httpx.HTTPError:
        return None
    return answer.status_code


async def settle_all_taken(sandbox: Sandbox) -> None:
    """Book everything taken so far, without waiting for its processing time."""
    while await sandbox.books.run(lambda connection: _settle_ready(connection, sandbox, all_taken=True)):
        sandbox.webhooks_to_send.set()


async def advance_clock(sandbox: Sandbox, to: str) -> None:
    """Move the business clock; everything planned until then has been booked when this returns.

    The clock shows the new moment only afterwards, so no day is shown as over while its entries are still being booked.
    Raises 409 for a moment in the past.
    """
    async with sandbox.clock_lock:
        now = await sandbox.books.run(read_clock)
        if to < now:
            raise RequestRefused(409, "clock_runs_forward", f"The clock stands at {now}")
        await settle_all_taken(sandbox)
        if to > now:
            await sandbox.books.run(release_held)
        await _settle_until(sandbox, to)
        await sandbox.books.run(lambda connection: _close(connection, sandbox, to))
        sandbox.webhooks_to_send.set()


async def _settle_until(sandbox: Sandbox, until: str) -> None:
    while batch_ids := await sandbox.books.run(lambda connection: due_batches(connection, until)):
        for start in range(0, len(batch_ids), BATCHES_AT_ONCE):
            some = batch_ids[start : start + BATCHES_AT_ONCE]
            await sandbox.books.run(partial(settle_batches, sandbox=sandbox, batch_ids=some, until=until))


def _close(connection: sqlite3.Connection, sandbox: Sandbox, to: str) -> None:
    """Set the clock, together with what was taken since: no entry may be added to a day that is over."""
    while batch_ids := due_batches(connection, to):
        settle_batches(connection, sandbox, batch_ids, to)
    write_clock(connection, to)


async def flush(sandbox: Sandbox) -> dict[str, int]:
    """Book all that was taken and let late webhooks go, without moving the clock."""
    await settle_all_taken(sandbox)
    released = await sandbox.books.run(release_held)
    sandbox.webhooks_to_send.set()
    return {"released": released}
