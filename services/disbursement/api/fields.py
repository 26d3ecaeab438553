"""Types of request fields that several routes share."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator, Field

from shared.kernel.clock import VIETNAM
from shared.kernel.money import MAX_AMOUNT_DONG

UnitId = Annotated[str, Field(max_length=40, pattern=r"^[0-9]{1,5}@\d{4}-\d{2}-\d{2}$", examples=["474@2021-07-01"])]

Line = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""One line of text, with no control characters."""

AmountDong = Annotated[int, Field(gt=0, le=MAX_AMOUNT_DONG, description="Đồng.")]

Month = Annotated[str, Field(max_length=10, description="`2021-10` or `2021-10-01`.", examples=["2021-10-01"])]

Cursor = Annotated[str | None, Query(max_length=60, description="`next_cursor` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=1000)]


def _instant(at: datetime) -> datetime:
    if not 2000 <= at.year <= 2200:
        raise ValueError("between 2000 and 2200")
    return at if at.tzinfo else at.replace(tzinfo=VIETNAM)


Instant = Annotated[datetime, AfterValidator(_instant)]
"""A day and time; without a zone, as spreadsheets write it, in Vietnam."""
