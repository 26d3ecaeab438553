"""What appointing and ending payees is refused for. Codes are stable: other systems match on them."""

from __future__ import annotations

from shared.kernel.errors import ErrorCode, Kind

UNKNOWN_PAYEE = ErrorCode("unknown-payee", Kind.MISSING, "No such payee in this commune", "Xã/phường không có người nhận này")
PAYEE_IS_BENEFICIARY = ErrorCode(
    "payee-is-beneficiary",
    Kind.CONFLICT,
    "Only in the capacity `self` does the beneficiary receive",
    "Người nhận thay không thể là chính đối tượng",
)
PAYEE_IS_MINOR = ErrorCode("payee-is-minor", Kind.CONFLICT, "A payee must be of age", "Người nhận thay chưa đủ 18 tuổi")
PAYEE_IS_DEAD = ErrorCode("payee-is-dead", Kind.CONFLICT, "The payee has died", "Người nhận đã chết")
PAYEE_UNCHANGED = ErrorCode(
    "payee-unchanged",
    Kind.CONFLICT,
    "They receive in this capacity already: renew the paper instead",
    "Người này đang là người nhận: hãy gia hạn giấy tờ",
)
PAYEE_NUMBER_TAKEN = ErrorCode(
    "payee-number-of-another",
    Kind.CONFLICT,
    "The identity number stands for somebody with another name",
    "Số định danh đã ghi cho người khác tên",
)
BAD_PAYEE_NUMBER = ErrorCode(
    "bad-payee-number", Kind.INVALID, "An identity number or phone that can't be", "Số định danh hoặc số điện thoại không hợp lệ"
)
PAYEE_INCOMPLETE = ErrorCode(
    "payee-incomplete",
    Kind.INVALID,
    "A payee is an id, or a name with an identity number",
    "Người nhận cần mã đã có, hoặc họ tên kèm số định danh",
)
CAPACITY_IMPOSSIBLE = ErrorCode(
    "payee-capacity-impossible",
    Kind.CONFLICT,
    "Nobody can receive for this person in this capacity",
    "Không thể nhận thay đối tượng này với tư cách đã chọn",
)
RELATIONSHIP_IMPOSSIBLE = ErrorCode(
    "payee-relationship-impossible",
    Kind.CONFLICT,
    "The relationship contradicts the ages or the capacity",
    "Quan hệ mâu thuẫn với tuổi hoặc tư cách người nhận",
)
PAPER_WRONG = ErrorCode(
    "payee-paper-wrong", Kind.INVALID, "This capacity needs another paper", "Tư cách này cần loại giấy tờ khác"
)
PAPER_DATES = ErrorCode(
    "payee-paper-dates", Kind.INVALID, "The paper's dates contradict each other", "Ngày trên giấy tờ mâu thuẫn"
)
FROM_DAY = ErrorCode(
    "payee-from-day",
    Kind.CONFLICT,
    "It can't begin after today, nor before the payee of now began",
    "Ngày bắt đầu không được sau hôm nay hoặc trước người nhận hiện tại",
)
NOTHING_TO_RENEW = ErrorCode(
    "nothing-to-renew", Kind.CONFLICT, "No paper of the payee of now can be renewed", "Không có giấy tờ nào để gia hạn"
)
NO_APPOINTMENT = ErrorCode(
    "no-appointment", Kind.CONFLICT, "Nobody receives in this person's stead", "Đối tượng không có người nhận thay"
)
BAD_DEATH_DATE = ErrorCode("bad-death-date", Kind.INVALID, "A death can't lie in the future", "Ngày chết không được sau hôm nay")
DEATH_KNOWN = ErrorCode("death-known", Kind.CONFLICT, "The death was recorded before", "Đã ghi nhận người nhận chết trước đó")
NO_CARE_SUPPORT = ErrorCode(
    "no-care-support",
    Kind.CONFLICT,
    "No decision gives care support for this person",
    "Đối tượng không có quyết định hỗ trợ kinh phí chăm sóc",
)
CARE_IS_THE_MOTHERS = ErrorCode(
    "care-support-is-the-mothers",
    Kind.CONFLICT,
    "This care support is the disabled mother's own: no carer receives it",
    "Kinh phí chăm sóc này là của chính người khuyết tật mang thai, nuôi con nhỏ: không chi cho người chăm sóc",
)
NO_CARER = ErrorCode(
    "no-carer", Kind.CONFLICT, "No carer receives this person's care support", "Đối tượng không có người chăm sóc nhận riêng"
)
NO_GUARDIAN = ErrorCode(
    "no-guardian",
    Kind.CONFLICT,
    "No guardian or carer receives for this child",
    "Trẻ không có người giám hộ hoặc người chăm sóc nhận thay",
)
