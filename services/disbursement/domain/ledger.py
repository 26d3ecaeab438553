"""The ledger: rows that each move an amount from one account to another, in three books.

Book `obligations` follows what the law owes: `law` -> `not_released` -> `in_flight` -> `paid_account` | `paid_cash` |
`returned` | `unclaimed`; what was let go goes back to `not_released` with its next payment. It counts obligations and đồng,
by benefit month. Book `money` follows the money: `treasury` -> `provider:<contract>` -> `payees`, and back. What is owed back by
a decision goes `payees` -> `receivable` -> `treasury`, or is `written_off`; what was brought along comes from `opening`; what
was repaid without need goes `treasury` -> `payees`.
Book `fees` follows what providers are given for their work, on a budget line of its own: `fee_budget` ->
`fee_owed:<contract>` -> `fee_paid:<contract>`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol
from uuid import UUID

Book = Literal["obligations", "money", "fees"]
Place = Literal["not_released", "in_flight", "paid_account", "paid_cash", "returned", "unclaimed", "cancelled"]
Cause = Literal[
    "opening", "opening-counter", "funding", "draw-up", "instruct", "outcome", "removal", "refund",
    "recovery", "repayment", "write-off", "withdrawal", "give-back", "handover", "settlement",
    "fee", "fee-reversal", "fee-settlement",
]  # fmt: skip

LAW = "law"
NOT_RELEASED: Place = "not_released"
IN_FLIGHT: Place = "in_flight"
PAID_ACCOUNT: Place = "paid_account"
PAID_CASH: Place = "paid_cash"
RETURNED: Place = "returned"
UNCLAIMED: Place = "unclaimed"
CANCELLED: Place = "cancelled"

PLACES: tuple[Place, ...] = (NOT_RELEASED, IN_FLIGHT, RETURNED, UNCLAIMED, CANCELLED, PAID_CASH, PAID_ACCOUNT)
"""The seven parts of what a month owes, in the order in which a person with several is counted: once, in the first."""

TREASURY = "treasury"
PAYEES = "payees"
RECEIVABLE = "receivable"
WRITTEN_OFF = "written_off"
OPENING = "opening"
HANDED_OVER = "handed_over"
"""Both books: between an authority that hands over and the one that takes over. Over all of them it is empty."""

_PROVIDER = "provider:"
FEE_BUDGET = "fee_budget"
_FEE_OWED = "fee_owed:"
_FEE_PAID = "fee_paid:"

WITH_PROVIDER: tuple[Place, ...] = (IN_FLIGHT, PAID_CASH, PAID_ACCOUNT)
"""Places that belong to the provider and channel of the payment; in the others the money is the payer's."""


def provider_account(contract_id: UUID) -> str:
    """The account of book `money` for what lies with a contract's providers."""
    return f"{_PROVIDER}{contract_id}"


def fee_owed_account(contract_id: UUID) -> str:
    """The account of book `fees` for what a contract's provider has earned and was not given yet."""
    return f"{_FEE_OWED}{contract_id}"


def fee_paid_account(contract_id: UUID) -> str:
    """The account of book `fees` for what a contract's provider was given."""
    return f"{_FEE_PAID}{contract_id}"


_TOLD_BY_MOVES: frozenset[Cause] = frozenset({"outcome", "settlement"})
"""Causes whose entries of book `money` follow payments one by one: what obligations moved tells the same."""


def account_kind(account: str) -> str:
    """What an account is, without whose: `provider` for `provider:<contract>`."""
    return account.partition(":")[0]


def said_of(entries: Iterable[LedgerEntry]) -> dict[tuple[UUID, str], list[LedgerEntry]]:
    """By run and authority the entries that others are told of: of fees and money, except what moved obligations tell."""
    said: dict[tuple[UUID, str], list[LedgerEntry]] = {}
    for entry in entries:
        if entry.book == "fees" or (entry.book == "money" and entry.cause not in _TOLD_BY_MOVES):
            said.setdefault((entry.run_id, entry.authority_id), []).append(entry)
    return said


def paid_place(channel: str) -> Place:
    """Where an obligation stands once it is paid: wallet and account are accounts, cash and cashier are cash."""
    return PAID_ACCOUNT if channel in ("wallet", "account") else PAID_CASH


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One row of the ledger. `obligations` counts what moved in book `obligations` and is 0 in the others.

    `benefit_month` stands in book `obligations` only. The amount is above zero: a move back swaps the accounts.
    """

    book: Book
    run_id: UUID
    authority_id: str
    from_account: str
    to_account: str
    amount_dong: int
    cause: Cause
    obligations: int = 0
    benefit_month: date | None = None
    contract_id: UUID | None = None
    provider: str | None = None
    channel: str | None = None
    payroll_id: UUID | None = None
    chunk_no: int | None = None
    about_run_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """What all ledger entries of one act share: whose they are, why, and of which payroll and chunk.

    `about_run_id` points back to a closed run that an entry in an open one is about.
    """

    run_id: UUID
    authority_id: str
    cause: Cause
    contract_id: UUID | None = None
    provider: str | None = None
    channel: str | None = None
    payroll_id: UUID | None = None
    chunk_no: int | None = None
    about_run_id: UUID | None = None

    def money(self, from_account: str, to_account: str, amount_dong: int) -> LedgerEntry:
        """An entry of book `money`."""
        return self._entry("money", from_account, to_account, amount_dong)

    def fees(self, from_account: str, to_account: str, amount_dong: int) -> LedgerEntry:
        """An entry of book `fees`."""
        return self._entry("fees", from_account, to_account, amount_dong)

    def obligations(self, moves: Iterable[Moved]) -> list[LedgerEntry]:
        """Entries of book `obligations` for moves: one for each benefit month and pair of places. Staying moves nothing."""
        sums: dict[tuple[date, Place | None, Place], tuple[int, int]] = {}
        for move in moves:
            key = (move.benefit_month, move.from_place, move.to_place)
            count, amount_dong = sums.get(key, (0, 0))
            sums[key] = (count + 1, amount_dong + move.amount_dong)
        return self.sums(MovedSum(*key, *summed) for key, summed in sums.items())

    def sums(self, sums: Iterable[MovedSum]) -> list[LedgerEntry]:
        """The same for moves that were summed before, for each benefit month and pair of places."""
        ordered = sorted(sums, key=lambda each: (each.benefit_month, each.from_place or LAW, each.to_place))
        return [
            self._entry(
                "obligations", each.from_place or LAW, each.to_place, each.amount_dong, each.obligations, each.benefit_month
            )
            for each in ordered
            if each.from_place != each.to_place
        ]

    def _entry(
        self, book: Book, source: str, target: str, amount_dong: int, count: int = 0, month: date | None = None
    ) -> LedgerEntry:
        return LedgerEntry(
            book=book,
            run_id=self.run_id,
            authority_id=self.authority_id,
            from_account=source,
            to_account=target,
            amount_dong=amount_dong,
            cause=self.cause,
            obligations=count,
            benefit_month=month,
            contract_id=self.contract_id,
            provider=self.provider,
            channel=self.channel,
            payroll_id=self.payroll_id,
            chunk_no=self.chunk_no,
            about_run_id=self.about_run_id,
        )


@dataclass(frozen=True, slots=True)
class MovedSum:
    """Obligations of one benefit month that went from one place to another, counted and summed."""

    benefit_month: date
    from_place: Place | None
    to_place: Place
    obligations: int
    amount_dong: int


class Moved(Protocol):
    """One obligation going from one place to another (`shared.contracts.disbursement_events.ObligationMove` is one)."""

    @property
    def benefit_month(self) -> date: ...
    @property
    def amount_dong(self) -> int: ...
    @property
    def from_place(self) -> Place | None: ...
    @property
    def to_place(self) -> Place: ...
