"""How the ways to the providers are doing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from services.provider_gateway.domain.schedule import Schedule
from services.provider_gateway.storage import summary
from services.provider_gateway.storage.health import read_waiting
from services.provider_gateway.storage.ways import read_standings
from shared.auth import Caller, require
from shared.database import Database


class AttemptCount(BaseModel):
    """Attempts of one provider in one state; `resent` are sendings beyond the first, by the same reference."""

    provider: str
    state: str
    attempts: int
    amount_dong: int
    resent: int


class ChunkCount(BaseModel):
    """Chunks of one provider in one state; `why` is what they wait for, or are held for."""

    provider: str
    state: str
    why: str | None
    chunks: int
    being_sent: int


class WebhookCount(BaseModel):
    """Webhooks of one provider. `stale` said nothing new (late, out of order); `refused` were forged or too large."""

    provider: str
    received: int
    waiting: int
    applied: int
    parked: int
    unmatched: int
    unreadable: int
    repeated: int
    stale: int
    refused: int


class EnquiryCount(BaseModel):
    """Enquiries of one provider; payments not found by them, and sent again because of that."""

    provider: str
    enquiries: int
    failed: int
    not_found: int
    resent: int


class Summary(BaseModel):
    """Counts, as far as the token may see."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "attempts": [{"provider": "vnpost", "state": "paid", "attempts": 812, "amount_dong": 331200000, "resent": 0}],
                "chunks": [{"provider": "vnpost", "state": "settled", "why": None, "chunks": 3, "being_sent": 0}],
                "webhooks": [
                    {
                        "provider": "vnpost",
                        "received": 9,
                        "waiting": 0,
                        "applied": 9,
                        "parked": 0,
                        "unmatched": 0,
                        "unreadable": 0,
                        "repeated": 1,
                        "stale": 1,
                        "refused": 1,
                    }
                ],
                "enquiries": [{"provider": "vnpost", "enquiries": 2, "failed": 0, "not_found": 0, "resent": 0}],
                "contradictions": 0,
            }
        }
    )

    attempts: list[AttemptCount]
    chunks: list[ChunkCount]
    webhooks: list[WebhookCount]
    enquiries: list[EnquiryCount]
    contradictions: int


def router(database: Database, providers: Collection[str], schedule: Schedule) -> APIRouter:
    """The route of the summary."""
    routes = APIRouter(prefix="/v1/summary", tags=["summary"])

    @routes.get("", summary="Counts by provider")
    async def read_summary(caller: Annotated[Caller, Depends(require("gateway:read"))], run_month: date | None = None) -> Summary:
        """Attempts (of a run month, or all), chunks, webhooks, enquiries and contradictions."""
        async with database.transaction() as tx:
            standings = await read_standings(tx, providers, schedule.limits)
            waiting = await read_waiting(tx, providers)
        closed = {name: "stopped" if waiting[name].stopped else each.why_closed for name, each in standings.items()}
        async with database.transaction(caller.row_scope) as tx:
            chunks = await summary.chunk_counts(tx)
            for row in chunks:
                if row["state"] == "waiting" and row["why"] is None:
                    row["why"] = closed.get(row["provider"])
            return Summary.model_validate(
                {
                    "attempts": await summary.attempt_counts(tx, run_month),
                    "chunks": chunks,
                    "webhooks": await summary.webhook_counts(tx),
                    "enquiries": await summary.enquiry_counts(tx),
                    "contradictions": await summary.contradiction_count(tx),
                }
            )

    return routes
