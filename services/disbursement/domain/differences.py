"""A difference decided later (truy lĩnh, truy thu chênh lệch), of one benefit month and kind of one person.

Upwards it is a new revision of what is missing. Downwards nothing may go out that is not owed: what rests is cancelled, newest
revision first, and where that takes too much a new revision owes the rest; what stands in a payroll and was not instructed is
recalled; what is with a provider waits for the answer; what was paid is an overpayment, which only a decision makes a debt.

What was repaid of such a debt is owed once more when the month is owed after all. Where nothing is owed of the month, nothing is
drawn: what was repaid without need (the bank returned the payment meanwhile) goes back from the Treasury (`to_give_back`).

Two records that turned out to be one person are one person here: what both were drawn counts against what the one is owed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.disbursement.domain.categories import CARE_SUPPORT, FUNERAL, MONTHLY
from services.disbursement.domain.law import Law, MonthLaw
from services.disbursement.domain.refusals import NO_LAW
from shared.kernel.errors import Refusal
from shared.kernel.months import next_month

JUDGED_KINDS = (MONTHLY, CARE_SUPPORT, FUNERAL)
"""Kinds that a person's decisions owe. A one-off list owes what it says, whatever is decided later."""

Standing = Literal["resting", "sealed", "in_flight", "paid", "paid_twice"]
"""Where a drawn revision is: no payment lives; in a payroll and not instructed; with a provider; paid; proven paid by a payment
that settles nothing, beside the one that does or after it was owed no more (a piece of its own)."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A revision that was drawn and not cancelled. `merged`: of a record that turned out to be somebody else's."""

    revision: int
    amount_dong: int
    standing: Standing
    merged: bool = False


@dataclass(frozen=True, slots=True)
class Settling:
    """What follows: revisions to cancel and to recall (as `(merged, revision)`), what is to be drawn anew, what is overpaid."""

    cancel: tuple[tuple[bool, int], ...]
    recall: tuple[tuple[bool, int], ...]
    new_dong: int
    overpaid_dong: int


def settle(owed_dong: int, pieces: Sequence[Piece], repaid_dong: int = 0, paid_before_dong: int = 0) -> Settling:
    """Hold what was drawn against what is owed now.

    `repaid_dong` came back to the Treasury: the person no longer has it. `paid_before_dong` was paid of the month by somebody
    else before this system drew it. `new_dong` is what a drawing up owes after cancelling, recalled lines still counted;
    `overpaid_dong` is all that was paid and not owed, whatever was decided about it since.
    """
    allowed_dong = owed_dong + repaid_dong - paid_before_dong
    drawn_dong = sum(piece.amount_dong for piece in pieces)
    excess_dong = drawn_dong - allowed_dong if owed_dong else drawn_dong
    resting = _newest_first(piece for piece in pieces if piece.standing == "resting")
    sealed = _newest_first(piece for piece in pieces if piece.standing == "sealed")
    cancel = _until_gone(resting, excess_dong)
    cancelled_dong = sum(piece.amount_dong for piece in cancel)
    recall = _until_gone(sealed, excess_dong - sum(piece.amount_dong for piece in resting))
    paid_dong = sum(piece.amount_dong for piece in pieces if piece.standing in ("paid", "paid_twice"))
    return Settling(
        cancel=tuple((piece.merged, piece.revision) for piece in cancel),
        recall=tuple((piece.merged, piece.revision) for piece in recall),
        new_dong=max(0, cancelled_dong - excess_dong),
        overpaid_dong=max(0, min(paid_dong, paid_dong + paid_before_dong - owed_dong)),
    )


def to_give_back(owed_dong: int, pieces: Sequence[Piece], repaid_dong: int, paid_before_dong: int = 0) -> int:
    """What was repaid beyond what is too much of the month now: the Treasury has it, and nothing was paid for it to come back.

    `repaid_dong` is what was not given back yet. What rests of a month of which nothing is owed goes nowhere.
    """
    out_dong = sum(piece.amount_dong for piece in pieces if owed_dong or piece.standing != "resting")
    return max(0, repaid_dong - max(0, out_dong + paid_before_dong - owed_dong))


def _newest_first(pieces: Iterable[Piece]) -> list[Piece]:
    """A merged record's own before those of the one who stays; then the newest revision."""
    return sorted(pieces, key=lambda piece: (not piece.merged, -piece.revision))


def _until_gone(pieces: Sequence[Piece], excess_dong: int) -> list[Piece]:
    taken: list[Piece] = []
    for piece in pieces:
        if excess_dong <= 0:
            break
        taken.append(piece)
        excess_dong -= piece.amount_dong
    return taken


@dataclass(frozen=True, slots=True)
class LateMonths:
    """Months that an authority never drew, in which only decisions signed from a day on are owed here: what was decided
    before was paid by whoever paid then, and counts as paid."""

    months: tuple[date, ...]
    signed_from: date


NO_LATE_MONTHS = LateMonths((), date.max)


def late_months(first_month: date | None, drawn: Iterable[date], run_months: Sequence[date], run_month: date) -> LateMonths:
    """The months before a run that its authority never drew, from the province's first month with ChiTra on.

    `first_month` is the first that any run of the province paid; `drawn` those that the authority drew up before. Whoever was
    decided upon since the authority's own first month can't have been paid by anybody else.
    """
    known = {*drawn, *run_months}
    found: list[date] = []
    month = first_month or run_month
    while month < run_month:
        if month not in known:
            found.append(month)
        month = next_month(month)
    return LateMonths(tuple(found), min(known)) if found else NO_LATE_MONTHS


def dated_law(law: Law, months: Iterable[date], province: str) -> list[MonthLaw]:
    """The law of those of the months that have one: what no law here dates, no law here judges."""
    found: list[MonthLaw] = []
    for month in sorted(set(months)):
        try:
            found.append(law.in_month(month, province))
        except Refusal as refusal:
            if refusal.code != NO_LAW:
                raise
    return found
