"""Cash of the commune's cashier (tạm ứng chi tiền mặt): given to the commune, paid to people, brought back, settled.

Of a run, contract and commune at any moment: advanced = paid + returned + still out. It is settled when nothing is in flight;
what is still out then is a difference that an officer owns until it is closed. Above zero cash is missing; below zero the cashier
paid from somewhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shared.kernel.errors import ErrorCode, Kind, Refusal

PaperKind = Literal["advance", "return"]
CloseReason = Literal["returned", "repaid_to_cashier", "explained", "written_off"]
CLOSE_REASONS: tuple[CloseReason, ...] = ("returned", "repaid_to_cashier", "explained", "written_off")

NO_CASHIER = ErrorCode(
    "no-cashier", Kind.CONFLICT, "The contract pays nothing through a commune's cashier", "Hợp đồng không chi qua thủ quỹ xã"
)
OVER_FUNDING = ErrorCode(
    "advance-over-funding",
    Kind.CONFLICT,
    "More would be given to communes than the Treasury credited",
    "Số tạm ứng cho các xã vượt số kinh phí kho bạc đã cấp",
)
PAPER_EXISTS = ErrorCode(
    "cash-paper-exists", Kind.CONFLICT, "The paper stands for other cash", "Số chứng từ đã dùng cho khoản tiền khác"
)
MORE_THAN_OUT = ErrorCode(
    "more-than-still-out", Kind.CONFLICT, "More comes back than is still out", "Số nộp lại vượt số tiền mặt còn ở xã"
)
NOTHING_ADVANCED = ErrorCode(
    "nothing-advanced", Kind.CONFLICT, "No cash was given to the commune", "Chưa tạm ứng tiền mặt cho xã này"
)
CASH_IN_FLIGHT = ErrorCode(
    "cash-in-flight", Kind.NOT_READY, "Payments of the commune have no result yet", "Còn khoản chi của xã chưa có kết quả"
)
OWNER_NEEDED = ErrorCode(
    "break-needs-owner",
    Kind.INVALID,
    "The cash differs: an officer must own the difference",
    "Tiền mặt chênh lệch: phải giao người chịu trách nhiệm xử lý",
)
CASH_SETTLED = ErrorCode(
    "cash-settled", Kind.CONFLICT, "The commune's cash of this run is settled", "Tiền mặt của xã trong kỳ này đã quyết toán"
)
UNKNOWN_CASH_SETTLEMENT = ErrorCode(
    "unknown-cash-settlement", Kind.MISSING, "No such settlement of cash", "Không có lần quyết toán tiền mặt này"
)
NO_DIFFERENCE = ErrorCode("no-open-difference", Kind.CONFLICT, "There is no difference to close", "Không có chênh lệch cần xử lý")
STILL_MISSING = ErrorCode(
    "cash-still-missing", Kind.CONFLICT, "The cash has not come back", "Tiền mặt chênh lệch chưa được nộp lại đủ"
)
SAME_OFFICER = ErrorCode(
    "owner-closes",
    Kind.FORBIDDEN,
    "Who owns the difference may not close it",
    "Người chịu trách nhiệm không được tự đóng chênh lệch",
)


@dataclass(frozen=True, slots=True)
class CashStanding:
    """The cash of one commune, run and contract, in đồng. `open_payments` have no result yet."""

    advanced_dong: int
    paid_dong: int
    returned_dong: int
    open_payments: int = 0
    open_dong: int = 0

    @property
    def still_out_dong(self) -> int:
        """What is neither paid nor back: in the cashier's hands, or missing; below zero: paid from elsewhere."""
        return self.advanced_dong - self.paid_dong - self.returned_dong


def check_advance(amount_dong: int, advanced_net_dong: int, funded_dong: int) -> None:
    """Communes get no more than the Treasury credited for the run. `advanced_net_dong`: less what came back."""
    if advanced_net_dong + amount_dong > funded_dong:
        raise Refusal(OVER_FUNDING, f"{funded_dong - advanced_net_dong} đồng are left", left_dong=funded_dong - advanced_net_dong)


def check_return(amount_dong: int, standing: CashStanding) -> None:
    """Nobody brings back more than is out."""
    if amount_dong > standing.still_out_dong:
        raise Refusal(MORE_THAN_OUT, f"{standing.still_out_dong} đồng are out", still_out_dong=standing.still_out_dong)


def settle(standing: CashStanding, owner: str | None) -> int:
    """The difference in đồng. Refused while payments are in flight, and where a difference has no owner."""
    if standing.advanced_dong == 0:
        raise Refusal(NOTHING_ADVANCED)
    if standing.open_payments:
        raise Refusal(CASH_IN_FLIGHT, f"{standing.open_payments} payments", payments=standing.open_payments)
    if standing.still_out_dong and owner is None:
        raise Refusal(OWNER_NEEDED, difference_dong=standing.still_out_dong)
    return standing.still_out_dong


def check_close(reason: CloseReason, still_out_dong: int) -> None:
    """`returned` says that the cash is back: then nothing is out any more."""
    if reason == "returned" and still_out_dong:
        raise Refusal(STILL_MISSING, f"{still_out_dong} đồng are out", still_out_dong=still_out_dong)
