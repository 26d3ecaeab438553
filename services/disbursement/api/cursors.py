"""Cursors of keyset pages: the last key of a page, as text. Whoever pages hands it back as it came."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from services.disbursement.domain.refusals import BAD_CURSOR
from shared.kernel.errors import Refusal

FIRST_ID = UUID(int=0)
_FIRST_MONTH = date(2000, 1, 1)
_FIRST_INSTANT = datetime(2000, 1, 1, tzinfo=UTC)


def id_after(cursor: str | None) -> UUID:
    """The id to go on after. Refused with `bad-cursor`."""
    if cursor is None:
        return FIRST_ID
    try:
        return UUID(cursor)
    except ValueError:
        raise Refusal(BAD_CURSOR) from None


def month_id_after(cursor: str | None) -> tuple[date, UUID]:
    """The month and id to go on after, from `2021-10-01_<id>`. Refused with `bad-cursor`."""
    if cursor is None:
        return _FIRST_MONTH, FIRST_ID
    month, _, identifier = cursor.partition("_")
    try:
        return date.fromisoformat(month), UUID(identifier)
    except ValueError:
        raise Refusal(BAD_CURSOR) from None


def month_id_cursor(month: date, identifier: UUID) -> str:
    """The cursor of a page that ends at this key."""
    return f"{month.isoformat()}_{identifier}"


def instant_id_after(cursor: str | None) -> tuple[datetime, UUID]:
    """The instant and id to go on after, from `<instant>_<id>`. Refused with `bad-cursor`."""
    if cursor is None:
        return _FIRST_INSTANT, FIRST_ID
    instant, _, identifier = cursor.partition("_")
    try:
        return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=int(instant)), UUID(identifier)
    except (ValueError, OverflowError):
        raise Refusal(BAD_CURSOR) from None


def instant_id_cursor(instant: datetime, identifier: UUID) -> str:
    """The cursor of a page that ends at this key: microseconds, since a cursor is short."""
    return f"{(instant - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1)}_{identifier}"
