"""Fees of those who pay out: for each payment, by contract and channel, as the contract has it on the day of payment.

A percentage is in basis points of the payment's amount, rounded half up to whole đồng for each payment, so that a bill that
lists payments adds up. The fee is owed when the payment is paid; where the contract says so, it is owed no more when the money
comes back. It is paid from a budget line of its own, never from the beneficiaries' money.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.disbursement.domain.books import Difference, differing
from shared.kernel.errors import ErrorCode, Kind

FEE_EXISTS = ErrorCode(
    "fee-rate-exists", Kind.CONFLICT, "Another fee is agreed from this day", "Đã có mức phí khác áp dụng từ ngày này"
)
NO_SUCH_CHANNEL = ErrorCode(
    "no-such-channel", Kind.INVALID, "The contract has no such channel", "Hợp đồng không có kênh chi trả này"
)
FEE_NOT_OWED = ErrorCode(
    "fee-not-owed", Kind.CONFLICT, "More than the fees still owed", "Số tiền vượt quá phí chi trả còn phải thanh toán"
)
SETTLEMENT_EXISTS = ErrorCode(
    "fee-settlement-exists", Kind.CONFLICT, "The paper settled a fee before", "Chứng từ đã dùng để thanh toán phí"
)

_WHOLE_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class FeeRate:
    """What a channel costs from a day on: basis points of the amount, or a flat sum; exactly one of them."""

    channel: str
    from_on: date
    basis_points: int | None
    flat_dong: int | None
    back_on_return: bool

    def fee_dong(self, amount_dong: int) -> int:
        """The fee of one payment, half up to whole đồng."""
        if self.flat_dong is not None:
            return self.flat_dong
        return (2 * amount_dong * (self.basis_points or 0) + _WHOLE_POINTS) // (2 * _WHOLE_POINTS)


def rate_on(rates: Sequence[FeeRate], channel: str, day: date) -> FeeRate | None:
    """The rate that holds for a channel on a day: the newest begun. None: no fee."""
    begun = [rate for rate in rates if rate.channel == channel and rate.from_on <= day]
    return max(begun, key=lambda rate: rate.from_on, default=None)


@dataclass(frozen=True, slots=True)
class ContractFees:
    """The fees of a run at one contract. The first four are counted from rows, the last three from the ledger."""

    authority_id: str
    contract_id: UUID
    payments: int
    accrued_dong: int
    reversed_dong: int
    settled_dong: int
    ledger_accrued_dong: int
    ledger_reversed_dong: int
    ledger_settled_dong: int

    @property
    def owed_dong(self) -> int:
        """Still to be paid to the provider; below zero where a fee came back after it was paid."""
        return self.accrued_dong - self.reversed_dong - self.settled_dong

    @property
    def differences(self) -> list[Difference]:
        """Where the ledger does not say what the rows say."""
        names = ("accrued_dong", "reversed_dong", "settled_dong")
        return differing((name, getattr(self, name), getattr(self, f"ledger_{name}")) for name in names)
