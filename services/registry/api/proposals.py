"""Proposals: what the registry found that somebody should decide."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.registry.api.wire import COMMUNE, ID, Cursor, Limit, Text, UnitQuery, id_cursor
from services.registry.domain.proposals import PROPOSAL_KINDS
from services.registry.storage.proposals import page_of_proposals
from services.registry.use_cases.decline_proposal import decline_proposal
from shared.auth import Caller, require
from shared.database import Database
from shared.idempotency import IdempotencyKey, once

_PROPOSAL: JsonDict = {
    "proposal_id": ID,
    "beneficiary_id": ID,
    "code": "HUE-0000123",
    "full_name": "Nguyễn Thị Hòa",
    "unit_id": COMMUNE,
    "kind": "authorisation_expires",
    "message_vi": "Giấy ủy quyền sắp hết hạn.",
    "message_en": "An authorisation is about to run out.",
    "about": ID,
    "occasion": "2022-10-01",
    "due_on": "2022-10-01",
    "from_month": "2022-10-01",
    "details": {"payee_name": "Lê Văn Hùng"},
    "state": "open",
    "proposed_at": "2022-08-02T01:00:00Z",
    "settled_at": None,
    "settled_subject": None,
    "settled_note": None,
}

ProposalState = Literal["open", "accepted", "declined", "withdrawn"]


class ProposalView(BaseModel):
    """Something to decide."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PROPOSAL]})

    proposal_id: UUID
    beneficiary_id: UUID
    code: str
    full_name: str
    unit_id: str
    kind: str
    message_vi: str
    message_en: str
    about: UUID | None = Field(description="The decision, payee or account that it is about; none: the person.")
    occasion: str
    due_on: date = Field(description="When what it speaks of happens.")
    from_month: date | None = Field(description="Month from which the change would count.")
    details: dict[str, Any] = Field(description="What is proposed, as its kind says.")
    state: ProposalState
    proposed_at: datetime = Field(description="Business clock.")
    settled_at: datetime | None
    settled_subject: str | None
    settled_note: str | None


class ProposalPage(BaseModel):
    """Proposals, oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_PROPOSAL], "next_cursor": None}]})

    items: list[ProposalView]
    next_cursor: str | None


class DeclineInput(BaseModel):
    """Why a proposal is declined."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"note": "Đã có quyết định khác"}]})

    note: Text


class Declined(BaseModel):
    """A proposal that was declined."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"proposal_id": ID}]})

    proposal_id: UUID


def make_router(database: Database) -> APIRouter:
    """The routes of proposals."""
    router = APIRouter(prefix="/v1/proposals", tags=["proposals"])

    @router.get("", summary="List proposals")
    async def list_proposals(
        caller: Annotated[Caller, Depends(require("registry:read"))],
        beneficiary_id: UUID | None = None,
        unit_id: UnitQuery = None,
        kind: Annotated[str | None, Query(max_length=40, pattern="^[a-z][a-z0-9_]*$")] = None,
        state: ProposalState | None = None,
        due_by: Annotated[date | None, Query(description="Due on this day or before.")] = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> ProposalPage:
        """What the registry found for the token's units. Refused: `bad-cursor`."""
        after = id_cursor(cursor)
        async with database.transaction(caller.row_scope) as tx:
            rows = await page_of_proposals(
                tx, beneficiary_id=beneficiary_id, unit_id=unit_id, kind=kind, state=state,
                due_by=due_by, after=after, limit=limit,
            )  # fmt: skip
        items = [_view(row) for row in rows]
        return ProposalPage(items=items, next_cursor=str(items[-1].proposal_id) if len(items) == limit else None)

    @router.post("/{proposal_id}/decline", summary="Decline a proposal")
    async def decline(
        caller: Annotated[Caller, Depends(require("registry:write"))],
        proposal_id: UUID,
        why: DeclineInput,
        key: IdempotencyKey = None,
    ) -> Declined:
        """It is kept with who declined it and why, and is not proposed again. Refused: `unknown-proposal`,
        `proposal-settled`."""
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> Declined:
                await decline_proposal(tx, caller, proposal_id, why.note)
                return Declined(proposal_id=proposal_id)

            return await once(tx, caller, "POST /v1/proposals/decline", key, f"{proposal_id}{why.note}".encode(), Declined, work)

    return router


def _view(row: dict[str, Any]) -> ProposalView:
    known = PROPOSAL_KINDS.get(row["kind"])
    sentences = {
        "message_vi": known.message_vi if known else row["kind"],
        "message_en": known.message_en if known else row["kind"],
    }
    return ProposalView.model_validate({**row, **sentences})
