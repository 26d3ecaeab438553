"""What coverage means: who was paid how, which communes have switched, and how far the plan's two targets are reached.

The plan asks for 100% of communes on electronic payment and at least 80% of beneficiaries paid into an account by January
2022. A month is always a benefit month.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

TARGET_COMMUNES_SHARE = 1.0
TARGET_ACCOUNT_SHARE = 0.8

COMMUNE_CASHIER = "commune_cashier"

PLACES = ("not_released", "in_flight", "returned", "unclaimed", "cancelled", "paid_cash", "paid_account")
"""The seven parts of what a month owes."""

GONE_OUT = frozenset({"in_flight", "returned", "unclaimed", "paid_cash", "paid_account"})
"""Places of an obligation whose money has gone to a provider, even if it came back."""


@dataclass(frozen=True, slots=True)
class People:
    """Distinct people of a month. A person with something credited to an account counts there, whatever else is open;
    a person with nothing credited but something handed out counts as cash."""

    entitled: int = 0
    by_account: int = 0
    by_cash: int = 0

    @property
    def not_paid(self) -> int:
        """People of whom nothing has been paid yet."""
        return self.entitled - self.by_account - self.by_cash

    @property
    def share_by_account(self) -> float:
        """People paid into an account, of all entitled; 0 where nobody is."""
        return self.by_account / self.entitled if self.entitled else 0.0

    def __add__(self, other: People) -> People:
        return People(self.entitled + other.entitled, self.by_account + other.by_account, self.by_cash + other.by_cash)


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the obligations of a month."""

    obligations: int = 0
    amount_dong: int = 0

    def __add__(self, other: Part) -> Part:
        return Part(self.obligations + other.obligations, self.amount_dong + other.amount_dong)


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune in a month."""

    unit_id: str
    code: str
    name: str
    district_id: str
    district_name: str
    people: People = People()
    parts: Mapping[str, Part] = field(default_factory=dict)  # by place, each of the seven; empty where nothing is owed
    through_cashier: bool = False  # some money of the month went through the commune cashier

    @property
    def switched(self) -> bool:
        """Whether nothing of the month went through the commune cashier and at least one account was credited."""
        credited = self.parts.get("paid_account", Part()).obligations > 0
        return credited and not self.through_cashier


@dataclass(frozen=True, slots=True)
class Way:
    """What stands by one provider and channel: in flight or paid. Both are '' for what lies in the other places."""

    provider: str
    channel: str
    parts: dict[str, Part]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Some communes taken together in one month."""

    communes_total: int
    communes_switched: int
    people: People
    parts: dict[str, Part] = field(default_factory=dict)  # by place, each of the seven
    communes: tuple[Commune, ...] = ()  # one by one, where they were asked for
    ways: tuple[Way, ...] = ()  # likewise
    units: tuple[tuple[str, str, Coverage], ...] = ()  # id, name and coverage of units, where communes are too many to show

    @property
    def owed(self) -> Part:
        """The seven parts together."""
        return sum(self.parts.values(), Part())

    @property
    def share_switched(self) -> float:
        """Communes switched, of all; 0 where there are none."""
        return self.communes_switched / self.communes_total if self.communes_total else 0.0


def cover(communes: Iterable[Commune], ways: Iterable[Way] = ()) -> Coverage:
    """Communes of one month taken together, and what they pay by each way."""
    held = tuple(communes)
    parts = dict.fromkeys(PLACES, Part())
    for place, part in (each for commune in held for each in commune.parts.items()):
        parts[place] += part
    people = sum((c.people for c in held), People())
    return Coverage(len(held), sum(c.switched for c in held), people, parts, held, tuple(ways))


def parts_of(coverage: Coverage) -> Sequence[tuple[str, str, Coverage]]:
    """The units that a coverage is shown by: its districts with their communes, or larger ones without."""
    return coverage.units or by_district(coverage.communes)


def by_district(communes: Sequence[Commune]) -> list[tuple[str, str, Coverage]]:
    """Each district's id, name and coverage, in the order of the ids."""
    districts: dict[tuple[str, str], list[Commune]] = {}
    for commune in communes:
        districts.setdefault((commune.district_id, commune.district_name), []).append(commune)
    return [(unit_id, name, cover(held)) for (unit_id, name), held in sorted(districts.items())]
