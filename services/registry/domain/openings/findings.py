"""What is found in a list of opening balances. The codes are these lists' own; the sentences go to officers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from services.registry.domain.lists.findings import FINDING_KINDS, Finding, FindingKind, Severity

OPENING_KINDS: dict[str, FindingKind] = {}


def _kind(code: str, severity: Severity, message_vi: str, message_en: str) -> FindingKind:
    kind = FindingKind(code, severity, message_vi, message_en)
    OPENING_KINDS[code] = kind
    return kind


_R, _V, _I = Severity.REJECT, Severity.REVIEW, Severity.INFO

PERSON_UNNAMED = _kind(
    "person_unnamed", _R, "Không có mã, số định danh hay họ tên.", "There is no code, identity number or name."
)
PERSON_NOT_FOUND = _kind(
    "person_not_found", _V, "Không tìm thấy “{written}” trong xã/phường.", "“{written}” is not found in the commune."
)
PERSON_SEVERAL = _kind(
    "person_several", _V, "Có nhiều người cùng họ tên “{written}”: {proposed}.", "Several people are “{written}”: {proposed}."
)
PERSON_PERHAPS = _kind("person_perhaps", _V, "“{written}” có thể là {proposed}.", "“{written}” is perhaps {proposed}.")
PERSON_DIFFERS = _kind(
    "person_differs", _V,
    "Mã hoặc số định danh là của người khác tên: {proposed}.", "The code or number is somebody else's: {proposed}.",
)  # fmt: skip
PERSON_ELSEWHERE = _kind(
    "person_elsewhere", _V,
    "Số định danh này đã đăng ký ở xã/phường khác: {proposed}.", "This number is registered in another commune: {proposed}.",
)  # fmt: skip
NUMBER_LENGTH = _kind(
    "number_length", _V,
    "Số định danh {written} không đủ 9 hoặc 12 số.", "The identity number {written} has neither 9 nor 12 digits.",
)  # fmt: skip
MONTH_MISSING = _kind("month_missing", _V, "Không ghi tháng.", "No month is written.")
MONTH_UNREADABLE = _kind("month_unreadable", _V, "Không hiểu tháng “{written}”.", "The month “{written}” is not understood.")
MONTH_AHEAD = _kind("month_ahead", _V, "Tháng {written} chưa đến.", "The month {written} has not begun.")
MONTH_FROM_TITLE = _kind("month_from_title", _I, "Tháng lấy theo tiêu đề: {proposed}.", "The month is the title's: {proposed}.")
AMOUNT_MISSING = _kind("amount_missing", _V, "Không ghi số tiền.", "No amount is written.")
AMOUNT_UNREADABLE = _kind("amount_unreadable", _V, "Không đọc được số tiền {written}.", "The amount {written} can't be read.")
AMOUNT_DIVIDED = _kind(
    "amount_divided", _I, "{written} chia đều cho các tháng: {proposed} mỗi tháng.",
    "{written} is divided evenly over the months: {proposed} each.",
)  # fmt: skip
AMOUNT_NOT_DIVISIBLE = _kind(
    "amount_not_divisible", _V,
    "{written} không chia đều được cho {proposed} tháng: hãy ghi số tiền từng tháng.",
    "{written} is not evenly divided over {proposed} months: give each month's amount.",
)  # fmt: skip
KIND_MISSING = _kind(
    "kind_missing", _V,
    "Không ghi loại (chưa chi trả, chưa nhận, phải thu hồi).", "No kind is written (unpaid, unclaimed, to be recovered).",
)  # fmt: skip
KIND_UNKNOWN = _kind("kind_unknown", _V, "Không hiểu loại “{written}”.", "The kind “{written}” is not understood.")
KIND_FROM_TITLE = _kind("kind_from_title", _I, "Loại lấy theo tiêu đề: {proposed}.", "The kind is the title's: {proposed}.")
PLACE_MISSING = _kind("place_missing", _V, "Không ghi tiền đang ở đâu.", "It is not written where the money lies.")
PLACE_UNKNOWN = _kind("place_unknown", _V, "Không hiểu nơi giữ tiền “{written}”.", "The place “{written}” is not understood.")
PLACE_COMMUNE = _kind(
    "place_commune", _I, "Không ghi nơi giữ tiền: đối chiếu với thủ quỹ xã.", "No place is written: agreed with the commune."
)
ENTERED_TWICE = _kind(
    "entered_twice", _V, "Tháng này của người này đã ghi ở dòng {proposed}.", "This person's month stands in row {proposed}."
)
ENTERED_BEFORE = _kind(
    "entered_before", _V, "Tháng này đã có trong danh sách số dư đã chốt.", "A confirmed list has this person's month already."
)


def encode_opening_findings(findings: Sequence[Finding]) -> list[tuple[str, str, str | None, str | None]]:
    """Findings as plain values: code, field, written, proposed."""
    return [(f.code, f.field, f.written, f.proposed) for f in findings]


def decode_opening_findings(data: Sequence[Sequence[Any]]) -> tuple[Finding, ...]:
    """Findings again, with the sentences of today. A code that is no longer known is left out."""
    kinds = {**FINDING_KINDS, **OPENING_KINDS}
    return tuple(Finding(kinds[code], *values) for code, *values in data if code in kinds)


def findings_text(findings: Sequence[Finding]) -> str:
    """Findings as JSON, to be sealed."""
    return orjson.dumps(encode_opening_findings(findings)).decode()
