"""What papers are made of: gathered by the use cases, laid out by the room `documents/`. No identity, phone or account number
and no category stands in any of it: categories are folded into `domain/printed_groups.py` where the rows are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.disbursement.domain.contracts import Contract
from services.disbursement.domain.quarters import Quarter
from services.disbursement.domain.runs import Run
from shared.kernel.units import Unit

MAX_LINES = 5000
"""Lines of one document. A commune has at most some 2,000 beneficiaries."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What every paper of an authority starts with. `commune` is set where the paper is one commune's."""

    authority: Unit
    made_on: date
    commune: Unit | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A beneficiary, as papers name one. `birth_precision` "year": only the year is known."""

    full_name: str
    birth_date: date
    birth_precision: str


@dataclass(frozen=True, slots=True)
class ListLine:
    """One payment of a list for payment. `payee_name` is None where the beneficiary receives it in person; `amount_dong` is
    of the run's own months, `arrears_dong` of earlier months and later differences."""

    payment_id: UUID
    unit_id: str
    commune: str
    person: Person
    groups: tuple[str, ...]
    payee_name: str | None
    months: tuple[date, ...]
    coefficients: tuple[Decimal, ...]
    amount_dong: int
    arrears_dong: int

    @property
    def total_dong(self) -> int:
        """What the payee gets."""
        return self.amount_dong + self.arrears_dong


@dataclass(frozen=True, slots=True)
class PaymentList:
    """The list for payment (danh sách chi trả) of a payroll, or of one of its communes, commune by commune."""

    heading: Heading
    run: Run
    contract: Contract
    provider: str
    channel: str
    seq: int  # 0, then supplements
    lines: tuple[ListLine, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What a person's newest month of a run owes beside that of the run before; `reason` is a code of `domain/changes.py`."""

    person: Person
    commune: str
    before_dong: int
    after_dong: int
    reason: str
    decision: str | None  # number and date of the decision behind it
    from_month: date | None  # since when


@dataclass(frozen=True, slots=True)
class Changes:
    """Increases, decreases and changed amounts against the authority's last run (None: there was none)."""

    heading: Heading
    run: Run
    before: Run | None
    increases: tuple[Change, ...]
    decreases: tuple[Change, ...]
    changed: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """Distinct persons, payments and đồng."""

    people: int = 0
    payments: int = 0
    amount_dong: int = 0


@dataclass(frozen=True, slots=True)
class CommuneSums:
    """A commune's payments by printed group. A person in two groups stands in both, and once in `total`."""

    commune: str
    groups: Mapping[str, Sum]
    total: Sum


@dataclass(frozen=True, slots=True)
class Summary:
    """Summary of a run by commune and printed group."""

    heading: Heading
    run: Run
    communes: tuple[CommuneSums, ...]
    together: CommuneSums


@dataclass(frozen=True, slots=True)
class ChannelOutcomes:
    """What became of a contract's payments through one channel; `by_state` as `storage/document_outcomes.py` names states."""

    channel: str
    provider: str
    by_state: Mapping[str, Sum]

    @property
    def instructed(self) -> Sum:
        """All that went to the provider."""
        sums = [found for state, found in self.by_state.items() if state != "not_instructed"]
        return Sum(payments=sum(s.payments for s in sums), amount_dong=sum(s.amount_dong for s in sums))

    def of(self, state: str) -> Sum:
        """The payments in one state."""
        return self.by_state.get(state, Sum())


MAX_BREAKS = 300
"""Breaks that minutes show one by one, open ones first. Minutes with more need another talk than this paper."""


@dataclass(frozen=True, slots=True)
class ReconciliationBreak:
    """Where the two sides' books differ: payments of one kind of difference, and how many of them are open still."""

    kind: str
    payments: int
    amount_dong: int
    open: int


@dataclass(frozen=True, slots=True)
class BreakLine:
    """One difference that a reconciliation found. `owner` looks after it; `closed_as` None: open, `age_days` old."""

    kind: str
    reference: str
    our_dong: int
    their_dong: int
    age_days: int
    owner: str | None
    closed_as: str | None
    close_note: str | None


@dataclass(frozen=True, slots=True)
class ProviderMoney:
    """The money that lies with a contract's provider: opening + received - paid - refunded = closing."""

    opening_dong: int
    received_dong: int
    paid_dong: int
    refunded_dong: int

    @property
    def closing_dong(self) -> int:
        """What stays with the provider."""
        return self.opening_dong + self.received_dong - self.paid_dong - self.refunded_dong


@dataclass(frozen=True, slots=True)
class Minutes:
    """Reconciliation minutes (biên bản đối chiếu) between an authority and a provider for a run."""

    heading: Heading
    run: Run
    contract: Contract
    channels: tuple[ChannelOutcomes, ...]
    money: ProviderMoney
    breaks: tuple[ReconciliationBreak, ...]
    break_lines: tuple[BreakLine, ...] = ()


@dataclass(frozen=True, slots=True)
class UnpaidLine:
    """A payment that did not reach its payee. `again_in` is the run whose payroll pays it again."""

    commune: str
    person: Person
    payee_name: str | None
    channel: str
    months: tuple[date, ...]
    amount_dong: int
    state: str
    reason: str | None
    again_in: str | None


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """Payments of a run that were not collected, were refused or came back."""

    heading: Heading
    run: Run
    lines: tuple[UnpaidLine, ...]


@dataclass(frozen=True, slots=True)
class RunMoney:
    """A run's line in the books: opening + received - paid - returned = closing."""

    code: str
    opening_dong: int
    received_dong: int
    paid_dong: int
    returned_dong: int
    closing_dong: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """Quarterly settlement (quyết toán quý): the money of its runs, and what was paid by printed group and by channel."""

    heading: Heading
    quarter: Quarter
    runs: tuple[RunMoney, ...]
    groups: Mapping[str, Sum]
    channels: Mapping[str, Sum]
    paid: Sum
