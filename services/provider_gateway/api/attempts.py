"""Attempts: what was tried for a payment, and what is still open."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from services.provider_gateway.api.pages import make_cursor, read_attempt_cursor
from services.provider_gateway.storage.attempts import attempts_page
from shared.auth import Caller, require
from shared.database import Database

State = Literal["sending", "unknown", "accepted", "pending", "paid", "rejected", "returned", "unclaimed"]


MOST_SECONDS = 10 * 366 * 86400.0


class AttemptView(BaseModel):
    """One try to move one payment's money. The account stands by id and version; its number is in no answer."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "run_month": "2021-10-01",
                "payment_id": "0190e7a4-0000-7000-8000-000000000001",
                "attempt_no": 1,
                "reference": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                "amount_dong": 360000,
                "provider": "viettelpay",
                "channel": "wallet",
                "account_id": "0190e7a4-0000-7000-8000-000000000002",
                "account_version": 1,
                "unit_id": "19870@2021-07-01",
                "payroll_id": "0190e7a4-0000-7000-8000-000000000003",
                "chunk_no": 1,
                "state": "paid",
                "step": 102,
                "reason": None,
                "provider_reference": None,
                "sent_at": "2021-10-05T02:00:00Z",
                "settled_at": "2021-10-05T02:00:02Z",
                "sends": 1,
                "not_found": 0,
            }
        }
    )

    run_month: date
    payment_id: UUID
    attempt_no: int
    reference: str
    amount_dong: int
    provider: str
    channel: str
    account_id: UUID | None
    account_version: int | None
    unit_id: str
    payroll_id: UUID
    chunk_no: int
    state: State
    step: int
    reason: str | None
    provider_reference: str | None
    sent_at: datetime
    settled_at: datetime | None
    sends: int
    not_found: int


class AttemptPage(BaseModel):
    """Attempts; ask again with `cursor` = `next_cursor` until it is null."""

    items: list[AttemptView]
    next_cursor: str | None


def _seconds(age: timedelta | None) -> float | None:
    """An age as the database can count with: between nothing and ten years."""
    return None if age is None else min(max(age.total_seconds(), 0.0), MOST_SECONDS)


def router(database: Database) -> APIRouter:
    """Routes of attempts."""
    routes = APIRouter(prefix="/v1/attempts", tags=["attempts"])

    @routes.get("", summary="Attempts of a payment, or in a state")
    async def list_attempts(
        caller: Annotated[Caller, Depends(require("gateway:read"))],
        payment_id: UUID | None = None,
        state: State | None = None,
        older_than: Annotated[
            timedelta | None, Query(description="Sent longer ago than this: seconds, or an ISO 8601 duration such as PT30M")
        ] = None,
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> AttemptPage:
        """Attempts that the token may see. `state=unknown&older_than=PT1H` is what a person should look at."""
        after = read_attempt_cursor(cursor)
        async with database.transaction(caller.row_scope) as tx:
            rows = await attempts_page(
                tx,
                payment_id=payment_id,
                state=state,
                older_than_seconds=_seconds(older_than),
                after=after,
                limit=limit,
            )
        last = rows[-1] if len(rows) == limit else None
        next_cursor = make_cursor(last["run_month"], last["payment_id"], last["attempt_no"]) if last else None
        return AttemptPage(items=[AttemptView.model_validate(row) for row in rows], next_cursor=next_cursor)

    return routes
