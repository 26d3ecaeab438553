"""What requests are made of everywhere: bounded texts, cursors, pages."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field

from shared.kernel.errors import ErrorCode, Kind, Refusal

BAD_CURSOR = ErrorCode("bad-cursor", Kind.INVALID, "Not a cursor of this list", "Vị trí trang không hợp lệ")

_NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"
Text = Annotated[str, Field(max_length=300, pattern=_NO_CONTROL)]
Short = Annotated[str, Field(max_length=60, pattern=_NO_CONTROL)]
UnitQuery = Annotated[
    str | None, Query(max_length=40, pattern=r"^[0-9]{1,5}@\d{4}-\d{2}-\d{2}$", description="A unit and all below it.")
]
Cursor = Annotated[str | None, Query(max_length=60, pattern=_NO_CONTROL, description="`next_cursor` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=1000)]

ID = "01928c1e-7a10-7000-8000-000000000001"
COMMUNE = "19870@2021-07-01"


def id_cursor(cursor: str | None) -> UUID | None:
    """The id that a cursor is. Refused with `bad-cursor`."""
    try:
        return UUID(cursor) if cursor is not None else None
    except ValueError:
        raise Refusal(BAD_CURSOR) from None


def number_cursor(cursor: str | None) -> int | None:
    """The number that a cursor is, below 2^31. Refused with `bad-cursor`."""
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and int(cursor[:10]) < 2**31 and len(cursor) <= 10):
        raise Refusal(BAD_CURSOR)
    return int(cursor)
