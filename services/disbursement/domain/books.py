"""The books: of a benefit month, in obligations and đồng; of a run, in đồng. Each number is counted from its own rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.disbursement.domain.ledger import PLACES, Place


@dataclass(frozen=True, slots=True)
class Part:
    """Obligations, distinct persons and đồng."""

    obligations: int = 0
    people: int = 0
    amount_dong: int = 0


@dataclass(frozen=True, slots=True)
class LedgerBalance:
    """What the ledger says lies in a place: everything moved to it less everything moved from it."""

    obligations: int = 0
    amount_dong: int = 0


@dataclass(frozen=True, slots=True)
class MonthBooks:
    """What a benefit month owes, and the seven places where it lies.

    `parts` and `ledger` name all seven. A person with obligations in several places is counted once, in the first of
    `PLACES`. `payments_taken` is how many payments the obligations say they have had, `payments_found` how many lines there
    are with their payment and chunk.
    """

    month: date
    owed: Part
    parts: Mapping[Place, Part]
    ledger: Mapping[Place, LedgerBalance]
    payments_taken: int
    payments_found: int

    @property
    def balance(self) -> bool:
        """Whether the parts add up to what is owed, the ledger says the same of each, and no payment's rows are missing."""
        parts = [self.parts[place] for place in PLACES]
        summed = Part(sum(p.obligations for p in parts), sum(p.people for p in parts), sum(p.amount_dong for p in parts))
        agree = all(
            (self.parts[place].obligations, self.parts[place].amount_dong)
            == (self.ledger[place].obligations, self.ledger[place].amount_dong)
            for place in PLACES
        )
        return summed == self.owed and agree and self.payments_taken == self.payments_found


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

    @property
    def opening_dong(self) -> int:
        """The closing of the run before."""
        return self.before.left_dong

    @property
    def closing_dong(self) -> int:
        """What the rows up to this run leave with the providers."""
        return self.until.left_dong

    @property
    def balance(self) -> bool:
        """opening + received + taken over - paid - returned = closing = what the ledger holds, and each flow as the ledger
        has it."""
        return (
            self.opening_dong + self.own.left_dong == self.closing_dong
            and self.closing_dong == self.held_dong
            and self.own == self.ledger
        )
