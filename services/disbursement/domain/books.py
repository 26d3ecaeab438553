"""The books: of a benefit month, in obligations and đồng; of a run, in đồng. Each number is counted from its own rows.

The ledger is dated, rows are not: books as of a date count the rows as they are now and take back what the ledger says moved
since. They must agree with the ledger up to that date, which they do when the books of now agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from services.disbursement.domain.ledger import PLACES, Place

Dimension = Literal["authority", "provider", "channel"]


@dataclass(frozen=True, slots=True)
class Part:
    """Obligations, distinct persons and đồng. `people` is None where nobody counted them: as of a date, and by dimension."""

    obligations: int = 0
    people: int | None = 0
    amount_dong: int = 0


@dataclass(frozen=True, slots=True)
class LedgerBalance:
    """What the ledger says lies in a place: everything moved to it less everything moved from it."""

    obligations: int = 0
    amount_dong: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """A number that is not what it must be: `what` names it, `counted` is what its rows say, `expected` what they must say."""

    what: str
    counted: int
    expected: int


def differing(numbers: Iterable[tuple[str, int | None, int | None]]) -> list[Difference]:
    """Those of (what, counted, expected) that are not equal; what nobody counted (None) differs from nothing."""
    return [
        Difference(what, counted, expected)
        for what, counted, expected in numbers
        if counted is not None and expected is not None and counted != expected
    ]


@dataclass(frozen=True, slots=True)
class Places:
    """The seven places as rows have them, and beside them the ledger. Both name all seven.

    `key` is the authority, provider or channel that this is of; None for what is with no provider, or for the whole.
    """

    key: str | None
    parts: Mapping[Place, Part]
    ledger: Mapping[Place, LedgerBalance]

    @property
    def differences(self) -> list[Difference]:
        """Where the ledger does not say what the rows say."""
        named = f"{self.key}." if self.key is not None else ""
        return differing(
            (f"{named}{place}.{name}", getattr(self.parts[place], name), getattr(self.ledger[place], name))
            for place in PLACES
            for name in ("obligations", "amount_dong")
        )

    @property
    def summed(self) -> Part:
        """All seven together."""
        parts = [self.parts[place] for place in PLACES]
        people = [part.people for part in parts if part.people is not None]
        return Part(
            sum(part.obligations for part in parts),
            sum(people) if len(people) == len(parts) else None,
            sum(part.amount_dong for part in parts),
        )


@dataclass(frozen=True, slots=True)
class MonthBooks:
    """What a benefit month owes, and the seven places where it lies.

    A person with obligations in several places is counted once, in the first of `PLACES`. `payments_taken` is how many
    payments the obligations say they have had, `payments_found` how many lines there are with their payment and chunk.
    `groups` cut the same by authority, provider or channel; None when nobody asked.
    """

    month: date
    owed: Part
    places: Places
    payments_taken: int
    payments_found: int
    as_of: date | None = None
    groups: Sequence[Places] | None = None

    @property
    def differences(self) -> list[Difference]:
        """What differs: the parts from what is owed, the ledger from a part, groups from the whole, payments from their rows."""
        summed = self.places.summed
        return [
            *differing((f"owed.{name}", getattr(summed, name), getattr(self.owed, name)) for name in _NUMBERS),
            *self.places.differences,
            *differing([("payments", self.payments_found, self.payments_taken)]),
            *self._of_groups(),
        ]

    def _of_groups(self) -> list[Difference]:
        if self.groups is None:
            return []
        totals = differing(
            (
                f"groups.{place}.{name}",
                sum(getattr(group.parts[place], name) for group in self.groups),
                getattr(self.places.parts[place], name),
            )
            for place in PLACES
            for name in ("obligations", "amount_dong")
        )
        return [*totals, *(difference for group in self.groups for difference in group.differences)]

    @property
    def balance(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


_NUMBERS = ("obligations", "people", "amount_dong")


def taken_back(part: Part, since: LedgerBalance) -> Part:
    """A part as it was before what the ledger says came to it since."""
    return Part(part.obligations - since.obligations, None, part.amount_dong - since.amount_dong)


@dataclass(frozen=True, slots=True)
class MoneyFlow:
    """What went to providers from the Treasury, on to payees (less what came back), and back to the Treasury, in đồng.

    `taken_over_dong` came from authorities that handed over, less what was handed over to others: over all of them nothing.
    """

    received_dong: int = 0
    paid_dong: int = 0
    returned_dong: int = 0
    taken_over_dong: int = 0

    @property
    def left_dong(self) -> int:
        """What stays with the providers."""
        return self.received_dong + self.taken_over_dong - self.paid_dong - self.returned_dong

    def less(self, other: MoneyFlow) -> MoneyFlow:
        """The flow without another."""
        return replace(
            self,
            received_dong=self.received_dong - other.received_dong,
            paid_dong=self.paid_dong - other.paid_dong,
            returned_dong=self.returned_dong - other.returned_dong,
            taken_over_dong=self.taken_over_dong - other.taken_over_dong,
        )


@dataclass(frozen=True, slots=True)
class RunBooks:
    """A run's money. The rows are fundings, payments and refunds; the ledger is counted apart and must say the same.

    `before` are the flows of the earlier runs of the same province, `until` of these and the run. `held_dong` is the
    ledger's balance of the providers' accounts up to the run.
    """

    code: str
    before: MoneyFlow
    own: MoneyFlow
    until: MoneyFlow
    ledger: MoneyFlow
    held_dong: int
    as_of: date | None = None
    groups: tuple[RunGroup, ...] | None = None

    @property
    def opening_dong(self) -> int:
        """The closing of the run before."""
        return self.before.left_dong

    @property
    def closing_dong(self) -> int:
        """What the rows up to this run leave with the providers."""
        return self.until.left_dong

    @property
    def differences(self) -> list[Difference]:
        """Where opening + received + taken over - paid - returned is not the closing, the ledger holds another sum, or has
        another flow."""
        return (
            differing(
                [
                    ("closing_dong", self.opening_dong + self.own.left_dong, self.closing_dong),
                    ("held_dong", self.closing_dong, self.held_dong),
                    ("received_dong", self.own.received_dong, self.ledger.received_dong),
                    ("paid_dong", self.own.paid_dong, self.ledger.paid_dong),
                    ("returned_dong", self.own.returned_dong, self.ledger.returned_dong),
                    ("taken_over_dong", self.own.taken_over_dong, self.ledger.taken_over_dong),
                ]
            )
            + self._differences_of_groups
        )

    @property
    def _differences_of_groups(self) -> list[Difference]:
        """Groups that don't balance themselves, or don't add up to the whole."""
        if self.groups is None:
            return []
        inside = [
            Difference(f"groups.{group.key}.{each.what}", each.counted, each.expected)
            for group in self.groups
            for each in group.books.differences
        ]
        sums = [
            (f"groups.{name}", sum(getattr(group.books, name) for group in self.groups), getattr(self, name))
            for name in ("opening_dong", "closing_dong", "held_dong")
        ]
        flows = [
            (f"groups.{name}", sum(getattr(group.books.own, name) for group in self.groups), getattr(self.own, name))
            for name in ("received_dong", "paid_dong", "returned_dong", "taken_over_dong")
        ]
        return [*differing([*sums, *flows]), *inside]

    @property
    def balance(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class RunGroup:
    """A run's books of one authority, or of the contracts of one lead provider."""

    key: str | None
    books: RunBooks
