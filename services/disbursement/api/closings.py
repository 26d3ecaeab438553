"""The route that closes a run for an authority."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from services.disbursement.api.fields import UnitId
from services.disbursement.storage import units
from services.disbursement.storage.scope import see_everything
from services.disbursement.use_cases.close_run import close_run
from shared.auth import Caller, require
from shared.database import Database
from shared.idempotency import IdempotencyKey, once

_AUTHORITY = "474@2021-07-01"


class CloseInput(BaseModel):
    """Whose books of the run are closed."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"authority_id": _AUTHORITY}]})

    authority_id: UnitId


class ClosingView(BaseModel):
    """A run closed by an authority."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "run_id": "0190a1b2-0000-7000-8000-000000000001",
                    "authority_id": _AUTHORITY,
                    "closed_by": "ha",
                    "closed_at": "2021-11-05T01:00:00Z",
                }
            ]
        }
    )

    run_id: UUID
    authority_id: str
    closed_by: str
    closed_at: datetime


def make_router(database: Database) -> APIRouter:
    """The route of closing."""
    router = APIRouter(prefix="/v1/runs", tags=["runs"])

    @router.post("/{run_id}/close", summary="Close a run for an authority")
    async def post_close(
        run_id: UUID,
        request: CloseInput,
        caller: Annotated[Caller, Depends(require("disbursement:fund"))],
        key: IdempotencyKey = None,
    ) -> ClosingView:
        """Nothing more is drawn up, funded or posted in a closed run: its books stay as they are. A return that comes later is
        posted in the next open run and points back. Again, it says who closed it.

        Refused: `unknown-run`, `unknown-unit`, `not-your-unit`, `opening-run`, `run-not-drawn`, `run-still-open` (payrolls not
        released, lines waiting or in flight, contradictions, money at providers that was not given back; each counted).
        """
        async with database.transaction(caller.row_scope) as tx:
            caller.require_unit((await units.find(tx, request.authority_id)).path)
            await see_everything(tx)

            async def work() -> ClosingView:
                closed = await close_run(tx, caller, run_id, request.authority_id)
                return ClosingView(
                    run_id=closed.run_id,
                    authority_id=closed.authority_id,
                    closed_by=closed.closed_subject,
                    closed_at=closed.closed_at,
                )

            body = f"{run_id}\n{request.model_dump_json()}".encode()
            return await once(tx, caller, "POST /v1/runs/{run_id}/close", key, body, ClosingView, work)

    return router
