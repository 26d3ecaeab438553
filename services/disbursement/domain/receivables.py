"""Receivables (khoản phải thu hồi): money paid wrongly that somebody owes back.

`found` (an overpayment in the list: nobody owes anything yet) -> `decided` (by a decision with number and date, told to the
debtor) -> `agreed` (an instalment plan) -> `repaying` -> `repaid`; or, what is left of it, `written_off` or `withdrawn` by
another decision, which another officer records. It is never netted with what is owed. Repaid money goes to the Treasury, which
gives it back where the payment it was about came back, too (hoàn trả khoản đã nộp).

What a province brings along stands as `decided`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from services.disbursement.domain.receivable_refusals import (
    MORE_THAN_LEFT,
    MORE_THAN_TO_GIVE_BACK,
    NOTHING_TO_GIVE_BACK,
    RECEIVABLE_CLOSED,
    WRONG_DATE,
    WRONG_PLAN,
)
from services.disbursement.domain.refusals import MAKER_IS_CHECKER, SERVICE_APPROVES
from shared.kernel.errors import Refusal
from shared.kernel.money import format_dong

ReceivableState = Literal["decided", "agreed", "repaying", "repaid", "written_off", "withdrawn"]
Closing = Literal["written_off", "withdrawn"]
"""Written off: owed, and given up. Withdrawn: it was not owed after all."""

MAX_INSTALMENTS = 120


@dataclass(frozen=True, slots=True)
class Debt:
    """How a receivable stands, in đồng."""

    state: ReceivableState
    amount_dong: int
    repaid_dong: int = 0
    written_off_dong: int = 0
    withdrawn_dong: int = 0
    given_back_dong: int = 0  # of what was repaid

    @property
    def left_dong(self) -> int:
        """What is still to come back."""
        return self.amount_dong - self.repaid_dong - self.written_off_dong - self.withdrawn_dong


@dataclass(frozen=True, slots=True)
class Instalment:
    """What is due on a day."""

    due_on: date
    amount_dong: int


def agree(debt: Debt, agreed_on: date, instalments: Sequence[Instalment]) -> Debt:
    """With a plan for all that is left, in place of any plan before. Refused: `receivable-closed`, `wrong-instalment-plan`."""
    _require_open(debt)
    days = [each.due_on for each in instalments]
    if not days or len(days) > MAX_INSTALMENTS or days != sorted(set(days)) or days[0] < agreed_on:
        raise Refusal(WRONG_PLAN, f"1 to {MAX_INSTALMENTS} instalments, each on a later day than the one before")
    planned_dong = sum(each.amount_dong for each in instalments)
    if planned_dong != debt.left_dong:
        raise Refusal(WRONG_PLAN, f"{format_dong(planned_dong)}đ planned, {format_dong(debt.left_dong)}đ left")
    return replace(debt, state="repaying" if debt.repaid_dong else "agreed")


def repay(debt: Debt, amount_dong: int) -> Debt:
    """With a repayment. Refused: `receivable-closed`, `more-than-left`."""
    _require_open(debt)
    if amount_dong > debt.left_dong:
        raise Refusal(
            MORE_THAN_LEFT, f"{format_dong(amount_dong)}đ of {format_dong(debt.left_dong)}đ left", left_dong=debt.left_dong
        )
    after = replace(debt, repaid_dong=debt.repaid_dong + amount_dong, state="repaying")
    return after if after.left_dong else replace(after, state="repaid")


def close(debt: Debt, how: Closing) -> Debt:
    """With what is left written off or withdrawn. Refused with `receivable-closed`."""
    _require_open(debt)
    if how == "written_off":
        return replace(debt, state=how, written_off_dong=debt.left_dong)
    return replace(debt, state=how, withdrawn_dong=debt.left_dong)


def give_back(debt: Debt, amount_dong: int, most_dong: int) -> Debt:
    """With some of what was repaid given back by the Treasury: up to `most_dong`, for which nothing is overpaid any more. Whether
    it is closed doesn't matter, and what is left stays. Refused: `nothing-to-give-back`, `more-than-to-give-back`."""
    most_dong = min(most_dong, debt.repaid_dong - debt.given_back_dong)
    if most_dong <= 0:
        raise Refusal(NOTHING_TO_GIVE_BACK)
    if amount_dong > most_dong:
        raise Refusal(
            MORE_THAN_TO_GIVE_BACK, f"{format_dong(amount_dong)}đ of {format_dong(most_dong)}đ", to_give_back_dong=most_dong
        )
    return replace(debt, given_back_dong=debt.given_back_dong + amount_dong)


def check_may_close(made: tuple[str, str], by: tuple[str, str], kind: str) -> None:
    """Another officer than who recorded the decision, and a person; `made` and `by` are (issuer, subject).

    Refused: `service-account-approves`, `maker-is-checker`.
    """
    if kind != "person":
        raise Refusal(SERVICE_APPROVES)
    if made == by:
        raise Refusal(MAKER_IS_CHECKER, f"{by[1]} recorded the recovery")


def check_order(*days: date) -> None:
    """Days must not go backwards; else `wrong-date`."""
    if list(days) != sorted(days):
        raise Refusal(WRONG_DATE, " > ".join(day.isoformat() for day in days))


def overdue_dong(instalments: Sequence[Instalment], repaid_since_dong: int, today: date) -> int:
    """What should have come back before today by the plan and did not. `repaid_since_dong` came since the plan was agreed."""
    due_dong = sum(each.amount_dong for each in instalments if each.due_on < today)
    return max(0, due_dong - repaid_since_dong)


def spread(amount_dong: int, open_dong: Sequence[int]) -> list[int]:
    """An amount over what is open of each month, the oldest first; what nothing is open for stays out."""
    parts: list[int] = []
    for each in open_dong:
        part = min(amount_dong, each)
        parts.append(part)
        amount_dong -= part
    return parts


def _require_open(debt: Debt) -> None:
    if debt.state in ("repaid", "written_off", "withdrawn"):
        raise Refusal(RECEIVABLE_CLOSED, debt.state, state=debt.state)
