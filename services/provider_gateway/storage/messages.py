"""Messages to payees: queued with the outcome, claimed by the worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.provider_gateway.domain.chunk import Chunk
from services.provider_gateway.domain.messages import CHANGES, TOLD_WITHIN, HeldMessage
from shared.contracts.registry_events import NoticeRecord
from shared.database import Database, Tx
from shared.kernel.months import month_of

# The months stand in the transfer text, which names nothing else: `TCXH 09.2021 10.2021 HUE-0000123`.
_QUEUE = """
INSERT INTO messages (run_month, message_id, about, kind, unit_id, payee_id, provider, channel, amount_dong, months, phone_sealed,
                      state, next_try_at, made_at, queued_at)
SELECT c.run_month, uuidv7(), l.payment_id, u.kind, l.unit_id, l.payee_id, c.provider, c.channel, l.amount_dong,
       ARRAY(SELECT m.found[1] FROM regexp_matches(l.note, '\\m(\\d{2}\\.\\d{4})\\M', 'g') AS m (found)), p.phone_sealed,
       CASE WHEN p.phone_sealed IS NULL THEN 'no_phone' ELSE 'waiting' END,
       CASE WHEN p.phone_sealed IS NOT NULL THEN clock_timestamp() END, clock_timestamp(), (SELECT platform.business_now())
FROM chunks c
CROSS JOIN LATERAL json_to_recordset(c.lines) AS l (payment_id uuid, unit_id text, payee_id uuid, amount_dong bigint, note text)
JOIN unnest(CAST(:payment_ids AS uuid[]), CAST(:kinds AS text[])) AS u (payment_id, kind) USING (payment_id)
LEFT JOIN LATERAL (
    SELECT q.phone_sealed FROM payees q WHERE q.payee_id = l.payee_id ORDER BY q.version DESC LIMIT 1) p ON true
WHERE c.payroll_id = :payroll_id AND c.chunk_no = :chunk_no
ON CONFLICT (run_month, about, kind) DO NOTHING
"""

_CLAIM = """
WITH due AS (SELECT run_month, message_id FROM messages WHERE next_try_at <= clock_timestamp()
             ORDER BY next_try_at, message_id LIMIT :limit FOR UPDATE SKIP LOCKED)
UPDATE messages m SET next_try_at = clock_timestamp() + make_interval(secs => :lease_seconds), tries = m.tries + 1
FROM due WHERE m.run_month = due.run_month AND m.message_id = due.message_id
RETURNING CAST(m.run_month AS text) AS run_month, m.message_id, m.kind, m.provider, m.channel, m.amount_dong, m.months, m.tries,
    m.made_at < clock_timestamp() - make_interval(secs => :most_seconds) AS too_old, m.phone_sealed
"""


async def set_switch(tx: Tx, is_on: bool) -> None:
    """Keep whether messages are queued."""
    await tx.run(
        """INSERT INTO message_switch (is_on, set_at) VALUES (:is_on, clock_timestamp())
           ON CONFLICT (only_row) DO UPDATE SET is_on = excluded.is_on, set_at = excluded.set_at""",
        is_on=is_on,
    )


async def queue(tx: Tx, chunk: Chunk, kinds: Mapping[UUID, str]) -> int:
    """Queue a message for each of these payments of a chunk, with the outcome that it tells, unless it was queued before or
    messages are off; how many."""
    if not kinds or not await tx.scalar("SELECT is_on FROM message_switch"):
        return 0
    await tx.ensure_month("provider_gateway", "messages", chunk.run_month)
    return await tx.run(
        _QUEUE,
        payment_ids=list(kinds),
        kinds=list(kinds.values()),
        payroll_id=chunk.key.payroll_id,
        chunk_no=chunk.key.chunk_no,
    )


async def queue_notices(tx: Tx, notices: Sequence[NoticeRecord]) -> int:
    """Queue a message for each notice of a change, unless it was queued before, nobody has words for it, or messages are off;
    how many."""
    if not await tx.scalar("SELECT is_on FROM message_switch"):
        return 0
    told = [notice for notice in notices if notice.kind in CHANGES]
    month = month_of(await tx.today())
    await tx.ensure_month("provider_gateway", "messages", month)
    return await tx.run(
        """INSERT INTO messages (run_month, message_id, about, kind, unit_id, payee_id, months, phone_sealed, state, next_try_at,
                                 made_at, queued_at)
           SELECT :month, uuidv7(), n.*, CASE WHEN n.phone_sealed IS NULL THEN 'no_phone' ELSE 'waiting' END,
                  CASE WHEN n.phone_sealed IS NOT NULL THEN clock_timestamp() END, clock_timestamp(),
                  (SELECT platform.business_now())
           FROM (SELECT u.about, u.kind, u.unit_id, u.payee_id, CAST('{}' AS text[]) AS months, u.phone_sealed
                 FROM unnest(CAST(:ids AS uuid[]), CAST(:kinds AS text[]), CAST(:unit_ids AS text[]), CAST(:payee_ids AS uuid[]),
                             CAST(:phones AS text[])) AS u (about, kind, unit_id, payee_id, phone_sealed)) n
           ON CONFLICT (run_month, about, kind) DO NOTHING""",
        month=month,
        ids=[notice.notice_id for notice in told],
        kinds=[notice.kind for notice in told],
        unit_ids=[notice.unit_id for notice in told],
        payee_ids=[notice.payee_id for notice in told],
        phones=[notice.phone_sealed for notice in told],
    )


async def are_due(database: Database) -> bool:
    """Whether any message is due: a look outside any transaction."""
    return bool(await database.peek("SELECT messages_are_due()"))


async def claim(tx: Tx, limit: int, lease_seconds: float) -> list[HeldMessage]:
    """Messages that have waited longest, kept from other workers for so long."""
    rows = await tx.rows(_CLAIM, limit=limit, lease_seconds=lease_seconds, most_seconds=TOLD_WITHIN.total_seconds())
    return [HeldMessage(**row) for row in sorted(rows, key=lambda row: row["message_id"])]


async def save(tx: Tx, results: Sequence[tuple[HeldMessage, str, str | None, float | None]]) -> None:
    """Write what came of messages: (message, state, why, seconds until the next try)."""
    await tx.run(
        """UPDATE messages m SET state = u.state, why = u.why,
               next_try_at = clock_timestamp() + make_interval(secs => u.seconds),
               done_at = CASE WHEN u.state <> 'waiting' THEN (SELECT platform.business_now()) END
           FROM unnest(CAST(:months AS date[]), CAST(:ids AS uuid[]), CAST(:states AS text[]), CAST(:whys AS text[]),
                       CAST(:seconds AS double precision[])) AS u (run_month, message_id, state, why, seconds)
           WHERE m.run_month = u.run_month AND m.message_id = u.message_id AND m.state = 'waiting'""",
        months=[date.fromisoformat(message.run_month) for message, *_ in results],
        ids=[message.message_id for message, *_ in results],
        states=[state for _, state, _, _ in results],
        whys=[why for _, _, why, _ in results],
        seconds=[seconds for *_, seconds in results],
    )


async def page(tx: Tx, after: UUID | None, limit: int, *, state: str | None, about: UUID | None) -> list[dict[str, Any]]:
    """Messages in the order of queuing, after one; about a payment or a notice, in a state. Nothing of the phone."""
    return await tx.rows(
        """SELECT message_id, about, kind, unit_id, provider, channel, amount_dong, months, state, why, tries,
                  queued_at, done_at
           FROM messages
           WHERE (CAST(:after AS uuid) IS NULL OR message_id > :after)
             AND (CAST(:state AS text) IS NULL OR state = :state)
             AND (CAST(:about AS uuid) IS NULL OR about = :about)
           ORDER BY message_id LIMIT :limit""",
        after=after,
        state=state,
        about=about,
        limit=limit,
    )
