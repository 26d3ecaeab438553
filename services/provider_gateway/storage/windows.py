"""Maintenance windows."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from services.provider_gateway.domain.maintenance import Window
from shared.auth import Caller
from shared.database import Tx

_WINDOW = "window_id, provider, reason, starts_at, ends_at, weekday, starts, minutes, first_on, last_on"
_VIEW = f"{_WINDOW}, subject, set_at, ended_subject, ended_at, end_reason"


async def counting_windows(tx: Tx, providers: Collection[str]) -> dict[str, list[Window]]:
    """The windows of these providers that are, or are still to come."""
    rows = await tx.rows(
        f"""SELECT {_WINDOW} FROM maintenance_windows
            WHERE ended_at IS NULL AND provider = ANY(CAST(:providers AS text[]))
              AND (ends_at IS NULL OR ends_at > platform.business_now())
              AND (last_on IS NULL OR last_on > platform.business_today() - 8)""",  # noqa: S608 - constants only
        providers=list(providers),
    )
    found: dict[str, list[Window]] = {}
    for row in rows:
        found.setdefault(row["provider"], []).append(Window(**row))
    return found


async def insert_window(tx: Tx, caller: Caller, window: Window) -> dict[str, Any]:
    """Keep a window; its view."""
    row = await tx.row(
        f"""INSERT INTO maintenance_windows (window_id, provider, reason, starts_at, ends_at, weekday, starts, minutes,
                                            first_on, last_on, issuer, subject, set_at)
            VALUES (:window_id, :provider, :reason, :starts_at, :ends_at, :weekday, :starts, :minutes, :first_on, :last_on,
                    :issuer, :subject, platform.business_now())
            RETURNING {_VIEW}""",  # noqa: S608
        window_id=window.window_id,
        provider=window.provider,
        reason=window.reason,
        starts_at=window.starts_at,
        ends_at=window.ends_at,
        weekday=window.weekday,
        starts=window.starts,
        minutes=window.minutes,
        first_on=window.first_on,
        last_on=window.last_on,
        issuer=caller.issuer,
        subject=caller.subject,
    )
    assert row is not None
    return row


async def end_window(tx: Tx, caller: Caller, provider: str, window_id: UUID, reason: str) -> dict[str, Any] | None:
    """Take a window back; None: no such window of this provider, or it was taken back before."""
    return await tx.row(
        f"""UPDATE maintenance_windows SET ended_issuer = :issuer, ended_subject = :subject, ended_at = platform.business_now(),
                end_reason = :reason
            WHERE window_id = :window_id AND provider = :provider AND ended_at IS NULL RETURNING {_VIEW}""",  # noqa: S608
        window_id=window_id,
        provider=provider,
        issuer=caller.issuer,
        subject=caller.subject,
        reason=reason,
    )


async def read_window(tx: Tx, provider: str, window_id: UUID) -> dict[str, Any] | None:
    """A window, taken back or not."""
    return await tx.row(
        f"SELECT {_VIEW} FROM maintenance_windows WHERE window_id = :window_id AND provider = :provider",  # noqa: S608
        window_id=window_id,
        provider=provider,
    )


async def windows_page(tx: Tx, provider: str, counting: bool, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Windows of a provider in the order they were set; `counting` leaves out what is over or was taken back."""
    return await tx.rows(
        f"""SELECT {_VIEW} FROM maintenance_windows
            WHERE provider = :provider AND (CAST(:after AS uuid) IS NULL OR window_id > :after)
              AND (NOT :counting OR (ended_at IS NULL AND (ends_at IS NULL OR ends_at > platform.business_now())
                                     AND (last_on IS NULL OR last_on > platform.business_today() - 8)))
            ORDER BY window_id LIMIT :limit""",  # noqa: S608
        provider=provider,
        counting=counting,
        after=after,
        limit=limit,
    )
