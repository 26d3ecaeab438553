"""Swaps: changes of a table of people that leave everything published as it was (see `suppression`).

A swap runs along one to three *axes*: the unit, or some dimensions. It is the box between a person's point and another that
differs along every axis: going from corner to corner it takes a person away, adds one, and so on. A sum over an axis stays as it
was, so a swap changes just the counts that name something of every axis, in the units below the one that both communes share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations, islice

from services.reporting.domain.grid import ALL, COMMUNE, Cell, Grid, Point

Changes = Mapping[int, int]
"""What a swap adds to each count that it changes, by the grid's number of the cell."""

Axis = tuple[int, ...]
"""Positions of a point that change together; (COMMUNE,) is the unit's."""

MAX_CANDIDATES = 16
"""Swaps along the same axes that are compared for one person. What is left out could only have hidden less."""

FEW = 4
"""Of them, those that end in the same commune."""

MAX_STARTS = 3
"""People of a cell from whom swaps are tried."""

UNIT: Axis = (COMMUNE,)


class Swaps:
    """Finds swaps in the points of one month and province."""

    def __init__(self, grid: Grid, counts: Mapping[int, int], hidden: set[int]) -> None:
        """`hidden` is looked at whenever a swap is priced; it grows meanwhile."""
        self._grid, self._counts, self._hidden = grid, counts, hidden
        self._others = tuple(at for at in range(1, grid.width) if at not in grid.sensitive)
        self._profile = tuple(sorted(grid.sensitive))
        self._inside: dict[int, list[Point]] = {}
        self._of_way: dict[tuple[str, Point], list[Point]] = {}  # by commune and way
        self._besides: dict[tuple[Point, tuple[Axis, ...]], list[Point]] = {}
        self._here: dict[str, list[Point]] = {}
        for point in grid.points:
            self._here.setdefault(point[COMMUNE], []).append(point)
            self._of_way.setdefault((point[COMMUNE], self._way(point)), []).append(point)
            for cell in grid.cells_of(point):
                if cell in hidden and len(self._inside.setdefault(cell, [])) < MAX_STARTS:
                    self._inside[cell].append(point)

    def cheapest(self, starts: Iterable[int], reaches: Callable[[Changes], bool]) -> frozenset[int]:
        """What has to be hidden for the cheapest swap that starts from a person of one of these cells and reaches what it should.

        Empty where there is none, which is so only where a sensitive dimension has just one value.
        """
        cells = sorted(starts)
        boxes = [list(self._boxes(self._grid.cell(cell))) for cell in cells]
        for kind in range(max(map(len, boxes), default=0)):
            found = [
                changes
                for cell, axes in zip(cells, boxes, strict=True)
                for changes in (self._candidates(cell, axes[kind]) if kind < len(axes) else ())
                if reaches(changes)
            ]
            if found:
                cheapest = min(found, key=self._price)
                return frozenset(cheapest)
        return frozenset()

    def _price(self, changes: Changes) -> tuple[int, int]:
        """People who are hidden for it and were not before."""
        return sum(self._counts.get(cell, 0) + 1 for cell in changes if cell not in self._hidden), len(changes)

    def _candidates(self, number: int, axes: tuple[Axis, ...]) -> Iterator[Changes]:
        """Swaps along some axes that may change a cell."""
        depth = self._grid.depth[self._grid.cell(number)[COMMUNE]]
        for start in self._inside.get(number, ()):
            for other in islice(self._partners(start, axes, depth), MAX_CANDIDATES):
                yield self._changes(start, other, axes)

    def _boxes(self, cell: Cell) -> Iterator[tuple[Axis, ...]]:
        """The axes worth trying for a cell: those first that change the fewest other counts, and the next only where they do not
        do. What belongs together (provider and channel, group and age) changes together."""
        depth = self._grid.depth[cell[COMMUNE]]
        named = [at for at in range(1, len(cell)) if cell[at] != ALL]
        inner: list[tuple[Axis, Axis]] = []
        if any(at not in self._grid.sensitive for at in named):
            inner.append((self._others, self._profile))
        elif len(named) == 2:
            inner += [(tuple(at for at in self._profile if at != apart), (apart,)) for apart in named]
        if depth:
            yield from ((UNIT, *pair) for pair in inner)
            yield (UNIT, self._profile)
        yield from inner
        yield (self._profile,)

    def _partners(self, start: Point, axes: tuple[Axis, ...], depth: int) -> Iterator[Point]:
        """Far corners of the boxes of which every corner that loses a person has one."""
        if len(axes) == 1:
            return self._profiles(start)
        if len(axes) == 2:
            return self._elsewhere(start, depth) if axes[0] == UNIT else iter(self._beside(start, axes))
        return self._beside_elsewhere(start, axes, depth)

    def _profiles(self, start: Point) -> Iterator[Point]:
        """The same commune and way with another value of a sensitive dimension, or as somebody else there."""
        yield from (p for p in self._of_way[start[COMMUNE], self._way(start)] if p != start)
        for at in self._profile:
            yield from (_mixed(start, (at,), value) for value in self._grid.values[at] if value != start[at])

    def _beside(self, start: Point, axes: tuple[Axis, ...]) -> list[Point]:
        """Points of the same commune that differ along both axes, and nowhere else; the most alike first."""
        key = (start, axes)
        if key not in self._besides:
            free = {at for axis in axes for at in axis}
            fixed = [at for at in range(1, len(start)) if at not in free]
            here = (p for p in self._here[start[COMMUNE]] if all(p[at] == start[at] for at in fixed) and _differ(start, p, axes))
            self._besides[key] = sorted(here, key=lambda p: (_distance(start, p), p))[:MAX_CANDIDATES]
        return self._besides[key]

    def _elsewhere(self, start: Point, depth: int) -> Iterator[Point]:
        """Points of the same way and another profile in other units: near communes first, like profiles first."""
        way = self._way(start)
        for unit in self._near(start, depth):
            there = (p for p in self._of_way.get((unit, way), ()) if _differ(start, p, (self._profile,)))
            yield from sorted(there, key=lambda p: (_distance(start, p), p))[:FEW]

    def _beside_elsewhere(self, start: Point, axes: tuple[Axis, ...], depth: int) -> Iterator[Point]:
        besides = self._beside(start, axes[1:])
        for unit in islice(self._near(start, depth), MAX_CANDIDATES):
            for beside in besides:
                far = (unit, *beside[1:])
                if all(_moved(start, far, (UNIT, axis)) in self._grid.points for axis in axes[1:]):
                    yield far

    def _near(self, start: Point, depth: int) -> Iterator[str]:
        """Communes outside the unit of this depth that the start lies in."""
        commune = start[COMMUNE]
        return (unit for unit in self._grid.nearest(commune) if self._grid.common(commune, unit) <= depth)

    def _way(self, point: Point) -> Point:
        return tuple([point[at] for at in self._others])

    def _changes(self, start: Point, other: Point, axes: tuple[Axis, ...]) -> Changes:
        """What the swap of a box changes."""
        grid = self._grid
        differing = [sum(1 << at for at in axis if start[at] != other[at]) for axis in axes if axis != UNIT]
        common = grid.common(start[COMMUNE], other[COMMUNE]) if UNIT in axes else 0
        changes: dict[int, int] = {}
        for size in range(len(axes) + 1):
            for flipped in combinations(axes, size):
                sign = 1 if size % 2 else -1
                for cell in grid.cells_naming(_moved(start, other, flipped), differing, common):
                    changes[cell] = changes.get(cell, 0) + sign
        return {cell: sign for cell, sign in changes.items() if sign}


def _moved(start: Point, other: Point, axes: Iterable[Axis]) -> Point:
    """A point with another's values along some axes."""
    moving = {at for axis in axes for at in axis}
    return tuple([other[at] if at in moving else value for at, value in enumerate(start)])


def _mixed(point: Point, axis: Axis, value: str) -> Point:
    return tuple([value if at in axis else held for at, held in enumerate(point)])


def _differ(start: Point, other: Point, axes: Iterable[Axis]) -> bool:
    return all(any(start[at] != other[at] for at in axis) for axis in axes)


def _distance(start: Point, other: Point) -> int:
    return sum(one != two for one, two in zip(start[1:], other[1:], strict=True))
