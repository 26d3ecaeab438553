"""A header's words in full: abbreviations written out, so that rules about words need not know each short form."""

from __future__ import annotations

import re
from functools import lru_cache

from services.registry.domain.lists.text import fold, tidy

_STAR = re.compile(r"\s*(?:\(\*+\)|\*+)")
_PERSON = r"(?:nhan|dai dien|dd|giam ho|gh|nuoi|cham soc|huong|duoc|uy quyen|linh|thay)"
_IN_FULL: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(short), full)
    for short, full in (
        (r"\bg ?chu\b|\bgc\b", "ghi chu"),
        (r"\bt ?tien\b", "thanh tien"),
        (r"\bd ?thoai\b", "dien thoai"),
        (r"\bd ?toc\b|^toc$", "dan toc"),
        (rf"\bng?g? (?={_PERSON})", "nguoi "),
        (r"\bng (?=thang|sinh|cap)", "ngay "),
        (r"\bnguoi dd\b", "nguoi dai dien"),
        (r"\b(nguoi )?gh\b", "nguoi giam ho"),
        (r"\btk ?nh\b", "tai khoan ngan hang"),
        (r"\bstk\b", "so tai khoan"),
        (r"\btk\b", "tai khoan"),
        (r"\bhs ?tc(?:xh)?\b", "he so tro cap"),
        (r"\btgxh\b", "tro cap xa hoi"),
        (r"\btro giup\b", "tro cap"),
        (r"\btc ?(?:bt)?xh\b", "tro cap xa hoi"),
        (r"\btc\b", "tro cap"),
        (r"\bcc(?! ?cd)\b", "can cuoc"),
        (r"\b(?:mqh|moi qh|q ?he|qh)\b", "quan he"),
    )
)


@lru_cache(maxsize=4_096)
def header_words(text: str) -> tuple[str, str]:
    """The text in lower case without stars, and its folded words with abbreviations written out (`Số CC ng. nhận`)."""
    written = _STAR.sub("", tidy(text).lower())
    words = fold(written)
    for short, full in _IN_FULL:
        words = short.sub(full, words)
    return written, words
