"""Villages and ethnic groups as the registry writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from services.registry.domain.lists.syllables import standard_tone
from services.registry.domain.lists.text import fold, plain, tidy

_KINDS = {
    "thon": "Thôn", "th": "Thôn", "t": "Thôn", "to dan pho": "Tổ dân phố", "tdp": "Tổ dân phố", "to dp": "Tổ dân phố",
    "to": "Tổ", "khu pho": "Khu phố", "kp": "Khu phố", "khu vuc": "Khu vực", "kv": "Khu vực", "khu": "Khu", "ap": "Ấp",
    "ban": "Bản", "lang": "Làng", "xom": "Xóm", "buon": "Buôn", "khom": "Khóm", "doi": "Đội", "tieu khu": "Tiểu khu",
}  # fmt: skip
_BY_LENGTH = sorted(set(_KINDS.values()), key=len, reverse=True)
_SHORT = frozenset({"th", "t"})
_PIECES = re.compile(r"\s*[,;]\s*|\s+[-–]\s+")
_ABOVE_VILLAGE = re.compile(r"^(xa|phuong|p|tt|thi tran|thi xa|tx|huyen|h|quan|q|thanh pho|tp|tinh)\b")
_NUMBERED = re.compile(r"^([^\W\d_][^\d]*?)\s*[.:]?\s*(?:số\s*)?(\d+[A-Za-z]?)$", re.IGNORECASE)
_SECTION_NUMBER = re.compile(r"^\s*(?:[IVXivx]{1,5}|\d{1,2}|[a-zA-Z])\s*[.)/:\-]\s*(?=\D)")
_COUNT_TAIL = re.compile(r"\s*[:(\-–]?\s*\(?\d+\s*(?:người|đối tượng|đt|nguoi|doi tuong).*$|\s*[:;,.]+\s*$", re.IGNORECASE)


_MOST_PASSES = 8
"""A bound: what one pass writes the next may write better still, as a name whose kind was just found."""


@lru_cache(maxsize=8_192)
def standard_village(text: str, default_kind: str = "Thôn", above: frozenset[str] = frozenset()) -> str:
    """The village: `THÔN 1` -> `Thôn 1`, `TDP 3` -> `Tổ dân phố 3`, `Thôn 2, xã Quảng Thái` -> `Thôn 2`, `4` -> `Thôn 4`.

    `above` are the folded names of the units the village lies in, which may follow it without their kind (`Tổ 3, An Hòa`).
    """
    village = _standard_once(text, default_kind, above)
    for _ in range(_MOST_PASSES):
        again = _standard_once(village, default_kind, above)
        if again == village:
            break
        village = again
    return village


def _standard_once(text: str, default_kind: str, above: frozenset[str]) -> str:
    pieces = [piece for piece in _PIECES.split(tidy(text)) if piece and not _is_above(piece, above)]
    if not pieces:
        return ""
    if len(pieces) > 1:
        return _joined([_one_village(piece, default_kind) for piece in pieces], text)
    return _one_village(pieces[0], default_kind)


def _is_above(piece: str, above: frozenset[str]) -> bool:
    key = fold(piece)
    return bool(_ABOVE_VILLAGE.match(key)) or key in above


def _joined(pieces: list[str], text: str) -> str:
    """`Đội 4 - Nghĩa Lập`: villages merged since 2018 have double names, and stay whole."""
    return (" - " if re.search(r"\s[-–]\s", text) else ", ").join(piece for piece in pieces if piece)


def _one_village(bare: str, default_kind: str) -> str:
    bare = re.split(r"\s+(?=(?:xã|phường|huyện|thị trấn)\s)", bare, maxsplit=1, flags=re.IGNORECASE)[0]
    bare = bare.strip(" .,:;–-")
    if numbered := _numbered(bare):
        return numbered
    if re.fullmatch(r"\d{1,3}[A-Za-z]?", bare):
        return f"{default_kind} {bare.lstrip('0').upper() or '0'}"
    words = bare.split(" ")
    for length in (3, 2, 1):
        key = fold(" ".join(words[:length]))
        if len(words) > length and key in _KINDS and (key not in _SHORT or words[0].endswith(".")):
            return f"{_KINDS[key]} {_name(words[length:])}".strip()
    return _name(words)


def _name(words: list[str]) -> str:
    if len(words) > 1 and fold(words[0]) == "so":
        words = words[1:]
    named = []
    for word in words:
        bare = word.strip(":.")
        low = standard_tone(bare.lower())
        named.append((bare.lstrip("0").upper() or "0") if bare[:1].isdigit() else low[:1].upper() + low[1:])
    return " ".join(named)


def village_kind(text: str) -> str | None:
    """`Thôn`, `Tổ dân phố`, ... when the text begins with such a word (with something after it), else None."""
    words = tidy(text).split(" ")
    if fold(" ".join(words[:2])) == "doi tuong":
        return None
    for length in (3, 2, 1):
        key = fold(" ".join(words[:length]))
        if len(words) > length and key in _KINDS and key not in _SHORT:
            return _KINDS[key]
    numbered = _NUMBERED.match(tidy(text))
    return _kind_of(numbered.group(1)) if numbered else None


def _kind_of(word: str) -> str | None:
    """The kind a word names; letters of no Vietnamese word (`Tæ`) are not passed over."""
    return _KINDS.get(fold(word)) if plain(word).isascii() else None


def _numbered(text: str) -> str | None:
    """`T.1`, `TDP số 03`, `Bản5`: a kind with a number, whatever stands between them."""
    found = _NUMBERED.match(text)
    kind = _kind_of(found.group(1)) if found else None
    return f"{kind} {found.group(2).lstrip('0').upper() or '0'}" if found and kind else None


@lru_cache(maxsize=1_024)
def village_name(village: str) -> str:
    """A standard village without its kind: `Phú Hòa` of `Thôn Phú Hòa`."""
    kind = next((kind for kind in _BY_LENGTH if village.startswith(f"{kind} ")), "")
    return village[len(kind) :].strip()


def heading_village(text: str) -> str | None:
    """The village a heading row names (`II. Thôn 2: 12 người`), else None."""
    bare = _COUNT_TAIL.sub("", _SECTION_NUMBER.sub("", tidy(text)))
    return standard_village(bare) if village_kind(bare) else None


_ETHNIC_FORMS = {"26": "Cơ Tu", "31": "Tà Ôi"}
_ETHNIC_WORDS = {
    "k": "01", "viet": "01", "khmer": "05", "kho me": "05", "mong": "08", "h mong": "08", "meo": "08", "giarai": "10",
    "ede": "12", "bana": "13", "xodang": "14", "se dang": "14", "chau ma": "28", "bru": "23", "van kieu": "23",
    "katu": "26", "ka tu": "26", "ca tu": "26", "cotu": "26", "c tu": "26", "ctu": "26",
    "t oi": "31", "pa co": "31", "pa ko": "31", "paco": "31", "pako": "31",
    "pa hy": "31", "pahy": "31", "taoi": "31", "ta oi": "31", "hoa han": "04", "nguoi hoa": "04", "gie trieng": "27",
}  # fmt: skip


def ethnic_group(text: str, groups: Mapping[str, str]) -> str | None:
    """The standard name of an ethnic group, None when it is none. `groups` maps codes to names.

    Cơ Tu and Tà Ôi are written as Thừa Thiên Huế's own papers write them; Pa Cô and Pa Hy are counted as Tà Ôi
    (Decision 121-TCTK/PPCĐ of 1979).
    """
    key = fold(re.sub(r"^\s*(?:dân tộc|người)\s+", "", tidy(text), flags=re.IGNORECASE))
    code = _ETHNIC_WORDS.get(key) or _ethnic_keys(tuple(groups.items())).get(key.replace(" ", ""))
    return _ETHNIC_FORMS.get(code, groups.get(code)) if code else None


@lru_cache(maxsize=8)
def _ethnic_keys(groups: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {fold(name).replace(" ", ""): code for code, name in groups}
