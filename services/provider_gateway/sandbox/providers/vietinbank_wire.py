"""VietinBank's messages (simulated, unofficial)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from services.provider_gateway.sandbox.parsing import (
    MAX_PAYMENTS,
    AccountNumber,
    Amount,
    BatchReference,
    IdentityNumber,
    Message,
    Msisdn,
    Name,
    Reference,
)
from services.provider_gateway.sandbox.records import OpeningAnswer, Outcome

TransferText = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9 .,_&-]{1,100}$")]


class Transfer(Message):
    reference: Reference
    account_number: AccountNumber
    account_name: Name
    amount_dong: Amount
    text: TransferText


class Batch(Message):
    batch_reference: BatchReference
    debit_account: AccountNumber
    number_of_payments: int
    total_amount_dong: Amount
    payments: Annotated[list[Transfer], Field(min_length=1, max_length=MAX_PAYMENTS)]


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


def state_word(state: str) -> str:
    """The wire's word for a state of the books."""
    return "accepted" if state == "open" else state


def result(outcome: Outcome) -> dict[str, object]:
    """Where one payment stands: accepted, credited, refused, returned or duplicate."""
    return {
        "reference": outcome.reference,
        "amount_dong": outcome.amount_dong,
        "state": state_word(outcome.state),
        "reason": None if outcome.state == "open" else outcome.reason,
        "booked_on": outcome.booked_on,
    }


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
