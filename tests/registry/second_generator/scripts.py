"""How a text is typed: old encodings, composed or not, tone styles, case and spaces."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from random import Random

_TCVN3_LOWER = dict(
    zip(
        "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵ",
        "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊË®ÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\xadõö÷øùúûüýþ",
        strict=True,
    )
)
_TCVN3_UPPER = dict(zip("ĂÂÊÔƠƯĐ", "¡¢£¤¥¦§", strict=True))
_VNI_MARKS = {"\u0300": "ø", "\u0301": "ù", "\u0309": "û", "\u0303": "õ", "\u0323": "ï"}
_VNI_HAT = {"\u0300": "à", "\u0301": "á", "\u0309": "å", "\u0303": "ã", "\u0323": "ä", "": "â"}
_VNI_BREVE = {"\u0300": "è", "\u0301": "é", "\u0309": "ú", "\u0303": "ü", "\u0323": "ë", "": "ê"}
_VNI_WHOLE = dict(zip("ìíỉĩịđơưỵ", "ìíæóòñôöî", strict=True))
_TONES = set(_VNI_MARKS)


def tcvn3(text: str) -> str:
    """As the ABC fonts keep it. A capital with a tone has no place: the small letter stands in (.VnTimeH shows a capital)."""
    text = unicodedata.normalize("NFC", text)
    return "".join(_TCVN3_UPPER.get(c) or _TCVN3_LOWER.get(c) or _TCVN3_LOWER.get(c.lower()) or c for c in text)


def tcvn3_capital_font(text: str) -> str:
    """The same typed small, for a font that shows capitals (.VnTimeH)."""
    return tcvn3(text.lower())


def vni(text: str) -> str:
    """As VNI fonts keep it: a letter, then a mark of its own."""
    return "".join(_vni(c) for c in unicodedata.normalize("NFC", text))


def _vni(char: str) -> str:
    small = char.lower()
    if small in _VNI_WHOLE:
        typed = _VNI_WHOLE[small]
        return typed.upper() if char != small else typed
    base, marks = unicodedata.normalize("NFD", small)[:1], unicodedata.normalize("NFD", small)[1:]
    tone = next((mark for mark in marks if mark in _TONES), "")
    if "\u0302" in marks:
        typed = base + _VNI_HAT[tone]
    elif "\u0306" in marks:
        typed = base + _VNI_BREVE[tone]
    elif "\u031b" in marks:
        typed = _VNI_WHOLE[unicodedata.normalize("NFC", base + "\u031b")] + _VNI_MARKS.get(tone, "")
    else:
        typed = base + (_VNI_MARKS[tone] if tone else "") if marks else small
    return typed.upper() if char != small else typed


def windows_1258(text: str) -> str:
    """Letters with hats whole, tones after them: what cp1258 can hold."""
    return "".join(_windows_1258(c) for c in unicodedata.normalize("NFC", text))


def _windows_1258(char: str) -> str:
    try:
        char.encode("cp1258")
    except UnicodeEncodeError:
        parts = unicodedata.normalize("NFD", char)
        tone = "".join(mark for mark in parts if mark in _TONES)
        return unicodedata.normalize("NFC", "".join(mark for mark in parts if mark not in _TONES)) + tone
    return char


def decomposed(text: str) -> str:
    """Unicode with every mark apart."""
    return unicodedata.normalize("NFD", text)


def utf8_as_latin(text: str) -> str:
    """UTF-8 opened as Windows-1252: `Nguyá»…n`."""
    return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in text.replace("\u200b", "").encode())


def latin_d(text: str) -> str:
    """The Icelandic eth where Đ belongs."""
    return text.replace("Đ", "Ð")


SCRIPTS: dict[str, Callable[[str], str]] = {
    "unicode": lambda text: text,
    "decomposed": decomposed,
    "tcvn3": tcvn3,
    "tcvn3_capital_font": tcvn3_capital_font,
    "vni": vni,
    "windows_1258": windows_1258,
    "latin_d": latin_d,
    "utf8_as_latin": utf8_as_latin,
}

_OPEN = {"òa": "oà", "óa": "oá", "ỏa": "oả", "õa": "oã", "ọa": "oạ", "òe": "oè", "óe": "oé", "ỏe": "oẻ", "õe": "oẽ", "ọe": "oẹ"}
_OPEN |= {"ùy": "uỳ", "úy": "uý", "ủy": "uỷ", "ũy": "uỹ", "ụy": "uỵ"}


def new_tone_style(text: str) -> str:
    """Hoà and Thuỷ for Hòa and Thủy."""
    words = []
    for word in text.split(" "):
        end = word[-2:].lower()
        if end in _OPEN and not word.lower().startswith("qu"):
            moved = _OPEN[end]
            word = word[:-2] + (moved.upper() if word.isupper() else moved)
        words.append(word)
    return " ".join(words)


def plain(text: str) -> str:
    """Without any mark: `Bui Xuan Dat`."""
    parts = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    return unicodedata.normalize("NFC", "".join(c for c in parts if not unicodedata.combining(c)))


def untidy_spaces(rng: Random, text: str) -> str:
    """Doubled, leading, trailing or no-break spaces."""
    way = rng.randrange(5)
    if way == 0:
        return "  ".join(text.split(" "))
    if way == 1:
        return f" {text}"
    if way == 2:
        return f"{text}  "
    if way == 3:
        return "\u00a0".join(text.split(" "))
    return text.replace(" ", " \u200b", 1)
