"""Reads the law's dated values from the data files that ship with ChiTra."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files

from services.disbursement.domain.law import CategoryRow, Law, LevelRow

_PENSION = "trợ cấp hưu trí xã hội"


@lru_cache(maxsize=1)
def load_law() -> Law:
    """All dated levels and categories. Read once: the files change with a release of ChiTra only."""
    levels = tuple(
        LevelRow(
            scope=row["scope"],
            pension=row["kind"] == _PENSION,
            amount_dong=int(row["amount_vnd"]),
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=_day(row["valid_to"]),
        )
        for row in _rows("standard_levels.csv")
    )
    categories = tuple(
        CategoryRow(
            code=row["code"],
            coefficient=Decimal(row["coefficient"]) if row["coefficient"] else None,
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=_day(row["valid_to"]),
        )
        for row in _rows("categories.csv")
    )
    return Law(levels, categories)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _rows(name: str) -> Iterator[dict[str, str]]:
    with files("shared").joinpath("data", name).open(encoding="utf-8") as file:
        yield from csv.DictReader(file)
