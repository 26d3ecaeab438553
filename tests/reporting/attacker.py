"""Somebody who knows everything published and works out the rest: linear algebra over the points, and that nobody counts below 0.

Shares no code with the service: cells are made here from the points, in their own way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations, product

PRIME = 2**61 - 1

Point = tuple[str, ...]
Cell = tuple[str, ...]


class World:
    """All that can be counted: every combination of a commune and values."""

    def __init__(self, paths: Mapping[str, tuple[str, ...]], values: list[tuple[str, ...]], sensitive: set[int]) -> None:
        self.paths, self.values, self.sensitive = paths, values, sensitive
        self.points: list[Point] = list(product(paths, *values))
        self.communes = set(paths)
        self.units = sorted({unit for path in paths.values() for unit in path})

    def tables(self, commune_pairs_with: set[int]) -> Iterable[tuple[str, tuple[int, ...]]]:
        """Units with the positions (from 1) that one of their tables names, none for the total."""
        places = range(1, len(self.values) + 1)
        for unit in self.units:
            for size in (0, 1, 2):
                for table in combinations(places, size):
                    named = self.sensitive & set(table)
                    if size == 2 and unit in self.communes and (len(named) == 2 or not commune_pairs_with & set(table)):
                        continue
                    yield unit, table

    def cells(self, commune_pairs_with: set[int]) -> dict[Cell, bool]:
        """Every cell that is published or hidden -> whether it names a sensitive value."""
        found = {}
        for unit, table in self.tables(commune_pairs_with):
            for chosen in product(*(self.values[at - 1] for at in table)):
                cell = ["*"] * len(self.values)
                for at, value in zip(table, chosen, strict=True):
                    cell[at - 1] = value
                found[(unit, *cell)] = bool(self.sensitive & set(table))
        return found

    def row(self, cell: Cell) -> dict[int, int]:
        """A cell as a sum of points."""
        return {
            at: 1
            for at, point in enumerate(self.points)
            if cell[0] in self.paths[point[0]] and all(c in ("*", v) for c, v in zip(cell[1:], point[1:], strict=True))
        }


def determined(world: World, published: Mapping[Cell, int], wanted: Iterable[Cell]) -> list[Cell]:
    """Which of the wanted cells follow from what is published."""
    nobody = {at for cell, count in published.items() if count == 0 for at in world.row(cell)}
    basis: dict[int, dict[int, int]] = {}
    for cell in published:
        left = _reduced({at: n for at, n in world.row(cell).items() if at not in nobody}, basis)
        if left:
            pivot = min(left)
            inverse = pow(left[pivot], -1, PRIME)
            basis[pivot] = {at: n * inverse % PRIME for at, n in left.items()}
    rows = {cell: {at: n for at, n in world.row(cell).items() if at not in nobody} for cell in wanted}
    return [cell for cell, row in rows.items() if not _reduced(row, basis)]


def _reduced(row: dict[int, int], basis: Mapping[int, dict[int, int]]) -> dict[int, int]:
    """What is left of a row when the basis is taken off it; nothing if it follows from the basis."""
    left, done = dict(row), -1
    while True:
        pivot = min((at for at in left if at > done and at in basis), default=None)
        if pivot is None:
            return left
        factor, done = left[pivot], pivot
        for at, n in basis[pivot].items():
            value = (left.get(at, 0) - factor * n) % PRIME
            if value:
                left[at] = value
            else:
                left.pop(at, None)
