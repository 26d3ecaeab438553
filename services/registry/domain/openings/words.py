"""The words of officers for what an amount is, and for where its money lies."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from services.registry.domain.lists.text import fold

OpeningKind = Literal["unpaid", "unclaimed", "receivable"]

UNPAID: OpeningKind = "unpaid"
UNCLAIMED: OpeningKind = "unclaimed"
RECEIVABLE: OpeningKind = "receivable"
KINDS: tuple[OpeningKind, ...] = (UNPAID, UNCLAIMED, RECEIVABLE)

COMMUNE_CASHIER = "commune_cashier"
PLACES = ("viettelpay", "vietinbank", "vnpost", COMMUNE_CASHIER)
"""Who may hold such money, and must agree to the amounts."""

_KINDS: tuple[tuple[OpeningKind, re.Pattern[str]], ...] = (
    (RECEIVABLE, re.compile(r"thu hoi|truy thu|chi thua|chi sai|chi trung|hoan tra|phai thu\b")),
    (UNCLAIMED, re.compile(r"(?:chua|khong) (?:den )?(?:nhan|linh)|chua den|chua co nguoi nhan|ton quy")),
    (UNPAID, re.compile(r"(?:chua|khong) (?:duoc )?(?:chi|tra|cap|phat)|\bno (?:chi|tro cap|thang)|con no|truy linh")),
)

_PLACES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("vnpost", re.compile(r"buu (?:dien|cuc|chinh|ta)|vnpost|vn post|vietnam post|\bbdvh|\bbd x")),
    ("viettelpay", re.compile(r"viettel|\bvtp\b|\bvi dien tu\b")),
    ("vietinbank", re.compile(r"vietin|cong thuong|\bctg\b")),
    (COMMUNE_CASHIER, re.compile(r"\bubnd\b|uy ban|thu quy|\bxa\b|\bphuong\b|thi tran|can bo chi tra|commune")),
)


@lru_cache(maxsize=1_024)
def read_kind(text: str) -> OpeningKind | None:
    """`Chưa chi trả`, `chưa nhận`, `phải thu hồi`, in whatever words; None for none of them or several."""
    words = fold(text)
    found = [kind for kind, pattern in _KINDS if pattern.search(words)]
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=1_024)
def read_place(text: str) -> str | None:
    """Where the money lies: `Bưu điện huyện` is vnpost, `Thủ quỹ xã` the commune's cashier. The first that is named counts."""
    words = fold(text)
    return next((place for place, pattern in _PLACES if pattern.search(words)), None)
