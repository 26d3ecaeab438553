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
_WORDS_FOR_NOTHING = MEANS_NOTHING | {
    "0", "k", "k có", "ko có", "chưa", "chưa có", "khong", "khong co", "chua co", "n/a", "none", "null", "\\", "_",
}  # fmt: skip
SAYS_NOTHING = frozenset(form for word in _WORDS_FOR_NOTHING for form in (word, word.upper(), word.capitalize(), word.title()))
"""What says, in a column that many leave empty, that there is nothing: in each way to write it, to be looked up as it stands."""


@lru_cache(maxsize=4_096)
def is_ditto(text: str) -> bool:
    """Whether a cell says `as above`: `nt`, `-nt-`, `"`, `//`, `như trên`."""
    return len(text) <= _LONGEST_DITTO and bool(_DITTO.match(text))


def is_mark(cell: Cell) -> bool:
    """Whether a cell only says `this one`: `x`, `✓`, `1`."""
    return cell == 1 or (isinstance(cell, str) and cell.strip().lower() in _TICKS)
