"""Another account for somebody's money, or cash again: asked for here, approved among the change requests."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.registry.api.change_requests import ChangeAsked
from services.registry.api.wire import ID, Text
from services.registry.domain.account_changes import CASH, AccountWish
from services.registry.use_cases.change_account import ask_account_change
from shared.auth import Caller, require
from shared.crypto import FieldCipher
from shared.database import Database
from shared.idempotency import IdempotencyKey, once


class AccountChangeInput(BaseModel):
    """Where the money is to go, and why."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"to": "account", "account_id": ID, "note": "Gia đình chuyển sang VietinBank"}]},
    )

    to: Literal["account", "told_number", "cash"] = Field(
        description="account: another active account of the payee. told_number: the other number that the account's own "
        "provider named. cash: no account any more."
    )
    account_id: UUID | None = Field(default=None, description="Which account; none for cash.")
    note: Text = Field(min_length=1)
    of_carer: bool = Field(default=False, description="Of the care support that the carer receives, not of the payee's money.")

    @model_validator(mode="after")
    def account_where_needed(self) -> AccountChangeInput:
        """An account is named exactly where the money goes into one."""
        if (self.account_id is None) != (self.to == CASH):
            raise ValueError("account_id is for account and told_number, and for them alone")
        return self


def make_router(database: Database, cipher: FieldCipher) -> APIRouter:
    """The route of account changes."""
    router = APIRouter(prefix="/v1/beneficiaries", tags=["change requests"])

    @router.post("/{beneficiary_id}/account-changes", summary="Ask for another account", status_code=201)
    async def ask(
        caller: Annotated[Caller, Depends(require("registry:write"))],
        beneficiary_id: UUID,
        wish: AccountChangeInput,
        key: IdempotencyKey = None,
    ) -> ChangeAsked:
        """Nothing changes until a second officer approves the change request; then old and new holder are told, and what was
        held for the old account is lifted. An account at another provider is asked for first (`another` in
        POST /v1/accounts/requests). Refused: `unknown-beneficiary`, `no-carer`, `no-change`, `account-not-usable`,
        `no-number-told`, `change-waits`."""
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> ChangeAsked:
                wanted = AccountWish(wish.to, wish.account_id, wish.note, wish.of_carer)
                request_id, digest = await ask_account_change(tx, caller, cipher, beneficiary_id, wanted)
                return ChangeAsked(request_id=request_id, digest=digest)

            request = f"{beneficiary_id}{wish.model_dump_json()}".encode()
            return await once(tx, caller, "POST /v1/beneficiaries/account-changes", key, request, ChangeAsked, work)

    return router
