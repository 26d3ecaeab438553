"""The facts a list is read against: units by date, categories, levels, ethnic groups, prefixes. Data, not rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

NATIONAL = "national"


@dataclass(frozen=True, slots=True)
class UnitFact:
    """A commune between two dates (`valid_to` is the last day, None while it lasts). Codes are reused: see `valid_from`."""

    code: str
    name: str
    kind: str
    district: str
    province: str
    valid_from: date
    valid_to: date | None

    def in_force(self, day: date) -> bool:
        """Whether the unit exists on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class CategoryFact:
    """A category of the law with the ages (completed years, `age_to` excluded) and dates between which it applies."""

    code: str
    age_from: int | None
    age_to: int | None
    coefficient: Decimal | None
    valid_from: date
    valid_to: date | None
    legal_clause: str

    def admits_age(self, age: int) -> bool:
        """Whether a person of that many completed years can have the category."""
        return (self.age_from is None or age >= self.age_from) and (self.age_to is None or age < self.age_to)

    def in_force(self, day: date) -> bool:
        """Whether the category is law on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class LevelFact:
    """A standard level in đồng (or the flat social pension, `pension`), nationally or of one province."""

    scope: str
    pension: bool
    amount_dong: int
    valid_from: date
    valid_to: date | None

    def in_force(self, day: date) -> bool:
        """Whether the level is law on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """All facts of one loading, told apart by identity. Look-ups are by the keys that the rules use."""

    units: tuple[UnitFact, ...]
    successors: Mapping[tuple[str, date], tuple[str, date]]
    categories: Mapping[str, CategoryFact]
    levels: tuple[LevelFact, ...]
    ethnic_groups: Mapping[str, str]
    phone_prefixes: Mapping[str, str]
    birth_provinces: frozenset[str]

    def unit(self, code: str, day: date) -> UnitFact | None:
        """The commune that has this code on that day."""
        return next((unit for unit in self.units if unit.code == code and unit.in_force(day)), None)

    def successor(self, unit: UnitFact, day: date) -> UnitFact | None:
        """The unit on that day that holds what `unit` was: itself while it lasts, else what it was merged into."""
        current: UnitFact | None = unit
        while current is not None and current.valid_to is not None and current.valid_to < day:
            key = self.successors.get((current.code, current.valid_from))
            current = self.unit(*key) if key else None
        return current if current is not None and current.in_force(day) else None

    def level_dong(self, day: date, province: str, *, pension: bool = False) -> int | None:
        """The monthly level of that day: the province's own where it has one above the nation's, else the nation's."""
        return _level_dong(self, day, province, pension)


@lru_cache(maxsize=256)
def _level_dong(reference: Reference, day: date, province: str, pension: bool) -> int | None:
    """Asked for every row of a list, of one day and province."""
    found = [
        level.amount_dong
        for level in reference.levels
        if level.pension == pension and level.in_force(day) and (level.scope == NATIONAL or level.scope in province)
    ]
    return max(found, default=None)
