"""What enrolment says no to. Codes are stable: other systems match on them."""

from __future__ import annotations

from shared.kernel.errors import ErrorCode, Kind

UNKNOWN_TARGET_UNIT = ErrorCode("unknown-target-unit", Kind.MISSING, "No such unit", "Không có đơn vị hành chính này")
BAD_TARGET = ErrorCode(
    "bad-target", Kind.INVALID, "The target's day must be after its first day", "Ngày hoàn thành phải sau ngày bắt đầu"
)
NOBODY_TO_REGISTER = ErrorCode(
    "nobody-to-register",
    Kind.CONFLICT,
    "Nobody of the commune is to be registered with this provider",
    "Xã/phường không còn ai cần đăng ký với đơn vị chi trả này",
)
UNKNOWN_REGISTRATION_LIST = ErrorCode(
    "unknown-registration-list", Kind.MISSING, "No such registration list", "Không có danh sách đăng ký này"
)
RESULTS_WITHOUT_HEADER = ErrorCode(
    "results-without-header",
    Kind.INVALID,
    "No row names the columns Mã đăng ký and Kết quả",
    "Không tìm thấy dòng tiêu đề có cột “Mã đăng ký” và “Kết quả”",
)
UNKNOWN_NAME_REVIEW = ErrorCode("unknown-name-review", Kind.MISSING, "No such name review", "Không có mục xem xét tên này")
NAME_REVIEW_SETTLED = ErrorCode(
    "name-review-settled", Kind.CONFLICT, "The name review was settled before", "Mục xem xét tên đã được xử lý"
)
NAME_REVIEW_STALE = ErrorCode(
    "name-review-stale",
    Kind.CONFLICT,
    "The account has another number or newer evidence by now",
    "Tài khoản đã đổi số hoặc đã có kết quả mới hơn",
)
UNKNOWN_ACCOUNT = ErrorCode("unknown-account", Kind.MISSING, "No such account", "Không có tài khoản này")
NO_NUMBER_TOLD = ErrorCode(
    "no-number-told", Kind.CONFLICT, "The provider named no other number", "Nhà cung cấp không báo số tài khoản khác"
)
ACCOUNT_NOT_USABLE = ErrorCode(
    "account-not-usable",
    Kind.CONFLICT,
    "Not an active account of the payee whose holder's name holds",
    "Không phải tài khoản đang dùng được của người nhận",
)
NO_CHANGE = ErrorCode("no-change", Kind.CONFLICT, "The money goes there already", "Tiền đang được chi theo cách này rồi")
BAD_REFUSAL = ErrorCode("bad-refusal-reason", Kind.INVALID, "No such reason", "Không có lý do từ chối này")
BENEFICIARY_WANTS_NONE = "beneficiary-wants-none"
"""Of one person in a request for many: the person's refusal stands, and is to be taken back first."""
