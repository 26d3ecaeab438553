"""Webhooks that stand apart: ids used twice, refusals at the door, and those to be applied once more."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.provider_gateway.storage.webhooks import Kept
from shared.database import Tx
from shared.kernel.ids import new_id


async def insert_conflict(tx: Tx, kept: Kept, provider: str, delivery_id: str, fingerprint: bytes, body_sealed: str) -> None:
    """Keep a webhook whose id came before with another content; the same once more is only counted."""
    await tx.run(
        """INSERT INTO webhook_conflicts AS held (conflict_id, webhook_id, provider, delivery_id, fingerprint, body_sealed,
                                                 received_at, business_at, authority_id)
           VALUES (:conflict_id, :webhook_id, :provider, :delivery_id, :fingerprint, :body, clock_timestamp(),
                   platform.business_now(), :authority_id)
           ON CONFLICT (webhook_id, fingerprint) DO UPDATE SET deliveries = held.deliveries + 1""",
        conflict_id=new_id(),
        webhook_id=kept.webhook_id,
        provider=provider,
        delivery_id=delivery_id,
        fingerprint=fingerprint,
        body=body_sealed,
        authority_id=kept.authority_id,
    )


async def conflicts_page(tx: Tx, provider: str | None, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Conflicts in the order they came, after one, without their bodies."""
    return await tx.rows(
        """SELECT conflict_id, webhook_id, provider, delivery_id, deliveries, received_at, business_at FROM webhook_conflicts
           WHERE (CAST(:provider AS text) IS NULL OR provider = :provider)
             AND (CAST(:after AS uuid) IS NULL OR conflict_id > :after)
           ORDER BY conflict_id LIMIT :limit""",
        provider=provider,
        after=after,
        limit=limit,
    )


async def refusals(tx: Tx) -> list[dict[str, Any]]:
    """What was refused at the door, counted."""
    return await tx.rows("SELECT provider, code, refused, last_at FROM webhook_refusals ORDER BY provider, code")


async def reopen_webhook(tx: Tx, webhook_id: UUID) -> dict[str, Any] | None:
    """Let a kept webhook be read and applied again, as if it had just come; None: no such webhook, or not to be seen."""
    return await tx.row(
        """UPDATE webhooks SET state = 'new', tries = 0, said_sealed = NULL, next_try_at = clock_timestamp()
           WHERE webhook_id = :webhook_id
           RETURNING webhook_id, provider, delivery_id, deliveries, received_at, business_at, state, applied_at, payroll_id,
                     chunk_no, result""",
        webhook_id=webhook_id,
    )
