"""Reconciliation (đối chiếu): our payments against what a provider says it paid, on reference *and* amount.

A reference is what a payment is called at its provider (`shared.kernel.ids.payment_reference`), so both sides know it without
asking each other. A list may speak of one several times: paid, and later returned. What they say is taken net. The same rules
stand in SQL in `storage/compare_payments.py`, which works on a whole list at once; a test shows that both say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shared.kernel.errors import ErrorCode, Kind

Source = Literal["provider_list", "statement"]
"""A provider's list names every payment and its state; a statement only money that moved."""

LineState = Literal["paid", "returned", "rejected", "unclaimed", "pending"]
OurState = Literal["open", "paid", "rejected", "returned", "unclaimed", "removed"]
BreakKind = Literal[
    "missing_there", "missing_here", "amount_differs", "state_differs", "paid_twice", "unknown_reference", "sequence_gap"
]
Verdict = Literal["matched"] | BreakKind

BREAK_KINDS: tuple[BreakKind, ...] = (
    "missing_there",
    "missing_here",
    "amount_differs",
    "state_differs",
    "paid_twice",
    "unknown_reference",
    "sequence_gap",
)
CloseReason = Literal["explained_by_provider", "corrected_here", "corrected_there", "money_returned", "written_off"]

UNKNOWN_RECONCILIATION = ErrorCode("unknown-reconciliation", Kind.MISSING, "No such reconciliation", "Không có lần đối chiếu này")
ALREADY_COMPARED = ErrorCode(
    "already-compared", Kind.CONFLICT, "The reconciliation was done; start a new one", "Đã đối chiếu xong, hãy lập lần mới"
)
PART_DIFFERS = ErrorCode(
    "part-differs", Kind.CONFLICT, "This part came before with other lines", "Phần này đã gửi với nội dung khác"
)
BAD_CSV = ErrorCode("bad-csv", Kind.INVALID, "A row of the CSV can't be read", "Không đọc được một dòng của tệp CSV")
DAYS_MISSING = ErrorCode(
    "provider-days-missing",
    Kind.NOT_READY,
    "The gateway hasn't fetched all days from the provider yet",
    "Chưa lấy đủ sao kê các ngày từ đơn vị chi trả",
)
UNKNOWN_BREAK = ErrorCode("unknown-break", Kind.MISSING, "No such break", "Không có chênh lệch này")
BREAK_CLOSED = ErrorCode("break-closed", Kind.CONFLICT, "The break is closed", "Chênh lệch đã được xử lý")


def expected_there(source: Source, from_gateway: bool) -> tuple[OurState, ...]:
    """In which of our states a payment must be on their side: only paid ones move money; a list that somebody sends names all
    that were handed over; the gateway's list of a day names what ended."""
    if source == "statement":
        return ("paid",)
    return ("paid", "unclaimed") if from_gateway else ("paid", "unclaimed", "open")


@dataclass(frozen=True, slots=True)
class OurPayment:
    """A payment as we have it. `handed_over`: instructed to this provider, in what is compared, and not removed.
    `settled_after`: its last word came after the day up to which both sides are compared."""

    state: OurState
    amount_dong: int
    handed_over: bool = True
    settled_after: bool = False


@dataclass(frozen=True, slots=True)
class TheirLines:
    """All that they say of one reference. `other` is the newest state that moves no money."""

    paid: int
    returned: int
    paid_dong: int
    returned_dong: int
    least_dong: int
    most_dong: int
    other: LineState | None

    @property
    def state(self) -> LineState:
        """What it comes to."""
        if self.paid > self.returned:
            return "paid"
        if self.paid or self.returned or self.other is None:
            return "returned"
        return self.other

    @property
    def net_dong(self) -> int:
        """Money that went out and stayed out."""
        return self.paid_dong - self.returned_dong if self.paid else 0


_CAME_BACK: frozenset[LineState] = frozenset({"rejected", "returned", "unclaimed"})
"""Never left, or is back: the same money, said in other words."""


def agrees(ours: OurPayment, state: LineState) -> bool:
    """Whether our state and theirs are the same, as of the day that is compared."""
    if state == "pending":
        return ours.state == "open" or ours.settled_after
    if state == "paid":
        return ours.state == "paid" or (ours.state == "returned" and ours.settled_after)
    return ours.state in _CAME_BACK


def classify(ours: OurPayment | None, theirs: TheirLines | None, expected: tuple[OurState, ...]) -> Verdict | None:
    """What the two sides say of one reference; None where nothing was to be expected."""
    if theirs is None:
        missing = ours is not None and ours.handed_over and not ours.settled_after and ours.state in expected
        return "missing_there" if missing else None
    if ours is None:
        return "unknown_reference"
    if not ours.handed_over:
        return "missing_here"
    if theirs.paid - theirs.returned >= 2:
        return "paid_twice"
    other_amount = ours.amount_dong != theirs.least_dong or ours.amount_dong != theirs.most_dong
    if other_amount or 0 < theirs.paid < theirs.returned:
        return "amount_differs"
    return "matched" if agrees(ours, theirs.state) else "state_differs"


def our_net_dong(ours: OurPayment | None, theirs: TheirLines | None) -> int:
    """What our books say went out, as of the day that is compared."""
    if ours is None or not ours.handed_over:
        return 0
    they_paid = theirs is not None and theirs.state == "paid" and agrees(ours, "paid")
    return ours.amount_dong if they_paid or (ours.state == "paid" and not ours.settled_after) else 0
