"""What goes between the providers' wires and the books."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

Channel = Literal["account", "cash"]


class IncomingPayment(NamedTuple):
    """One payment as asked for. `account` is a wallet's phone number, an account number, or a collector's identity number."""

    reference: str
    amount_dong: int
    account: str
    payee_name: str
    note: str


@dataclass(frozen=True, slots=True)
class IncomingBatch:
    """A batch or pay list whose signature, shape and totals were found right."""

    provider: str
    batch_reference: str
    channel: Channel
    content_digest: str
    payments: list[IncomingPayment]
    limit_dong: int  # the most that one payment may carry
    pay_point: str | None = None
    pay_on: date | None = None


class Result(NamedTuple):
    """What the answer to a batch says of one payment: state open, refused or duplicate."""

    reference: str
    state: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Taking:
    """What became of a batch sent: `taken` now, `duplicate` (taken before), or `conflict` (same name, other content)."""

    fault: str | None
    taken: bool
    results: list[Result]
    duplicate: bool = False
    conflict: bool = False


class BatchInfo(NamedTuple):
    """A batch in the books."""

    batch_id: int
    provider: str
    batch_reference: str
    stage: str
    payments: int
    amount_dong: int
    http_fault: str | None
    ready_at: float
    settlements: int
    webhook_fault: str | None
    accepted_webhook_id: int | None


class Outcome(NamedTuple):
    """Where a payment stands.

    `state` is open, credited, refused, returned, paid, uncollected, withdrawn or duplicate; `withdrawing` says that a
    withdrawal was asked for; `booked_on` is the business date of the last change.
    """

    reference: str
    amount_dong: int
    state: str
    reason: str | None
    booked_on: str | None
    payee_name: str
    account: str
    withdrawing: bool


class OpeningRequest(NamedTuple):
    """An account or wallet to open."""

    request_id: str
    customer_name: str
    identity_number: str
    msisdn: str | None


class OpeningAnswer(NamedTuple):
    """Where a request stands: received, opened or refused."""

    request_id: str
    state: str
    reason: str | None
    account_number: str | None
    customer_name: str
    name_found: str | None
    answered_on: str | None


class Notice(NamedTuple):
    """A webhook to send: its event name and its payload, not yet signed."""

    event: str
    payload: dict[str, object]
