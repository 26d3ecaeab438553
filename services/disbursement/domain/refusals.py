"""What disbursement says no to. Codes are stable: other systems match on them."""

from __future__ import annotations

from shared.kernel.errors import ErrorCode, Kind

NO_LAW = ErrorCode("no-law-for-month", Kind.INVALID, "No law is dated for this month", "Chưa có mức trợ cấp của tháng này")
UNKNOWN_RUN = ErrorCode("unknown-run", Kind.MISSING, "No such pay run", "Không có kỳ chi trả này")
RUN_EXISTS = ErrorCode(
    "run-exists", Kind.CONFLICT, "The run exists with other benefit months", "Kỳ chi trả đã có với các tháng hưởng khác"
)
UNKNOWN_PAYROLL = ErrorCode("unknown-payroll", Kind.MISSING, "No such payroll", "Không có danh sách chi trả này")
UNKNOWN_PAYMENT = ErrorCode("unknown-payment", Kind.MISSING, "No such payment", "Không có khoản chi này")
UNKNOWN_CONTRACT = ErrorCode("unknown-contract", Kind.MISSING, "No such contract", "Không có hợp đồng này")
CONTRACT_EXISTS = ErrorCode(
    "contract-exists", Kind.CONFLICT, "The contract's number is taken", "Số hợp đồng đã dùng cho hợp đồng khác"
)
UNKNOWN_PROVIDER = ErrorCode(
    "unknown-provider", Kind.INVALID, "The provider doesn't pay through this channel", "Đơn vị chi trả không có kênh này"
)
REGISTRY_BEHIND = ErrorCode(
    "registry-behind", Kind.NOT_READY, "The registry's newest changes aren't here yet", "Dữ liệu đối tượng chưa cập nhật xong"
)
WRONG_STATE = ErrorCode(
    "wrong-state", Kind.CONFLICT, "The payroll isn't at this step", "Danh sách chi trả chưa đến hoặc đã qua bước này"
)
MAKER_IS_CHECKER = ErrorCode("maker-is-checker", Kind.FORBIDDEN, "Who prepared may not approve", "Người lập không được phê duyệt")
SERVICE_APPROVES = ErrorCode(
    "service-account-approves", Kind.FORBIDDEN, "A service account approves nothing", "Tài khoản hệ thống không được phê duyệt"
)
ALREADY_RELEASED = ErrorCode(
    "already-released", Kind.CONFLICT, "The payroll was released before", "Danh sách đã được phát lệnh chi"
)
SEAL_BROKEN = ErrorCode(
    "seal-broken", Kind.CONFLICT, "The payroll isn't what was sealed", "Danh sách đã bị thay đổi sau khi niêm phong"
)
NOT_FUNDED = ErrorCode(
    "not-funded", Kind.CONFLICT, "The confirmed funding doesn't cover the payroll", "Kinh phí xác nhận chưa đủ để chi"
)
FUNDING_EXISTS = ErrorCode(
    "funding-exists", Kind.CONFLICT, "The Treasury reference is taken", "Mã giao dịch kho bạc đã được ghi nhận"
)
TOO_LATE = ErrorCode(
    "too-late-to-remove", Kind.CONFLICT, "The payment was instructed already", "Khoản chi đã chuyển sang đơn vị chi trả"
)
NOT_AT_HOME = ErrorCode(
    "not-at-home", Kind.MISSING, "Nobody said that this person gets cash at home", "Đối tượng này chưa đăng ký chi tại nhà"
)
UNKNOWN_BENEFICIARY = ErrorCode("unknown-beneficiary", Kind.MISSING, "No such beneficiary", "Không có đối tượng này")
BAD_CURSOR = ErrorCode("bad-cursor", Kind.INVALID, "Not a cursor of this list", "Con trỏ trang không hợp lệ")
