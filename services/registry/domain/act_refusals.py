"""What the registry says no to where acts are concerned: decisions, moves, dependants. Codes are stable."""

from __future__ import annotations

from shared.kernel.errors import ErrorCode, Kind

PERSON_DEAD = ErrorCode(
    "person-dead",
    Kind.CONFLICT,
    "The person is recorded as dead: annul that first",
    "Đối tượng đã ghi nhận chết, phải hủy ghi nhận",
)
PERSON_SUSPENDED = ErrorCode(
    "person-suspended",
    Kind.CONFLICT,
    "The person is suspended: resume first",
    "Đối tượng đang tạm dừng, phải cho hưởng lại trước",
)
PERSON_STOPPED = ErrorCode("person-stopped", Kind.CONFLICT, "The person was stopped before", "Đối tượng đã thôi hưởng")
NOT_SUSPENDED = ErrorCode("not-suspended", Kind.CONFLICT, "The person is not suspended", "Đối tượng không bị tạm dừng")
IN_INSTITUTION = ErrorCode(
    "in-institution", Kind.CONFLICT, "The person lives in an institution", "Đối tượng đang ở cơ sở trợ giúp xã hội"
)
NOT_IN_INSTITUTION = ErrorCode(
    "not-in-institution", Kind.CONFLICT, "The person lives in no institution", "Đối tượng không ở cơ sở trợ giúp xã hội"
)
TRANSFER_OPEN = ErrorCode(
    "transfer-open", Kind.CONFLICT, "A transfer to another commune is open", "Đang chuyển đối tượng sang xã/phường khác"
)
DECISION_OVERLAPS = ErrorCode(
    "decision-overlaps",
    Kind.CONFLICT,
    "Another decision gives this for the same months; only the highest counts",
    "Đã có quyết định hưởng cho các tháng này, chỉ hưởng mức cao nhất",
)
NOTHING_TO_CHANGE = ErrorCode(
    "nothing-to-change",
    Kind.CONFLICT,
    "No decision counts in that month to be changed",
    "Tháng đó không có quyết định để điều chỉnh",
)
NOTHING_TO_END = ErrorCode(
    "nothing-to-end", Kind.CONFLICT, "No decision lasts beyond that month", "Không có quyết định nào còn hiệu lực sau tháng đó"
)
SAME_AS_BEFORE = ErrorCode(
    "same-as-before", Kind.CONFLICT, "The change leaves everything as it is", "Nội dung điều chỉnh không khác quyết định cũ"
)
UNKNOWN_DECISION = ErrorCode("unknown-decision", Kind.MISSING, "No such decision", "Không có quyết định này")
WHICH_DECISION = ErrorCode(
    "which-decision", Kind.INVALID, "Several decisions count: say which one", "Có nhiều quyết định, cần nêu quyết định nào"
)
BAD_CATEGORY = ErrorCode(
    "bad-category", Kind.INVALID, "No decision gives this category in that month", "Tháng đó không có diện đối tượng này"
)
BAD_AGE = ErrorCode("age-does-not-fit", Kind.INVALID, "The category is for another age", "Tuổi không phù hợp với diện đối tượng")
BAD_HEADS = ErrorCode("bad-heads", Kind.INVALID, "The law counts no heads here, or too many", "Số người tính hưởng không hợp lệ")
NOBODY_COUNTS = ErrorCode(
    "nobody-counts", Kind.INVALID, "None of the dependants counts in that month", "Không có con nào được tính trong tháng đó"
)
STUDY_PROOF_MISSING = ErrorCode(
    "study-proof-missing", Kind.INVALID, "A proof of study is needed for that month", "Cần giấy xác nhận đang học cho tháng đó"
)
SIGNED_AHEAD = ErrorCode("signed-in-the-future", Kind.INVALID, "The paper is dated ahead", "Ngày ký ở tương lai")
MONTH_TOO_EARLY = ErrorCode(
    "month-too-early", Kind.INVALID, "The law lets it count from a later month only", "Theo quy định chỉ tính từ tháng muộn hơn"
)
MONTH_TOO_FAR = ErrorCode(
    "month-too-far", Kind.INVALID, "It begins more than a year after it was signed", "Tháng bắt đầu cách ngày ký hơn một năm"
)
BAD_DAY = ErrorCode("bad-day", Kind.INVALID, "The day can't be", "Ngày không hợp lệ")
UNKNOWN_ACT = ErrorCode("unknown-act", Kind.MISSING, "No such act of this person", "Không có quyết định này của đối tượng")
ACT_ANNULLED = ErrorCode("act-annulled", Kind.CONFLICT, "The act was annulled before", "Quyết định đã được hủy trước đó")
ACT_OVERTAKEN = ErrorCode(
    "act-overtaken",
    Kind.CONFLICT,
    "Something was decided after it: annul that first",
    "Đã có quyết định sau đó, phải hủy quyết định sau trước",
)
ACT_OF_TRANSFER = ErrorCode(
    "act-of-transfer",
    Kind.CONFLICT,
    "It belongs to a transfer: cancel that instead",
    "Thuộc hồ sơ chuyển xã, hãy hủy hồ sơ chuyển",
)
UNKNOWN_TRANSFER = ErrorCode("unknown-transfer", Kind.MISSING, "No such transfer", "Không có hồ sơ chuyển này")
TRANSFER_SETTLED = ErrorCode("transfer-settled", Kind.CONFLICT, "The transfer was settled before", "Hồ sơ chuyển đã được xử lý")
SAME_COMMUNE = ErrorCode("same-commune", Kind.INVALID, "The person lives there already", "Đối tượng đang ở chính xã/phường đó")
NOT_A_COMMUNE = ErrorCode("not-a-commune", Kind.INVALID, "No such commune in that month", "Không có xã/phường này trong tháng đó")
PAYEE_CONFLICT = ErrorCode(
    "payee-number-taken",
    Kind.CONFLICT,
    "The payee's number stands for somebody of another name in this commune",
    "Số định danh của người nhận đã ghi cho người khác tên ở xã/phường này",
)
ALREADY_REGISTERED = ErrorCode(
    "already-registered", Kind.CONFLICT, "Somebody with this number is registered", "Số định danh này đã đăng ký"
)
PERHAPS_THE_SAME = ErrorCode(
    "perhaps-registered",
    Kind.CONFLICT,
    "Somebody of the same name and birth is registered in the commune: say that it is somebody else",
    "Xã/phường đã có người cùng họ tên, ngày sinh: xác nhận là người khác nếu đúng",
)
PERSON_INCOMPLETE = ErrorCode(
    "person-incomplete", Kind.INVALID, "Something a beneficiary must have is lacking", "Thiếu thông tin bắt buộc của đối tượng"
)
NEEDS_ITS_OWN_ACT = ErrorCode(
    "proposal-needs-its-own-act",
    Kind.CONFLICT,
    "This proposal is carried out elsewhere",
    "Đề xuất này được thực hiện bằng việc khác",
)
NOT_YET_REGISTERED = ErrorCode(
    "not-yet-registered", Kind.MISSING, "The registry knew nothing of the person then", "Thời điểm đó chưa có hồ sơ đối tượng"
)
UNKNOWN_DEPENDANT = ErrorCode("unknown-dependant", Kind.MISSING, "No such dependant", "Không có người phụ thuộc này")
NOT_A_SUCCESSOR = ErrorCode(
    "not-a-successor",
    Kind.INVALID,
    "The commune did not end before the other began",
    "Đơn vị này không phải đơn vị kế tiếp của xã/phường cũ",
)
