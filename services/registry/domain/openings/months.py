"""Benefit months as one cell names them: one, several, or from one to another."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache

from services.registry.domain.lists.text import plain
from services.registry.domain.lists.workbook import Cell
from shared.kernel.months import next_month

MAX_MONTHS = 36
_EARLIEST_YEAR = 2000

_QUARTER = re.compile(r"quy(i{1,3}|iv|[1-4])/?(20\d\d)")
_QUARTERS = {"i": 1, "1": 1, "ii": 4, "2": 4, "iii": 7, "3": 7, "iv": 10, "4": 10}
_MONTH_YEAR = re.compile(r"(?<!\d)(\d{1,2})[.\-/](20\d\d)(?!\d)")
_ITEM = re.compile(r"^(\d{1,2})(?:/(20\d\d))?$")
_WORDS = (
    (r"thang|\bt(?=\s?\d)|\bky\b|\btu\b|nam(?=\s*,)", " "),
    (r"\bnam\b", "/"),
    (r"\bden\b|\btoi\b|–|—|~|->", "-"),
    (r"\bva\b|[+;&]", ","),
)


def read_months(cell: Cell) -> tuple[date, ...] | None:
    """The months of a cell in order, each once; None where they can't be read for certain.

    `9/2021`, `T7, 8, 9/2021`, `7-9/2021`, `từ 12/2020 đến 02/2021`, `quý III/2021`, a date that Excel made of `9/2021`.
    A month without a year takes the year written next after it; a cell without any year is not read.
    """
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return (cell.replace(day=1),) if cell.year >= _EARLIEST_YEAR else None
    if isinstance(cell, float):
        return _read(f"{cell:g}" if cell != round(cell, 4) else f"{cell:.4f}")
    return _read(cell) if isinstance(cell, str) else None


@lru_cache(maxsize=1_024)
def _read(text: str) -> tuple[date, ...] | None:
    words = plain(text)
    for pattern, instead in _WORDS:
        words = re.sub(pattern, instead, words)
    words = re.sub(r"\s*([,/\-])\s*", r"\1", words.strip(" .,")).replace("//", "/")
    if quarter := _QUARTER.fullmatch(words.replace(" ", "")):
        first = date(int(quarter.group(2)), _QUARTERS[quarter.group(1)], 1)
        return _span(first, next_month(next_month(first)))
    packed = _MONTH_YEAR.sub(r"\1/\2", words).replace(" ", ",")
    return _listed([part for part in packed.split(",") if part])


def _listed(parts: list[str]) -> tuple[date, ...] | None:
    """Parts from the last to the first: each year goes on to the months before it."""
    year: int | None = None
    found: list[date] = []
    for part in reversed(parts):
        ends = [_ITEM.match(end) for end in part.split("-")]
        if not 1 <= len(ends) <= 2:
            return None
        days: list[date] = []
        for end in reversed(ends):
            if end is None or not 1 <= int(end.group(1)) <= 12:
                return None
            year = int(end.group(2)) if end.group(2) else year
            if year is None:
                return None
            days.append(date(year, int(end.group(1)), 1))
        span = _span(days[-1], days[0])
        if span is None:
            return None
        found += span
    months = tuple(sorted(set(found)))
    return months if months and len(months) == len(found) and len(months) <= MAX_MONTHS else None


def _span(first: date, last: date) -> tuple[date, ...] | None:
    months = [first]
    while months[-1] < last and len(months) < MAX_MONTHS:
        months.append(next_month(months[-1]))
    return tuple(months) if months[-1] == last else None
