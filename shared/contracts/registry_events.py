"""What the registry says. See `shared.contracts.base` for what all events have in common."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Contract, Event, Provider


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


class KindPayeeRecord(Contract):
    """Who receives the obligations of one kind in place of the person's payee: the carer of care support.

    `account` is this payee's (None: by hand). `hold` says why no money of this kind may go out now, for the person's sake or
    this payee's; the record's own `hold` is about the rest.
    """

    kind: Literal["care_support"]
    payee: PayeeRecord
    account: AccountRecord | None
    hold: str | None


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
    one_off_payees: list[OneOffPayeeRecord] = Field(default_factory=list)
    kind_payees: list[KindPayeeRecord] = Field(default_factory=list)  # one for each kind at most; of others the payee receives
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
