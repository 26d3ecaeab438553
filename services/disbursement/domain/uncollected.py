"""Money that nobody collects: after some months in a row payment of the person waits until the commune has verified.

The commune's pay-out contract and Decree 20/2021/NĐ-CP Art. 8 leave the number of months to the province; it is dated.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from shared.kernel.errors import ErrorCode, Kind

Finding = Literal["alive_and_entitled", "moved", "dead", "not_entitled"]

NOT_SUSPENDED = ErrorCode(
    "nothing-to-verify", Kind.CONFLICT, "The person's payment is not suspended", "Người này không bị tạm dừng chi trả"
)

_MONTHS_IN_A_ROW = ((date(2021, 7, 1), 3),)
"""Since when how many run months in a row may go unpaid. FROM MEMORY: a provincial parameter, to be confirmed."""


@dataclass(frozen=True, slots=True)
class RunMonth:
    """How one run month's payments of a person ended: some reached the person, some finally failed (both may be)."""

    run_month: date
    paid: bool
    failed: bool


@dataclass(frozen=True, slots=True)
class Suspension:
    """A person whose payment waits for the commune. `since_month` is the first of the `months` run months in a row."""

    suspension_id: UUID
    beneficiary_id: UUID
    authority_id: str
    unit_id: str
    since_month: date
    months: int
    suspended_at: datetime
    found: Finding | None
    ended_at: datetime | None


def limit_in(month: date) -> int:
    """How many run months in a row may go unpaid, by the value in force in a run month."""
    return next((months for since, months in reversed(_MONTHS_IN_A_ROW) if since <= month), _MONTHS_IN_A_ROW[0][1])


def unpaid_in_a_row(history: Iterable[RunMonth]) -> list[date]:
    """The run months in a row, up to the newest, in which payments failed and none reached the person, oldest first.

    A month in which nothing was tried (a hold, no contract) neither counts nor breaks the row.
    """
    row: list[date] = []
    for month in sorted(history, key=lambda each: each.run_month, reverse=True):
        if month.paid:
            break
        if month.failed:
            row.append(month.run_month)
    return row[::-1]


def must_wait(history: Iterable[RunMonth], run_month: date) -> list[date]:
    """The months in a row that make a person wait at a run's drawing up; none while they are too few."""
    row = unpaid_in_a_row(history)
    return row if len(row) >= limit_in(run_month) else []


def ends_wait(found: Finding | None, *, status: str, moved: bool, changed: bool) -> bool:
    """Whether a suspension is over: the commune found the person alive and entitled, or the registry's decision has come.

    `status` is the registry's now, `moved` whether the person belongs to another commune than when it began, `changed` whether
    the record is newer. What the decision means for the money (a stop, a death, another payee) is then the registry's word.
    """
    if found == "alive_and_entitled":
        return True
    if not changed:
        return False
    if found == "moved":
        return moved or status in ("stopped", "dead")
    return status in ("stopped", "dead")
