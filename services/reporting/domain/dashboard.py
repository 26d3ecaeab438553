"""What the dashboard shows of one benefit month and one unit, gathered. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.reporting.domain.causes import CommuneCauses
from services.reporting.domain.coverage import PLACES, TARGET_ACCOUNT_SHARE, Coverage, Part, People
from services.reporting.domain.enrolment import Enrolment
from services.reporting.domain.health import ProviderHealth
from services.reporting.domain.money import PostedMoney
from services.reporting.domain.pace import Laggard, Pace

TARGET_PERCENT = round(TARGET_ACCOUNT_SHARE * 100)

MOST_TILES = 400
"""A map of more communes than this shows districts instead, or provinces where these are too many too: nobody could read it."""


def people_missing(people: People) -> int:
    """People still to be paid by account until the target's share of them is."""
    return max(0, -(-people.entitled * TARGET_PERCENT // 100) - people.by_account)


@dataclass(frozen=True, slots=True)
class UnitStep:
    """A unit on the way from the province down to what is shown."""

    unit_id: str
    level: str  # province, district, commune
    name: str


@dataclass(frozen=True, slots=True)
class LatePosting:
    """What came after its benefit month was closed: booked in a later month, pointing back. Both sums are signed."""

    booked_month: date
    benefit_month: date
    place: str
    obligations: int
    amount_dong: int


@dataclass(frozen=True, slots=True)
class Closed:
    """A month as it was closed; communes of which it has not been closed yet stand as now."""

    newest_on: date
    people: People
    parts: dict[str, Part]  # by place, each of the seven

    @property
    def owed(self) -> Part:
        """The seven parts together."""
        return sum(self.parts.values(), Part())


def as_closed(coverage: Coverage, late: Iterable[LatePosting], since: People, month: date, on: date) -> Closed:
    """What stands now less what came late to the month; `since` is what that changed of the people."""
    parts = {place: coverage.parts.get(place, Part()) for place in PLACES}
    for each in late:
        if each.benefit_month == month:
            parts[each.place] += Part(-each.obligations, -each.amount_dong)
    people = coverage.people + People(-since.entitled, -since.by_account, -since.by_cash)
    return Closed(on, people, parts)


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One month of one unit. What nobody has said anything about yet is None or empty."""

    month: date
    on: date  # the business day
    path: tuple[UnitStep, ...]  # as far as the reader may see it; empty for several units or the whole country
    coverage: Coverage
    months: tuple[tuple[date, Coverage], ...]  # oldest first
    behind: int = 0  # communes below the target of the month
    pace: Pace | None = None
    laggards: tuple[Laggard, ...] = ()
    causes: CommuneCauses | None = None  # of a commune
    health: tuple[ProviderHealth, ...] = ()
    enrolment: Enrolment | None = None
    money: PostedMoney | None = None
    late: tuple[LatePosting, ...] = ()  # to this month, or booked in it
    closed: Closed | None = None

    @property
    def unit(self) -> UnitStep | None:
        """The unit shown; None for all that the reader may see."""
        return self.path[-1] if self.path else None

    @property
    def level(self) -> str:
        """`commune`, `district`, `province`, or `all`."""
        return self.path[-1].level if self.path else "all"

    @property
    def people_missing(self) -> int:
        """People still to be paid by account to reach the target of the month."""
        return people_missing(self.coverage.people)

    @property
    def moving(self) -> bool:
        """Whether money of the month is on its way."""
        return self.coverage.parts["in_flight"].obligations > 0
