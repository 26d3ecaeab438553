"""Messages of the cash offices, the same for the post and the communes (simulated, unofficial)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Annotated, Literal

import orjson
from pydantic import Field, StringConstraints, TypeAdapter

from services.provider_gateway.sandbox.books.counter import NOT_COLLECTED, Receiver
from services.provider_gateway.sandbox.books.withdrawals import Withdrawal
from services.provider_gateway.sandbox.parsing import (
    MAX_PAYMENTS,
    Amount,
    BatchReference,
    IdentityNumber,
    Message,
    Name,
    Reference,
)
from services.provider_gateway.sandbox.records import Outcome
from services.provider_gateway.sandbox.signatures import hmac_sign

STATES = {"open": "issued"}
"""The books' words that differ on the wire."""


class Order(Message):
    reference: Reference
    payee_name: Name
    identity_number: IdentityNumber | None = None
    amount_dong: Amount
    note: Annotated[str, StringConstraints(max_length=160)]
    home_delivery: bool = False


class PayList(Message):
    list_reference: BatchReference
    pay_point: Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]
    pay_on: date
    number_of_orders: int
    total_amount_dong: Amount
    orders: Annotated[list[Order], Field(min_length=1, max_length=MAX_PAYMENTS)]


class WithdrawalRequest(Message):
    withdrawal_reference: BatchReference
    references: Annotated[list[Reference], Field(min_length=1, max_length=MAX_PAYMENTS)]


class AtTheCounter(Message):
    reference: Reference
    name: Name
    identity_number: IdentityNumber | None = None
    relationship: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")] = "self"
    receipt: Literal["signature", "fingerprint"] = "signature"


class SentBack(Message):
    reference: Reference
    reason: Literal["moved_away", "deceased", "refused_by_payee"]


PAY_LIST = TypeAdapter(PayList)
SENT_BACK = TypeAdapter(SentBack)
AT_THE_COUNTER = TypeAdapter(AtTheCounter)
WITHDRAWAL = TypeAdapter(WithdrawalRequest)


def order_result(outcome: Outcome, receiver: Receiver | None, place: str) -> dict[str, object]:
    """Where one order stands, and once paid: to whom, on which identity shown, confirmed how and handed out where. Without a
    receiver of its own it was the payee who came; one in five confirms by fingerprint."""
    paid = outcome.state == "paid"
    sent_back = outcome.state == "uncollected" and outcome.reason != NOT_COLLECTED
    if receiver is None:
        receipt = "fingerprint" if sha256(outcome.reference.encode()).digest()[0] % 5 == 0 else "signature"
        receiver = Receiver(outcome.payee_name, outcome.account or None, "self", receipt)
    return {
        "reference": outcome.reference,
        "amount_dong": outcome.amount_dong,
        "state": "returned" if sent_back else STATES.get(outcome.state, outcome.state),
        "reason": None if outcome.state == "open" else outcome.reason,
        "booked_on": outcome.booked_on,
        "paid_to": receiver.name if paid else None,
        "relationship": receiver.relationship if paid else None,
        "identity_last4": (receiver.identity_number or "")[-4:] or None if paid else None,
        "receipt": receiver.receipt if paid else None,
        "place": place if paid else None,
        "withdrawal_requested": bool(outcome.withdrawing),
    }


def withdrawal_result(withdrawal: Withdrawal) -> dict[str, object]:
    """Where one order's withdrawal stands."""
    return dict(withdrawal._asdict())


def signed_list(secret: str, office: str, content: dict[str, object]) -> dict[str, object]:
    """A result list as the office signs it: the list is text, so that the signature can be checked years later."""
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    text = orjson.dumps({"office": office, "made_at": made_at, **content}).decode()
    return {"result_list": text, "signature": hmac_sign(secret, text.encode())}
