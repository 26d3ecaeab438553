"""Which counts of people must not be shown, so that nobody's category can be read from them.

A count of 1 to 4 people in a table with a sensitive dimension (category group, sex, age band) is not published, neither is
what would let it be computed. All tables are counted from one table of *points* (commune and a value of every dimension), and
all are protected together: the answer to one question is never worked out from another, whatever it asks for or filters.

The proof is the same for each small count: a *swap*. It is a handful of points, some with a person less and some with a person
more, of which no point falls below zero. Everything published is the same before and after the swap, but the small count is
not. So whoever knows all that is published, and reasons as cleverly as one can, sees two tables of people that both fit. To
make that true every count that a swap changes is hidden. Counts without a sensitive dimension are published by others as they
are, so a swap never changes one.

A swap of four points (two communes, two groups) leaves the totals of both communes and both groups as they are; one of two
points (two groups, one commune) always exists and hides most. The cheapest is taken: the one that hides the fewest people more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from services.reporting.domain.figure_refusals import TOO_FINE
from services.reporting.domain.grid import ALL, Cell, Grid, Mask, Point
from services.reporting.domain.swaps import Changes, Swaps
from shared.kernel.errors import Refusal

SMALLEST_SHOWN = 5
"""People that a sensitive cell must have to be shown, unless it has none."""

MAX_POINTS = 60_000
"""Points of one month and province. Thừa Thiên Huế has some 10,000."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What the points of a table are made of, and which counts of them are published.

    Tables of a commune hold one sensitive dimension, alone or beside one of `commune_beside`. Above communes any two dimensions
    stand together of which one is sensitive.
    """

    dims: tuple[str, ...]  # in the order of a point's values, after its commune
    sensitive: Mapping[str, tuple[str, ...]]  # dimension -> values that everybody knows there are
    commune_beside: frozenset[str] = frozenset()

    def tables(self, of_commune: bool) -> list[frozenset[str]]:
        """The dimensions of each published table that has a sensitive one, smallest first."""
        single = [frozenset({dim}) for dim in self.dims if dim in self.sensitive]
        pairs = [frozenset(pair) for pair in combinations(self.dims, 2) if not self.sensitive.keys().isdisjoint(pair)]
        if of_commune:
            pairs = [pair for pair in pairs if pair & self.commune_beside and pair - self.commune_beside <= self.sensitive.keys()]
        return single + pairs

    def allows(self, dims: Iterable[str], of_commune: bool) -> bool:
        """Whether a table of these dimensions is published."""
        return frozenset(dims) in self.tables(of_commune)

    def masks(self, of_commune: bool) -> list[Mask]:
        """The tables as positions of a point."""
        return [tuple(at for at, dim in enumerate(self.dims, 1) if dim in table) for table in self.tables(of_commune)]

    def values(self, points: Iterable[Point]) -> list[list[str]]:
        """The values of each position, in order; of communes none."""
        seen: list[set[str]] = [set(), *(set(self.sensitive.get(dim, ())) for dim in self.dims)]
        for point in points:
            for at in range(1, len(point)):
                seen[at].add(point[at])
        return [sorted(each) for each in seen]


@dataclass(frozen=True, slots=True)
class Protected:
    """The counts of one month and province that have a sensitive dimension, and those of them that must not be shown."""

    layout: Layout
    counts: Mapping[Cell, int]  # those that are not 0
    hidden: frozenset[Cell]

    def cell(self, unit: str, values: Mapping[str, str]) -> Cell:
        """The cell of a unit with these values of some dimensions."""
        return (unit, *(values.get(dim, ALL) for dim in self.layout.dims))

    def shown(self, cell: Cell) -> int | None:
        """The count, or None where it must not be shown."""
        return None if cell in self.hidden else self.counts.get(cell, 0)


def protect(
    layout: Layout,
    paths: Mapping[str, tuple[str, ...]],
    points: Mapping[Point, int],
    also: Iterable[Cell] = (),
    beside: Iterable[Cell] = (),
) -> Protected:
    """Hide what has to be hidden in one month and province.

    `paths`: of each commune, the units that it lies in, outermost first and itself last; the outermost is the same for all.
    `points`: counts; none below zero. `also`: cells to be treated as small, whatever they count; `beside`: cells to be hidden and
    no more. The same points always hide the same cells. Raises `too-fine-to-protect` for more points than MAX_POINTS.
    """
    held = {point: count for point, count in sorted(points.items()) if count > 0}
    if len(held) > MAX_POINTS:
        raise Refusal(TOO_FINE, f"{len(held)} combinations, of which {MAX_POINTS} can be protected together")
    grid = _grid(layout, paths, held)
    counts = _counts(grid, held)
    small = {number for number in map(grid.number, also) if number is not None}
    small |= {cell for cell, count in counts.items() if count < SMALLEST_SHOWN}
    hidden = small | {number for number in map(grid.number, beside) if number is not None}
    swaps = Swaps(grid, counts, hidden)
    changed: set[int] = set()
    for cell in sorted(small & counts.keys(), key=lambda each: _coarseness(grid.cell(each))):
        if cell not in changed:
            found = swaps.cheapest((cell,), _changing(cell))
            hidden |= found
            changed |= found
    _widen(grid, swaps, counts, hidden)
    return Protected(layout, {grid.cell(cell): count for cell, count in counts.items()}, frozenset(map(grid.cell, hidden)))


def totals(layout: Layout, paths: Mapping[str, tuple[str, ...]], points: Mapping[Point, int]) -> dict[Cell, int]:
    """The same cells summed over something else, amounts say. Whoever shows them asks `Protected` whether they may."""
    grid = _grid(layout, paths, points)
    return {grid.cell(cell): total for cell, total in _counts(grid, points).items()}


def _grid(layout: Layout, paths: Mapping[str, tuple[str, ...]], points: Mapping[Point, int]) -> Grid:
    sensitive = frozenset(at for at, dim in enumerate(layout.dims, 1) if dim in layout.sensitive)
    return Grid(paths, {of: layout.masks(of) for of in (True, False)}, sensitive, layout.values(points), points)


def _counts(grid: Grid, points: Mapping[Point, int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for point, count in points.items():
        for cell in grid.cells_of(point):
            counts[cell] = counts.get(cell, 0) + count
    return counts


def _coarseness(cell: Cell) -> tuple[int, Cell]:
    return len(cell) - cell.count(ALL), cell


def _changing(cell: int) -> Callable[[Changes], bool]:
    return lambda changes: cell in changes


Line = tuple[int, int]
"""A total (the number of its cell), and the position along which other counts add up to it; 0: its unit."""


def _widen(grid: Grid, swaps: Swaps, counts: Mapping[int, int], hidden: set[int]) -> None:
    """What is hidden of a line is known together, as its total less what is shown. Where that is 1 to 4 people, and the line has
    more, the people of some swap between them and the rest are hidden too. To hide more endangers no swap found before."""
    while narrow := _narrow(grid, counts, hidden):
        for line, cells in narrow.items():
            starts = sorted(cell for cell in cells if cell in hidden)
            if line[0] in hidden or sum(counts[cell] for cell in starts) >= SMALLEST_SHOWN:
                continue
            found = swaps.cheapest(starts, _leaving(grid, line, hidden))
            hidden |= found or {min(cells - hidden, key=lambda cell: (counts[cell], cell))}


def _narrow(grid: Grid, counts: Mapping[int, int], hidden: set[int]) -> dict[Line, set[int]]:
    """Lines of which 1 to 4 people are hidden together though there are more, and their cells that have people."""
    lines: dict[Line, list[int]] = {}
    for cell, count in counts.items():
        for line in _lines(grid, cell):
            both = lines.setdefault(line, [0, 0])
            both[cell in hidden] += count
    found: dict[Line, set[int]] = {
        line: set()
        for line, (shown, covered) in sorted(lines.items())
        if shown and 0 < covered < SMALLEST_SHOWN and line[0] not in hidden
    }
    for cell in counts if found else ():
        for line in _lines(grid, cell):
            if line in found:
                found[line].add(cell)
    return found


def _lines(grid: Grid, cell: int) -> Iterator[Line]:
    """The lines that a cell stands in: of its unit among its neighbours, and of each value that it names among the others."""
    unit, part = grid.split(cell)
    if unit in grid.above:
        yield grid.above[unit] + part, 0
    for at, wider in grid.wider(part):
        yield unit + wider, at


def _leaving(grid: Grid, line: Line, hidden: set[int]) -> Callable[[Changes], bool]:
    """Whether a swap changes what is hidden of a line as a whole."""
    return lambda changes: sum(sign for cell, sign in changes.items() if cell in hidden and line in _lines(grid, cell)) != 0
