"""Changes of where money goes that wait for a second officer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.registry.api.wire import COMMUNE, ID, Cursor, Limit, Text, UnitQuery, id_cursor
from services.registry.domain.change_requests import UNKNOWN_CHANGE, ChangeRequest
from services.registry.domain.masking import mask_record
from services.registry.storage.change_requests import page_of_changes
from services.registry.use_cases.ask_change import ChangeKinds
from services.registry.use_cases.settle_change import approve_change, reject_change, withdraw_change
from shared import audit
from shared.auth import Caller, require
from shared.crypto import FieldCipher
from shared.database import Database, Tx
from shared.idempotency import IdempotencyKey, once
from shared.kernel.errors import Refusal

_DIGEST = "5f2c9d0e6a71b4d8c3e2f1a09b8c7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f2a1b0c"
_CHANGE: JsonDict = {
    "request_id": ID,
    "kind": "payee",
    "beneficiary_id": ID,
    "code": "HUE-0000123",
    "full_name": "Đỗ Ngọc Bưởi",
    "unit_id": COMMUNE,
    "content": {
        "capacity": "guardian",
        "full_name": "Lê Văn Hùng",
        "identity_number": "•••••••••989",
        "relationship": "Ông ngoại",
    },
    "digest": _DIGEST,
    "state": "waiting",
    "asked_at": "2021-11-03T02:00:00Z",
    "asked_subject": "can-bo-phu-thuan",
    "asked_note": "Mẹ đi làm xa",
    "settled_at": None,
    "settled_subject": None,
    "settled_note": None,
}

ChangeKindName = Literal["payee", "account"]
ChangeState = Literal["waiting", "approved", "rejected", "withdrawn"]
Approver = Annotated[Caller, Depends(require("registry:approve"))]
Reader = Annotated[Caller, Depends(require("registry:read"))]


class ApproveInput(BaseModel):
    """What the second officer approves."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"digest": _DIGEST}]})

    digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] = Field(description="`digest` of the request as it was seen.")


class SettleInput(BaseModel):
    """Why a change is rejected or withdrawn."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"note": "Giấy ủy quyền không có chứng thực"}]})

    note: Text = Field(min_length=1)


class ChangeView(BaseModel):
    """A change that was asked for."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CHANGE]})

    request_id: UUID
    kind: ChangeKindName
    beneficiary_id: UUID
    code: str
    full_name: str
    unit_id: str
    content: dict[str, Any] = Field(description="What is to be, as its kind says; numbers masked.")
    digest: str = Field(description="Of kind, person, content and what the change rests on: what is approved.")
    state: ChangeState
    asked_at: datetime = Field(description="Business clock.")
    asked_subject: str
    asked_note: str | None
    settled_at: datetime | None
    settled_subject: str | None
    settled_note: str | None


class ChangePage(BaseModel):
    """Changes, oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_CHANGE], "next_cursor": None}]})

    items: list[ChangeView]
    next_cursor: str | None


class ChangeAsked(BaseModel):
    """A change that waits for its second officer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"request_id": ID, "digest": _DIGEST}]})

    request_id: UUID
    digest: str


class ChangeSettled(BaseModel):
    """How a change was settled."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"request_id": ID, "state": "approved"}]})

    request_id: UUID
    state: ChangeState


def make_router(database: Database, cipher: FieldCipher, kinds: ChangeKinds) -> APIRouter:
    """The routes of change requests; `kinds` carry out what is approved."""
    router = APIRouter(prefix="/v1/change-requests", tags=["change requests"])

    async def settled(
        caller: Caller,
        key: str | None,
        route: str,
        body: str,
        state: ChangeState,
        settle: Callable[[Tx], Awaitable[ChangeRequest]],
    ) -> ChangeSettled:
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> ChangeSettled:
                return ChangeSettled(request_id=(await settle(tx)).request_id, state=state)

            return await once(tx, caller, f"POST /v1/change-requests/{route}", key, body.encode(), ChangeSettled, work)

    @router.get("", summary="List change requests")
    async def list_changes(
        caller: Reader,
        beneficiary_id: UUID | None = None,
        unit_id: UnitQuery = None,
        kind: Annotated[ChangeKindName | None, Query()] = None,
        state: ChangeState | None = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> ChangePage:
        """Changes of where money goes, of the token's units, numbers masked. Refused: `bad-cursor`."""
        after = id_cursor(cursor)
        async with database.transaction(caller.row_scope) as tx:
            found = await page_of_changes(
                tx, cipher, beneficiary_id=beneficiary_id, unit_id=unit_id, kind=kind, state=state, after=after, limit=limit
            )
        items = [_view(request, person) for request, person in found]
        return ChangePage(items=items, next_cursor=str(items[-1].request_id) if len(items) == limit else None)

    @router.get("/{request_id}", summary="See a change request")
    async def get(caller: Reader, request_id: UUID) -> ChangeView:
        """What is asked, numbers masked, with the digest that a second officer approves. The reading is audited.
        Refused: `unknown-change`."""
        async with database.transaction(caller.row_scope) as tx:
            found = await page_of_changes(tx, cipher, request_id=request_id)
            if not found:
                raise Refusal(UNKNOWN_CHANGE)
            view = _view(*found[0])
            await audit.append(tx, caller, "change.read", f"beneficiary/{view.beneficiary_id}", request_id=request_id)
        return view

    @router.post("/{request_id}/approve", summary="Approve a change")
    async def approve(caller: Approver, request_id: UUID, seen: ApproveInput, key: IdempotencyKey = None) -> ChangeSettled:
        """A second officer has it carried out at once; the old and the new payee are told. Refused: `unknown-change`,
        `change-settled`, `service-account-approves`, `maker-is-checker`, `change-digest-differs`, `change-is-stale`, and what
        the route refuses that asked for it."""
        return await settled(
            caller, key, "approve", f"{request_id}{seen.digest}", "approved",
            lambda tx: approve_change(tx, caller, cipher, request_id, seen.digest, kinds),
        )  # fmt: skip

    @router.post("/{request_id}/reject", summary="Reject a change")
    async def reject(caller: Approver, request_id: UUID, why: SettleInput, key: IdempotencyKey = None) -> ChangeSettled:
        """Nothing changes; the reason is kept. Refused: `unknown-change`, `change-settled`, `service-account-approves`,
        `maker-is-checker`."""
        return await settled(
            caller, key, "reject", f"{request_id}{why.note}", "rejected",
            lambda tx: reject_change(tx, caller, cipher, request_id, why.note),
        )  # fmt: skip

    @router.post("/{request_id}/withdraw", summary="Withdraw a change")
    async def withdraw(
        caller: Annotated[Caller, Depends(require("registry:read"))],
        request_id: UUID,
        why: SettleInput,
        key: IdempotencyKey = None,
    ) -> ChangeSettled:
        """Who asked takes it back. Refused: `unknown-change`, `change-settled`, `not-the-maker`."""
        return await settled(
            caller, key, "withdraw", f"{request_id}{why.note}", "withdrawn",
            lambda tx: withdraw_change(tx, caller, cipher, request_id, why.note),
        )  # fmt: skip

    return router


def _view(request: ChangeRequest, person: dict[str, Any]) -> ChangeView:
    names = [name for name in ChangeView.model_fields if name not in ("content", "code", "full_name")]
    values = {name: getattr(request, name) for name in names}
    return ChangeView.model_validate({**values, **person, "content": mask_record(request.content)})
