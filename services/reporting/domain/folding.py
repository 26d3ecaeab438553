"""Sums become the rows of an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from services.reporting.domain.figure_refusals import TOO_MANY_ROWS
from services.reporting.domain.figures import MAX_ROWS, FigureQuery
from services.reporting.domain.measures import Measure
from shared.kernel.errors import Refusal
from shared.kernel.units import Unit

_SHARE_PARTS = 1_000_000

Key = tuple[str, ...]
"""A value of each dimension of `by`; months as `2021-10-01`."""

Value = int | float | None
"""None: not shown (see `suppressed`), or there is nothing to have a share or a time of."""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One row: what it is of, and its figures by measure."""

    key: Key
    values: Mapping[str, Value]
    suppressed: bool  # a figure is not shown, since it is of so few people that a category could be read from it
    in_parts: bool  # of units that were divided: counted where most of them went


@dataclass(frozen=True, slots=True)
class Figures:
    """An answer."""

    query: FigureQuery
    rows: Sequence[FigureRow]
    names: Mapping[str, Unit]  # of the units in it
    units_as_of: date | None  # None: those of each month's time


class Fold:
    """Adds sums up, by key."""

    def __init__(self, query: FigureQuery) -> None:
        self._query = query
        self._sums: dict[Key, dict[str, int]] = {}
        self._minutes: dict[Key, dict[int, int]] = {}
        self._hidden: set[tuple[Key, str]] = set()
        self._in_parts: set[Key] = set()

    def add(self, key: Key, column: str, count: int) -> None:
        """Count something in."""
        columns = self._sums.setdefault(key, {})
        columns[column] = columns.get(column, 0) + count

    def add_minutes(self, key: Key, minutes: int, count: int) -> None:
        """Obligations that took so long."""
        held = self._minutes.setdefault(key, {})
        held[minutes] = held.get(minutes, 0) + count

    def hide(self, key: Key, column: str) -> None:
        """A sum that has a part which must not be shown is not shown."""
        self._hidden.add((key, column))

    def mark(self, key: Key) -> None:
        """Something of it was counted where most of a unit went."""
        self._in_parts.add(key)

    def rows(self) -> list[FigureRow]:
        """All rows in the order of their keys, without those in which there is nothing. Raises `too-many-rows`."""
        hidden = {key for key, _ in self._hidden}
        some = {key for key, columns in self._sums.items() if any(columns.values())} | hidden | self._minutes.keys()
        if not self._query.by:
            some.add(())
        if len(some) > MAX_ROWS:
            raise Refusal(TOO_MANY_ROWS, f"{len(some)} rows, of which {MAX_ROWS} can be answered", allowed=MAX_ROWS)
        return [
            FigureRow(key, {m.name: self._value(key, m) for m in self._query.measures}, key in hidden, key in self._in_parts)
            for key in sorted(some)
        ]

    def _value(self, key: Key, measure: Measure) -> Value:
        if any((key, column) in self._hidden for column in measure.columns):
            return None
        if measure.quantile is not None:
            return _quantile(self._minutes.get(key, {}), measure.quantile)
        counts = [self._sums.get(key, {}).get(column, 0) for column in measure.columns]
        return share(*counts) if measure.is_share else counts[0]


def share(part: int, whole: int) -> float | None:
    """A part of a whole, rounded down to six digits so that no target looks reached before it is; None of nothing."""
    return part * _SHARE_PARTS // whole / _SHARE_PARTS if whole else None


def _quantile(minutes: Mapping[int, int], wanted: float) -> int | None:
    """The shortest time within which that share was paid."""
    left = ceil(sum(minutes.values()) * wanted)
    for each in sorted(minutes):
        left -= minutes[each]
        if left <= 0:
            return each
    return None
