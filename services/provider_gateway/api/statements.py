"""A bank's statements, and what is missing between them or in them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from services.provider_gateway.api.pages import make_cursor, read_statement_cursor
from services.provider_gateway.storage.statements import statements_page
from shared.auth import Caller, require
from shared.database import Database


class StatementView(BaseModel):
    """A statement's head; `account` is the end of its number, `is_ours`: of the one we pay from. Every figure after `comings`
    is nought where all is well; else somebody asks the bank."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "provider": "vietinbank",
                "account": "9999",
                "is_ours": True,
                "sequence_no": 4,
                "day": "2021-10-05",
                "opening_dong": 900000000,
                "closing_dong": 720000000,
                "entries": 500,
                "moved_dong": -180000000,
                "comings": 1,
                "missing_before": 1,
                "pages_missing": 0,
                "unexplained_dong": 0,
                "jump_dong": 0,
                "unclear": 0,
            }
        }
    )

    provider: str
    account: str
    is_ours: bool
    sequence_no: int | None
    day: date
    opening_dong: int | None
    closing_dong: int | None
    entries: int
    moved_dong: int
    comings: int
    missing_before: int
    pages_missing: int
    unexplained_dong: int
    jump_dong: int
    unclear: int


class StatementPage(BaseModel):
    """Statements; ask again with `cursor` = `next_cursor` until it is null."""

    items: list[StatementView]
    next_cursor: str | None


def router(database: Database) -> APIRouter:
    """The route of statements."""
    routes = APIRouter(prefix="/v1/statements", tags=["statements"])

    @routes.get("", summary="Statements of a bank, and what is missing")
    async def list_statements(
        caller: Annotated[Caller, Depends(require("gateway:read"))],
        provider: Annotated[str | None, Query(pattern=r"^[a-z_]{1,40}$")] = None,
        only_findings: Annotated[bool, Query(description="Only those with something wrong in or before them")] = False,
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> StatementPage:
        """`missing_before`: statements between this and the one before that never came. `unexplained_dong`: closing less
        opening less entries, so an entry is missing. `jump_dong`: it opens elsewhere than the one before closed. `comings`
        above 1: the same number came with another content, the newest is shown. Only tokens without unit limits see any."""
        after = read_statement_cursor(cursor)
        async with database.transaction(caller.row_scope) as tx:
            rows = await statements_page(tx, provider, only_findings, after, limit)
        last = rows[-1] if len(rows) == limit else None
        next_cursor = make_cursor(last["day"], last["provider"], last["account"], last["sequence_no"] or 0) if last else None
        return StatementPage(items=[StatementView.model_validate(row) for row in rows], next_cursor=next_cursor)

    return routes
