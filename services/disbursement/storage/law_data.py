"""Reads the law's dated values from the data files that ship with ChiTra."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from services.disbursement.domain.law import CategoryRow, Law, LevelRow
from services.disbursement.domain.topups import TopUpRow
from shared.reference import read_rows

_PENSION = "trợ cấp hưu trí xã hội"
_TOPUPS = "provincial_topups.csv"


@lru_cache(maxsize=1)
def load_law() -> Law:
    """All dated levels, categories and top-ups. Read once: the files change with a release of ChiTra only."""
    levels = tuple(
        LevelRow(
            scope=row["scope"],
            pension=row["kind"] == _PENSION,
            amount_dong=int(row["amount_vnd"]),
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=_day(row["valid_to"]),
        )
        for row in read_rows("standard_levels.csv")
    )
    categories = tuple(
        CategoryRow(
            code=row["code"],
            coefficient=_decimal(row["coefficient"]),
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=_day(row["valid_to"]),
        )
        for row in read_rows("categories.csv")
    )
    return Law(levels, categories, topup_rows(read_rows(_TOPUPS)))


def topup_rows(rows: Iterable[dict[str, str]]) -> tuple[TopUpRow, ...]:
    """Rows of a file of top-ups. Raises ValueError where one is not as `domain/topups.py` wants it, or a code stands twice."""
    found = [
        TopUpRow(
            code=row["code"],
            province=row["province"],
            category_prefix=row["category_prefix"] or None,
            group=row["group"] or None,
            amount_dong=int(row["amount_vnd"]) if row["amount_vnd"] else None,
            coefficient=_decimal(row["coefficient"]),
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=_day(row["valid_to"]),
        )
        for row in rows
    ]
    if len({row.code for row in found}) != len(found):
        raise ValueError("a top-up's code stands twice")
    return tuple(found)


@dataclass(frozen=True, slots=True)
class TopUpText:
    """A top-up in words: what it is for, and by which instrument of the province."""

    code: str
    instrument: str
    vi: str


@lru_cache(maxsize=1)
def _texts() -> dict[str, TopUpText]:
    return {row["code"]: TopUpText(row["code"], row["instrument"], row["description_vi"]) for row in read_rows(_TOPUPS)}


def topup_text(code: str) -> TopUpText:
    """The words of a top-up; a code that the file lost stands for itself."""
    return _texts().get(code, TopUpText(code, "?", code))


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@lru_cache(maxsize=1)
def _levels() -> tuple[tuple[LevelRow, str], ...]:
    rows = read_rows("standard_levels.csv")
    return tuple(zip(load_law().levels, (row["instrument"] for row in rows), strict=True))


def level_instrument(amount_dong: int, month: date) -> str | None:
    """The instrument of the dated amount that a month was reckoned with; None where the file names none of this amount."""
    found = (
        instrument
        for level, instrument in _levels()
        if level.amount_dong == amount_dong and level.valid_from <= month <= (level.valid_to or date.max)
    )
    return next(found, None)
