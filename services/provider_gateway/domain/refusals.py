"""What the gateway says no to."""

from __future__ import annotations

from shared.kernel.errors import ErrorCode, Kind

UNKNOWN_PROVIDER = ErrorCode("unknown-provider", Kind.MISSING, "No such provider", "Không có đơn vị chi trả này")
BAD_SIGNATURE = ErrorCode(
    "bad-signature", Kind.UNAUTHENTICATED, "The provider's signature does not hold", "Chữ ký của đơn vị chi trả không hợp lệ"
)
TOO_LARGE = ErrorCode("too-large", Kind.TOO_LARGE, "The message is too large", "Thông điệp quá lớn")
NO_FILES = ErrorCode("no-files", Kind.CONFLICT, "This provider takes no files", "Đơn vị chi trả này không trao đổi bằng tệp")
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
