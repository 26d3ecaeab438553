"""VietinBank's JSON messages: openings and names (simulated, unofficial). Payments are files."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.provider_gateway.sandbox.parsing import (
    MAX_PAYMENTS,
    AccountNumber,
    BatchReference,
    IdentityNumber,
    Message,
    Msisdn,
    Name,
)
from services.provider_gateway.sandbox.records import OpeningAnswer


class Opening(Message):
    request_id: BatchReference
    customer_name: Name
    identity_number: IdentityNumber
    msisdn: Msisdn | None = None


class OpeningBatch(Message):
    batch_reference: BatchReference
    requests: Annotated[list[Opening], Field(min_length=1, max_length=MAX_PAYMENTS)]


class NameEnquiry(Message):
    account_numbers: Annotated[list[AccountNumber], Field(min_length=1, max_length=MAX_PAYMENTS)]


def answer_view(answer: OpeningAnswer) -> dict[str, object]:
    """Where a request for an account stands: received, opened or refused."""
    return {
        "request_id": answer.request_id,
        "state": answer.state,
        "reason": answer.reason,
        "account_number": answer.account_number,
        "holder_name": answer.customer_name if answer.state == "opened" else None,
        "name_found": answer.name_found,
        "answered_on": answer.answered_on,
    }
