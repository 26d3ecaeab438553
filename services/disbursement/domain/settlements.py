"""A person settles a contradiction: what each resolution makes of the payment.

The gateway's word and ours can't both be true. Whichever is, the payment must stand as what happened, its obligations be
settled by exactly one payment, and money that was paid over and above be known for recovery.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.disbursement.domain.outcomes import PaymentState
from shared.kernel.errors import ErrorCode, Kind, Refusal

Resolution = Literal["ours_right", "provider_right", "paid_twice", "amount_corrected"]
"""`ours_right`: what was said did not happen. `provider_right`: it did. `paid_twice`: the money was paid, and another payment
pays the same, or it was owed no more. `amount_corrected`: another amount was said, and the provider has put it right since."""

UNKNOWN_CONTRADICTION = ErrorCode("unknown-contradiction", Kind.MISSING, "No such contradiction", "Không có điểm mâu thuẫn này")
SETTLED = ErrorCode(
    "contradiction-settled",
    Kind.CONFLICT,
    "The contradiction was settled otherwise",
    "Điểm mâu thuẫn đã được xử lý theo cách khác",
)
SAME_OFFICER = ErrorCode(
    "not-the-same-officer",
    Kind.FORBIDDEN,
    "Who released the payroll may not settle its contradictions",
    "Người phát lệnh chi không được xử lý mâu thuẫn của danh sách đó",
)
WRONG_RESOLUTION = ErrorCode(
    "wrong-resolution",
    Kind.INVALID,
    "The resolution doesn't fit what was said",
    "Cách xử lý không phù hợp với nội dung mâu thuẫn",
)
PAID_BY_ANOTHER = ErrorCode(
    "paid-by-another",
    Kind.CONFLICT,
    "Another payment pays the same, or it is owed no more",
    "Đã có khoản chi khác cho cùng nghĩa vụ, hoặc nghĩa vụ không còn",
)
NOT_PAID_TWICE = ErrorCode(
    "not-paid-twice", Kind.CONFLICT, "Nothing else pays this", "Không có khoản chi nào khác cho nghĩa vụ này"
)
AMOUNT_DIFFERS = ErrorCode(
    "amount-must-be-corrected",
    Kind.CONFLICT,
    "The provider must put the amount right first",
    "Đơn vị chi trả phải điều chỉnh lại đúng số tiền trước",
)
SETTLED_TOO_OFTEN = ErrorCode(
    "settled-too-often",
    Kind.CONFLICT,
    "The payment was proven paid too often",
    "Khoản chi đã được xác định lại là đã trả quá số lần cho phép",
)

NO_OPEN_RUN = ErrorCode(
    "no-open-run",
    Kind.CONFLICT,
    "The payment's run is closed: open the next one first",
    "Kỳ chi trả đã đóng: hãy mở kỳ tiếp theo trước",
)

MOST_SETTLEMENTS = 2
"""How often payments of one obligation may be proven paid after they were let go: its steps leave room for so many."""

_LET_GO: tuple[PaymentState, ...] = ("rejected", "returned", "unclaimed", "removed")
_FAILED = ("rejected", "returned", "unclaimed")


@dataclass(frozen=True, slots=True)
class OpenContradiction:
    """A contradiction and the payment as it stands now."""

    contradiction_id: UUID
    payment_id: UUID
    said: str
    said_amount_dong: int
    amount_dong: int
    state: PaymentState
    released_issuer: str | None
    released_subject: str | None


@dataclass(frozen=True, slots=True)
class SettledBy:
    """How a contradiction was settled, and by whom. `evidence` is the number of a paper."""

    resolution: Resolution
    reason: str
    evidence: str
    issuer: str
    subject: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """What one line of the payment was to settle: free to be settled by it, taken by another payment, or cancelled."""

    standing: Literal["free", "taken", "cancelled"]
    settlements: int = 0


@dataclass(frozen=True, slots=True)
class Effect:
    """What a resolution does. `to_state` None: nothing moves. `takes_back`: the payment was let go and is paid after all, so it
    takes its free obligations again; what others took or nobody owes is overpaid."""

    to_state: PaymentState | None = None
    takes_back: bool = False


NOTHING = Effect()


def check_settler(held: OpenContradiction, issuer: str, subject: str) -> None:
    """Whoever released the payment may not say what became of it: `not-the-same-officer`."""
    if (held.released_issuer, held.released_subject) == (issuer, subject):
        raise Refusal(SAME_OFFICER, f"{subject} released the payroll")


def settle(held: OpenContradiction, resolution: Resolution, lines: Sequence[Line]) -> Effect:
    """The effect of a resolution. Refused: `wrong-resolution`, `amount-must-be-corrected`, `paid-by-another`,
    `not-paid-twice`, `settled-too-often`."""
    if resolution == "ours_right":
        return NOTHING
    _check_amount(held, resolution)
    if held.said == "paid":
        return _was_paid(held, resolution, lines)
    if resolution == "paid_twice":
        raise Refusal(WRONG_RESOLUTION, f"{held.said} was said, not paid")
    if held.said in _FAILED and held.state in ("open", "paid"):
        return Effect(to_state=_failed_state(held.said))
    return NOTHING


def _check_amount(held: OpenContradiction, resolution: Resolution) -> None:
    differs = held.said_amount_dong != held.amount_dong
    if differs and resolution != "amount_corrected":
        raise Refusal(AMOUNT_DIFFERS, said_dong=held.said_amount_dong, ours_dong=held.amount_dong)
    if not differs and resolution == "amount_corrected":
        raise Refusal(WRONG_RESOLUTION, "the amount said is ours")


def _was_paid(held: OpenContradiction, resolution: Resolution, lines: Sequence[Line]) -> Effect:
    if held.state not in _LET_GO:
        if resolution == "paid_twice":
            raise Refusal(NOT_PAID_TWICE)
        return NOTHING if held.state == "paid" else Effect(to_state="paid")
    overpaid = [line for line in lines if line.standing != "free"]
    if overpaid and resolution != "paid_twice":
        raise Refusal(PAID_BY_ANOTHER, f"{len(overpaid)} of {len(lines)} months", months=len(overpaid))
    if not overpaid and resolution == "paid_twice":
        raise Refusal(NOT_PAID_TWICE)
    if any(line.standing == "free" and line.settlements >= MOST_SETTLEMENTS for line in lines):
        raise Refusal(SETTLED_TOO_OFTEN)
    return Effect(to_state="paid", takes_back=True)


def _failed_state(said: str) -> PaymentState:
    states: dict[str, PaymentState] = {"rejected": "rejected", "returned": "returned", "unclaimed": "unclaimed"}
    return states[said]
