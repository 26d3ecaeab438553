"""Routes of breaks: who looks after them, and how they are closed."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from services.disbursement.api.cursors import id_after
from services.disbursement.api.fields import Cursor, Limit
from services.disbursement.api.reconciliation_views import BreakPage, BreakView, CloseRequest, OwnerRequest
from services.disbursement.domain.reconciliation import BreakKind, Source
from services.disbursement.storage import breaks
from services.disbursement.use_cases.reconcile import assign_break, close_break
from shared.auth import Caller, require
from shared.database import Database

Reader = Annotated[Caller, Depends(require("disbursement:read"))]
Reconciler = Annotated[Caller, Depends(require("disbursement:reconcile"))]


def make_router(database: Database) -> APIRouter:
    """The routes of breaks."""
    router = APIRouter(prefix="/v1/breaks", tags=["reconciliation"])

    @router.get("", summary="List breaks")
    async def list_breaks(
        caller: Reader,
        kind: BreakKind | None = None,
        provider: Annotated[str | None, Query(max_length=40)] = None,
        source: Source | None = None,
        is_open: Annotated[bool | None, Query(alias="open", description="Only those that are open, or only closed ones.")] = None,
        owner: Annotated[str | None, Query(max_length=200)] = None,
        older_than_days: Annotated[int | None, Query(ge=0, le=10_000)] = None,
        reconciliation_id: Annotated[UUID | None, Query(description="Found last by this reconciliation.")] = None,
        reference: Annotated[str | None, Query(max_length=64)] = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> BreakPage:
        """What our books and a provider's say differently, of the token's units, oldest first. Refused: `bad-cursor`."""
        after = id_after(cursor)
        async with database.transaction(caller.row_scope) as tx:
            rows = await breaks.page(
                tx,
                after,
                limit,
                is_open=is_open,
                older_than_days=older_than_days,
                kind=kind,
                provider=provider,
                source=source,
                owner=owner,
                reconciliation_id=reconciliation_id,
                reference=reference,
            )
        items = [BreakView.model_validate(row) for row in rows]
        return BreakPage(items=items, next_cursor=str(items[-1].break_id) if len(items) == limit else None)

    @router.put("/{break_id}/owner", summary="Give a break to an officer")
    async def put_owner(break_id: UUID, request: OwnerRequest, caller: Reconciler) -> BreakView:
        """Refused: `unknown-break`, `break-closed`."""
        async with database.transaction(caller.row_scope) as tx:
            await assign_break(tx, caller, break_id, request.owner)
            return BreakView.model_validate(await breaks.find(tx, break_id))

    @router.post("/{break_id}/closing", summary="Close a break")
    async def post_closing(break_id: UUID, request: CloseRequest, caller: Reconciler) -> BreakView:
        """With a reason, a note and perhaps a paper; audited. It changes nothing in the books: what is wrong there is put
        right by its own act. Refused: `unknown-break`, `break-closed`."""
        async with database.transaction(caller.row_scope) as tx:
            await close_break(tx, caller, break_id, request.reason, request.note, request.evidence)
            return BreakView.model_validate(await breaks.find(tx, break_id))

    return router
