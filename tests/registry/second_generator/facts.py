"""What the lists are about: units with their dates, categories with ages and coefficients, standard levels."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from random import Random

from tests.registry.second_generator.scripts import plain

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


@dataclass(frozen=True, slots=True)
class Unit:
    """A commune as it was called for a time."""

    code: str
    name: str
    district: str
    province: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Category:
    """A category of the decree, with the ages and the coefficient it is for."""

    code: str
    age_from: int
    age_to: int
    coefficient: float


@cache
def _table(name: str) -> tuple[dict[str, str], ...]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def units() -> tuple[Unit, ...]:
    """Every commune of the three lists of units."""
    return tuple(
        Unit(
            row["commune_code"],
            row["commune_name"],
            row.get("district_name") or "",
            row["province_name"],
            date.fromisoformat(row["valid_from"]),
            date.fromisoformat(row.get("valid_to") or "2026-12-31"),
        )
        for name in ("units_2021.csv", "units_2025_01.csv", "units_2025.csv")
        for row in _table(name)
    )


@cache
def categories() -> dict[str, Category]:
    """The monthly categories by code."""
    return {
        row["code"]: Category(row["code"], int(row["age_from"] or 0), int(row["age_to"] or 200), float(row["coefficient"] or 0))
        for row in _table("categories.csv")
    }


def in_force(code: str, month: date) -> bool:
    """Whether a category is law in a month."""
    row = next(row for row in _table("categories.csv") if row["code"] == code)
    return date.fromisoformat(row["valid_from"]) <= month <= date.fromisoformat(row["valid_to"] or "2099-01-01")


def level_dong(month: date) -> int:
    """The national standard level."""
    return 360_000 if month < date(2024, 7, 1) else 500_000


def amount_dong(code: str, month: date, children: int | None) -> int:
    """What is due for a month."""
    if code.startswith("HTXH"):
        return 500_000
    return round(level_dong(month) * categories()[code].coefficient) * (children or 1)


@cache
def phone_prefixes() -> tuple[tuple[str, str], ...]:
    """Old 11-digit prefixes and what they became in 2018."""
    return tuple((row["old_prefix"], row["new_prefix"]) for row in _table("phone_prefix_2018.csv"))


def age_on(born: date, day: date) -> int:
    """Full years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def has_namesake(unit: Unit, month: date) -> bool:
    """Whether another commune bears the name in that month: then a name without a district doesn't tell which."""
    return any(
        plain(other.name) == plain(unit.name) and other.code != unit.code and other.first <= month <= other.last
        for other in units()
    )


def former_unit(rng: Random, unit: Unit) -> Unit | None:
    """A commune of 2021 that went whole into this one of July 2025, if any has another name."""
    codes = {row["code_2021"] for row in _table("units_map.csv") if row["code_2025_07"] == unit.code and row["part"] == "whole"}
    split = {row["code_2021"] for row in _table("units_map.csv") if row["part"] != "whole"}
    before = [old for old in units() if old.code in codes - split and old.first == date(2021, 7, 1)]
    return rng.choice(before) if before else None


def draw_unit_and_month(rng: Random) -> tuple[Unit, date]:
    """A commune and a month in which it stood under that name."""
    unit = rng.choice(units())
    months = [
        date(year, month, 1)
        for year in range(2021, 2027)
        for month in range(1, 13)
        if unit.first <= date(year, month, 1) <= unit.last and date(year, month, 1) <= date(2026, 11, 1)
    ]
    return unit, rng.choice(months)


def former_units(month: date) -> list[tuple[Unit, str]]:
    """Each commune of 2021 that went whole into another, with the code of that in a month of 2025 or later."""
    column = "code_2025_07" if month >= date(2025, 7, 1) else "code_2025_01"
    after: dict[str, set[str]] = {}
    for row in _table("units_map.csv"):
        after.setdefault(row["code_2021"], set()).add(row[column])
    old = {unit.code: unit for unit in units() if unit.first == date(2021, 7, 1)}
    return [(old[code], codes.copy().pop()) for code, codes in after.items() if len(codes) == 1]
