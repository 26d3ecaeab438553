"""Why a paper is not drawn."""

from __future__ import annotations

from shared.kernel.errors import ErrorCode, Kind

BAD_TEMPLATE = ErrorCode(
    "bad-document-template",
    Kind.CONFLICT,
    "The province's template for this document has a mistake",
    "Mẫu văn bản của tỉnh có lỗi",
)
