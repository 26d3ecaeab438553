"""What is known of a sheet before its cells are read: its used area, what is hidden in it, how wide its columns are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SheetOutline:
    """Used area (rows and columns from the top left), hidden rows (from 1), hidden columns (from 0), widths in characters."""

    rows: int
    columns: int
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    widths: Mapping[int, float] = field(default_factory=dict)


NO_OUTLINE = SheetOutline(0, 0)
