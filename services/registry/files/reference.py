"""The reference facts from the project's data files."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import shared
from services.registry.domain.lists.reference import NATIONAL, CategoryFact, LevelFact, Reference, UnitFact

DATA_FOLDER = Path(shared.__path__[0]) / "data"

_FROM_2021, _FROM_2025_01, _FROM_2025_07 = date(2021, 7, 1), date(2025, 1, 1), date(2025, 7, 1)


def load_reference(folder: Path = DATA_FOLDER) -> Reference:
    """All facts from the CSV files of a folder (`units_2021.csv`, `categories.csv`, ...). Raises OSError if one is missing."""
    return Reference(
        units=tuple(_units(folder)),
        successors=MappingProxyType(_successors(folder)),
        categories=MappingProxyType({category.code: category for category in _categories(folder)}),
        levels=tuple(_levels(folder)),
        ethnic_groups=MappingProxyType({row["code"]: row["name"] for row in _rows(folder / "ethnic_groups.csv")}),
        phone_prefixes=MappingProxyType(
            {row["old_prefix"]: row["new_prefix"] for row in _rows(folder / "phone_prefix_2018.csv")}
        ),
        birth_provinces=frozenset(row["code3"] for row in _rows(folder / "cccd_province_codes.csv")),
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _units(folder: Path) -> Iterator[UnitFact]:
    for name in ("units_2021.csv", "units_2025_01.csv", "units_2025.csv"):
        for row in _rows(folder / name):
            yield UnitFact(
                code=row["commune_code"],
                name=row["commune_name"],
                kind=row["commune_type"],
                district=row.get("district_name") or "",
                province=row["province_name"],
                valid_from=date.fromisoformat(row["valid_from"]),
                valid_to=_day(row.get("valid_to")),
            )


def _successors(folder: Path) -> dict[tuple[str, date], tuple[str, date]]:
    """(code, first day) -> what the whole unit became at the next reform. A unit split into several has none."""
    heirs: dict[tuple[str, date], set[tuple[str, date]]] = {}
    for row in _rows(folder / "units_map.csv"):
        before, between, after = row["code_2021"], row["code_2025_01"], row["code_2025_07"]
        heirs.setdefault((before, _FROM_2021), set()).add((between, _FROM_2025_01))
        heirs.setdefault((between, _FROM_2025_01), set()).add((after, _FROM_2025_07))
    return {unit: next(iter(after)) for unit, after in heirs.items() if len(after) == 1}


def _categories(folder: Path) -> Iterator[CategoryFact]:
    for row in _rows(folder / "categories.csv"):
        yield CategoryFact(
            code=row["code"],
            age_from=int(row["age_from"]) if row["age_from"] else None,
            age_to=int(row["age_to"]) if row["age_to"] else None,
            coefficient=Decimal(row["coefficient"]) if row["coefficient"] else None,
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=_day(row["valid_to"]),
            legal_clause=row["legal_clause"],
        )


def _levels(folder: Path) -> Iterator[LevelFact]:
    for row in _rows(folder / "standard_levels.csv"):
        yield LevelFact(
            scope=NATIONAL if row["scope"] == NATIONAL else row["scope"],
            pension="hưu trí" in row["kind"],
            amount_dong=int(row["amount_vnd"]),
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=_day(row["valid_to"]),
        )
