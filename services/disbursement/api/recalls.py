"""Route of recalls: ask a line back between release and credit."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from services.disbursement.api.fields import Line
from services.disbursement.domain.refusals import UNKNOWN_PAYMENT
from services.disbursement.storage import payrolls, recall_requests
from services.disbursement.storage.scope import see_everything
from services.disbursement.use_cases.recall_payment import recall_payment
from shared.auth import Caller, require
from shared.database import Database
from shared.kernel.errors import Refusal


class RecallRequest(BaseModel):
    """Why a line is asked back."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "Đối tượng chết ngày 02/10/2021, gia đình vừa báo"}]}
    )

    reason: Line = Field(description="Kept for good. No identity, phone or account number.")


class RecallView(BaseModel):
    """How a recall stands. `removed`: it had not been instructed. `asked`: the gateway has not answered, the money is in flight
    still. `stopped`: it was never sent. `withdrawn`: a cash order that nobody can collect any more, as the provider's signed list
    confirmed. `too_late`: it was sent; what becomes of it the provider says."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "payment_id": "0190a1b2-0000-7000-8000-000000000001",
                    "reason": "Đối tượng chết ngày 02/10/2021, gia đình vừa báo",
                    "state": "asked",
                    "asked_by": "ha@hue.gov.vn",
                    "asked_at": "2021-10-05T01:00:30Z",
                    "answered_at": None,
                }
            ]
        }
    )

    payment_id: UUID
    reason: str
    state: Literal["removed", "asked", "stopped", "withdrawn", "too_late"]
    asked_by: str
    asked_at: datetime
    answered_at: datetime | None


def make_router(database: Database, key: Ed25519PrivateKey) -> APIRouter:
    """The route of recalls. `key` signs the exception of a line that was not instructed yet."""
    router = APIRouter(prefix="/v1/payments", tags=["payments"])

    @router.post("/{payment_id}/recall", summary="Ask a payment back")
    async def post_recall(
        payment_id: UUID, request: RecallRequest, caller: Annotated[Caller, Depends(require("disbursement:release"))]
    ) -> RecallView:
        """Take a line of a released payroll out, by a signed exception, where it was not instructed yet; else ask the gateway,
        which stops it unless it has begun to send it; a cash order that was sent is withdrawn, where its provider can do that and
        nobody has collected it. Again: how the recall stands.

        Refused: `unknown-payment`, `unknown-payroll`, `already-paid`, `payment-ended`, `not-released`.
        """
        async with database.transaction(caller.row_scope) as tx:
            payroll_id = await recall_requests.payroll_of(tx, payment_id)
            if payroll_id is None:
                raise Refusal(UNKNOWN_PAYMENT, payment_id=payment_id)
            await payrolls.find(tx, payroll_id)  # a commune's own token sees payments, but takes none out of a payroll
            await see_everything(tx)
            recall = await recall_payment(tx, caller, payment_id, request.reason, key)
        return RecallView(**{name: getattr(recall, name) for name in RecallView.model_fields})

    return router
