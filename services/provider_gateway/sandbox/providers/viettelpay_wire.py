"""ViettelPay's messages and words (simulated, unofficial)."""

from __future__ import annotations

import base64
import gzip
import time
from datetime import date
from typing import Annotated, Literal

import orjson
from pydantic import StringConstraints, model_validator

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


ERRORS = {
    "malformed_json": "01",
    "malformed_list": "01",
    "invalid_request": "02",
    "bad_signature": "03",
    "unknown_command": "04",
    "totals_mismatch": "05",
    "reference_repeated": "06",
    "batch_size": "07",
    "batch_reference_reused": "08",
    "request_id_reused": "08",
    "not_found": "20",
    "day_not_begun": "21",
}
"""Refusals of a whole command: the code that its signed answer carries."""


class CheckedAccount(Message):
    msisdn: Msisdn
    customerName: Name


class Packed(Message):
    """An order with a list."""

    orderId: BatchReference
    data: str


class Disbursement(Packed):
    totalAmount: Amount
    totalTrans: int
    transContent: Annotated[str, StringConstraints(min_length=1, max_length=160)]
    channel: Literal["WALLET", "CASH"] = "WALLET"


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
    orderId: BatchReference
    queryType: Literal["TRANS_ID"] | None = None
    queryData: Reference | None = None

    @model_validator(mode="after")
    def both_or_none(self) -> Enquiry:
        if (self.queryType is None) != (self.queryData is None):
            raise ValueError("queryType and queryData go together")
        return self


class OpenedWallet(Message):
    openId: BatchReference
    msisdn: Msisdn | None = None  # none: the wallet comes with a SIM and its number
    customerName: Name
    identityNumber: IdentityNumber


class OpeningEnquiry(Message):
    orderId: BatchReference
    data: str | None = None  # a list of openId; none: all of the request named orderId


class StatementRequest(Message):
    orderId: BatchReference
    day: date
    after: After = 0


def signed_content(cmd: str, data: str) -> bytes:
    """What the signature of a notice covers: cmd, a line feed, data. (That of a call and its answer covers data alone.)"""
    return f"{cmd}\n{data}".encode()


def pack(rows: list[dict[str, object]]) -> str:
    """Base64 of gzip of a JSON list."""
    return base64.b64encode(gzip.compress(orjson.dumps(rows), compresslevel=1, mtime=0)).decode()


def order_of(data: str) -> str | None:
    """The order that a call names, whatever else is wrong with it."""
    try:
        named = orjson.loads(data)["orderId"]
    except (ValueError, KeyError, TypeError):
        return None
    return named if isinstance(named, str) and len(named) <= 40 else None


def check_size(payments: int) -> None:
    """Raises `batch_size` (422) unless there are 1 to 1000 payments."""
    if not 1 <= payments <= MAX_PAYMENTS:
        raise RequestRefused(422, "batch_size", f"A batch has 1 to {MAX_PAYMENTS} payments")


def taken(taking: Taking) -> tuple[str, list[dict[str, object]]]:
    """The answer to VTP306: the batch's state and its transactions."""
    results: list[dict[str, object]] = []
    for reference, state, reason in taking.results:
        code, text = CODES["duplicate" if state == "duplicate" else reason]
        name = "WAIT_DISB" if state == "open" else STATES[state]
        results.append({"transId": reference, "state": name, "errorCode": code, "errorMsg": text})
    return "DUPLICATE" if taking.duplicate else "WAIT_DISB", results


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


def batch_state(batch: BatchInfo, outcomes: list[Outcome]) -> str:
    """Where an order stands."""
    states = {outcome.state for outcome in outcomes}
    ended = "DISB_FAILED" if states <= {"refused", "duplicate"} else "DISB_SUCCESS"
    return _open_state(batch) if "open" in states else ended


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
