"""GET how far a run has come: what a progress bar shows while a payroll is being paid."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from services.disbursement.storage import runs
from services.disbursement.storage.progress import run_progress
from shared.auth import Caller, require
from shared.database import Database


class ProgressView(BaseModel):
    """Payments of a run by where they stand, as far as the token may see. `chunks_waiting` counts chunks of released payrolls."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"chunks_waiting": 2, "not_instructed": 640, "in_flight": 500, "settled": 4100, "failed": 9, "removed": 0}
            ]
        }
    )

    chunks_waiting: int
    not_instructed: int
    in_flight: int
    settled: int
    failed: int
    removed: int


def make_router(database: Database) -> APIRouter:
    """The route of a run's progress."""
    router = APIRouter(prefix="/v1/runs", tags=["runs"])

    @router.get("/{run_id}/progress", summary="How far a run has come")
    async def read_progress(run_id: UUID, caller: Annotated[Caller, Depends(require("disbursement:read"))]) -> ProgressView:
        """Counts of the run's payments by where they stand. Refused: `unknown-run`."""
        async with database.transaction(caller.row_scope) as tx:
            await runs.find(tx, run_id)
            row = await run_progress(tx, run_id)
        return ProgressView(**row)

    return router
