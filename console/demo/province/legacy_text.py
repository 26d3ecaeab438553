"""Vietnamese as old fonts and hasty hands write it: TCVN3, VNI, Unicode in parts, tones on the other vowel.

TCVN 5712:1993 (fonts .VnTime and the like) gives each small letter with marks one byte. Of the capitals it knows only
those without a tone; a toned capital is written with the small letter's byte, and only a capital font shows it as one.
VNI puts the mark behind the letter, as a second character. Both arrive in the cells as Latin-1 characters.
"""

from __future__ import annotations

import re
import unicodedata

TCVN3_FONT = ".VnTime"
VNI_FONT = "VNI-Times"

_TCVN3_BYTES = {
    "a": "àảãáạ B5 B6 B7 B8 B9", "ă": "ằẳẵắặ BB BC BD BE C6", "â": "ầẩẫấậ C7 C8 C9 CA CB",
    "e": "èẻẽéẹ CC CE CF D0 D1", "ê": "ềểễếệ D2 D3 D4 D5 D6", "i": "ìỉĩíị D7 D8 DC DD DE",
    "o": "òỏõóọ DF E1 E2 E3 E4", "ô": "ồổỗốộ E5 E6 E7 E8 E9", "ơ": "ờởỡớợ EA EB EC ED EE",
    "u": "ùủũúụ EF F1 F2 F3 F4", "ư": "ừửữứự F5 F6 F7 F8 F9", "y": "ỳỷỹýỵ FA FB FC FD FE",
    "no tone": "ăâêôơưđĂÂÊÔƠƯĐ A8 A9 AA AB AC AD AE A1 A2 A3 A4 A5 A6 A7",
}  # fmt: skip

_VNI_BASES = {"ă": "aê", "â": "aâ", "ê": "eâ", "ô": "oâ", "ơ": "ô", "ư": "ö", "đ": "ñ"}
_VNI_TONES = {"\u0300": "ø", "\u0301": "ù", "\u0303": "õ", "\u0309": "û", "\u0323": "ï"}
_VNI_TONED_BASES = {
    # ă and â: base and tone melt into one second character
    "ă": {"\u0300": "è", "\u0301": "é", "\u0303": "ü", "\u0309": "ú", "\u0323": "ë"},
    "â": {"\u0300": "à", "\u0301": "á", "\u0303": "ã", "\u0309": "å", "\u0323": "ä"},
}
_VNI_SMALL_ALONE = {"ì": "ì", "í": "í", "ỉ": "æ", "ĩ": "ó", "ị": "ò", "ỵ": "î"}
_CIRCUMFLEX = {"â": "a", "ê": "e", "ô": "o"}


def _tcvn3_table() -> dict[int, str]:
    table: dict[int, str] = {}
    for line in _TCVN3_BYTES.values():
        letters, *codes = line.split()
        for letter, code in zip(letters, codes, strict=True):
            byte = chr(int(code, 16))
            table[ord(letter)] = byte
            if not _VNI_TONES.keys().isdisjoint(unicodedata.normalize("NFD", letter)):
                table[ord(letter.upper())] = byte
    return table


def _vni_letter(letter: str) -> str:
    """One small letter with marks as VNI writes it."""
    if letter in _VNI_SMALL_ALONE:
        return _VNI_SMALL_ALONE[letter]
    parts = unicodedata.normalize("NFD", letter)
    tone = next((mark for mark in parts if mark in _VNI_TONES), "")
    base = unicodedata.normalize("NFC", parts.replace(tone, "") if tone else parts)
    if not tone:
        return _VNI_BASES[base]
    if base in _CIRCUMFLEX:
        return _CIRCUMFLEX[base] + _VNI_TONED_BASES["â"][tone]
    if base == "ă":
        return "a" + _VNI_TONED_BASES["ă"][tone]
    return _VNI_BASES.get(base, base) + _VNI_TONES[tone]


def _vni_table() -> dict[int, str]:
    """Capitals: the mark is a capital too, but not behind Ơ and Ư; Ị, Ỉ, Ĩ take theirs behind, unlike the small ones."""
    table: dict[int, str] = {}
    for line in _TCVN3_BYTES.values():
        for letter in line.split()[0].lower():
            small = _vni_letter(letter)
            table[ord(letter)] = small
            table[ord(letter.upper())] = small[:1].upper() + (small[1:] if small[0] in "ôö" else small[1:].upper())
    for letter in _VNI_SMALL_ALONE:
        base, tone = tuple(unicodedata.normalize("NFD", letter))
        table[ord(letter.upper())] = (base + _VNI_TONES[tone]).upper()
    return table


_TCVN3 = _tcvn3_table()
_VNI = _vni_table()
_OPEN_PAIR = re.compile(r"((?<![qQ])[uU](?=.[yY]\b)|[oO](?=.[aAeE]\b))([\u0300\u0301\u0303\u0309\u0323])(.)")


def to_tcvn3(text: str) -> str:
    """The bytes of TCVN3, each as the Latin-1 character that a program without the font shows."""
    return text.translate(_TCVN3)


def to_vni(text: str) -> str:
    """The characters that a VNI keyboard types."""
    return text.translate(_VNI)


def tone_on_last_vowel(text: str) -> str:
    """The newer spelling of open oa, oe, uy: `Hòa` -> `Hoà`, `Thủy` -> `Thuỷ`; `Quý`, `Toàn` stay."""
    parts = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", _OPEN_PAIR.sub(r"\1\3\2", parts))


def in_parts(text: str) -> str:
    """Unicode in parts (NFD), and the Icelandic `Ð` for `Đ`, as some programs save names."""
    return unicodedata.normalize("NFD", text.replace("Đ", "Ð"))
