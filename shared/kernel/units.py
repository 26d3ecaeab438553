"""Administrative units. A code is reused under other names over time, so a unit is its code *and* its first day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from shared.kernel.errors import ErrorCode, Kind, Refusal

UNKNOWN_UNIT = ErrorCode("unknown-unit", Kind.INVALID, "Unknown administrative unit", "Không có đơn vị hành chính này")

_UNIT_ID = re.compile(r"^[0-9]{1,5}@\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True)
class Unit:
    """A commune, district or province as it was between two dates.

    `path` is the unit and its ancestors, province first, each as a unit id; `valid_to` is the last day, None while it lasts.
    """

    unit_id: str
    code: str
    valid_from: date
    valid_to: date | None
    level: str
    name: str
    parent_id: str | None
    path: tuple[str, ...]


def unit_id(code: str, valid_from: date) -> str:
    """The one written form of a unit id: `19870@2021-07-01`."""
    return f"{code}@{valid_from.isoformat()}"


def require_unit_id(text: str) -> str:
    """The text when it has the form of a unit id; else refused with `unknown-unit`."""
    if not _UNIT_ID.match(text):
        raise Refusal(UNKNOWN_UNIT, f"{text!r} is not a unit id such as 19870@2021-07-01", unit=text)
    return text
