"""A category that only a title or a sheet's name says: a sheet for each category is how many communes keep their book."""

from __future__ import annotations

import re
from collections.abc import Iterable

from services.registry.domain.lists.category_words import read_wording
from services.registry.domain.lists.text import fold

_CITED = re.compile(r"\(?\b(?:kèm theo|căn cứ|theo (?:quyết định|tờ trình|công văn|nghị định))\b.*", re.IGNORECASE)
_TELLING = re.compile(r"[a-z]{2}|k(?:hoan)? ?[1-8]")


def category_of_titles(titles: Iterable[str], sheet_name: str) -> str | None:
    """The one category that titles and the sheet's name say, as written; None when they say none or several."""
    said = [text for text in (_CITED.sub("", title).strip() for title in titles) if _names_one(text)]
    if _TELLING.search(fold(sheet_name)) and _names_one(sheet_name):
        said.append(sheet_name)
    whole = " - ".join(dict.fromkeys(said))
    return whole if whole and _names_one(whole) else None


def _names_one(text: str) -> bool:
    return len(read_wording(text).groups) == 1
