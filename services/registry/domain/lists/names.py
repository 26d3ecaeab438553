"""Names of people as the registry writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from services.registry.domain.lists.syllables import standard_tone
from services.registry.domain.lists.text import tidy

_INNER_MARK = re.compile(r"[-'’`]")
_PART = re.compile(r"[^\s\-'’`]+")
_LEADING_NUMBER = re.compile(r"^\d{1,4}\s*[.)/-]\s*(?=\D)")
_REMARK = re.compile(
    r"\s*(\((?:[^()]|\([^()]*\)?)*\)?|\[[^\]]*\]?|\*+|[-–,;:]\s*(?:đã|da|chuyển|chuyen|dừng|cắt)\b.*"
    r"|(?:[-–,;:]\s*|\b)(?:đã (?:chết|mất)|da (?:chet|mat)|chết|mất)\b.*)",
    re.IGNORECASE,
)
_AFTER_NAME = re.compile(r"^(\w[\w'’.]*(?:\s+[\w'’.\-]+)+)\s*((?:\s[-–]\s+|[,;]\s*)[^\W\d].*)$")
"""What follows a whole name behind a dash with spaces or a comma: `Nguyễn Văn A - mù`, `Nguyễn Văn A, con ông B`."""
_DOTTED = re.compile(r"(?<=[^\W\d])\.(?=[^\W\d])")
_MAY_HAVE_REMARK = re.compile(r"[(\[*\-–,;:]|\b(?:chết|mất|da) |chết|mất", re.IGNORECASE)
_HONORIFIC = re.compile(r"^(ông|bà|cụ|cháu bé|em bé|cháu|bé|anh|chị|em|mệ|mụ|bác|chú|trẻ)([.:]?)\s+(?=(\S+)\s+\S)", re.IGNORECASE)
_SURNAMES = re.compile(
    "(?:nguyễn|trần|lê|phạm|huỳnh|hoàng|phan|vũ|võ|đặng|bùi|đỗ|hồ|ngô|dương|lý|đào|đoàn|vương|trịnh|trương|đinh|lâm"
    "|phùng|mai|tô|hà|tạ|tôn|châu|cao|thái|lương|lưu|triệu|chu|vi|từ|kiều|nghiêm|thạch|quách|la|bạch|lục|mạc|viên|lữ|kiều|tống|đàm|khổng|doãn|mẫn|giang|trà|ưng|phú|bàn|giàng|lò|sùng|vừ|thân|thẩm|tăng|bế|nông|hứa)$",
    re.IGNORECASE,
)


_ODD = re.compile(r"[\d/\\&@_=<>|\ufffd]")
_NUMBERED = re.compile(r"(?<=\D) \d{1,3}$")  # `Lê Thị Hoa 2`: so lists tell people of one name apart
_LONGEST = 60
_QUOTES = str.maketrans("", "", '"“”„‟″«»')
_ROYAL = frozenset({"công tằng", "công huyền", "công tôn", "huyền tôn", "huyền tằng"})
"""How names of the Nguyễn house begin in Huế: `Công Tằng Tôn Nữ Thị Hoa`."""
_WHOLE_NAME, _LONGEST_NAME = 3, 6
_JOINS = frozenset(",;-–&+")
_MIDDLE_NAMES = frozenset(
    (
        "thị", "văn", "hữu", "đình", "đức", "ngọc", "quốc", "xuân", "bá", "công", "như", "viết", "duy", "trọng", "thế", "minh",
        "thanh", "quang", "ích", "tiến", "đăng", "khánh", "diệu", "mỹ", "kim", "thu", "hồng", "bích", "gia", "bảo",
        "khắc", "phước",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NameReading:
    """A name in its standard form, and what was taken out of it (a remark in brackets, `Ông`, a number)."""

    name: str
    remark: str


def _standard_part(found: re.Match[str]) -> str:
    return _standard_word(found.group())


@lru_cache(maxsize=32_768)
def _standard_word(word: str) -> str:
    return standard_tone(word.lower()).capitalize()


def standard_name(text: str) -> str:
    """Composed Unicode, single spaces, each word capitalised, one tone style: `NGUYỄN  THỊ HOÀ` -> `Nguyễn Thị Hòa`."""
    text = tidy(text)
    if _INNER_MARK.search(text):
        return _PART.sub(_standard_part, text)
    return " ".join(map(_standard_word, text.split(" ")))


@lru_cache(maxsize=2_048)
def read_name(text: str) -> NameReading:
    """The standard name of what stands in a name cell, without remarks, forms of address and leading numbers.

    A form of address (`Bà Nguyễn Thị A`) is dropped only before a family name: Ông itself is one (`Ông Ích Khiêm`).
    """
    bare = written = tidy(text)
    remarks: list[str] = []
    if _MAY_HAVE_REMARK.search(written):
        remarks = [found.group(1) for found in _REMARK.finditer(written)]
        bare = _REMARK.sub(" ", written)
    if "." in bare:
        bare = _DOTTED.sub(" ", bare)
    if after := _AFTER_NAME.match(bare):
        bare = after.group(1)
        remarks.append(after.group(2).strip())
    bare = _without_number(bare.translate(_QUOTES).lstrip("+=*'’‘ "))
    address = _HONORIFIC.match(bare)
    if address and (address.group(2) or _begins_a_name(bare[address.end() :].split())):
        remarks.insert(0, address.group(1))
        bare = bare[address.end() :]
    if not any(mark.isalpha() for mark in bare):
        bare = ""
    return NameReading(standard_name(bare), " ".join(remarks))


def begins_with_surname(text: str) -> bool:
    """Whether the first of several words is a family name."""
    words = text.split()
    return bool(_SURNAMES.match(words[0])) or " ".join(words[:2]).lower() in _ROYAL


def _begins_a_name(words: list[str]) -> bool:
    """Whether these may be a whole name: a family name first, or, of three words or more, anything but a middle name.

    `Văn` is both: it is the family name where a middle name follows (`Văn Hữu Huy`, `Văn Thị Kim Lý`).
    """
    first, second = words[0], words[1].lower()
    if _SURNAMES.match(first) or f"{first} {second}".lower() in _ROYAL:
        return True
    return len(words) >= _WHOLE_NAME and (
        first.lower() not in _MIDDLE_NAMES or (first.lower() == "văn" and second in _MIDDLE_NAMES)
    )


def _without_number(text: str) -> str:
    while (bare := _LEADING_NUMBER.sub("", text).strip(" .,;:-–_")) != text:
        text = bare
    return bare


def is_odd(name: str) -> bool:
    """Whether no person is called so: digits or a stroke (two names in one cell), or longer than a name is. A number at the end
    tells people of one name apart."""
    return len(name) > _LONGEST or bool(_ODD.search(_NUMBERED.sub("", name)))


def names_two(reading: NameReading) -> bool:
    """Whether a second whole name stands in the cell: `Nguyễn Văn A và Trần Thị B`, `Nguyễn Văn A, Trần Thị B`."""
    if any(len(text.split()) > 1 for text in reading.name.split(" Và ")[1:]):
        return True
    behind = reading.remark.strip(" ,;&+-–")
    words = behind.split()
    joined = reading.remark[:1] in _JOINS and 2 <= len(words) <= _LONGEST_NAME
    return joined and all(map(str.isalpha, words)) and behind.istitle() and begins_with_surname(behind)


def is_trivial_change(written: str, name: str) -> bool:
    """Whether only spaces, letter case or the composition of Unicode differ."""
    return tidy(written).casefold() == name.casefold()
