"""Sayings about requests for accounts that can't be true together with what we hold, and requests that wait."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.database import Tx
from shared.kernel.ids import new_id


async def open_contradiction(tx: Tx, found: Mapping[str, Any]) -> bool:
    """Record one: account_id, asking, provider, unit_id, held, held_asking, said, said_reason, number_index, source. Whether it
    was not known."""
    inserted = await tx.rows(
        """INSERT INTO account_contradictions (contradiction_id, account_id, asking, provider, unit_id, held, held_asking, said,
                                               said_reason, number_index, source, opened_at)
           VALUES (:contradiction_id, :account_id, :asking, :provider, :unit_id, :held, :held_asking, :said, :said_reason,
                   :number_index, :source, platform.business_now())
           ON CONFLICT (account_id, asking, held, said, number_index) DO NOTHING RETURNING contradiction_id""",
        contradiction_id=new_id(),
        **found,
    )
    return bool(inserted)


async def contradictions_page(tx: Tx, account_id: UUID | None, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Contradictions in the order they were found, after a key."""
    return await tx.rows(
        """SELECT contradiction_id, account_id, asking, provider, unit_id, held, held_asking, said, said_reason, source, opened_at
           FROM account_contradictions
           WHERE (CAST(:account_id AS uuid) IS NULL OR account_id = :account_id)
             AND (CAST(:after AS uuid) IS NULL OR contradiction_id > :after)
           ORDER BY contradiction_id LIMIT :limit""",
        account_id=account_id,
        after=after,
        limit=limit,
    )


async def requests_page(
    tx: Tx, state: str | None, older_than_seconds: float | None, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Requests by their account, after a key: in a state, and asked for longer ago than so long (business clock)."""
    return await tx.rows(
        """SELECT account_id, provider, unit_id, state, asking, tries, reason, requested_at, answered_at FROM account_requests
           WHERE (CAST(:state AS text) IS NULL OR state = :state)
             AND (CAST(:seconds AS double precision) IS NULL
                  OR requested_at < platform.business_now() - make_interval(secs => CAST(:seconds AS double precision)))
             AND (CAST(:after AS uuid) IS NULL OR account_id > :after)
           ORDER BY account_id LIMIT :limit""",
        state=state,
        seconds=older_than_seconds,
        after=after,
        limit=limit,
    )
