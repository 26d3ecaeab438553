"""Why a released payroll waits: each reason with its sentence, for whoever looks at a run's progress."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

MOST_UNANSWERED = 8
"""Chunks that one provider may have under way: what a stop can no longer hold back."""

Why = Literal[
    "seal-broken", "stopped", "provider-stopped", "error-rate", "canary-failed", "canary", "holiday", "pay-day",
    "no-calendar", "provider-bound", "turn",
]  # fmt: skip

SENTENCES: dict[Why, tuple[str, str]] = {
    "seal-broken": (
        "Dữ liệu không khớp bản niêm phong: không chi tiếp danh sách này.",
        "The payroll isn't what was sealed: nothing more of it goes out.",
    ),
    "stopped": ("Danh sách có lệnh dừng chi.", "The payroll was stopped by an officer."),
    "provider-stopped": ("Đơn vị chi trả có lệnh dừng chi.", "The provider was stopped."),
    "error-rate": (
        "Tự động dừng chi vì quá nhiều khoản bị từ chối hoặc chưa rõ kết quả.",
        "It was stopped by itself: too much was refused or is unknown.",
    ),
    "canary-failed": (
        "Nhóm chi thử không đạt: phần còn lại chờ cán bộ xem xét.",
        "Too many of the first payments failed: the rest waits for an officer.",
    ),
    "canary": ("Đang chờ kết quả của nhóm chi thử.", "It waits for what becomes of the first payments."),
    "holiday": ("Hợp đồng chỉ nhận lệnh vào ngày làm việc.", "The contract takes orders on working days only."),
    "pay-day": ("Chưa đến ngày chi trả theo hợp đồng.", "The contract's pay day has not come."),
    "no-calendar": (
        "Chưa có lịch nghỉ lễ của năm này: cần bổ sung dữ liệu.",
        "The year's holidays are not known: they have to be added.",
    ),
    "provider-bound": (
        "Đơn vị chi trả đang xử lý đủ số lô tối đa.",
        "The provider has as many chunks under way as it may have.",
    ),
    "turn": ("Sắp đến lượt chuyển lệnh.", "Its turn comes in a moment."),
}
"""Vietnamese, English."""


@dataclass(frozen=True, slots=True)
class PayrollWait:
    """A released payroll with chunks that were not instructed, and why. `stop_id` is the gateway's, where a stop holds it."""

    payroll_id: UUID
    provider: str
    channel: str
    chunks_waiting: int
    why: Why
    stop_id: UUID | None
