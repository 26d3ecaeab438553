"""Cursors of keyset pages: opaque to clients, a key inside."""

from __future__ import annotations

import base64
import binascii
from datetime import date
from uuid import UUID

import orjson

from services.provider_gateway.domain.refusals import WRONG_CURSOR
from shared.kernel.errors import Refusal

MOST_ATTEMPTS = 1_000_000
MOST_STATEMENTS = 10**18


def make_cursor(*parts: object) -> str:
    """A cursor that stands behind the row with this key."""
    return base64.urlsafe_b64encode(orjson.dumps([str(part) for part in parts])).decode().rstrip("=")


def read_uuid_cursor(cursor: str | None) -> UUID | None:
    """The key of a list ordered by one id. Raises wrong-cursor."""
    return UUID(_parts(cursor, 1)[0]) if cursor else None


def read_attempt_cursor(cursor: str | None) -> tuple[date, UUID, int] | None:
    """The key of a list of attempts. Raises wrong-cursor."""
    if not cursor:
        return None
    month, payment_id, attempt_no = _parts(cursor, 3)
    try:
        return date.fromisoformat(month), UUID(payment_id), min(max(int(attempt_no), 0), MOST_ATTEMPTS)
    except ValueError:
        raise Refusal(WRONG_CURSOR) from None


def read_statement_cursor(cursor: str | None) -> tuple[date, str, str, int] | None:
    """The key of a list of statements. Raises wrong-cursor."""
    if not cursor:
        return None
    day, provider, account, number = _parts(cursor, 4)
    try:
        return date.fromisoformat(day), provider, account, min(max(int(number), 0), MOST_STATEMENTS)
    except ValueError:
        raise Refusal(WRONG_CURSOR) from None


def read_chunk_cursor(cursor: str | None) -> tuple[UUID, int] | None:
    """The key of a list of chunks. Raises wrong-cursor."""
    if not cursor:
        return None
    payroll_id, chunk_no = _parts(cursor, 2)
    try:
        return UUID(payroll_id), min(max(int(chunk_no), 0), MOST_ATTEMPTS)
    except ValueError:
        raise Refusal(WRONG_CURSOR) from None


def _parts(cursor: str, length: int) -> list[str]:
    try:
        parts = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if isinstance(parts, list) and len(parts) == length and all(isinstance(part, str) for part in parts):
            if length == 1:
                UUID(parts[0])
            return parts
    except (ValueError, binascii.Error):
        raise Refusal(WRONG_CURSOR) from None
    raise Refusal(WRONG_CURSOR)
