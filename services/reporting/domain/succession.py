"""Units by another day's: what a commune became in the reforms of 1/1/2025 and 1/7/2025 (`shared/data/units_map.csv`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from services.reporting.domain.figure_refusals import UNITS_GONE_BY
from shared.kernel.errors import Refusal
from shared.kernel.units import Unit, unit_id

REFORMS = (date(2021, 7, 1), date(2025, 1, 1), date(2025, 7, 1))
"""First days of the units that the map names."""

_COLUMNS = ("code_2021", "code_2025_01", "code_2025_07")


@dataclass(frozen=True, slots=True)
class Became:
    """A commune by another day's units. `in_parts`: only most of it went there, the rest elsewhere."""

    unit: Unit
    in_parts: bool = False


class Successions:
    """What became of communes, by the rows of the map and the units that are known."""

    def __init__(self, rows: Iterable[Mapping[str, str]], known: Mapping[str, Unit]) -> None:
        self._known = known
        self._rows: dict[str, Mapping[str, str]] = {}
        self._parts: dict[str, bool] = {}
        for row in rows:
            for column, start in zip(_COLUMNS, REFORMS, strict=True):
                key = unit_id(row[column], start)
                self._rows.setdefault(key, row)
                self._parts[key] = self._parts.get(key, False) or row["part"] != "whole"

    def on(self, unit: Unit, day: date) -> Became:
        """The unit of that day in which a commune lies. A commune that nobody mapped, or that lasts, is itself.

        Raises `units-gone-by` for a commune that came after that day out of several, or is not in the map.
        """
        if unit.valid_from <= day and (unit.valid_to is None or day <= unit.valid_to):
            return Became(unit)
        row = self._rows.get(unit.unit_id)
        if unit.valid_from > day:
            raise Refusal(UNITS_GONE_BY, f"{unit.unit_id} came after {day}", unit=unit.unit_id)
        if row is None:
            return Became(unit)
        column, start = next((c, s) for c, s in zip(reversed(_COLUMNS), reversed(REFORMS), strict=True) if s <= day)
        heir = self._known.get(unit_id(row[column], start))
        return Became(heir or unit, self._parts[unit.unit_id])
