"""What a remark says of a person: died, moved away."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from services.registry.domain.lists.text import fold, tidy

_KIN = r"(?:cha|me|bo|ma|vo|chong|con|anh|chi|em|chu|nguoi nhan|nguoi giam ho|giam ho|cha me|bo me|ba me)"
_OF_KIN = re.compile(_KIN + r"(?: (?:de|ruot|nuoi|deu|cung|da|bi|moi|va|me|mat tich|hai))* (?:chet|mat|tu tran|qua doi)")
_LOST_THING = re.compile(
    r"mat (?:cmnd|cccd|cmt|giay|so|the|suc|kha nang|nguon|lien lac|tri|dien thoai|quyen)|(?:bi|lam|that) mat "
)
_DEATH = re.compile(
    r"\bchet\b|\btu tran\b|\bqua doi\b|\bkhai tu\b|\bbao tu\b|\bchung tu\b|\bmai tang\b|\btu vong\b|\b(?:da|moi) mat\b|^mat\b"
)
_MAT_DATED = re.compile(r"\bmat (?:ngay|thang|nam|luc|tu|\d)")
_MOVE = re.compile(
    r"\bchuyen (?:di|ho khau|noi|den|ve|xa|phuong|cho o|khau|sang (?:xa|phuong|huyen|tinh)|vao)\b"
    r"|\bda chuyen\b(?! (?:khoan|tien|doi|sang (?:nd|muc|he so|tai khoan|vi)))"
    r"|\bdi khoi\b|\bkhong con (?:o|cu tru)|\bcat (?:khau|giam|tro cap)|\bthoi huong\b"
    r"|\b(?:dung|ngung|tam dung) (?:huong|tro cap|chi tra)"
    r"|\bvao (?:trung tam|tt ?bt\w*|co so|nha duong lao)|\bvang mat\b|\bbo di\b|\bmat tich\b|\bxuat canh\b|\bchuyen di\b|^chuyen$"
)
_PARENT_LEFT = re.compile(_KIN + r"(?: \w+){0,2} bo di")


class NoteMeaning(StrEnum):
    """What a remark means for paying."""

    DEATH = "death"
    MOVE = "move"


@lru_cache(maxsize=4_096)
def read_note(text: str) -> NoteMeaning | None:
    """Whether a remark says that the person died or moved away. `Cha mẹ chết` (of an orphan) and `mất CMND` don't."""
    words = fold(tidy(text))
    if not words:
        return None
    rest = _LOST_THING.sub(" ", _OF_KIN.sub(" ", words)).strip()
    if _DEATH.search(rest) or _MAT_DATED.search(rest):
        return NoteMeaning.DEATH
    if _MOVE.search(_PARENT_LEFT.sub(" ", words)):
        return NoteMeaning.MOVE
    return None
