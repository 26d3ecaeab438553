"""What the gateway says no to."""

from __future__ import annotations

from shared.kernel.errors import ErrorCode, Kind

UNKNOWN_PROVIDER = ErrorCode("unknown-provider", Kind.MISSING, "No such provider", "Không có đơn vị chi trả này")
BAD_SIGNATURE = ErrorCode(
    "bad-signature", Kind.UNAUTHENTICATED, "The provider's signature does not hold", "Chữ ký của đơn vị chi trả không hợp lệ"
)
TOO_LARGE = ErrorCode("too-large", Kind.TOO_LARGE, "The message is too large", "Thông điệp quá lớn")
KEY_UNUSABLE = ErrorCode(
    "key-unusable",
    Kind.NOT_READY,
    "Signatures can't be checked now: a key of ours is missing. Send it again later",
    "Tạm thời không kiểm tra được chữ ký do thiếu khóa; hãy gửi lại sau",
)
NO_FILES = ErrorCode("no-files", Kind.CONFLICT, "This provider takes no files", "Đơn vị chi trả này không trao đổi bằng tệp")
WRONG_USES = ErrorCode(
    "wrong-uses",
    Kind.INVALID,
    "The list can't be read: nothing was changed by it",
    "Không đọc được danh sách, không có gì thay đổi",
)
UNKNOWN_FILE = ErrorCode("unknown-file", Kind.MISSING, "No such file", "Không có tệp này")
FILE_REFUSED = ErrorCode(
    "file-refused",
    Kind.INVALID,
    "The file is not accepted: nothing was changed by it",
    "Tệp không được chấp nhận, không có dữ liệu nào thay đổi",
)
NO_SUCH_STOP = ErrorCode("no-such-stop", Kind.MISSING, "No such stop", "Không có lệnh dừng này")
WRONG_STOP = ErrorCode("wrong-stop", Kind.INVALID, "This can't be stopped", "Không thể dừng đối tượng này")
STOPPER_LIFTS = ErrorCode(
    "stopper-lifts", Kind.FORBIDDEN, "Who placed a stop may not lift it", "Người ra lệnh dừng chi không được tự gỡ lệnh"
)
SERVICE_LIFTS = ErrorCode(
    "service-account-lifts", Kind.FORBIDDEN, "A service account lifts no stop", "Tài khoản hệ thống không được gỡ lệnh dừng chi"
)
WRONG_CURSOR = ErrorCode("wrong-cursor", Kind.INVALID, "Not a cursor of this list", "Con trỏ trang không hợp lệ")
WRONG_LIMIT = ErrorCode("wrong-limit", Kind.INVALID, "Not a limit that can be set", "Giới hạn không hợp lệ")
WRONG_WINDOW = ErrorCode("wrong-window", Kind.INVALID, "Not a maintenance window", "Khung giờ bảo trì không hợp lệ")
NO_SUCH_WINDOW = ErrorCode("no-such-window", Kind.MISSING, "No such maintenance window", "Không có khung giờ bảo trì này")
WRONG_DURATION = ErrorCode(
    "wrong-duration", Kind.INVALID, "Not a length of time: seconds, or ISO 8601 such as PT2H", "Khoảng thời gian không hợp lệ"
)
NO_SUCH_ATTEMPT = ErrorCode("no-such-attempt", Kind.MISSING, "No such attempt", "Không có lần chi này")
NOT_OPEN = ErrorCode("attempt-not-open", Kind.CONFLICT, "The attempt is not open", "Lần chi này không còn chờ kết quả")
BEING_SENT = ErrorCode("attempt-being-sent", Kind.CONFLICT, "The attempt is being sent", "Lần chi này đang được gửi đi")
TOO_EARLY = ErrorCode(
    "too-early", Kind.CONFLICT, "The provider may still be working on it", "Đơn vị chi trả có thể còn đang xử lý"
)
NOT_TO_RESEND = ErrorCode(
    "not-to-resend", Kind.CONFLICT, "What may have arrived is not sent again", "Không được gửi lại khoản có thể đã đến nơi"
)
DECISION_OPEN = ErrorCode(
    "decision-open", Kind.CONFLICT, "A decision on this attempt waits already", "Đã có đề nghị xử lý đang chờ duyệt"
)
NO_SUCH_DECISION = ErrorCode("no-such-decision", Kind.MISSING, "No such decision", "Không có đề nghị xử lý này")
DECIDED = ErrorCode("decision-made", Kind.CONFLICT, "This was decided already", "Đề nghị này đã được quyết định")
MAKER_CHECKS = ErrorCode(
    "maker-checks", Kind.FORBIDDEN, "Who proposed a decision may not decide on it", "Người đề nghị không được tự duyệt"
)
SERVICE_DECIDES = ErrorCode(
    "service-account-decides", Kind.FORBIDDEN, "A service account decides nothing", "Tài khoản hệ thống không được quyết định"
)
NO_SUCH_WEBHOOK = ErrorCode("no-such-webhook", Kind.MISSING, "No such webhook", "Không có thông báo này")
WEBHOOK_ID_REUSED = ErrorCode(
    "webhook-id-reused",
    Kind.CONFLICT,
    "This id came before with another content",
    "Mã thông báo đã dùng cho nội dung khác",
)
UNREADABLE_WEBHOOK = ErrorCode(
    "unreadable-webhook",
    Kind.INVALID,
    "Rightly signed, but of no known shape: kept for a person",
    "Chữ ký đúng nhưng không đọc được nội dung: đã lưu để kiểm tra",
)
TOO_SLOW = ErrorCode("too-slow", Kind.INVALID, "The message took too long to come", "Thông điệp gửi quá chậm")
CUT_OFF = ErrorCode("cut-off", Kind.INVALID, "The message ended too early", "Thông điệp bị ngắt giữa chừng")
ENCODED = ErrorCode(
    "encoded-body", Kind.INVALID, "A webhook comes as it is, not compressed", "Thông báo phải gửi nguyên dạng, không nén"
)
