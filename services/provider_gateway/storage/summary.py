"""Counts for operations."""

from __future__ import annotations

from datetime import date
from typing import Any

from shared.database import Tx


async def attempt_counts(tx: Tx, run_month: date | None) -> list[dict[str, Any]]:
    """Attempts and đồng by provider and state, with how many sendings they took."""
    rows = await tx.rows(
        """SELECT provider, state, count(*) AS attempts, CAST(sum(amount_dong) AS bigint) AS amount_dong,
                  CAST(sum(sends - 1) AS bigint) AS resent
           FROM attempts WHERE CAST(:run_month AS date) IS NULL OR run_month = :run_month
           GROUP BY provider, state ORDER BY provider, state""",
        run_month=run_month,
    )
    return [dict(row) for row in rows]


async def chunk_counts(tx: Tx) -> list[dict[str, Any]]:
    """Chunks by provider and state, with what they wait for."""
    rows = await tx.rows(
        """SELECT provider, state, why, count(*) AS chunks, count(*) FILTER (WHERE lease_until IS NOT NULL) AS being_sent
           FROM chunks GROUP BY provider, state, why ORDER BY provider, state, why"""
    )
    return [dict(row) for row in rows]


async def webhook_counts(tx: Tx) -> list[dict[str, Any]]:
    """Webhooks by provider: by state, repeated, with nothing new in them, and refused at the door."""
    rows = await tx.rows(
        """SELECT provider, coalesce(received, 0) AS received, coalesce(waiting, 0) AS waiting, coalesce(applied, 0) AS applied,
                  coalesce(parked, 0) AS parked, coalesce(unmatched, 0) AS unmatched, coalesce(unreadable, 0) AS unreadable,
                  coalesce(repeated, 0) AS repeated, coalesce(stale, 0) AS stale, coalesce(refused, 0) AS refused
           FROM (SELECT provider, count(*) AS received, count(*) FILTER (WHERE state = 'new') AS waiting,
                        count(*) FILTER (WHERE state = 'applied') AS applied, count(*) FILTER (WHERE state = 'parked') AS parked,
                        count(*) FILTER (WHERE state = 'unmatched') AS unmatched,
                        count(*) FILTER (WHERE state = 'unreadable') AS unreadable,
                        CAST(sum(deliveries - 1) AS bigint) AS repeated,
                        count(*) FILTER (WHERE state = 'applied' AND result->>'applied' IS NULL AND result->>'stale' IS NOT NULL)
                            AS stale
                 FROM webhooks GROUP BY provider) came
           FULL JOIN (SELECT provider, CAST(sum(refused) AS bigint) AS refused FROM webhook_refusals GROUP BY provider) turned
               USING (provider) ORDER BY provider"""
    )
    return [dict(row) for row in rows]


async def enquiry_counts(tx: Tx) -> list[dict[str, Any]]:
    """Enquiries by provider: how many, failed, and payments not found or sent again because of them."""
    rows = await tx.rows(
        """SELECT provider, count(*) AS enquiries, count(*) FILTER (WHERE result->>'failed' IS NOT NULL) AS failed,
                  CAST(coalesce(sum(CAST(result->>'not_found' AS bigint)), 0) AS bigint) AS not_found,
                  CAST(coalesce(sum(CAST(result->>'resent' AS bigint)), 0) AS bigint) AS resent
           FROM enquiries GROUP BY provider ORDER BY provider"""
    )
    return [dict(row) for row in rows]


async def contradiction_count(tx: Tx) -> int:
    """Contradictions, settled or not: disbursement keeps what becomes of them."""
    return int(await tx.scalar("SELECT count(*) FROM contradictions"))
