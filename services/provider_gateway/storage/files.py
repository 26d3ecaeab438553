"""Files that came from providers: kept sealed beside the webhooks, applied part by part."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from services.provider_gateway.domain.attempt import Attempt
from services.provider_gateway.domain.chunk import ChunkKey
from shared.database import Database, Tx
from shared.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file to apply, still sealed. `tries` counts this one."""

    webhook_id: UUID
    provider: str
    body_sealed: str
    tries: int


async def insert_file(tx: Tx, provider: str, file_id: str, name: str, body_sealed: str) -> bool:
    """Keep a file to be applied; False when it had come before, which is only counted."""
    fresh = await tx.scalar(
        """INSERT INTO webhooks AS held (webhook_id, provider, delivery_id, body_sealed, received_at, business_at, file_name,
                                         file_try_at)
           VALUES (:webhook_id, :provider, :file_id, :body, clock_timestamp(), platform.business_now(), :name, clock_timestamp())
           ON CONFLICT (provider, delivery_id) DO UPDATE SET deliveries = held.deliveries + 1
           RETURNING deliveries = 1""",
        webhook_id=new_id(),
        provider=provider,
        file_id=file_id,
        name=name[:200],
        body=body_sealed,
    )
    return bool(fresh)


async def files_are_due(database: Database) -> bool:
    """Whether a file waits to be applied."""
    return bool(await database.peek("SELECT files_are_due()"))


async def claim_file(tx: Tx, lease_seconds: float) -> HeldFile | None:
    """The file that has waited longest, kept from others for so long. A worker that dies on it is missed after that."""
    row = await tx.row(
        """UPDATE webhooks w SET tries = w.tries + 1, file_try_at = clock_timestamp() + make_interval(secs => :seconds)
           FROM (SELECT webhook_id FROM webhooks WHERE file_try_at <= clock_timestamp()
                 ORDER BY file_try_at, webhook_id LIMIT 1 FOR UPDATE SKIP LOCKED) due
           WHERE w.webhook_id = due.webhook_id RETURNING w.webhook_id, w.provider, w.body_sealed, w.tries""",
        seconds=lease_seconds,
    )
    return HeldFile(**row) if row is not None else None


async def renew_claim(tx: Tx, webhook_id: UUID, lease_seconds: float) -> None:
    """Keep a file longer."""
    await tx.run(
        """UPDATE webhooks SET file_try_at = clock_timestamp() + make_interval(secs => :seconds)
           WHERE webhook_id = :webhook_id AND file_try_at IS NOT NULL""",
        webhook_id=webhook_id,
        seconds=lease_seconds,
    )


async def set_file_result(tx: Tx, webhook_id: UUID, state: str, result: Mapping[str, Any], again_seconds: float | None) -> None:
    """Write what came of a file, and in how many seconds to try again (None: done with it)."""
    await tx.run(
        """UPDATE webhooks SET state = :state, result = CAST(:result AS json),
               applied_at = CASE WHEN :state = 'applied' THEN platform.business_now() END,
               file_try_at = clock_timestamp() + make_interval(secs => CAST(:seconds AS double precision))
           WHERE webhook_id = :webhook_id""",
        webhook_id=webhook_id,
        state=state,
        result=orjson.dumps(result).decode(),
        seconds=again_seconds,
    )


async def attempts_of(tx: Tx, provider: str, references: Collection[str]) -> dict[str, tuple[ChunkKey, Attempt]]:
    """The attempts of these references with their chunks, not locked: to see which have news at all."""
    rows = await tx.rows(
        """SELECT payroll_id, chunk_no, payment_id, attempt_no, reference, amount_dong, state, step, unit_id, reason,
                  provider_reference, not_found, sends
           FROM attempts WHERE reference = ANY(CAST(:references AS text[])) AND provider = :provider""",
        references=list(references),
        provider=provider,
    )
    found = {}
    for row in rows:
        payroll_id, chunk_no, *attempt = row.values()
        found[row["reference"]] = (ChunkKey(payroll_id, chunk_no), Attempt(*attempt))
    return found
