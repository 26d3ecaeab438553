"""The facts that the generator takes from `shared/data`: communes, coefficients, the standard level, phone prefixes."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from console.demo.province.model import Commune, Provider

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
PROVINCE_CODE = "46"
PROVINCE_NAME = "Tỉnh Thừa Thiên Huế"

AS_OF = date(2021, 10, 1)
"""The day on which the lists tell the truth: the first month of the plan."""

LEAD_PROVIDERS: dict[str, Provider] = {
    "474": "vietinbank",  # Thành phố Huế
    "476": "viettelpay",  # Phong Điền
    "477": "viettelpay",  # Quảng Điền
    "478": "vietinbank",  # Phú Vang
    "479": "viettelpay",  # Hương Thủy
    "480": "vietinbank",  # Hương Trà
    "481": "viettelpay",  # A Lưới
    "482": "vietinbank",  # Phú Lộc
    "483": "viettelpay",  # Nam Đông
}
"""District -> the provider that leads there. Every wish for an account follows it."""


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _in_force(row: dict[str, str]) -> bool:
    return row["valid_from"] <= AS_OF.isoformat() and (not row["valid_to"] or AS_OF.isoformat() <= row["valid_to"])


@lru_cache(maxsize=1)
def communes() -> tuple[Commune, ...]:
    """The communes of the province on `AS_OF`, by code."""
    found = [
        Commune(
            row["commune_code"],
            row["commune_name"],
            row["commune_type"],
            row["district_code"],
            row["district_name"],
            LEAD_PROVIDERS[row["district_code"]],
        )
        for row in _rows("units_2021.csv")
        if row["province_code"] == PROVINCE_CODE and _in_force(row)
    ]
    return tuple(sorted(found, key=lambda commune: commune.code))


@lru_cache(maxsize=1)
def coefficients() -> dict[str, Decimal]:
    """Category -> its coefficient (Decree 20/2021/NĐ-CP Art. 6)."""
    return {row["code"]: Decimal(row["coefficient"]) for row in _rows("categories.csv") if row["coefficient"]}


@lru_cache(maxsize=1)
def standard_level_dong() -> int:
    """The national standard level on `AS_OF` (Decree 20/2021/NĐ-CP Art. 4(2))."""
    for row in _rows("standard_levels.csv"):
        if row["scope"] == "national" and row["kind"].startswith("mức chuẩn") and _in_force(row):
            return int(row["amount_vnd"])
    raise LookupError(f"no national standard level in force on {AS_OF}")


@lru_cache(maxsize=1)
def old_phone_prefixes() -> dict[str, str]:
    """New prefix -> the one that the same number had before the change of 9/2018: `076` -> `0126`."""
    return {row["new_prefix"]: row["old_prefix"] for row in _rows("phone_prefix_2018.csv")}
