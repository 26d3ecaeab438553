"""Names as a bank compares them: without diacritics, capitals or extra spaces."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=200_000)
def folded_name(name: str) -> str:
    """ "Nguyễn Thị Ánh Đào" -> "NGUYEN THI ANH DAO"; đ, Đ (U+0110) and the look-alike Ð (U+00D0) are all D."""
    decomposed = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D").replace("Ð", "D"))
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(bare.upper().split())
