"""Holidays as `shared/data/holidays.csv` has them."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import get_args

from services.disbursement.domain.calendar import Calendar, DayKind, SpecialDay
from shared.reference import read_rows


@cache
def load_calendar() -> Calendar:
    """The calendar. A row that can't be understood ends the start, not a payment."""
    return Calendar(_day(row) for row in read_rows("holidays.csv"))


def _day(row: dict[str, str]) -> SpecialDay:
    kinds: dict[str, DayKind] = {kind: kind for kind in get_args(DayKind)}
    return SpecialDay(date.fromisoformat(row["date"]), kinds[row["kind"]], row["name_vi"], row["name_en"], row["source"])
