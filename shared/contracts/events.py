"""What the services say to each other: one model for each event type, with its source and version.

An event carries arrays (up to 500 records), so that a message is a chunk and a transaction is a chunk. Identity, phone and
account numbers travel sealed (`*_sealed`, see `shared.crypto`). Fields may be added; a change of meaning is a new version.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

MAX_RECORDS = 500
"""A bound on the records of one event, which is also the size of a chunk of a payroll."""

Provider = str
Channel = Literal["wallet", "account", "cash", "cashier"]
"""wallet and account are paid into an account; cash is handed out by a provider's agent; cashier by the commune itself."""

Place = Literal["not_released", "in_flight", "paid_account", "paid_cash", "returned", "unclaimed", "cancelled"]
"""Where an obligation stands: the seven parts of what a month owes."""


class Contract(BaseModel):
    """Frozen, and closed to fields that nobody defined."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Event(Contract):
    """Base of all events."""

    source: ClassVar[str]
    type: ClassVar[str]
    version: ClassVar[int] = 1


# --- registry -------------------------------------------------------------------------------------------------------


class UnitRecord(Contract):
    """An administrative unit between two dates (see shared.kernel.units.Unit)."""

    unit_id: str
    code: str
    valid_from: date
    valid_to: date | None
    level: Literal["province", "district", "commune"]
    name: str
    parent_id: str | None
    path: tuple[str, ...]


class UnitsDefined(Event):
    """Units that came to be, or whose last day became known."""

    source: ClassVar[str] = "registry"
    type: ClassVar[str] = "units_defined"
    units: list[UnitRecord]


class DecisionRecord(Contract):
    """A decision in force: who gets which category from which month. `heads` counts children or persons where the law does."""

    decision_id: UUID
    number: str
    decided_on: date
    kind: str  # coarse obligation kind: monthly, care_support, ...
    category: str
    from_month: date
    to_month: date | None  # last month owed; None while it lasts
    heads: int
    paid_by: str | None = None  # unit id of the commune whose decision it is and that pays it; None: the person's commune


class PayeeRecord(Contract):
    """Who receives: the beneficiary (relationship "self"), a guardian, an authorised person."""

    payee_id: UUID
    version: int
    full_name: str
    relationship: str
    identity_sealed: str | None
    phone_sealed: str | None


class AccountRecord(Contract):
    """An account or wallet in use. A new number is a new version."""

    account_id: UUID
    version: int
    provider: Provider
    channel: Literal["wallet", "account"]
    holder_name: str
    number_sealed: str


class OneOffPayeeRecord(Contract):
    """Who receives once, of somebody who died: the funeral support, or the months that were not paid yet."""

    purpose: Literal["funeral", "unpaid_months"]
    payee: PayeeRecord


class BeneficiaryRecord(Contract):
    """The whole record of one person at a version. `hold` says why no money may go out now, None when it may."""

    beneficiary_id: UUID
    version: int
    code: str  # what officers and transfer texts call the person: no number of the state, e.g. "HUE-0000123"
    full_name: str
    sex: Literal["male", "female"]
    birth_date: date  # a birth year alone stands as its dated provincial parameter says, default 1 January
    birth_precision: Literal["day", "year"]
    unit_id: str  # commune
    status: Literal["active", "suspended", "stopped", "dead"]
    status_from_month: date
    hold: str | None
    decisions: list[DecisionRecord]
    payee: PayeeRecord
    account: AccountRecord | None
    one_off_payees: list[OneOffPayeeRecord] = []
    merged_into: UUID | None = None  # the person that this record turned out to be; its own months and payments stay under it


class BeneficiariesChanged(Event):
    """Persons whose record changed, each whole."""

    source: ClassVar[str] = "registry"
    type: ClassVar[str] = "beneficiaries_changed"
    records: list[BeneficiaryRecord]


class AccountRequest(Contract):
    """One account to open for a payee, or, with `number_sealed`, a declared number to check."""

    account_id: UUID
    payee_id: UUID
    unit_id: str
    holder_name: str
    identity_sealed: str | None
    phone_sealed: str | None
    number_sealed: str | None = None


class AccountsRequested(Event):
    """Accounts that a provider is asked to open."""

    source: ClassVar[str] = "registry"
    type: ClassVar[str] = "accounts_requested"
    provider: Provider
    requests: list[AccountRequest]


OpeningKind = Literal["unpaid", "unclaimed", "receivable"]
"""What a province brings along: months never paid, cash that nobody collected, money paid wrongly and being recovered."""


class OpeningEntry(Contract):
    """One person's amount of one month from before ChiTra, as the authority and who holds the money agreed on it.

    `provider` is where it lies (the commune's cashier for what was never paid out). Each is about the monthly allowance.
    A receivable may be of somebody who died or left before there was a registry: then only the name says who.
    """

    entry_id: UUID
    beneficiary_id: UUID | None
    person_name: str | None
    kind: OpeningKind
    benefit_month: date
    amount_dong: int
    provider: Provider
    minutes_number: str | None  # of the signed minutes; None where the provider's staff agreed here
    agreed_on: date


class OpeningBalancesAgreed(Event):
    """Opening balances of a commune that were agreed and confirmed: they change no more."""

    source: ClassVar[str] = "registry"
    type: ClassVar[str] = "opening_balances_agreed"
    list_id: UUID
    unit_id: str  # commune
    entries: list[OpeningEntry]


class OpeningEntryCountered(Event):
    """A confirmed opening entry was taken back, on a signed paper."""

    source: ClassVar[str] = "registry"
    type: ClassVar[str] = "opening_entry_countered"
    entry_id: UUID
    unit_id: str
    minutes_number: str


class NameEnquiry(Contract):
    """One account whose holder's name is asked for, as `holder_name` is known here: some providers only say whether it holds."""

    enquiry_id: UUID
    account_id: UUID
    account_version: int
    unit_id: str
    holder_name: str
    number_sealed: str


class NameEnquiriesRequested(Event):
    """Accounts in use whose holders' names a provider is asked for: again after 90 days."""

    source: ClassVar[str] = "registry"
    type: ClassVar[str] = "name_enquiries_requested"
    provider: Provider
    enquiries: list[NameEnquiry]


class NoticeRecord(Contract):
    """One payee to be told that something changed: where money goes, or who receives it. The text is the teller's."""

    notice_id: UUID
    payee_id: UUID
    unit_id: str
    kind: str  # account_ended, account_begun, payee_ended, payee_begun
    phone_sealed: str | None


class NoticesQueued(Event):
    """Payees that are to be told of a change."""

    source: ClassVar[str] = "registry"
    type: ClassVar[str] = "notices_queued"
    notices: list[NoticeRecord]


# --- disbursement ---------------------------------------------------------------------------------------------------


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
    obligation, so that a stale move is told from a fresh one in whatever order they come.
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


class ObligationsMoved(Event):
    """Payments progressed, seen from what they settle. Reporting lives on these alone."""

    source: ClassVar[str] = "disbursement"
    type: ClassVar[str] = "obligations_moved"
    run_id: UUID
    run_code: str
    authority_id: str
    provider: Provider | None
    channel: Channel | None
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


# --- provider gateway -----------------------------------------------------------------------------------------------

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
    """Outcomes of payments of one chunk. `answered` is true once the provider has said something of every line."""

    source: ClassVar[str] = "provider_gateway"
    type: ClassVar[str] = "chunk_progressed"
    run_month: date
    payroll_id: UUID
    chunk_no: int
    provider: Provider
    answered: bool
    outcomes: list[PaymentOutcome]


class RecallAnswered(Event):
    """What became of a recall. `stopped`: it was never sent, and its refusal (`recalled`) is said beside this; `too_late`: it
    had been sent, or was about to be."""

    source: ClassVar[str] = "provider_gateway"
    type: ClassVar[str] = "recall_answered"
    payroll_id: UUID
    chunk_no: int
    payment_id: UUID
    outcome: Literal["stopped", "too_late"]


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
    """One payment that a provider says ended: its reference there, the amount, and how. No personal data."""

    reference: str
    amount_dong: int
    state: Literal["paid", "returned", "rejected", "unclaimed"]


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
