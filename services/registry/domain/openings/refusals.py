"""What is said no to about opening balances. Codes are stable: other systems match on them."""

from __future__ import annotations

from shared.kernel.errors import ErrorCode, Kind

OPENINGS_HEADER_NOT_FOUND = ErrorCode(
    "openings-header-not-found",
    Kind.INVALID,
    "No header row with persons and amounts was found",
    "Không tìm thấy dòng tiêu đề có người hưởng và số tiền",
)
OPENINGS_EMPTY = ErrorCode("openings-has-no-rows", Kind.INVALID, "The list names no amount", "Danh sách không có khoản tiền nào")
UNKNOWN_OPENINGS = ErrorCode("unknown-openings", Kind.MISSING, "No such list of opening balances", "Không có danh sách số dư này")
UNKNOWN_OPENING = ErrorCode("unknown-opening", Kind.MISSING, "No such entry in this list", "Danh sách số dư không có khoản này")
OPENINGS_CONFIRMED = ErrorCode(
    "openings-confirmed",
    Kind.CONFLICT,
    "The list is confirmed: only a counter entry corrects it",
    "Danh sách số dư đã chốt: chỉ sửa được bằng bút toán đảo",
)
OPENING_ANSWER_INCOMPLETE = ErrorCode(
    "opening-answer-incomplete",
    Kind.INVALID,
    "An entry so answered still lacks person, kind, place, month or amount",
    "Khoản trả lời còn thiếu người, loại, nơi giữ tiền, tháng hoặc số tiền",
)
OPENING_MONTH_AHEAD = ErrorCode("opening-month-ahead", Kind.INVALID, "The month has not begun", "Tháng này chưa đến")
PERSON_OUTSIDE = ErrorCode(
    "person-not-of-commune", Kind.INVALID, "Nobody of the list's commune has this id", "Xã/phường không có đối tượng này"
)
OPENINGS_UNANSWERED = ErrorCode(
    "openings-unanswered", Kind.CONFLICT, "Entries still wait for an answer", "Còn khoản chưa được trả lời"
)
OPENINGS_TWICE = ErrorCode(
    "openings-entered-twice",
    Kind.CONFLICT,
    "A person's month is entered twice",
    "Một tháng của một người bị ghi hai lần",
)
TOTALS_DIFFER = ErrorCode(
    "openings-totals-differ",
    Kind.CONFLICT,
    "The totals stated are not the list's",
    "Số tổng của đơn vị chi trả khác với danh sách",
)
NOTHING_WITH_PROVIDER = ErrorCode(
    "openings-nothing-there", Kind.INVALID, "The list has nothing with this provider", "Danh sách không có khoản nào ở đơn vị này"
)
MAKER_AGREES = ErrorCode(
    "maker-agrees", Kind.FORBIDDEN, "Who made the list may not agree to it", "Người lập danh sách không được tự đối chiếu"
)
SERVICE_AGREES = ErrorCode(
    "service-account-agrees",
    Kind.FORBIDDEN,
    "A service account agrees to nothing",
    "Tài khoản hệ thống không được đối chiếu, chốt số dư",
)
MINUTES_MISSING = ErrorCode(
    "minutes-missing",
    Kind.INVALID,
    "Only provider staff agree without signed minutes: give their number and date",
    "Cần số và ngày biên bản đối chiếu đã ký",
)
MINUTES_AHEAD = ErrorCode("minutes-ahead", Kind.INVALID, "The minutes are dated after today", "Biên bản ghi ngày sau hôm nay")
OPENINGS_NOT_AGREED = ErrorCode(
    "openings-not-agreed", Kind.CONFLICT, "A provider has not agreed yet", "Còn đơn vị chưa đối chiếu"
)
NOT_CONFIRMED_YET = ErrorCode(
    "openings-not-confirmed",
    Kind.CONFLICT,
    "Before confirming, entries are corrected by answers",
    "Chưa chốt: hãy sửa bằng cách trả lời dòng",
)
OPENING_COUNTERED = ErrorCode(
    "opening-countered", Kind.CONFLICT, "The entry was taken back before", "Khoản này đã có bút toán đảo"
)
CONFIRMER_COUNTERS = ErrorCode(
    "confirmer-counters",
    Kind.FORBIDDEN,
    "Who confirmed the list may not take its entries back alone",
    "Người chốt danh sách không được tự đảo khoản",
)
