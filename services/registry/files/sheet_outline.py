"""What is known of a sheet before its cells are read: its used area, and what is hidden in it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SheetOutline:
    """Used area (rows and columns from the top left), hidden rows (from 1) and hidden columns (from 0)."""

    rows: int
    columns: int
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()


NO_OUTLINE = SheetOutline(0, 0)
