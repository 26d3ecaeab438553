"""What disbursement says. See `shared.contracts.base` for what all events have in common."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.base import Channel, Contract, Event, Place, Provider


class InstructedLine(Contract):
    """One payment to make. The number comes from the gateway's own copy of the account, at exactly this version."""

    payment_id: UUID
    attempt_no: int
    beneficiary_id: UUID
    unit_id: str
    payee_id: UUID
    payee_version: int
    payee_name: str
    account_id: UUID | None
    account_version: int | None
    amount_dong: int
    note: str  # text of the transfer: no diacritics, no category
    home_delivery: bool = False  # of cash: carried to the beneficiary's home, where the provider does that


class ChunkInstructed(Event):
    """A chunk of a released payroll, its seal verified in the transaction that wrote this."""

    source: ClassVar[str] = "disbursement"
    type: ClassVar[str] = "chunk_instructed"
    run_id: UUID
    run_month: date
    payroll_id: UUID
    chunk_no: int
    authority_id: str
    provider: Provider
    channel: Channel
    lines: list[InstructedLine]


class ObligationMove(Contract):
    """One obligation going from one place to another; `from_place` None when it came to be owed.

    `subject` is a pseudonym (keyed hash of the person), the same in all months. `step` grows with each move of the same
    obligation, so that a stale move is told from a fresh one in whatever order they come. `reason` is why a payment failed, in
    the gateway's words (`invalid_account`, `locked`, ...); None for what did not fail.
    """

    benefit_month: date
    subject: str
    kind: str
    revision: int
    step: int
    unit_id: str
    category_group: str
    sex: Literal["male", "female"]
    age_band: str
    amount_dong: int
    from_place: Place | None
    to_place: Place
    reason: str | None = None


class ObligationsMoved(Event):
    """Payments progressed, seen from what they settle. Reporting lives on these alone.

    A move says by itself where the obligation was and is: the provider and channel are those of the payment that moves it, and
    belong to the places `in_flight`, `paid_account` and `paid_cash` only; in the others the money is the payer's. So sums of
    moves are the same in whatever order they are added. `released_at` is of the payroll, None where no payment moved.
    """

    source: ClassVar[str] = "disbursement"
    type: ClassVar[str] = "obligations_moved"
    run_id: UUID
    run_code: str
    authority_id: str
    provider: Provider | None
    channel: Channel | None
    released_at: datetime | None = None  # business clock
    moves: list[ObligationMove]


class PaymentRecalled(Event):
    """An officer asks a line back that was instructed. It stays in flight until the gateway has answered."""

    source: ClassVar[str] = "disbursement"
    type: ClassVar[str] = "payment_recalled"
    run_month: date
    payroll_id: UUID
    chunk_no: int
    payment_id: UUID


class PayrollReleased(Event):
    """A payroll may be paid. Nothing is paid by this event: the dispatcher instructs chunk by chunk."""

    source: ClassVar[str] = "disbursement"
    type: ClassVar[str] = "payroll_released"
    run_id: UUID
    run_code: str
    payroll_id: UUID
    authority_id: str
    provider: Provider
    channel: Channel
    payments: int
    amount_dong: int


class CanaryFailed(Event):
    """The first payments of a payroll did not reach their payees: nothing more of it is instructed until a person says so."""

    source: ClassVar[str] = "disbursement"
    type: ClassVar[str] = "canary_failed"
    payroll_id: UUID
    authority_id: str
    provider: Provider
    payments: int  # that went first
    failed: int  # of those


class CommuneHandedOver(Contract):
    """A commune of then, the authority that answers for it from now on, and the commune it is now."""

    from_unit_id: str
    to_authority_id: str
    to_unit_id: str


class AuthorityHandedOver(Event):
    """A paying authority handed everything open over to those that follow it. Its past stays its own."""

    source: ClassVar[str] = "disbursement"
    type: ClassVar[str] = "authority_handed_over"
    handover_id: UUID
    from_authority_id: str
    happened_on: date
    communes: list[CommuneHandedOver]


class MonthClosed(Event):
    """An authority closed a run: its books of it change no more. `whole_run`: all who drew it up have closed it.

    Whoever reports a month "as closed" takes what the books said at this event's position.
    """

    source: ClassVar[str] = "disbursement"
    type: ClassVar[str] = "month_closed"
    run_id: UUID
    run_code: str
    run_month: date
    benefit_months: list[date]
    authority_id: str
    paid_dong: int
    returned_dong: int
    whole_run: bool


class PostedEntry(Contract):
    """An amount that went from one account to another. Accounts are kinds: `treasury`, `provider`, `receivable`, `fee_owed`,
    ...; whose they are is told by the provider."""

    book: Literal["money", "fees"]
    provider: Provider | None
    channel: Channel | None
    from_account: str
    to_account: str
    amount_dong: int
    cause: str


class LedgerPosted(Event):
    """Money that moved beside the payments themselves: funding and refunds, receivables and what came of them, fees.

    What payments move (to payees and back) is told by `obligations_moved` and not here. An amount is above zero: a move back
    swaps the accounts.
    """

    source: ClassVar[str] = "disbursement"
    type: ClassVar[str] = "ledger_posted"
    run_id: UUID
    authority_id: str
    entries: list[PostedEntry]
