"""Routes of payrolls: look at one, prepare, approve, release, take lines out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from services.disbursement.api.fields import Limit, Line, UnitId
from services.disbursement.api.finding_views import FindingView, PreparedView
from services.disbursement.api.payroll_views import PaymentLinePage, PaymentLineView, PayrollView
from services.disbursement.api.registry_cut import RegistryCut
from services.disbursement.storage import payrolls
from services.disbursement.storage.scope import see_everything
from services.disbursement.use_cases.approve_payroll import approve_payroll, approve_second
from services.disbursement.use_cases.prepare_payroll import prepare_payroll
from services.disbursement.use_cases.release_payroll import WhatToRelease, release_payroll
from services.disbursement.use_cases.remove_payment import remove_payment
from shared.auth import Caller, require
from shared.database import Database, Tx

Reader = Annotated[Caller, Depends(require("disbursement:read"))]
Checker = Annotated[Caller, Depends(require("disbursement:approve", "disbursement:read"))]
Head = Annotated[Caller, Depends(require("disbursement:approve-second", "disbursement:read"))]
"""Or a reader: a delegate needs no right of their own. Whether there is a delegation, the step finds out."""

Maker = Annotated[Caller, Depends(require("disbursement:prepare"))]
Releaser = Annotated[Caller, Depends(require("disbursement:release"))]

LineCursor = Annotated[int, Query(ge=0, le=2**31 - 1, description="`next_cursor` of the page before.")]


class ExceptionRequest(BaseModel):
    """A line to take out, and why."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"payment_id": "0190a1b2-0000-7000-8000-000000000001", "reason": "Đã chuyển đi nơi khác"}]
        },
    )

    payment_id: UUID
    reason: Line = Field(description="Goes into the signed exception. No identity, phone or account number.")


class SignRequest(BaseModel):
    """In whose place somebody signs; nobody's: in their own name."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"in_place_of": "minh@hue.gov.vn"}]})

    in_place_of: Line | None = Field(default=None, description="The officer who delegated it (ký thay).")


class ReleaseRequest(BaseModel):
    """What to release: these communes; or whole communes as far as the funding goes; or, with neither, all."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"communes": ["19750@2021-07-01"]}]})

    communes: list[UnitId] | None = Field(default=None, min_length=1, max_length=500)
    as_far_as_funded: bool = Field(default=False, description="Whole communes in the order of their unit ids.")


@asynccontextmanager
async def acting_on(database: Database, caller: Caller, payroll_id: UUID) -> AsyncIterator[Tx]:
    """A transaction for a step of a payroll: it must be one that the caller may see (else `unknown-payroll`); the step itself
    sees all rows, for what it settles may belong to people who moved away."""
    async with database.transaction(caller.row_scope) as tx:
        await payrolls.find(tx, payroll_id)
        await see_everything(tx)
        yield tx


def make_router(database: Database, key: Ed25519PrivateKey, cut: RegistryCut) -> APIRouter:
    """The routes of payrolls. `key` signs approvals and removals."""
    router = APIRouter(prefix="/v1/payrolls", tags=["payrolls"])
    _add_reading(router, database)
    _add_steps(router, database, key, cut)
    _add_approvals(router, database, key)
    _add_exceptions(router, database, key)
    return router


def _add_reading(router: APIRouter, database: Database) -> None:
    @router.get("/{payroll_id}", summary="One payroll")
    async def read_payroll(payroll_id: UUID, caller: Reader) -> PayrollView:
        """A payroll, its step and who took which. Refused: `unknown-payroll`."""
        async with database.transaction(caller.row_scope) as tx:
            return PayrollView.of(await payrolls.find(tx, payroll_id))

    @router.get("/{payroll_id}/payments", summary="List a payroll's payments")
    async def list_payments(payroll_id: UUID, caller: Reader, cursor: LineCursor = 0, limit: Limit = 500) -> PaymentLinePage:
        """Payments in line order: by commune, then by the beneficiary's code. Refused: `unknown-payroll`."""
        async with database.transaction(caller.row_scope) as tx:
            payroll = await payrolls.find(tx, payroll_id)
            lines = await payrolls.payments(tx, payroll, cursor, limit)
        items = [PaymentLineView.of(line) for line in lines]
        return PaymentLinePage(items=items, next_cursor=str(items[-1].line_no) if len(items) == limit else None)


def _add_steps(router: APIRouter, database: Database, key: Ed25519PrivateKey, cut: RegistryCut) -> None:
    @router.post("/{payroll_id}/prepare", summary="Prepare a payroll (maker)")
    async def post_prepare(payroll_id: UUID, caller: Maker) -> PreparedView:
        """Seal what was drawn up under a root, in the maker's name. What the gates find is shown with it: what blocks has to be
        cleared or accepted before the payroll can be approved.

        Refused: `unknown-payroll`, `wrong-state`, `already-released`, `seal-broken`.
        """
        async with acting_on(database, caller, payroll_id) as tx:
            payroll, found = await prepare_payroll(tx, caller, payroll_id)
        return PreparedView(**PayrollView.of(payroll).model_dump(), findings=[FindingView.of(each) for each in found])

    @router.post("/{payroll_id}/release", summary="Release a payroll (accountant)")
    async def post_release(payroll_id: UUID, caller: Releaser, request: ReleaseRequest | None = None) -> PayrollView:
        """Let the payroll be paid, or whole communes of it: the others wait, and can be released when more is funded. Lines that
        stops, deaths, holds, changed payees or accounts overtook since it was drawn up are taken out by exceptions in the
        releaser's name. A chunk goes out once all communes of its lines are released.

        Refused: `unknown-payroll`, `already-released`, `wrong-state`, `second-approval-missing`, `seal-broken`,
        `obligation-already-live`, `not-a-commune-of-payroll`, `not-funded`, `registry-behind`.
        """
        async with database.transaction(caller.row_scope) as tx:
            await payrolls.find(tx, payroll_id)
        await cut.reached()
        asked = request or ReleaseRequest()
        what = WhatToRelease(asked.communes, asked.as_far_as_funded)
        async with acting_on(database, caller, payroll_id) as tx:
            payroll = await release_payroll(tx, caller, payroll_id, key, what)
        return PayrollView.of(payroll)


def _add_approvals(router: APIRouter, database: Database, key: Ed25519PrivateKey) -> None:
    @router.post("/{payroll_id}/approve", summary="Approve a payroll (checker)")
    async def post_approve(payroll_id: UUID, caller: Checker, request: SignRequest | None = None) -> PayrollView:
        """Sign the root, in the checker's name (`disbursement:approve`) or in the place of a checker who delegated it. From here
        on lines can only be taken out.

        Refused: `not-allowed`, `unknown-payroll`, `maker-is-checker`, `service-account-approves`, `no-delegation`,
        `delegator-is-maker`, `wrong-state`, `already-released`, `seal-broken`, `pays-after-death`, `open-findings`.
        """
        in_place_of = request.in_place_of if request else None
        async with acting_on(database, caller, payroll_id) as tx:
            payroll = await approve_payroll(tx, caller, payroll_id, key, in_place_of)
        return PayrollView.of(payroll)

    @router.post("/{payroll_id}/second-approval", summary="Approve a payroll a second time (head)")
    async def post_second_approval(payroll_id: UUID, caller: Head, request: SignRequest | None = None) -> PayrollView:
        """Sign root and first signature, in the second approver's name (`disbursement:approve-second`) or in the place of one who
        delegated it. Needed above the amount that the gate `second-approval` says.

        Refused: `not-allowed`, `unknown-payroll`, `maker-is-checker`, `checker-is-second`, `service-account-approves`,
        `no-delegation`, `delegator-is-maker`, `wrong-state`, `already-released`, `second-approval-not-needed`, `seal-broken`.
        """
        in_place_of = request.in_place_of if request else None
        async with acting_on(database, caller, payroll_id) as tx:
            payroll = await approve_second(tx, caller, payroll_id, key, in_place_of)
        return PayrollView.of(payroll)


def _add_exceptions(router: APIRouter, database: Database, key: Ed25519PrivateKey) -> None:
    @router.post("/{payroll_id}/exceptions", summary="Take a payment out of a payroll", status_code=201)
    async def post_exception(payroll_id: UUID, request: ExceptionRequest, caller: Releaser) -> PayrollView:
        """Take a line out, by an exception signed in the caller's name; twice changes nothing. What it was to settle stays
        owed and comes into a supplement, unless a stop or a death took the month away.

        Refused: `unknown-payroll`, `unknown-payment`, `too-late-to-remove` (its chunk was instructed).
        """
        async with acting_on(database, caller, payroll_id) as tx:
            payroll = await remove_payment(tx, caller, payroll_id, request.payment_id, request.reason, key)
        return PayrollView.of(payroll)
