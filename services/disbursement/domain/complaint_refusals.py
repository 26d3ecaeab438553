"""What is said no to about complaints."""

from __future__ import annotations

from shared.kernel.errors import ErrorCode, Kind

UNKNOWN_COMPLAINT = ErrorCode("unknown-complaint", Kind.MISSING, "No such complaint", "Không có phản ánh này")
COMPLAINT_ANSWERED = ErrorCode("complaint-answered", Kind.CONFLICT, "The complaint was answered", "Phản ánh đã được trả lời")
COMPLAINT_OPEN = ErrorCode("complaint-open", Kind.CONFLICT, "The complaint is still open", "Phản ánh chưa được trả lời")
REOPENED_BEFORE = ErrorCode(
    "complaint-reopened-before", Kind.CONFLICT, "A complaint is reopened once", "Phản ánh chỉ được mở lại một lần"
)
NOT_THE_OWNER = ErrorCode(
    "not-the-owner", Kind.FORBIDDEN, "Another officer owns the complaint", "Phản ánh do cán bộ khác phụ trách"
)
EMPTY_COMPLAINT = ErrorCode("empty-complaint", Kind.INVALID, "Nothing is said", "Chưa có nội dung")
