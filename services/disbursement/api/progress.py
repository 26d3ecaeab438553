"""GET how far a run has come: what a progress bar shows while a payroll is being paid."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict

from services.disbursement.domain.waits import SENTENCES, PayrollWait, Why
from services.disbursement.storage import runs
from services.disbursement.storage.calendar_data import load_calendar
from services.disbursement.storage.progress import run_progress
from services.disbursement.storage.waits import providers_at_bound, waits_of_run
from services.disbursement.use_cases.hold_by_calendar import hold_by_calendar
from shared.auth import Caller, require
from shared.database import Database

_WAIT: JsonDict = {
    "payroll_id": "0190a1b2-0000-7000-8000-000000000003",
    "provider": "viettelpay",
    "channel": "wallet",
    "chunks_waiting": 2,
    "why": "canary",
    "sentence_vi": SENTENCES["canary"][0],
    "sentence_en": SENTENCES["canary"][1],
    "stop_id": None,
}


class WaitView(BaseModel):
    """A released payroll with chunks that were not instructed, and why: `seal-broken`, `stopped`, `provider-stopped`,
    `error-rate`, `canary-failed`, `canary`, `holiday`, `pay-day`, `no-calendar`, `provider-bound`, or `turn` (nothing holds it:
    it goes out in a moment). `stop_id` is the gateway's stop to look at and lift."""

    model_config = ConfigDict(json_schema_extra={"examples": [_WAIT]})

    payroll_id: UUID
    provider: str
    channel: str
    chunks_waiting: int
    why: Why
    sentence_vi: str
    sentence_en: str
    stop_id: UUID | None


class ProgressView(BaseModel):
    """Payments of a run by where they stand, as far as the token may see. `chunks_waiting` counts chunks of released payrolls,
    and `waits` says of each such payroll what holds them back."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "chunks_waiting": 2,
                    "not_instructed": 640,
                    "in_flight": 20,
                    "settled": 4100,
                    "failed": 9,
                    "removed": 0,
                    "waits": [_WAIT],
                }
            ]
        }
    )

    chunks_waiting: int
    not_instructed: int
    in_flight: int
    settled: int
    failed: int
    removed: int
    waits: list[WaitView]


def make_router(database: Database) -> APIRouter:
    """The route of a run's progress."""
    router = APIRouter(prefix="/v1/runs", tags=["runs"])

    @router.get("/{run_id}/progress", summary="How far a run has come")
    async def read_progress(run_id: UUID, caller: Annotated[Caller, Depends(require("disbursement:read"))]) -> ProgressView:
        """Counts of the run's payments by where they stand, and why what was released has not gone out. Refused:
        `unknown-run`."""
        async with database.transaction() as tx:  # of all units: a provider's bound is on all that it has under way
            bound = await providers_at_bound(tx)
            held = await hold_by_calendar(tx, load_calendar())
        async with database.transaction(caller.row_scope) as tx:
            await runs.find(tx, run_id)
            row = await run_progress(tx, run_id)
            waits = await waits_of_run(tx, run_id, held, bound) if row["chunks_waiting"] else []
        return ProgressView(**row, waits=[_wait(each) for each in waits])

    return router


def _wait(wait: PayrollWait) -> WaitView:
    vi, en = SENTENCES[wait.why]
    return WaitView(
        payroll_id=wait.payroll_id,
        provider=wait.provider,
        channel=wait.channel,
        chunks_waiting=wait.chunks_waiting,
        why=wait.why,
        sentence_vi=vi,
        sentence_en=en,
        stop_id=wait.stop_id,
    )
