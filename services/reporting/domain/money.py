"""Money beside the payments: funding, what is to be recovered, fees. Sums of the ledger's postings by the month of posting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Receivables:
    """Money paid wrongly and to be paid back. `open_dong` = agreed + taken over - repaid - written off."""

    agreed_dong: int = 0  # by decisions of recovery, and brought along at go-live
    repaid_dong: int = 0  # to the Treasury
    written_off_dong: int = 0
    taken_over_dong: int = 0  # from authorities that handed over, less what was handed over; 0 over all of them

    @property
    def open_dong(self) -> int:
        """Still to be paid back."""
        return self.agreed_dong + self.taken_over_dong - self.repaid_dong - self.written_off_dong


@dataclass(frozen=True, slots=True)
class Fees:
    """What providers earned by their work. `owed_dong` = accrued + taken over - reversed - settled."""

    accrued_dong: int = 0
    reversed_dong: int = 0  # of payments that came back
    settled_dong: int = 0  # given to the provider
    taken_over_dong: int = 0  # as in Receivables

    @property
    def owed_dong(self) -> int:
        """Still to be given to the provider."""
        return self.accrued_dong + self.taken_over_dong - self.reversed_dong - self.settled_dong


@dataclass(frozen=True, slots=True)
class Funding:
    """The Treasury's money for payments, at a provider."""

    received_dong: int = 0
    refunded_dong: int = 0


@dataclass(frozen=True, slots=True)
class ProviderMoney:
    """One provider and channel; '' for what has none."""

    provider: str
    channel: str
    funding: Funding
    fees: Fees


@dataclass(frozen=True, slots=True)
class PostedMoney:
    """What was posted in some months, of all that a unit holds. With no first month: since the beginning, so the open sums are
    the books' own."""

    unit_id: str
    from_month: date | None
    to_month: date | None
    receivables: Receivables
    fees: Fees
    funding: Funding
    by_provider: tuple[ProviderMoney, ...]


@dataclass(frozen=True, slots=True)
class PostedSum:
    """What was posted from one kind of account to another by one provider and channel."""

    provider: str
    channel: str
    cause: str
    from_account: str
    to_account: str
    amount_dong: int


def receivables_of(sums: Iterable[PostedSum]) -> Receivables:
    """What became of money to be recovered. A posting back (a decision taken back) counts against the one it undoes."""
    net = _Net(sums, "receivable")
    return Receivables(
        agreed_dong=net.came("payees", "opening"),
        repaid_dong=-net.came("treasury"),
        written_off_dong=-net.came("written_off"),
        taken_over_dong=net.came("handed_over"),
    )


def fees_of(sums: Iterable[PostedSum]) -> Fees:
    """What providers earned. What is accrued and what is reversed are told apart by the direction of their postings."""
    held = list(sums)
    net = _Net(held, "fee_owed")
    return Fees(
        accrued_dong=_from_to(held, "fee_budget", "fee_owed"),
        reversed_dong=_from_to(held, "fee_owed", "fee_budget"),
        settled_dong=-net.came("fee_paid"),
        taken_over_dong=net.came("handed_over"),
    )


def funding_of(sums: Iterable[PostedSum]) -> Funding:
    """What the Treasury gave to providers for payments, and what they gave back. A repayment of a receivable is neither."""
    held = list(sums)
    return Funding(_from_to(held, "treasury", "provider"), _from_to(held, "provider", "treasury"))


def posted_money(unit_id: str, from_month: date | None, to_month: date | None, sums: Sequence[PostedSum]) -> PostedMoney:
    """The sums of a unit and some months as what they mean."""
    ways = sorted({(each.provider, each.channel) for each in sums})
    of_way = {way: [each for each in sums if (each.provider, each.channel) == way] for way in ways}
    by_provider = [ProviderMoney(*way, funding_of(held), fees_of(held)) for way, held in of_way.items()]
    return PostedMoney(
        unit_id=unit_id,
        from_month=from_month,
        to_month=to_month,
        receivables=receivables_of(sums),
        fees=fees_of(sums),
        funding=funding_of(sums),
        by_provider=tuple(one for one in by_provider if one.funding != Funding() or one.fees != Fees()),
    )


def _from_to(sums: Iterable[PostedSum], from_account: str, to_account: str) -> int:
    return sum(each.amount_dong for each in sums if (each.from_account, each.to_account) == (from_account, to_account))


class _Net:
    """What came to an account from others, less what went back to them."""

    def __init__(self, sums: Iterable[PostedSum], account: str) -> None:
        self._net: dict[str, int] = {}
        for each in sums:
            if each.to_account == account:
                self._net[each.from_account] = self._net.get(each.from_account, 0) + each.amount_dong
            if each.from_account == account:
                self._net[each.to_account] = self._net.get(each.to_account, 0) - each.amount_dong

    def came(self, *accounts: str) -> int:
        return sum(self._net.get(account, 0) for account in accounts)
