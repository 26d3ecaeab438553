"""GET payments and contradictions."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from services.disbursement.api.cursors import id_after, month_id_after, month_id_cursor
from services.disbursement.api.fields import Cursor, Limit
from services.disbursement.api.payment_views import (
    ContradictionPage,
    ContradictionView,
    PaymentPage,
    PaymentState,
    PaymentView,
    next_step_of,
)
from services.disbursement.storage import payment_pages
from shared.auth import Caller, require
from shared.database import Database


def make_router(database: Database) -> APIRouter:
    """The routes of payments."""
    router = APIRouter(prefix="/v1", tags=["payments"])

    @router.get("/payments", summary="List payments")
    async def list_payments(
        caller: Annotated[Caller, Depends(require("disbursement:read"))],
        beneficiary_id: UUID | None = None,
        payroll_id: UUID | None = None,
        state: PaymentState | None = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> PaymentPage:
        """Payments of the token's units, oldest run month first. Refused: `bad-cursor`."""
        after = month_id_after(cursor)
        async with database.transaction(caller.row_scope) as tx:
            rows = await payment_pages.payments(
                tx, after, limit, beneficiary_id=beneficiary_id, payroll_id=payroll_id, state=state
            )
        items = [PaymentView(**row, attempt_no=row["step"] // 100, next_step=next_step_of(row)) for row in rows]
        more = month_id_cursor(items[-1].run_month, items[-1].payment_id) if len(items) == limit else None
        return PaymentPage(items=items, next_cursor=more)

    @router.get("/contradictions", summary="List contradictions")
    async def list_contradictions(
        caller: Annotated[Caller, Depends(require("disbursement:read"))], cursor: Cursor = None, limit: Limit = 100
    ) -> ContradictionPage:
        """Payments of which two sources say different things: paid after a final refusal, another amount, a word about a
        removed payment. Nothing was changed by what was said. Refused: `bad-cursor`."""
        after = id_after(cursor)
        async with database.transaction(caller.row_scope) as tx:
            rows = await payment_pages.contradictions(tx, after, limit)
        items = [ContradictionView(**row) for row in rows]
        return ContradictionPage(items=items, next_cursor=str(items[-1].contradiction_id) if len(items) == limit else None)

    return router
