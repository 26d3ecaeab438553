"""Facts that come with the project (`shared/data/`): administrative units by date."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files

from shared.kernel.errors import Refusal
from shared.kernel.units import UNKNOWN_UNIT, Unit, unit_id

PROVINCE_2021_FROM = date(2021, 7, 1)
PROVINCE_2025_FROM = date(2025, 1, 1)


def read_rows(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file of `shared/data/`."""
    text = files("shared.data").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def units() -> tuple[Unit, ...]:
    """All units of Thừa Thiên Huế, later Huế city: of 2021, of 1/1/2025 and of 1/7/2025 (communes without districts)."""
    found: dict[str, Unit] = {}
    for name in ("units_2021.csv", "units_2025_01.csv", "units_2025.csv"):
        for row in read_rows(name):
            for unit in _units_of_row(row):
                found.setdefault(unit.unit_id, unit)
    return tuple(found.values())


def _units_of_row(row: dict[str, str]) -> Iterator[Unit]:
    start = date.fromisoformat(row["valid_from"])
    end = date.fromisoformat(row["valid_to"]) if row.get("valid_to") else None
    # The province became a city of province rank on 1/1/2025 and stayed one when districts ended on 1/7/2025.
    city = start >= PROVINCE_2025_FROM
    province_start, province_end = (PROVINCE_2025_FROM, None) if city else (PROVINCE_2021_FROM, end)
    province = unit_id(row["province_code"], province_start)
    yield Unit(province, row["province_code"], province_start, province_end, "province", row["province_name"], None, (province,))
    parents: tuple[str, ...] = (province,)
    if row.get("district_code"):
        district = unit_id(row["district_code"], start)
        yield Unit(district, row["district_code"], start, end, "district", row["district_name"], province, (province, district))
        parents = (province, district)
    commune = unit_id(row["commune_code"], start)
    path = (*parents, commune)
    yield Unit(commune, row["commune_code"], start, end, "commune", row["commune_name"], parents[-1], path)


def units_on(day: date) -> list[Unit]:
    """Units as they were on a day, provinces first, then districts, then communes."""
    order = {"province": 0, "district": 1, "commune": 2}
    there = [u for u in units() if u.valid_from <= day and (u.valid_to is None or day <= u.valid_to)]
    return sorted(there, key=lambda u: (order[u.level], u.code))


def unit_ids_of_code(code: str) -> list[str]:
    """Every dated unit that a code has named. Raises `unknown-unit`."""
    ids = [u.unit_id for u in units() if u.code == code]
    if not ids:
        raise Refusal(UNKNOWN_UNIT, f"no unit of shared/data has the code {code!r}", unit=code)
    return ids
