"""What stands in a payee's cell, or on a line of its own below the beneficiary: a name, what he is to them, a number."""

from __future__ import annotations

import re
from collections.abc import Sequence

from services.registry.domain.lists.names import begins_with_surname, read_name
from services.registry.domain.lists.relationships import Kin, read_relationship
from services.registry.domain.lists.text import plain, tidy

_NO_KIN = (Kin.UNKNOWN, Kin.SELF)
_NUMBER_IN_NAME = re.compile(
    r"[\s\-–,;(:]*(?:(?:số|so)?\s*(?:cccd|cmnd|cmt|cc)\s*[:.]?\s*)?((?<!\d)\d(?:[ .]?\d){8}(?:(?:[ .]?\d){3})?(?!\d))\s*\)?",
    re.IGNORECASE,
)
_KIN_FIRST = re.compile(r"^([^\s:]+(?: [^\s:]+){0,4}?)\s*(:|\s[-–]\s)\s*(?=\S+ \S)|^(\S+)\s+(?=\S+ \S)")
_LINE = re.compile(
    r"^[\s(\-–+*]*(?:(?:ho )?ten )?(?:(?:nguoi|ng\.?)\s+)?"
    r"(?:(?:duoc )?uy quyen|(?:nhan|linh) (?:thay|ho|tien)|nhan|giam ho|dai dien|cham soc|nuoi duong|ngh|nnt|ngt|nuq|gh|uq)"
    r"(?: (?:nhan|linh)(?: (?:tien|thay|ho))*)?\s*(?:\(?nt\)?)?\s*[:\-–.]\s*(?=\S)"
)
_PAYEE = (
    r"(?:(?:(?:nguoi|ng\.?) )(?:(?:duoc )?uy quyen|nhan|linh|lanh|giam ho|dai dien|cham soc|nuoi duong)"
    r"|(?:nhan|linh|lanh) (?:thay|ho|tien)|giam ho|uy quyen|dai dien|ngh|nnt|ngt|nuq|gh|uq)"
)
_IN_NAME = re.compile(rf"[\s(\-–,;.]+{_PAYEE}(?: (?:nhan|linh|tien|thay|ho))*\s*:\s*(?=\S+ \S)")
_NAMED_IN_NOTE = re.compile(rf"^\W*{_PAYEE}(?: (?:nhan|linh|tien|thay|ho))*(?:\s*:\s*| cho | la | )(?=\S+ \S)")
_BEHIND = re.compile(r"\s*(?:nhan|linh|lanh) (?:thay|ho|tien)$")
_NOBODY = re.compile(r"(?:không|ko|chưa)(?: có)?(?: người)?(?: (?:nhận|lĩnh|giám hộ|ủy quyền|uỷ quyền|đại diện|thay|hộ|ai))*")
_MOSTLY = 0.7
_LONGEST_KIN = 3


def without_number(text: str) -> str:
    """A payee's words without an identity number in them: `Võ Thị Ánh - 046175300000`."""
    return _NUMBER_IN_NAME.sub("", text) if any(map(str.isdigit, text)) else text


def number_beside(text: str) -> str | None:
    """The digits of the identity number that stands with a payee's name."""
    found = _NUMBER_IN_NAME.search(text)
    return re.sub(r"\D", "", found.group(1)) if found else None


def without_kin(text: str) -> str:
    """The name behind a relationship: `Mẹ: Võ Thị Ánh`, `mẹ Võ Thị Ánh`."""
    found = _KIN_FIRST.match(text)
    if not found:
        return text
    if found.group(3) and read_relationship(found.group(3)).kin not in _NO_KIN:
        return _behind_kin(text)
    word, rest = found.group(1) or found.group(3), text[found.end() :]
    if read_relationship(word).kin in _NO_KIN:
        return text
    if found.group(1) and found.group(2) != ":" and " " in word and begins_with_surname(word):
        return text  # `Chu Văn An - con trai` is a name, though a `chú` begins it
    return rest


def split_payee(text: str) -> tuple[str, str]:
    """The beneficiary's words and, behind them in the same cell, the payee's: `Lê Thị C - GH: Lê Văn D (cha)`,
    `Lê Thị C (mẹ: Võ Thị E nhận thay)`. The second is empty where no word says that somebody receives."""
    words = plain(text)
    if len(words) != len(text):
        return text, ""
    if found := _IN_NAME.search(words):
        return text[: found.start()].strip(" ([-–,;"), _closed(text[found.end() :])
    if ends := _BEHIND.search(words.rstrip(" )")):
        begins = max(text.rfind(mark, 0, ends.start()) for mark in "(,;-–")
        said = text[begins + 1 : ends.start()].strip()
        if begins > 0 and is_name_with_kin(said, any_family=True):
            return text[:begins].strip(" ([-–,;"), said
    return text, ""


def payee_in_note(text: str) -> str:
    """Whom a remark names as payee in so many words: `NGH: Lê Văn D (cha)`, `Cha Lê Văn D nhận thay`; empty for none."""
    if named := payee_on_line(text):
        return named
    words = plain(text)
    if len(words) != len(text):
        return ""
    said = text
    if first := _NAMED_IN_NOTE.match(words):
        said = text[first.end() :]
    elif ends := _BEHIND.search(words.rstrip(" )")):
        said = text[: ends.start()].strip(" (")
    else:
        return ""
    written = without_kin(without_number(said)).split()
    if len(written) < 2 or not (written[0][0].isupper() and written[1][0].isupper()):
        return ""  # `Đi làm ăn xa, con nhận thay`
    return said if is_name_with_kin(said, any_family=True) or begins_with_surname(" ".join(written)) else ""


def _closed(text: str) -> str:
    """Without a bracket that was opened before it."""
    text = text.strip()
    return text[:-1].rstrip() if text.endswith(")") and text.count("(") < text.count(")") else text


def _behind_kin(text: str) -> str:
    """The name behind the one, two or three words that say the relationship: `mẹ Võ Thị Ánh`, `ông ngoại Lê Văn D`."""
    words = text.split()
    for length in range(1, min(_LONGEST_KIN, len(words) - 2) + 1):
        rest = " ".join(words[length:])
        if begins_with_surname(rest) and read_relationship(" ".join(words[:length])).kin not in _NO_KIN:
            return rest
    return text


def names_nobody(text: str) -> bool:
    """Whether a payee's cell says that the beneficiary receives: `Bản thân`, `Tự nhận`, `Không ủy quyền`."""
    return read_relationship(text).kin is Kin.SELF or bool(_NOBODY.fullmatch(tidy(text).lower()))


def kin_beside(text: str) -> str:
    """The relationship that stands with a payee's name: `Trần Thị Hoa (bà ngoại)`, `Mẹ: Võ Thị Ánh`; empty for none.

    What stands behind the name says more than what stands in front, which may be a form of address: `Bà Võ Thị Ánh (cô)`.
    """
    if not text:
        return ""
    bare = without_kin(text)
    remark = read_name(bare).remark.strip(" ()[]-–:,;")
    if remark and read_relationship(remark).kin is not Kin.UNKNOWN:
        return remark
    return text[: -len(bare)].strip(" :.-–") if bare and bare != text else ""


def hold_names_with_kin(texts: Sequence[str]) -> bool:
    """Whether a column headed by a word for the relationship holds whole names with it: `Lê Thị Hoa (mẹ)`."""
    named = sum(_names_somebody(text, any_family=True) for text in texts)
    return named > 0 and named >= _MOSTLY * len(texts)


def _names_somebody(text: str, *, any_family: bool = False) -> bool:
    """`any_family`: also by a family name that isn't known as one, where nothing but names can stand."""
    bare = without_kin(without_number(text))
    name = read_name(bare).name
    if len(name.split()) < 2 or not (kin_beside(without_number(text)) or bare != text):
        return False
    return begins_with_surname(name) or (any_family and read_relationship(name).kin is Kin.UNKNOWN)


def payee_on_line(text: str) -> str | None:
    """Whom a line of its own names as payee: `Người nhận thay: Lê Thị Hoa (mẹ)`, `NGH: Lê Thị Hoa - mẹ`; None for other text.

    The brackets that stand around the whole line go; those around the relationship stay.
    """
    found = _LINE.match(plain(text)) if len(plain(text)) == len(text) else None
    if not found:
        return None
    rest = _closed(text[found.end() :])
    return rest if len(read_name(without_kin(without_number(rest))).name.split()) > 1 else None


def is_name_with_kin(text: str, *, any_family: bool = False) -> bool:
    """Whether a text is a whole name with its relationship and nothing else: `Lê Thị Hoa (mẹ)`, `Mẹ: Lê Thị Hoa`."""
    return bool(kin_beside(without_number(text))) and _names_somebody(text, any_family=any_family)
