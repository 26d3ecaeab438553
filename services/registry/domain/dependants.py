"""Children raised and persons cared for: in which months a decision counts them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.registry.domain.legal_months import birthday
from shared.kernel.months import month_of

CHILD_BELOW_YEARS, STUDENT_BELOW_YEARS = 16, 22
STUDENT = "K2-16-22"
"""Gets it while still at school: the person's own proof of study stands as a dependant of the relationship `self`."""

OWN_STUDY = "self"


@dataclass(frozen=True, slots=True)
class Dependant:
    """Somebody for whom a decision counts."""

    dependant_id: UUID
    full_name: str
    birth_date: date
    birth_precision: str
    sex: str
    relationship: str
    study_until: date | None
    identity_sealed: str | None = None
    identity_index: bytes | None = None

    @property
    def ends_on(self) -> date:
        """The day whose month is the last to count: the 16th birthday, or while study is proven its end, at most the 22nd
        birthday (Decree 20/2021/NĐ-CP Art. 5(2), 5(4); the month of the end is still owed, Art. 8)."""
        child_until = birthday(self.birth_date, CHILD_BELOW_YEARS)
        if self.study_until is None or self.study_until <= child_until:
            return child_until
        return min(self.study_until, birthday(self.birth_date, STUDENT_BELOW_YEARS))

    def counts_in(self, month: date) -> bool:
        """Whether the month counts this one: from the month of birth to that of `ends_on`."""
        return month_of(self.birth_date) <= month <= month_of(self.ends_on)


def heads_in(dependants: Iterable[Dependant], month: date) -> int:
    """How many heads the month counts."""
    return sum(one.counts_in(month) for one in dependants)
