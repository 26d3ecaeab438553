"""How far a commune is with its list of a month: what a district follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Step(StrEnum):
    """Where a commune's newest list of the month is."""

    NOT_SENT = "not_sent"
    TO_ANSWER = "to_answer"
    TO_CONFIRM = "to_confirm"
    ROWS_LEFT = "rows_left"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class CommuneStanding:
    """A commune and its newest list of a month; `lists` counts all of them. Without a list the list's fields are None or 0."""

    unit_id: str
    name: str
    parent_id: str | None
    lists: int
    confirmed_lists: int
    import_id: UUID | None
    file_name: str | None
    state: str | None
    read_at: datetime | None
    confirmed_at: datetime | None
    missing_people: int
    accepted: int
    review: int
    rejected: int
    unanswered: int
    settled: int

    @property
    def step(self) -> Step:
        """Rows that nobody answered come before confirming; after it, rows still open are left."""
        if self.import_id is None:
            return Step.NOT_SENT
        if self.state == "confirmed":
            return Step.DONE if self.settled == self.accepted + self.review + self.rejected else Step.ROWS_LEFT
        return Step.TO_ANSWER if self.unanswered else Step.TO_CONFIRM
