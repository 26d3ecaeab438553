"""What ending a contract, or taking communes out of it, is refused for."""

from __future__ import annotations

from shared.kernel.errors import ErrorCode, Kind

CONTRACT_ENDED = ErrorCode(
    "contract-ended", Kind.CONFLICT, "The contract ends on another day already", "Hợp đồng đã có ngày kết thúc khác"
)
CONTRACT_IN_USE = ErrorCode(
    "contract-in-use",
    Kind.CONFLICT,
    "Payrolls of later months have not been released",
    "Còn danh sách chi trả của tháng sau chưa phát lệnh chi",
)
WRONG_PERIOD = ErrorCode("wrong-period", Kind.INVALID, "The end lies before the beginning", "Ngày kết thúc trước ngày bắt đầu")
NOT_SERVED = ErrorCode(
    "commune-not-served",
    Kind.INVALID,
    "The contract doesn't serve the commune then",
    "Hợp đồng không phục vụ xã này vào tháng đó",
)
