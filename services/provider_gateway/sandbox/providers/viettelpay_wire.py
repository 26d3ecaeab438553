"""ViettelPay's messages and words (simulated, unofficial)."""

from __future__ import annotations

import time
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from services.provider_gateway.sandbox.books.enquiries import Entry
from services.provider_gateway.sandbox.errors import RequestRefused
from services.provider_gateway.sandbox.parsing import (
    MAX_PAYMENTS,
    After,
    Amount,
    BatchReference,
    IdentityNumber,
    Message,
    Msisdn,
    Name,
    Reference,
)
from services.provider_gateway.sandbox.records import BatchInfo, Notice, OpeningAnswer, Outcome, Taking

STATES = {
    "open": "DISBURSEMENT",
    "credited": "DISB_SUCCESS",
    "paid": "DISB_SUCCESS",
    "refused": "DISB_FAILED",
    "returned": "REFUNDED",
    "uncollected": "CASH_EXPIRED",
    "duplicate": "DUPLICATE",
}

CODES = {
    None: ("00", "OK"),
    "invalid_account": ("11", "Account does not exist"),
    "locked": ("12", "Account is locked"),
    "name_mismatch": ("13", "Name differs from the holder's"),
    "limit": ("14", "Limit exceeded"),
    "insufficient_funds": ("15", "Not enough money on the paying account"),
    "account_closed": ("16", "Account closed; the money came back"),
    "not_collected": ("17", "Cash was not collected in time"),
    "duplicate": ("94", "This transId was taken before"),
}


class Request(Message):
    cmd: str
    data: str
    signature: str


class CheckedAccount(Message):
    msisdn: Msisdn
    customerName: Name


class AccountCheck(Message):
    requestId: BatchReference
    accounts: Annotated[list[CheckedAccount], Field(min_length=1, max_length=MAX_PAYMENTS)]


class Disbursement(Message):
    orderId: BatchReference
    totalAmount: Amount
    totalTrans: int
    transContent: Annotated[str, StringConstraints(min_length=1, max_length=160)]
    channel: Literal["WALLET", "CASH"] = "WALLET"
    transList: str


class Transfer(Message):
    transId: Reference
    customerName: Name
    amount: Amount
    smsContent: Annotated[str, StringConstraints(max_length=160)]
    note: Annotated[str, StringConstraints(max_length=160)]


class WalletTransfer(Transfer):
    msisdn: Msisdn


class CashTransfer(Transfer):
    identityNumber: IdentityNumber


class Enquiry(Message):
    orderId: BatchReference | None = None
    transIds: Annotated[list[Reference], Field(min_length=1, max_length=MAX_PAYMENTS)] | None = None

    @model_validator(mode="after")
    def one_of_two(self) -> Enquiry:
        if (self.orderId is None) == (self.transIds is None):
            raise ValueError("give either orderId or transIds")
        return self


class OpenedWallet(Message):
    openId: BatchReference
    msisdn: Msisdn | None = None  # none: the wallet comes with a SIM and its number
    customerName: Name
    identityNumber: IdentityNumber


class Opening(Message):
    requestId: BatchReference
    accounts: Annotated[list[OpenedWallet], Field(min_length=1, max_length=MAX_PAYMENTS)]


class OpeningEnquiry(Message):
    requestId: BatchReference | None = None
    openIds: Annotated[list[BatchReference], Field(min_length=1, max_length=MAX_PAYMENTS)] | None = None

    @model_validator(mode="after")
    def one_of_two(self) -> OpeningEnquiry:
        if (self.requestId is None) == (self.openIds is None):
            raise ValueError("give either requestId or openIds")
        return self


class StatementRequest(Message):
    day: date
    after: After = 0


def signed_content(cmd: str, data: str) -> bytes:
    """What a signature covers: cmd, a line feed, data."""
    return f"{cmd}\n{data}".encode()


def check_size(payments: int) -> None:
    """Raises `batch_size` (422) unless there are 1 to 1000 payments."""
    if not 1 <= payments <= MAX_PAYMENTS:
        raise RequestRefused(422, "batch_size", f"A batch has 1 to {MAX_PAYMENTS} payments")


def taken(order_id: str, taking: Taking) -> dict[str, object]:
    """The answer to VTP306."""
    results = []
    for reference, state, reason in taking.results:
        code, text = CODES["duplicate" if state == "duplicate" else reason]
        name = "WAIT_DISB" if state == "open" else STATES[state]
        results.append({"transId": reference, "state": name, "errorCode": code, "errorMsg": text})
    state = "DUPLICATE" if taking.duplicate else "WAIT_DISB"
    return {"orderId": order_id, "batchState": state, "results": results}


def result(batch: BatchInfo, outcome: Outcome) -> dict[str, object]:
    """Where one transaction stands."""
    code, text = CODES["duplicate" if outcome.state == "duplicate" else None if outcome.state == "open" else outcome.reason]
    state = _open_state(batch) if outcome.state == "open" else STATES[outcome.state]
    return {
        "transId": outcome.reference,
        "amount": outcome.amount_dong,
        "state": state,
        "errorCode": code,
        "errorMsg": text,
        "bookedOn": outcome.booked_on,
    }


def _open_state(batch: BatchInfo) -> str:
    if batch.stage != "taken":
        return "DISBURSEMENT"
    return "DISB_TIMEOUT" if batch.http_fault == "timeout_after" and time.time() < batch.ready_at else "WAIT_DISB"


def batch_view(batch: BatchInfo, outcomes: list[Outcome]) -> dict[str, object]:
    """The answer to VTP307 for an order."""
    states = {outcome.state for outcome in outcomes}
    ended = "DISB_FAILED" if states <= {"refused", "duplicate"} else "DISB_SUCCESS"
    state = _open_state(batch) if "open" in states else ended
    return {
        "orderId": batch.batch_reference,
        "batchState": state,
        "totalTrans": batch.payments,
        "totalAmount": batch.amount_dong,
        "results": [result(batch, outcome) for outcome in outcomes],
    }


def accepted(batch: BatchInfo, references: list[str]) -> Notice:
    """Webhook: the order was taken and waits."""
    payload: dict[str, object] = {"orderId": batch.batch_reference, "batchState": "WAIT_DISB", "transIds": references}
    return Notice("VTP306_ACCEPTED", payload)


def settled(batch: BatchInfo, outcomes: list[Outcome], forged: bool) -> Notice:
    """Webhook: results of some transactions of the order. A forged one differs by its signature alone."""
    results = [result(batch, outcome) for outcome in outcomes]
    return Notice("VTP306_RESULT", {"orderId": batch.batch_reference, "results": results})


def opening(answer: OpeningAnswer) -> dict[str, object]:
    """Where a request for a wallet stands."""
    return {
        "openId": answer.request_id,
        "state": {"received": "PENDING", "opened": "OPENED", "refused": "REFUSED"}[answer.state],
        "reason": answer.reason,
        "msisdn": answer.account_number,
        "customerName": answer.customer_name,
        "nameFound": answer.name_found,
    }


def opened(batch_reference: str, answers: list[OpeningAnswer]) -> Notice:
    """Webhook: answers to requests for wallets."""
    return Notice("VTP310_RESULT", {"requestId": batch_reference, "results": [opening(answer) for answer in answers]})


def entry(found: Entry) -> dict[str, object]:
    """A line of a day's statement."""
    kind = {"credit": "CREDIT", "cash_paid": "CASH_PAID", "return": "REFUND"}[found.kind]
    return {"entry": found.entry, "transId": found.reference, "kind": kind, "amount": found.amount_dong, "note": found.note}
