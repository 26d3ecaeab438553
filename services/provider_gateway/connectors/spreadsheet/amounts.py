"""Amounts and days as people write them into cells."""

from __future__ import annotations

import re
from datetime import date

_WHOLE = re.compile(r"^\d{1,15}$")
_GROUPED = re.compile(r"^\d{1,3}(?:([., ])\d{3})(?:\1\d{3})*$")
_NOTHING_BEHIND = re.compile(r"[.,]0{1,2}$")
_UNIT = re.compile(r"(?:đồng|đong|dong|vnđ|vnd|đ|d|₫)\.?$", re.IGNORECASE)
_DAY = re.compile(r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$")


def read_amount_dong(text: str) -> int | None:
    """Whole đồng: 360000, 360.000, "360,000 đ", 360000,00; None for anything else, also for part of a đồng."""
    bare = _UNIT.sub("", text.replace("\u00a0", " ").replace("\u202f", " ").strip()).strip()
    for attempt in (bare, _NOTHING_BEHIND.sub("", bare)):
        if _WHOLE.match(attempt):
            return int(attempt)
        if _GROUPED.match(attempt):
            return int(re.sub(r"[., ]", "", attempt))
    return None


def read_day(text: str) -> date | None:
    """A day as dd/mm/yyyy; None for anything else."""
    match = _DAY.match(text.strip())
    if match is None:
        return None
    try:
        return date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        return None
