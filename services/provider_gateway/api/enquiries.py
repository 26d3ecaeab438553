"""Enquiries: what was asked about a payment of which a provider said too little."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from services.provider_gateway.storage.enquiries import enquiries_of_payment
from shared.auth import Caller, require
from shared.database import Database


class EnquiryView(BaseModel):
    """One question about a chunk. `result`: outcome -> payments, `not_found`, `resent`; or `failed` with a word."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "enquiry_id": "0190e7a4-0000-7000-8000-000000000006",
                "provider": "vietinbank",
                "payroll_id": "0190e7a4-0000-7000-8000-000000000003",
                "chunk_no": 1,
                "asked_at": "2021-10-05T02:00:02Z",
                "business_at": "2021-10-05T02:00:02Z",
                "asked": 500,
                "result": {"paid": 499, "rejected": 1},
            }
        }
    )

    enquiry_id: UUID
    provider: str
    payroll_id: UUID
    chunk_no: int
    asked_at: datetime
    business_at: datetime
    asked: int
    result: dict[str, Any]


class EnquiryList(BaseModel):
    """Enquiries, oldest first."""

    items: list[EnquiryView]


def router(database: Database) -> APIRouter:
    """The route of enquiries."""
    routes = APIRouter(prefix="/v1/enquiries", tags=["attempts"])

    @routes.get("", summary="Enquiries about a payment")
    async def list_enquiries(caller: Annotated[Caller, Depends(require("gateway:read"))], payment_id: UUID) -> EnquiryList:
        """All enquiries about the chunks that the payment was sent in, oldest first: a chunk is asked about as a whole."""
        async with database.transaction(caller.row_scope) as tx:
            rows = await enquiries_of_payment(tx, payment_id)
        return EnquiryList(items=[EnquiryView.model_validate(row) for row in rows])

    return routes
