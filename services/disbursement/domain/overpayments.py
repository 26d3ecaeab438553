"""Overpayments (chi thừa, chi sai): paid of a month above what is owed. Found, not yet owed back: that takes a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from services.disbursement.domain.receivable_refusals import NOT_OVERPAID, SAME_MONTH_TWICE
from shared.kernel.errors import Refusal
from shared.kernel.money import format_dong

Reason = Literal["dead", "stopped", "merged", "paid-twice", "less-owed"]
"""merged: two records that were both paid turned out to be one person. paid-twice: a contradiction was settled so, that another
payment paid the same or it was owed no more."""


@dataclass(frozen=True, slots=True)
class Overpayment:
    """What was paid too much of a month and kind. The payment proven a double, else the newest, says who received and which
    authority answers for it."""

    benefit_month: date
    beneficiary_id: UUID
    kind: str
    beneficiary_code: str
    full_name: str
    unit_id: str
    authority_id: str
    paid_dong: int
    owed_dong: int
    overpaid_dong: int
    decided_dong: int
    payment_id: UUID
    run_id: UUID
    payee_name: str
    payee_relationship: str
    paid_at: datetime | None
    reason: Reason

    @property
    def open_dong(self) -> int:
        """What no decision is about yet."""
        return self.overpaid_dong - self.decided_dong


@dataclass(frozen=True, slots=True)
class RecoveredMonth:
    """What a decision wants back of a month and kind."""

    benefit_month: date
    kind: str
    amount_dong: int


@dataclass(frozen=True, slots=True)
class NeedlessMonth:
    """What was repaid to a receivable for a month beyond what is overpaid of it now: the payment came back meanwhile."""

    receivable_id: UUID
    benefit_month: date
    kind: str
    authority_id: str
    beneficiary_id: UUID
    beneficiary_code: str
    full_name: str
    debtor_name: str
    to_give_back_dong: int


def check_recoverable(months: Sequence[RecoveredMonth], found: Sequence[Overpayment]) -> None:
    """A decision wants back what was paid too much, and no more. Refused: `same-month-twice`, `more-than-overpaid`."""
    open_dong = {(each.benefit_month, each.kind): each.open_dong for each in found}
    keys = [(each.benefit_month, each.kind) for each in months]
    if len(set(keys)) != len(keys):
        raise Refusal(SAME_MONTH_TWICE)
    for each in months:
        most_dong = open_dong.get((each.benefit_month, each.kind), 0)
        if each.amount_dong > most_dong:
            raise Refusal(
                NOT_OVERPAID,
                f"{each.kind} {each.benefit_month:%m/%Y}: {format_dong(each.amount_dong)}đ of {format_dong(most_dong)}đ",
                month=f"{each.benefit_month:%Y-%m}",
                overpaid_dong=most_dong,
            )
