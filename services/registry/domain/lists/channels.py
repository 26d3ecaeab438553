"""How somebody is paid, in an officer's words: `cash`, `viettelpay` or `vietinbank`."""

from __future__ import annotations

import re
from functools import lru_cache

from services.registry.domain.lists.text import fold

CASH, VIETTELPAY, VIETINBANK = "cash", "viettelpay", "vietinbank"

_OTHER_BANK = re.compile(
    r"agri|nong nghiep|bidv|dau tu|vietcom|vcb|ngoai thuong|sacom|chinh sach|nhcs|lien viet|lpb|techcom|mbbank|mb bank"
    r"|momo|vnpt|mobifone|zalo"
)
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (VIETINBANK, re.compile(r"viett? ?in|viettin|cong thuong|\bnhct\b|\bctg\b|\bvtb\b|\bicb\b")),
    (VIETTELPAY, re.compile(r"viettel|\bvtp\b|\bvt ?money\b|\bvt pay\b|\bvtpay\b|vi dien tu|\bvi\b")),
    ("", _OTHER_BANK),
    (
        CASH,
        re.compile(
            r"tien mat|\bcash\b|\bt mat\b|\btm\b|buu|\bbd\b|vnpost|vn post|vietnam post|tai nha|tai ubnd|tai xa|truc tiep"
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
