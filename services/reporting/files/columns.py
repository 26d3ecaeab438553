"""The columns of an answer, the same in every format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from services.reporting.domain.folding import FigureRow, Figures, Value
from services.reporting.domain.measures import DIMS, UNIT_DIMS

Cell = str | bool | Value


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `unit` is text for dimensions, people, dong, share, ... for measures, flag for what is marked."""

    name: str
    vi: str
    en: str
    unit: str


SUPPRESSED = Column("suppressed", "Không hiển thị", "Not shown: a small group could be read from it", "flag")
IN_PARTS = Column("in_parts", "Đơn vị bị chia tách", "Of units that were divided: counted where most of them went", "flag")


def columns_of(figures: Figures) -> list[Column]:
    """Dimensions (units with their names beside), measures, marks."""
    found = []
    for dim in figures.query.by:
        vi, en = DIMS[dim]
        unit = dim in UNIT_DIMS
        found.append(Column(dim, f"Mã {vi[0].lower()}{vi[1:]}" if unit else vi, f"{en} (id)" if unit else en, "text"))
        if unit:
            found.append(Column(f"{dim}_name", vi, en, "text"))
    found += [Column(measure.name, measure.vi, measure.en, measure.unit) for measure in figures.query.measures]
    return [*found, SUPPRESSED, IN_PARTS]


def rows_of(figures: Figures) -> Iterator[dict[str, Cell]]:
    """Rows as values by column name."""
    for row in figures.rows:
        yield {**_key_cells(figures, row), **row.values, SUPPRESSED.name: row.suppressed, IN_PARTS.name: row.in_parts}


def _key_cells(figures: Figures, row: FigureRow) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    for dim, value in zip(figures.query.by, row.key, strict=True):
        cells[dim] = value
        if dim in UNIT_DIMS:
            unit = figures.names.get(value)
            cells[f"{dim}_name"] = unit.name if unit else ""
    return cells
