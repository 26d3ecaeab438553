"""Webhooks as they came, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from services.provider_gateway.domain.chunk import Chunk
from shared.database import Tx
from shared.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class HeldWebhook:
    """A webhook to apply, still sealed."""

    webhook_id: UUID
    provider: str
    body_sealed: str
    said_sealed: str | None  # what the door read in it; None: read the body
    tries: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A webhook at the door. `same`: it says what the first with its id said."""

    webhook_id: UUID
    fresh: bool
    same: bool
    state: str
    authority_id: str | None


async def insert_webhook(
    tx: Tx,
    provider: str,
    delivery_id: str,
    body_sealed: str,
    said_sealed: str | None,
    fingerprints: Sequence[bytes],
    unreadable: str | None,
) -> Kept:
    """Keep a webhook to be applied, with what was read in it until then, or as unreadable; what had come before is only counted.
    The first of `fingerprints` is kept; one of them must be that of the first webhook with this id."""
    row = await tx.row(
        """INSERT INTO webhooks AS held (webhook_id, provider, delivery_id, body_sealed, said_sealed, received_at, business_at,
                                        next_try_at, fingerprint, state, result)
           VALUES (:webhook_id, :provider, :delivery_id, :body, :said, clock_timestamp(), platform.business_now(),
                   CASE WHEN CAST(:unreadable AS text) IS NULL THEN clock_timestamp() END, :fingerprint,
                   CASE WHEN CAST(:unreadable AS text) IS NULL THEN 'new' ELSE 'unreadable' END,
                   CASE WHEN CAST(:unreadable AS text) IS NOT NULL
                        THEN json_build_object('unreadable', CAST(:unreadable AS text)) END)
           ON CONFLICT (provider, delivery_id) DO UPDATE SET deliveries = held.deliveries
               + CASE WHEN coalesce(held.fingerprint = ANY(CAST(:fingerprints AS bytea[])), true) THEN 1 ELSE 0 END
           RETURNING webhook_id, webhook_id = :webhook_id AS fresh, state, authority_id,
                     coalesce(fingerprint = ANY(CAST(:fingerprints AS bytea[])), true) AS same""",
        webhook_id=new_id(),
        provider=provider,
        delivery_id=delivery_id,
        body=body_sealed,
        said=said_sealed,
        fingerprint=fingerprints[0],
        fingerprints=list(fingerprints),
        unreadable=unreadable,
    )
    assert row is not None
    return Kept(**row)


async def count_refusal(tx: Tx, provider: str, code: str) -> None:
    """Count what was refused at the door."""
    await tx.run(
        """INSERT INTO webhook_refusals AS held (provider, code, last_at) VALUES (:provider, :code, clock_timestamp())
           ON CONFLICT (provider, code) DO UPDATE SET refused = held.refused + 1, last_at = excluded.last_at""",
        provider=provider,
        code=code,
    )


async def lock_due(tx: Tx, most: int) -> list[HeldWebhook]:
    """The webhooks that have waited longest, locked, oldest first; what others hold is passed over."""
    rows = await tx.rows(
        """SELECT webhook_id, provider, CASE WHEN said_sealed IS NULL THEN body_sealed ELSE '' END AS body_sealed,
                  said_sealed, tries
           FROM webhooks WHERE next_try_at <= clock_timestamp()
           ORDER BY next_try_at, webhook_id LIMIT :most FOR UPDATE SKIP LOCKED""",
        most=most,
    )
    return [HeldWebhook(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class WebhookResult:
    """What came of a webhook, and in how many seconds to try again (None: done with it)."""

    webhook_id: UUID
    state: str
    result: Mapping[str, Any]
    chunk: Chunk | None = None
    next_seconds: float | None = None


async def set_results(tx: Tx, results: Sequence[WebhookResult]) -> None:
    """Write what came of webhooks."""
    await tx.run(
        """UPDATE webhooks w SET state = r.state, result = CAST(r.result AS json), tries = w.tries + 1,
               payroll_id = coalesce(r.payroll_id, w.payroll_id), chunk_no = coalesce(r.chunk_no, w.chunk_no),
               authority_id = coalesce(r.authority_id, w.authority_id),
               applied_at = CASE WHEN r.state = 'applied' THEN platform.business_now() END,
               next_try_at = clock_timestamp() + make_interval(secs => r.next_seconds),
               said_sealed = CASE WHEN r.next_seconds IS NOT NULL THEN w.said_sealed END
           FROM unnest(CAST(:ids AS uuid[]), CAST(:states AS text[]), CAST(:results AS text[]), CAST(:payrolls AS uuid[]),
                       CAST(:chunk_nos AS int[]), CAST(:authorities AS text[]), CAST(:seconds AS double precision[]))
               AS r (webhook_id, state, result, payroll_id, chunk_no, authority_id, next_seconds)
           WHERE w.webhook_id = r.webhook_id""",
        ids=[each.webhook_id for each in results],
        states=[each.state for each in results],
        results=[orjson.dumps(each.result).decode() for each in results],
        payrolls=[each.chunk.key.payroll_id if each.chunk else None for each in results],
        chunk_nos=[each.chunk.key.chunk_no if each.chunk else None for each in results],
        authorities=[each.chunk.authority_id if each.chunk else None for each in results],
        seconds=[each.next_seconds for each in results],
    )


_VIEW = """webhook_id, provider, delivery_id, deliveries, received_at, business_at, state, applied_at, payroll_id, chunk_no,
           result, file_name"""


async def webhooks_page(tx: Tx, provider: str | None, state: str | None, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Webhooks in the order they came, after one, without their bodies."""
    rows = await tx.rows(
        f"""SELECT {_VIEW} FROM webhooks
            WHERE (CAST(:provider AS text) IS NULL OR provider = :provider) AND (CAST(:state AS text) IS NULL OR state = :state)
              AND (CAST(:after AS uuid) IS NULL OR webhook_id > :after)
            ORDER BY webhook_id LIMIT :limit""",  # noqa: S608 - constants only
        provider=provider,
        state=state,
        after=after,
        limit=limit,
    )
    return [dict(row) for row in rows]


async def webhooks_of_payment(tx: Tx, payment_id: UUID) -> list[tuple[dict[str, Any], str, frozenset[str]]]:
    """Webhooks of the chunks that a payment was in: (webhook, sealed body, references of the payment's attempts)."""
    attempts = await tx.rows(
        "SELECT payroll_id, chunk_no, reference FROM attempts WHERE payment_id = :payment_id", payment_id=payment_id
    )
    references = frozenset(row["reference"] for row in attempts)
    found = []
    for key in sorted({(row["payroll_id"], row["chunk_no"]) for row in attempts}):
        rows = await tx.rows(
            f"""SELECT {_VIEW}, body_sealed FROM webhooks WHERE payroll_id = :payroll_id AND chunk_no = :chunk_no
                ORDER BY webhook_id""",  # noqa: S608
            payroll_id=key[0],
            chunk_no=key[1],
        )
        found += [({name: row[name] for name in row if name != "body_sealed"}, row["body_sealed"], references) for row in rows]
    return found
