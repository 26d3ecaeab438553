"""Why a document is not made."""

from __future__ import annotations

from shared.kernel.errors import ErrorCode, Kind

NOTHING_TO_LIST = ErrorCode(
    "nothing-to-list", Kind.MISSING, "There is no line for this document", "Không có dòng nào để lập văn bản này"
)
DOCUMENT_TOO_LARGE = ErrorCode(
    "document-too-large",
    Kind.TOO_LARGE,
    "The document has too many lines: ask for one commune",
    "Văn bản quá nhiều dòng: hãy lập theo từng xã",
)
WHICH_CONTRACT = ErrorCode(
    "which-contract",
    Kind.INVALID,
    "Minutes are made for one contract, and the run has none or several",
    "Biên bản lập theo từng hợp đồng; kỳ này không có hoặc có nhiều hợp đồng",
)
WRONG_QUARTER = ErrorCode("wrong-quarter", Kind.INVALID, "Not a quarter such as 2021-Q4", "Quý không hợp lệ, ví dụ đúng: 2021-Q4")
