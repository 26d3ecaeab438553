"""Attempts: what was tried for a payment, and what is still open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, TypeAdapter

from services.provider_gateway.api.pages import make_cursor, read_attempt_cursor
from services.provider_gateway.domain.chunk import ChunkKey
from services.provider_gateway.domain.decisions import Waits, who_is_next
from services.provider_gateway.domain.refusals import WRONG_DURATION
from services.provider_gateway.storage.attempts import attempts_page
from services.provider_gateway.storage.decisions import read_plans
from shared.auth import Caller, require
from shared.database import Database
from shared.kernel.errors import Refusal

State = Literal["sending", "unknown", "accepted", "pending", "paid", "rejected", "returned", "unclaimed"]


MOST_SECONDS = 10 * 366 * 86400.0
_DURATION = TypeAdapter(timedelta)


class AttemptView(BaseModel):
    """One try to move one payment's money. The account stands by id and version; its number is in no answer. `waits_for` says who
    finds out about an open one: `sending`, the next `enquiry`, or a `person` (POST .../enquiries, .../decisions)."""

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
                "waits_for": None,
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
    waits_for: Waits | None


class AttemptPage(BaseModel):
    """Attempts; ask again with `cursor` = `next_cursor` until it is null."""

    items: list[AttemptView]
    next_cursor: str | None


def duration_seconds(text: str | None) -> float | None:
    """Seconds of a length of time: a number of seconds, or an ISO 8601 duration. Raises wrong-duration."""
    if text is None:
        return None
    try:
        seconds = float(text) if text.replace(".", "", 1).isdecimal() else _DURATION.validate_python(text).total_seconds()
    except ValueError:
        raise Refusal(WRONG_DURATION) from None
    if not 0 <= seconds <= MOST_SECONDS:
        raise Refusal(WRONG_DURATION, "between nothing and ten years")
    return seconds


def router(database: Database) -> APIRouter:
    """Routes of attempts."""
    routes = APIRouter(prefix="/v1/attempts", tags=["attempts"])

    @routes.get("", summary="Attempts of a payment, or in a state")
    async def list_attempts(
        caller: Annotated[Caller, Depends(require("gateway:read"))],
        payment_id: UUID | None = None,
        state: State | None = None,
        older_than: Annotated[
            str | None,
            Query(
                max_length=40,
                description="Sent longer ago than this: seconds, or an ISO 8601 duration such as PT2H",
                examples=["PT2H", "7200"],
            ),
        ] = None,
        provider: Annotated[str | None, Query(pattern=r"^[a-z_]{1,40}$")] = None,
        payroll_id: UUID | None = None,
        authority_id: Annotated[str | None, Query(pattern=r"^[0-9]{1,10}@[0-9]{4}-[0-9]{2}-[0-9]{2}$")] = None,
        given_up: Annotated[bool, Query(description="only what the schedule of enquiries has left to a person")] = False,
        cursor: Annotated[str | None, Query(max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> AttemptPage:
        """Attempts that the token may see. `state=unknown&older_than=PT2H` is what a person should look at.

        Refused: `wrong-duration`, `wrong-cursor`.
        """
        after = read_attempt_cursor(cursor)
        older_than_seconds = duration_seconds(older_than)
        async with database.transaction(caller.row_scope) as tx:
            rows = await attempts_page(
                tx,
                payment_id=payment_id,
                state=state,
                older_than_seconds=older_than_seconds,
                provider=provider,
                payroll_id=payroll_id,
                authority_id=authority_id,
                given_up=given_up,
                after=after,
                limit=limit,
            )
        async with database.transaction() as tx:
            plans = await read_plans(tx, {ChunkKey(row["payroll_id"], row["chunk_no"]) for row in rows})
        last = rows[-1] if len(rows) == limit else None
        next_cursor = make_cursor(last["run_month"], last["payment_id"], last["attempt_no"]) if last else None
        return AttemptPage(items=[_view(row, plans) for row in rows], next_cursor=next_cursor)

    return routes


def _view(row: dict[str, Any], plans: Mapping[ChunkKey, tuple[bool, bool]]) -> AttemptView:
    asks_on, to_be_sent = plans[ChunkKey(row["payroll_id"], row["chunk_no"])]
    waits_for = who_is_next(row["state"], asks_on=asks_on, to_be_sent=to_be_sent)
    return AttemptView.model_validate({**row, "waits_for": waits_for})
