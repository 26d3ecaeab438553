"""What the provider gateway says. See `shared.contracts.base` for what all events have in common."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.base import Channel, Contract, Event, Provider

Outcome = Literal["accepted", "pending", "paid", "unknown", "rejected", "returned", "unclaimed"]
"""accepted, pending and unknown leave the payment in flight; rejected, returned and unclaimed are final for the payment."""


class PaymentOutcome(Contract):
    """What became of one attempt. `step` grows with each outcome of the same attempt."""

    payment_id: UUID
    attempt_no: int
    step: int
    outcome: Outcome
    reason: str | None
    amount_dong: int
    provider_reference: str | None
    at: datetime  # business clock


class ChunkProgressed(Event):
    """Outcomes of payments of one chunk. `answered` is true once the provider has said something of every line.

    That a payment was accepted, or is pending, is no news of the payment: it is in flight as before. `answered` says it of all.
    """

    source: ClassVar[str] = "provider_gateway"
    type: ClassVar[str] = "chunk_progressed"
    run_month: date
    payroll_id: UUID
    chunk_no: int
    provider: Provider
    answered: bool
    outcomes: list[PaymentOutcome]


class RecallAnswered(Event):
    """What became of a recall. `stopped`: it was never sent, and its refusal (`recalled`) is said beside this; `withdrawn`: it
    was a cash order, and the provider's signed list confirmed that nobody can collect it any more (its return, `withdrawn`, is
    said beside this); `too_late`: it had been sent, or was about to be, and ended in another way or can't be withdrawn."""

    source: ClassVar[str] = "provider_gateway"
    type: ClassVar[str] = "recall_answered"
    payroll_id: UUID
    chunk_no: int
    payment_id: UUID
    outcome: Literal["stopped", "withdrawn", "too_late"]


class AccountAnswer(Contract):
    """What a provider said to a request for an account."""

    account_id: UUID
    outcome: Literal["opened", "refused"]
    reason: str | None
    number_sealed: str | None
    holder_name: str | None
    at: datetime


class AccountsAnswered(Event):
    """Accounts opened or refused."""

    source: ClassVar[str] = "provider_gateway"
    type: ClassVar[str] = "accounts_answered"
    provider: Provider
    answers: list[AccountAnswer]


class AccountUse(Contract):
    """The first time that money was taken out of an account, or paid from it, as its provider lists it."""

    account_id: UUID
    first_used_on: date


class AccountsUsed(Event):
    """Accounts that came into use: a provider's list of them, each account once, at its first use."""

    source: ClassVar[str] = "provider_gateway"
    type: ClassVar[str] = "accounts_used"
    provider: Provider
    uses: list[AccountUse]


class NameAnswer(Contract):
    """What a provider said of an account's holder. `other_name`: not the one asked for, and it does not say whose it is."""

    enquiry_id: UUID
    account_id: UUID
    account_version: int
    outcome: Literal["named", "other_name", "not_found", "locked", "unavailable"]
    holder_name: str | None
    at: datetime  # business clock


class NamesAnswered(Event):
    """Holders' names, as providers know them."""

    source: ClassVar[str] = "provider_gateway"
    type: ClassVar[str] = "names_answered"
    provider: Provider
    answers: list[NameAnswer]


class StopChanged(Event):
    """Sending to a provider, or of a payroll, was stopped, or a stop was lifted. The gateway holds; this tells who plans.

    `key` is the provider's name, or the payroll's id. `cause` is who or what placed it: person, error-rate, canary, restore.
    """

    source: ClassVar[str] = "provider_gateway"
    type: ClassVar[str] = "stop_changed"
    stop_id: UUID
    scope: Literal["provider", "payroll"]
    key: str
    cause: Literal["person", "error-rate", "canary", "restore"]
    reason: str
    stopped_at: datetime  # business clock
    lifted_at: datetime | None  # business clock


class ListedLine(Contract):
    """One payment that a provider says ended: its reference there, the amount, and how. No personal data. `seq` is the list's own
    running number of the day, where the provider gives one: a hole in it is a line that is missing."""

    reference: str
    amount_dong: int
    state: Literal["paid", "returned", "rejected", "unclaimed"]
    seq: int | None = None


class ProviderListed(Event):
    """What a provider says of one of its business days that is over, in as many parts as it takes; also of a day with nothing.

    `statement`: the money that moved. `provider_list`: the payments that ended. `first_line_no` counts from 1 over the parts.
    """

    source: ClassVar[str] = "provider_gateway"
    type: ClassVar[str] = "provider_listed"
    provider: Provider
    list_source: Literal["provider_list", "statement"]
    listed_on: date
    part_no: int
    parts: int
    lines_of_day: int
    first_line_no: int
    lines: list[ListedLine]


class ProviderDescription(Contract):
    """What a provider can do, as its connector has it."""

    provider: Provider
    channels: list[Channel]
    opens_accounts: bool  # opens accounts, and checks those that people name
    files: bool  # says outcomes by files
    statements: bool  # says of each day what moved
    refuses_duplicates: bool
    longest_processing_seconds: float


class ProvidersDescribed(Event):
    """All providers that there is a connector for: each time the whole, when it changed. A new one is taken up by this."""

    source: ClassVar[str] = "provider_gateway"
    type: ClassVar[str] = "providers_described"
    providers: list[ProviderDescription]
