"""Children raised and persons cared for: in which months a decision counts them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.registry.domain.decisions import COUNTS_HEADS
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


CARED_FOR = frozenset({"CS-DBN-HGD", "CS-NHAN-DBN"})
"""Care support for each person cared for (Decree 20/2021/NĐ-CP Art. 20), of whatever age."""

PER_HEAD = COUNTS_HEADS | CARED_FOR
"""Categories that count dependants."""


def heads_in(category: str, dependants: Iterable[Dependant], month: date) -> int:
    """How many heads of a category the month counts: children by age and study, persons cared for as long as they stand."""
    if category in CARED_FOR:
        return sum(one.birth_date <= month for one in dependants)
    return sum(one.counts_in(month) for one in dependants)


def still_counting(category: str, dependants: Iterable[Dependant], month: date) -> tuple[Dependant, ...]:
    """Dependants who count in the month, or will."""
    others = [one for one in dependants if one.relationship != OWN_STUDY]
    return tuple(one for one in others if category in CARED_FOR or month_of(one.ends_on) >= month)
