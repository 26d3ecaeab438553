"""How somebody is paid, in an officer's words: `cash`, `viettelpay` or `vietinbank`."""

from __future__ import annotations

import re
from functools import lru_cache

from services.registry.domain.lists.text import fold

CASH, VIETTELPAY, VIETINBANK = "cash", "viettelpay", "vietinbank"

_NUMBER = re.compile(r"(?<![^\W_])\+?\d(?:[\s.\-]?\d){5,18}(?![^\W_])")
_NUMBER_WORD = re.compile(r"\b(?:số|so)?\s*(?:stk|tk|tài khoản|tai khoan|số|so|sđt|sdt)\s*[:.]?\s*(?=\+?\d)", re.IGNORECASE)
_OTHER_BANK = re.compile(
    r"agri|nong nghiep|bidv|dau tu|vietcom|vcb|ngoai thuong|sacom|chinh sach|nhcs|lien viet|lpb|techcom|mbbank|mb bank"
    r"|momo|vnpt|mobifone|zalo"
)
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (VIETINBANK, re.compile(r"viett? ?in|viettin|cong thuong|\bnhct\b|\bctg\b|\bvtb\b|\bicb\b")),
    (VIETTELPAY, re.compile(r"viettel|\bvt[pm]\b|\bv pay\b|\bvt ?money\b|\bvt pay\b|\bvtt?pay\b|vi dien tu|\bvi\b")),
    ("", _OTHER_BANK),
    (
        CASH,
        re.compile(
            r"tien mat|\bcash\b|\bt mat\b|\btm\b|buu|\bbd(?:vn|vhx|h)?\b|vnpost|vn post|vietnam post|tai nha|tai ubnd|tai xa"
            r"|\bb\.? ?dien\b"
            r"|tan (?:nha|tay)|phat tai|\bnhan mat\b|can bo|diem chi tra"
            r"|\bo (?:xa|thon|phuong|ubnd)|tai thon|nha van hoa|tru so|truc tiep"
        ),
    ),
    (VIETINBANK, re.compile(r"tai khoan|\btk(?:nh)?\b|chuyen khoan|\bck\b|\batm\b|\bthe\b|ngan hang|\bnh\b")),
)


@lru_cache(maxsize=1_024)
def read_channel(text: str) -> str | None:
    """The channel, None when the words name none of the contracts' channels (another bank, or nothing known)."""
    words = fold(text)
    for channel, pattern in _RULES:
        if pattern.search(words):
            return channel or None
    return None


@lru_cache(maxsize=2_048)
def split_number(text: str) -> tuple[str, str | None]:
    """The words of a cell and the one number in it: `ViettelPay 0706059676`, `STK 101564334026 - NH Công thương`."""
    bare = _NUMBER_WORD.sub(" ", text)
    found = _NUMBER.findall(bare)
    if len(found) != 1:
        return text, None
    return " ".join(re.sub(r"[()\[\]:;,]|(?<!\w)[-–]+|[-–]+(?!\w)", " ", _NUMBER.sub(" ", bare)).split()), found[0]


def names_other_bank(text: str) -> bool:
    """Whether the words name a bank or wallet that no contract covers."""
    return bool(_OTHER_BANK.search(fold(text)))
