"""Closing a run: what must have come to its end first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.kernel.errors import ErrorCode, Kind, Refusal
from shared.kernel.money import format_dong

RUN_CLOSED = ErrorCode("run-closed", Kind.CONFLICT, "The run is closed", "Kỳ chi trả đã khóa sổ")
STILL_OPEN = ErrorCode("run-still-open", Kind.CONFLICT, "Something of the run is open", "Kỳ chi trả còn việc chưa xong")
NOT_DRAWN = ErrorCode(
    "run-not-drawn", Kind.CONFLICT, "The authority has not drawn up the run", "Cơ quan này chưa lập danh sách của kỳ chi trả"
)


@dataclass(frozen=True, slots=True)
class StillOpen:
    """What of a run is not at its end for an authority: lines on payrolls not released or not sent, payments whose end is not
    known, contradictions nobody settled, đồng at providers that no open payment claims or that were not given back."""

    unreleased_payrolls: int
    waiting: int
    in_flight: int
    contradictions: int
    held_dong: int

    def check(self) -> None:
        """Refuse with `run-still-open` and with what is open."""
        open_now = {
            "unreleased_payrolls": self.unreleased_payrolls,
            "waiting": self.waiting,
            "in_flight": self.in_flight,
            "contradictions": self.contradictions,
            "held_dong": self.held_dong,
        }
        found = {name: number for name, number in open_now.items() if number}
        if found:
            said = ", ".join(f"{name} {format_dong(number)}" for name, number in found.items())
            raise Refusal(STILL_OPEN, said, **found)


@dataclass(frozen=True, slots=True)
class Closing:
    """A run closed by an authority."""

    run_id: UUID
    authority_id: str
    closed_issuer: str
    closed_subject: str
    closed_at: datetime
