"""What a hand-over between authorities is refused for."""

from __future__ import annotations

from shared.kernel.errors import ErrorCode, Kind

HANDED_OVER = ErrorCode(
    "authority-handed-over", Kind.CONFLICT, "The authority has handed over", "Cơ quan chi trả này đã bàn giao cho cơ quan khác"
)
NO_HEIR = ErrorCode(
    "no-successor-authority",
    Kind.INVALID,
    "An authority or commune can't follow the other",
    "Cơ quan hoặc xã nhận bàn giao không kế tiếp được đơn vị bàn giao",
)
INCOMPLETE = ErrorCode(
    "handover-incomplete",
    Kind.CONFLICT,
    "Nobody takes over some communes of the authority",
    "Còn xã chưa có cơ quan nhận bàn giao",
)
