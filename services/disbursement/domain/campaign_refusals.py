"""What campaigns are refused for."""

from __future__ import annotations

from shared.kernel.errors import ErrorCode, Kind

UNKNOWN_CAMPAIGN = ErrorCode("unknown-campaign", Kind.MISSING, "No such campaign", "Không có đợt chi một lần này")
CAMPAIGN_EXISTS = ErrorCode(
    "campaign-exists", Kind.CONFLICT, "The campaign's code says something else", "Mã đợt chi đã dùng cho nội dung khác"
)
WRONG_RECIPIENTS = ErrorCode(
    "wrong-recipients", Kind.INVALID, "It isn't clear who is to receive", "Chưa xác định rõ đối tượng nhận"
)
UNKNOWN_RECIPIENTS = ErrorCode(
    "unknown-recipients",
    Kind.INVALID,
    "The list names people who aren't in the province's registry",
    "Danh sách có người không có trong sổ đối tượng của tỉnh",
)
RUN_NEEDS_CAMPAIGN = ErrorCode(
    "run-needs-campaign",
    Kind.INVALID,
    "A code such as 2022-01-tet is a campaign's run, and only that",
    "Mã kỳ dạng 2022-01-tet chỉ dùng cho đợt chi một lần",
)
