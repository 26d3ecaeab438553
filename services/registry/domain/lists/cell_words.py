"""What a cell says without being a value: as above, this one, nothing."""

from __future__ import annotations

import re
from functools import lru_cache

from services.registry.domain.lists.workbook import Cell

_DITTO = re.compile(
    r"^[-–—.(\s]*(?:n\s?[./]?\s?t\.?|như trên|nhu tren|idem|~|[\"“”„″〃](?:\s?[\"“”„″〃])?|'\s?'|’\s?’|´´|,,|//|\\\\)[-–—.)\s]*$",
    re.IGNORECASE,
)
_LONGEST_DITTO = 10
_TICKS = frozenset({"x", "v", "✓", "✔", "√", "1", "nam", "nữ", "nu", "có", "*", "+"})
MEANS_NOTHING = frozenset({"-", "–", "--", "/", ".", "...", "…", "không", "ko", "không có"})
_NOTHING = MEANS_NOTHING | {
    "0", "k", "k có", "ko có", "chưa", "chưa có", "khong", "khong co", "chua co", "n/a", "none", "null", "\\", "_",
}  # fmt: skip
_LONGEST_NOTHING = max(map(len, _NOTHING))


@lru_cache(maxsize=4_096)
def is_ditto(text: str) -> bool:
    """Whether a cell says `as above`: `nt`, `-nt-`, `"`, `//`, `như trên`."""
    return len(text) <= _LONGEST_DITTO and bool(_DITTO.match(text))


def is_mark(cell: Cell) -> bool:
    """Whether a cell only says `this one`: `x`, `✓`, `1`."""
    return cell == 1 or (isinstance(cell, str) and cell.strip().lower() in _TICKS)


def says_nothing(text: str) -> bool:
    """Whether a text in a column that many leave empty says that there is none."""
    return len(text) <= _LONGEST_NOTHING and text.lower() in _NOTHING
