"""Opening balances: what was owed before ChiTra began, and how it stands in the books.

An agreed month closes that month for its person: it is paid exactly once, by what was agreed, and the law draws it up no more.
What was never paid is owed and not released; cash that nobody collected is owed and unclaimed; both rest until a run's drawing
up takes them, as arrears of their own months. A receivable is owed by the person, so it stands beside the seven places.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from shared.kernel.errors import ErrorCode, Kind

OPENING_RUN_CODE = "0000-00"
"""The run of a province that opening obligations stand under. No month has this code, so nobody opens it or draws it up."""

OPENING_RUN = ErrorCode(
    "opening-run", Kind.CONFLICT, "The run of opening balances is not drawn up", "Kỳ số dư đầu kỳ không lập danh sách chi"
)

OWED_ALREADY, COUNTERED, COUNTERED_LATE = "owed_already", "countered", "countered_late"

RECEIVABLE = "receivable"


@dataclass(frozen=True, slots=True)
class Opening:
    """An opening entry as it is kept here."""

    entry_id: UUID
    list_id: UUID
    unit_id: str
    authority_id: str
    beneficiary_id: UUID | None
    person_name: str | None  # of a receivable's person who is in no registry
    beneficiary_code: str | None  # None where the person lives outside the caller's units now
    kind: str
    benefit_month: date
    amount_dong: int
    provider: str
    minutes_number: str | None
    agreed_on: date
    state: str
    revision: int | None
    recorded_at: datetime
    countered_at: datetime | None
