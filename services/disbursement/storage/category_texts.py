"""What a category is and where the law has it, from the data files that ship with ChiTra."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from shared.reference import read_rows


@dataclass(frozen=True, slots=True)
class CategoryText:
    """A category in words. `article` is the clause of the decree."""

    code: str
    article: str
    vi: str
    en: str


@lru_cache(maxsize=1)
def _texts() -> dict[str, CategoryText]:
    return {
        row["code"]: CategoryText(row["code"], row["legal_clause"], row["description_vi"], row["description_en"])
        for row in read_rows("categories.csv")
    }


def category_texts(category: str) -> list[CategoryText]:
    """The categories of an obligation: several where the law adds them up (`K4-DTN+K5A-80`)."""
    unknown = "?"
    return [_texts().get(code, CategoryText(code, unknown, code, code)) for code in category.split("+")]
