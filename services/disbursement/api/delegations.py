"""Routes of delegations: who may sign in whose place (ký thay)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.disbursement.api.cursors import id_after
from services.disbursement.api.fields import Cursor, Limit, Line, UnitId
from services.disbursement.domain.delegations import Delegation, Step
from services.disbursement.storage import delegations, units
from services.disbursement.use_cases.delegate_step import Delegate, delegate_step, end_delegation
from shared.auth import Caller, require
from shared.database import Database
from shared.idempotency import IdempotencyKey, once

_DELEGATION: JsonDict = {
    "authority_id": "474@2021-07-01",
    "step": "approve",
    "to_subject": "tuan@hue.gov.vn",
    "from_on": "2021-09-20",
    "to_on": "2021-09-30",
    "paper_number": "15/UQ-LĐTBXH",
}
_VIEW: JsonDict = {
    **_DELEGATION,
    "delegation_id": "0190a1b2-0000-7000-8000-000000000001",
    "from_subject": "minh@hue.gov.vn",
    "made_at": "2021-09-17T01:00:00Z",
    "ended_at": None,
}

Reader = Annotated[Caller, Depends(require("disbursement:read"))]


class NewDelegation(BaseModel):
    """A step of one's own that another officer may take for some days."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_DELEGATION]})

    authority_id: UnitId
    step: Step
    to_subject: Line = Field(description="The officer who may sign, as their token names them.")
    from_on: date
    to_on: date = Field(description="The last day.")
    paper_number: Line = Field(description="Of the paper that delegates it.")


class DelegationView(BaseModel):
    """Who may sign in whose place."""

    model_config = ConfigDict(json_schema_extra={"examples": [_VIEW]})

    delegation_id: UUID
    authority_id: str
    step: Step
    from_subject: str
    to_subject: str
    from_on: date
    to_on: date
    paper_number: str
    made_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, made: Delegation) -> DelegationView:
        """As it goes over the wire."""
        return cls(**{name: getattr(made, name) for name in cls.model_fields})


class DelegationPage(BaseModel):
    """Delegations, oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_VIEW], "next_cursor": None}]})

    items: list[DelegationView]
    next_cursor: str | None


def make_router(database: Database) -> APIRouter:
    """The routes of delegations."""
    router = APIRouter(prefix="/v1/delegations", tags=["delegations"])

    @router.post("", summary="Let another officer sign in one's place", status_code=201)
    async def post_delegation(request: NewDelegation, caller: Reader, key: IdempotencyKey = None) -> DelegationView:
        """Delegate a step of one's own to another officer, between two days. The delegate needs a token for the authority, not
        the step's scope, and passes nothing on. Neither of the two can be the maker of what is signed.

        Refused: `unknown-unit`, `not-your-unit`, `service-account-approves`, `not-allowed` (not one's own step),
        `wrong-delegation`.
        """
        async with database.transaction(caller.row_scope) as tx:
            caller.require_unit((await units.find(tx, request.authority_id)).path)

            async def work() -> DelegationView:
                return DelegationView.of(await delegate_step(tx, caller, Delegate(**request.model_dump())))

            return await once(tx, caller, "POST /v1/delegations", key, request.model_dump_json().encode(), DelegationView, work)

    @router.post("/{delegation_id}/end", summary="Take a delegation back")
    async def post_end(delegation_id: UUID, caller: Reader) -> DelegationView:
        """From now on nobody signs by it; twice changes nothing. Refused: `unknown-delegation`, `not-allowed` (another's)."""
        async with database.transaction(caller.row_scope) as tx:
            return DelegationView.of(await end_delegation(tx, caller, delegation_id))

    @router.get("", summary="List delegations")
    async def list_delegations(caller: Reader, cursor: Cursor = None, limit: Limit = 100) -> DelegationPage:
        """Delegations of the token's authorities. Refused: `bad-cursor`."""
        after = id_after(cursor)
        async with database.transaction(caller.row_scope) as tx:
            items = [DelegationView.of(each) for each in await delegations.page(tx, after, limit)]
        return DelegationPage(items=items, next_cursor=str(items[-1].delegation_id) if len(items) == limit else None)

    return router
