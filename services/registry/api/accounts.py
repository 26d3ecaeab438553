"""Accounts: asked for, and how they stand."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.registry.api.wire import COMMUNE, ID, Cursor, Limit, Short, UnitQuery, id_cursor
from services.registry.storage.accounts import page_of_accounts
from services.registry.use_cases.request_accounts import request_accounts
from shared.auth import Caller, require
from shared.crypto import ACCOUNT, FieldCipher, mask
from shared.database import Database
from shared.idempotency import IdempotencyKey, once

AccountState = Literal["declared", "requested", "active", "refused", "closed"]
ProviderName = Literal["viettelpay", "vietinbank"]

_ACCOUNT: JsonDict = {
    "account_id": ID,
    "payee_id": ID,
    "beneficiary_ids": [ID],
    "unit_id": COMMUNE,
    "provider": "viettelpay",
    "channel": "wallet",
    "state": "active",
    "version": 1,
    "number": "••••••••678",
    "holder_name": "Nguyễn Thị Hòa",
    "name_verdict": "match",
    "other_number_told": False,
    "reason": None,
    "declared_at": None,
    "requested_at": "2021-10-02T03:00:00Z",
    "answered_at": "2021-10-05T01:00:00Z",
}


class AccountRequestInput(BaseModel):
    """For whom accounts are asked, and where."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"provider": "viettelpay", "beneficiary_ids": [ID]}]}
    )

    provider: Short
    beneficiary_ids: list[UUID] = Field(min_length=1, max_length=500)
    another: bool = Field(
        default=False,
        description="Also for payees with an account in use at another provider. That one stays in use until two officers "
        "change it.",
    )
    of_carers: bool = Field(
        default=False, description="For the carers who receive these people's care support, not for their payees."
    )


class RefusedRequest(BaseModel):
    """A beneficiary for whom nothing was asked, and why."""

    beneficiary_id: UUID
    code: str = Field(
        description="unknown-beneficiary, beneficiary-not-active, beneficiary-wants-none, beneficiary-on-hold, or no-carer."
    )


class RequestedView(BaseModel):
    """What was asked for. Counts are of payees: a guardian of three children is one."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"requested": 1, "already": 0, "refused": []}]})

    requested: int
    already: int = Field(description="Payees that have an account, or a request under way.")
    refused: list[RefusedRequest]


class AccountView(BaseModel):
    """An account or wallet of a payee."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ACCOUNT]})

    account_id: UUID
    payee_id: UUID
    beneficiary_ids: list[UUID] = Field(description="Whose payee holds it.")
    unit_id: str
    provider: str
    channel: Literal["wallet", "account"]
    state: AccountState = Field(description="Only an active one is paid into.")
    version: int = Field(description="A new number is a new version.")
    number: str | None = Field(description="Masked.")
    holder_name: str
    name_verdict: Literal["match", "near", "different", "not_told", "accepted"] | None = Field(
        description="The holder's name against the payee's. near and different wait for an officer; accepted: one said yes."
    )
    other_number_told: bool = Field(description="The provider named another number; two officers decide.")
    reason: str | None = Field(description="Why refused or closed.")
    declared_at: datetime | None
    requested_at: datetime | None
    answered_at: datetime | None


class AccountPage(BaseModel):
    """Accounts in the order of their ids."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_ACCOUNT], "next_cursor": None}]})

    items: list[AccountView]
    next_cursor: str | None


def make_router(database: Database, cipher: FieldCipher) -> APIRouter:
    """The routes of accounts."""
    router = APIRouter(prefix="/v1/accounts", tags=["accounts"])

    @router.post("/requests", summary="Ask a provider for accounts")
    async def request(
        asked: AccountRequestInput,
        caller: Annotated[Caller, Depends(require("registry:enrol"))],
        key: IdempotencyKey = None,
    ) -> RequestedView:
        """Opens one request for each payee that has no account, and sends declared numbers to be checked. The provider
        answers in its own time: see the accounts. Refused: `unknown-provider`."""
        async with database.transaction(caller.row_scope) as tx:

            async def work() -> RequestedView:
                done = await request_accounts(
                    tx, caller, cipher, asked.provider, asked.beneficiary_ids, asked.another, of_carers=asked.of_carers
                )
                refused = [RefusedRequest(beneficiary_id=one, code=code) for one, code in done.refused]
                return RequestedView(requested=done.requested, already=done.already, refused=refused)

            route = "POST /v1/accounts/requests"
            return await once(tx, caller, route, key, asked.model_dump_json().encode(), RequestedView, work)

    @router.get("", summary="List accounts")
    async def list_accounts(
        caller: Annotated[Caller, Depends(require("registry:read"))],
        state: AccountState | None = None,
        provider: ProviderName | None = None,
        unit_id: UnitQuery = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> AccountPage:
        """Accounts of the token's units, numbers masked. Refused: `bad-cursor`."""
        after = id_cursor(cursor)
        async with database.transaction(caller.row_scope) as tx:
            rows = await page_of_accounts(tx, state=state, provider=provider, unit_id=unit_id, after=after, limit=limit)
        items = []
        for row in rows:
            sealed = row["number_sealed"]
            number = mask(cipher.open(sealed, ACCOUNT)) if sealed else None
            values = {name: value for name, value in row.items() if name != "number_sealed"}
            items.append(AccountView.model_validate({**values, "number": number}))
        return AccountPage(items=items, next_cursor=str(items[-1].account_id) if len(items) == limit else None)

    return router
