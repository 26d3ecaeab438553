"""What happens when a month's figures with a sensitive dimension are wanted: all its tables are protected together."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from services.reporting.domain.grid import ALL, Cell, Point
from services.reporting.domain.measures import LAYOUTS, SENSITIVE
from services.reporting.domain.suppression import SMALLEST_SHOWN, Protected, protect, totals
from services.reporting.storage import figures
from shared.database import Row, Tx
from shared.kernel.units import Unit

_KEPT = 32
"""Months and provinces that are kept: protecting one takes seconds, and most have not changed."""

_TURNS = 2
"""Questions with a sensitive dimension that are answered at a time."""

_PLACES_OF = {
    "account": ("paid_account",),
    "cash": ("paid_cash",),
    "none": ("not_released", "in_flight", "returned", "unclaimed", "cancelled"),
}

Paths = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ProtectedMonth:
    """People and money of one month and province. Amounts are shown where their obligations are."""

    people: Protected
    money: Protected
    amounts: Mapping[Cell, int]


class ProtectedMonths:
    """Protects months, one at a time, and keeps the last of them."""

    def __init__(self) -> None:
        self.turns = asyncio.Semaphore(_TURNS)  # to be taken before a transaction begins: those who wait hold no connection
        self._kept: OrderedDict[bytes, ProtectedMonth] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    async def read(
        self, tx: Tx, month: date, units: Mapping[str, Unit], provinces: frozenset[str], with_money: bool
    ) -> dict[str, ProtectedMonth]:
        """By province, those of which there is something; money only where it is wanted. The transaction must see whole
        provinces, whoever asks: what is hidden depends on the neighbours too."""
        found = {}
        people = await figures.points(tx, "people", month, LAYOUTS["people"].dims)
        money = await figures.points(tx, "money", month, LAYOUTS["money"].dims) if with_money else []
        root = {unit_id: unit.path[0] for unit_id, unit in units.items()}
        for province in sorted({root.get(row["unit_id"], "") for row in (*people, *money)} & provinces):
            mine = [[row for row in rows if root.get(row["unit_id"]) == province] for rows in (people, money)]
            paths = {row["unit_id"]: units[row["unit_id"]].path for rows in mine for row in rows}
            key = sha256(
                repr((sorted(paths.items()), [[tuple(row.values()) for row in rows] for rows in mine])).encode()
            ).digest()
            async with self._one_at_a_time:
                if key not in self._kept:
                    self._kept[key] = await asyncio.to_thread(_protect, paths, *mine)
                    while len(self._kept) > _KEPT:
                        self._kept.popitem(last=False)
                self._kept.move_to_end(key)
                found[province] = self._kept[key]
        return found


def _protect(paths: Paths, people_rows: list[Row], money_rows: list[Row]) -> ProtectedMonth:
    people = protect(LAYOUTS["people"], paths, _points(people_rows, "people"))
    counts = _points(money_rows, "obligations")
    small = {cell for cell in people.hidden if 0 < people.counts.get(cell, 0) < SMALLEST_SHOWN}
    money = protect(LAYOUTS["money"], paths, counts, also=_money_like(small), beside=_money_like(people.hidden - small))
    return ProtectedMonth(people, money, totals(LAYOUTS["money"], paths, _points(money_rows, "amount_dong")))


def _points(rows: list[Row], counted: str) -> dict[Point, int]:
    """Rows as points: their columns are the commune, the dimensions in their order, and counts."""
    found: dict[Point, int] = {}
    for row in rows:
        values: list[Any] = [value for name, value in row.items() if name not in ("people", "obligations", "amount_dong")]
        found[tuple(values)] = row[counted]
    return found


def _money_like(people: Iterable[Cell]) -> Iterator[Cell]:
    """Cells of people as cells of obligations. Most people have one, so a count of obligations would tell theirs: small cells of
    people are protected as small ones of obligations are, and what is hidden for their sake is hidden here too."""
    dims = LAYOUTS["people"].dims
    for cell in people:
        values = {dim: value for dim, value in zip(dims, cell[1:], strict=True) if value != ALL}
        for place in _PLACES_OF.get(values.get("paid_by", ALL), (ALL,)):
            kept = {dim: value for dim, value in values.items() if dim != "paid_by"}
            if any(dim in SENSITIVE for dim in kept):
                yield (cell[0], *({**kept, "place": place}.get(dim, ALL) for dim in LAYOUTS["money"].dims))
