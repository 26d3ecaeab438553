"""What approving, delegating, recalling and releasing in part say no to. Codes are stable: other systems match on them."""

from __future__ import annotations

from shared.kernel.errors import ErrorCode, Kind

OPEN_FINDINGS = ErrorCode(
    "open-findings", Kind.CONFLICT, "Findings that block stand open", "Còn cảnh báo chặn duyệt chưa được xử lý"
)
UNKNOWN_FINDING = ErrorCode("unknown-finding", Kind.MISSING, "The payroll has no such finding", "Danh sách không có cảnh báo này")
FINDING_STAYS = ErrorCode(
    "finding-cannot-be-accepted", Kind.CONFLICT, "This finding can't be accepted, only cleared",
    "Cảnh báo này không được chấp nhận, phải loại dòng chi ra khỏi danh sách",
)  # fmt: skip
MAKER_ACCEPTS = ErrorCode(
    "maker-accepts-finding", Kind.FORBIDDEN, "Who prepared may not accept a finding", "Người lập không được chấp nhận cảnh báo"
)
PAYS_AFTER_DEATH = ErrorCode(
    "pays-after-death", Kind.CONFLICT, "A line pays a month after a death or a stop",
    "Có dòng chi cho tháng sau khi đối tượng chết hoặc thôi hưởng",
)  # fmt: skip
ALREADY_LIVE = ErrorCode(
    "obligation-already-live", Kind.CONFLICT, "A line settles what another payment settles",
    "Có khoản đã nằm trong khoản chi khác",
)  # fmt: skip
UNKNOWN_GATE = ErrorCode("unknown-gate", Kind.INVALID, "No such gate", "Không có mức kiểm soát này")
BUDGET_EXISTS = ErrorCode(
    "budget-exists", Kind.CONFLICT, "The paper stands for another estimate", "Số quyết định đã dùng cho dự toán khác"
)
SECOND_MISSING = ErrorCode(
    "second-approval-missing", Kind.CONFLICT, "A second officer has to approve this amount",
    "Số tiền này phải có người thứ hai phê duyệt",
)  # fmt: skip
SECOND_NOT_NEEDED = ErrorCode(
    "second-approval-not-needed", Kind.CONFLICT, "No second approval is due", "Danh sách không cần người thứ hai phê duyệt"
)
CHECKER_IS_SECOND = ErrorCode(
    "checker-is-second", Kind.FORBIDDEN, "Who approved may not approve a second time", "Người đã duyệt không được duyệt lần hai"
)
NO_DELEGATION = ErrorCode(
    "no-delegation", Kind.FORBIDDEN, "No delegation in force lets you sign for this officer",
    "Không có văn bản ủy quyền ký thay đang hiệu lực",
)  # fmt: skip
DELEGATOR_IS_MAKER = ErrorCode(
    "delegator-is-maker", Kind.FORBIDDEN, "Who prepared may not be signed for",
    "Không được ký thay người đã lập danh sách",
)  # fmt: skip
WRONG_DELEGATION = ErrorCode("wrong-delegation", Kind.INVALID, "The delegation makes no sense", "Văn bản ủy quyền không hợp lệ")
UNKNOWN_DELEGATION = ErrorCode("unknown-delegation", Kind.MISSING, "No such delegation", "Không có văn bản ủy quyền này")
ALREADY_PAID = ErrorCode("already-paid", Kind.CONFLICT, "The payment has been paid", "Khoản chi đã đến tay người nhận")
ALREADY_ENDED = ErrorCode(
    "payment-ended", Kind.CONFLICT, "The payment has ended without being paid", "Khoản chi đã kết thúc, không chi được"
)
NOT_RELEASED = ErrorCode(
    "not-released", Kind.CONFLICT, "The payroll is not released: take the line out instead",
    "Danh sách chưa phát lệnh chi: hãy loại dòng chi ra khỏi danh sách",
)  # fmt: skip
NOT_A_COMMUNE = ErrorCode(
    "not-a-commune-of-payroll", Kind.INVALID, "The payroll pays nobody in this commune", "Danh sách không chi cho xã này"
)
