"""The counts of one month and province, numbered: so many are looked up that names would take most of the time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

ALL = "*"
"""Any value of a dimension."""

COMMUNE = 0
"""The position of the commune in a point, and of the unit in a cell."""

Point = tuple[str, ...]
"""A commune and a value of each dimension."""

Cell = tuple[str, ...]
"""A unit and of each dimension a value or ALL."""

Mask = tuple[int, ...]
"""Positions that a table names, beside the unit."""

_STRIDE = 1 << 24
"""More than there are different parts of cells beside their unit."""


class Grid:
    """Points, and the cells that they are counted in. A cell's number tells its unit and its values."""

    def __init__(
        self,
        paths: Mapping[str, tuple[str, ...]],  # of each commune its units, outermost first
        masks: Mapping[bool, Sequence[Mask]],  # of the published tables: of communes (True), and of the units above (False)
        sensitive: frozenset[int],  # positions
        values: Sequence[Sequence[str]],  # of each position; of communes none
        points: Mapping[Point, int],
    ) -> None:
        self.paths, self.sensitive, self.values, self.points = paths, sensitive, values, points
        self.width = len(values)
        self.depth = {unit: at for path in paths.values() for at, unit in enumerate(path)}
        self._units = sorted(self.depth)
        number = self._unit_numbers = {unit: at * _STRIDE for at, unit in enumerate(self._units)}
        self._leaf = {commune: (number[commune],) for commune in paths}
        self._above = {commune: tuple(number[unit] for unit in path[:-1]) for commune, path in paths.items()}
        self._masks = {of: [(mask, sum(1 << at for at in mask)) for mask in among] for of, among in masks.items()}
        self._parts: list[tuple[str, ...]] = []
        self._numbers: dict[tuple[str, ...], int] = {}
        self._of_values: dict[tuple[bool, tuple[str, ...]], list[tuple[int, int]]] = {}
        self._wider: dict[int, list[tuple[int, int]]] = {}
        self._common: dict[tuple[str, str], int] = {}
        self._nearest: dict[str, list[str]] = {}
        self.above = {number[unit]: number[path[at - 1]] for path in paths.values() for at, unit in enumerate(path) if at}

    def cell(self, number: int) -> Cell:
        """The cell of a number."""
        return (self._units[number // _STRIDE], *self._parts[number % _STRIDE])

    def number(self, cell: Cell) -> int | None:
        """The number of a cell; None for a unit that isn't there."""
        unit = self._unit_numbers.get(cell[COMMUNE])
        return None if unit is None else unit + self._part(cell[1:])

    def split(self, number: int) -> tuple[int, int]:
        """The unit's number and that of the values."""
        return number - number % _STRIDE, number % _STRIDE

    def wider(self, part: int) -> list[tuple[int, int]]:
        """Of a cell's values: each position that they name, and the values without it."""
        if part not in self._wider:
            held = self._parts[part]
            self._wider[part] = [
                (at + 1, self._part((*held[:at], ALL, *held[at + 1 :]))) for at, v in enumerate(held) if v != ALL
            ]
        return self._wider[part]

    def cells_of(self, point: Point) -> Iterator[int]:
        """Every published count with a sensitive dimension that a point is counted in."""
        return self.cells_naming(point, (), 0)

    def cells_naming(self, point: Point, each_of: Sequence[int], below: int) -> Iterator[int]:
        """Those that name a position of each of these sets (as bits), in units deeper than the first `below` of its path."""
        commune, values = point[COMMUNE], point[1:]
        above = self._above[commune][below:]
        for of_commune, units in ((True, self._leaf[commune]), (False, above)):
            if units:
                for bits, part in self._parts_of(of_commune, values):
                    for wanted in each_of:
                        if not bits & wanted:
                            break
                    else:
                        for unit in units:
                            yield unit + part

    def common(self, commune: str, other: str) -> int:
        """How many units both paths begin with."""
        key = (commune, other)
        if key not in self._common:
            both = zip(self.paths[commune], self.paths[other], strict=False)
            self._common[key] = next((at for at, (one, two) in enumerate(both) if one != two), len(self.paths[commune]))
        return self._common[key]

    def nearest(self, commune: str) -> list[str]:
        """The other communes, those that share most units first."""
        if commune not in self._nearest:
            others = (other for other in self.paths if other != commune)
            self._nearest[commune] = sorted(others, key=lambda other: (-self.common(commune, other), other))
        return self._nearest[commune]

    def _parts_of(self, of_commune: bool, values: tuple[str, ...]) -> list[tuple[int, int]]:
        key = (of_commune, values)
        if key not in self._of_values:
            self._of_values[key] = [
                (bits, self._part(tuple([value if at in mask else ALL for at, value in enumerate(values, 1)])))
                for mask, bits in self._masks[of_commune]
            ]
        return self._of_values[key]

    def _part(self, values: tuple[str, ...]) -> int:
        if values not in self._numbers:
            self._numbers[values] = len(self._parts)
            self._parts.append(values)
        return self._numbers[values]
