"""Text typed before Unicode: TCVN3 (.VnTime), VNI, Windows-1258, and UTF-8 read as Latin. Decided by scoring, not by font."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import lru_cache
from itertools import islice

from services.registry.domain.lists.syllables import is_syllable, is_well_toned
from services.registry.domain.lists.text import tidy


class Encoding(StrEnum):
    """How the letters of a text are to be understood."""

    UNICODE = "unicode"
    TCVN3 = "tcvn3"
    VNI = "vni"
    WINDOWS_1258 = "windows-1258"
    UTF8_AS_LATIN = "utf-8-as-latin"


_TCVN3 = dict(
    zip(
        "¡¢£¤¥¦§¨©ª«¬\u00ad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
        "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        strict=True,
    )
)
_TCVN3_TABLE = str.maketrans(_TCVN3)

_VNI_MARKS = {
    "ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323",
    "â": "\u0302", "á": "\u0302\u0301", "à": "\u0302\u0300", "å": "\u0302\u0309", "ã": "\u0302\u0303",
    "ä": "\u0302\u0323", "ê": "\u0306", "é": "\u0306\u0301", "è": "\u0306\u0300", "ú": "\u0306\u0309",
    "ü": "\u0306\u0303", "ë": "\u0306\u0323",
}  # fmt: skip
_VNI_LETTERS = {"ô": "ơ", "ö": "ư", "ñ": "đ", "í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
_VNI_PAIR = re.compile("([aeiouyôö])([" + "".join(_VNI_MARKS) + "])", re.IGNORECASE)
_VNI_LETTER = re.compile("[" + "".join(_VNI_LETTERS) + "]", re.IGNORECASE)

_CP1258_TABLE = str.maketrans(
    {
        "Ì": "\u0300", "Ò": "\u0309", "Þ": "\u0303", "ì": "\u0301", "ò": "\u0323", "Ã": "Ă", "ã": "ă", "Ð": "Đ", "ð": "đ",
        "Õ": "Ơ", "õ": "ơ", "Ý": "Ư", "ý": "ư", "þ": "₫",
    }
)  # fmt: skip
_LATIN_1252 = {bytes([byte]).decode("cp1252", "ignore") or chr(byte): byte for byte in range(128, 256)}

_ONLY_UNICODE = frozenset(map(chr, range(0x1EA0, 0x1EFA))).union("ăđĩũơưĂĐĨŨƠƯ\u0300\u0301\u0303\u0309\u0323")
"""Letters that no encoding before Unicode shows: a text that has one is Unicode."""
_TELLING_TEXTS = 300
_CLEARLY_BETTER = 0.1
_SURE = 1.0 - _CLEARLY_BETTER
"""Nothing can be clearly better than that."""
_WORD = re.compile(r"[^\W\d_]+")
_LEGACY_WORD = re.compile(r"[^\s\d.,;:/()\-+\"'?!]+")


def _decode_vni(text: str) -> str:
    def pair(found: re.Match[str]) -> str:
        base, mark = found.group(1), _VNI_MARKS[found.group(2).lower()]
        letter = _VNI_LETTERS.get(base.lower(), base.lower())
        whole = letter + mark
        return unicodedata.normalize("NFC", whole.upper() if base.isupper() else whole)

    def letter(found: re.Match[str]) -> str:
        known = _VNI_LETTERS[found.group().lower()]
        return known.upper() if found.group().isupper() else known

    pieces: list[str] = []
    end = 0
    for found in _VNI_PAIR.finditer(text):
        pieces += [_VNI_LETTER.sub(letter, text[end : found.start()]), pair(found)]
        end = found.end()
    return "".join([*pieces, _VNI_LETTER.sub(letter, text[end:])])


def _decode_utf8_as_latin(text: str) -> str:
    try:
        return bytes(_LATIN_1252.get(mark, ord(mark)) for mark in text).decode("utf-8")
    except ValueError:
        return text


_DECODERS: dict[Encoding, Callable[[str], str]] = {
    Encoding.UNICODE: lambda text: text,
    Encoding.TCVN3: lambda text: text.translate(_TCVN3_TABLE),
    Encoding.VNI: _decode_vni,
    Encoding.WINDOWS_1258: lambda text: text.translate(_CP1258_TABLE),
    Encoding.UTF8_AS_LATIN: _decode_utf8_as_latin,
}


def decode(text: str, encoding: Encoding) -> str:
    """The text in composed Unicode, its letters understood in that encoding. Plain ASCII is never changed."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _DECODERS[encoding](text))


@lru_cache(maxsize=32_768)
def fits(word: str, encoding: Encoding) -> bool:
    """Whether a word's letters, so understood, are all Vietnamese and make one syllable."""
    if encoding is not Encoding.UNICODE and not _ONLY_UNICODE.isdisjoint(word):
        return False
    read = tidy(decode(word, encoding))
    return bool(_WORD.fullmatch(read)) and is_syllable(read)


@lru_cache(maxsize=32_768)
def words_to_judge(text: str) -> tuple[str, ...]:
    """The words of a text that say something of its encoding: those with a letter beyond ASCII."""
    return tuple(word for word in _LEGACY_WORD.findall(text) if not word.isascii())


def choose_encoding(texts: Iterable[str], otherwise: Encoding = Encoding.UNICODE) -> Encoding:
    """The encoding under which most of the telling words are Vietnamese syllables.

    `otherwise` is the answer where the texts say too little (fewer than three telling words) or two readings are as good.
    """
    telling = islice((text for text in texts if not text.isascii()), _TELLING_TEXTS)
    words = {word for text in telling for word in words_to_judge(text)}
    if len(words) < 3:
        return otherwise
    as_expected = sum(fits(word, otherwise) for word in words) / len(words)
    if as_expected > _SURE:
        return otherwise
    score = {encoding: sum(fits(word, encoding) for word in words) / len(words) for encoding in Encoding}
    best = max(score.values())
    if best - score[otherwise] < _CLEARLY_BETTER:
        return otherwise
    return max(Encoding, key=lambda encoding: (score[encoding], encoding is Encoding.UNICODE))


def encoding_of_cell(text: str, column: Encoding) -> Encoding:
    """The encoding of one cell: its column's, unless the cell makes no sense so and all of it does in another."""
    odd = not _FOREIGN.isdisjoint(text)
    if column is Encoding.UNICODE and not odd and not _VNI_PAIR.search(text):
        return column
    words = words_to_judge(text)
    if column is not Encoding.UNICODE and not _ONLY_UNICODE.isdisjoint(text):
        return Encoding.UNICODE
    if column is Encoding.UTF8_AS_LATIN and decode(text, column) != text:
        return column
    if not words or all(fits(word, column) or _is_acronym(decode(word, column)) for word in words):
        return column
    if column is not Encoding.UNICODE:
        return Encoding.UNICODE if all(fits(word, Encoding.UNICODE) for word in words) else column
    if not odd:  # no sign that no Vietnamese name has: an unusual name, unless all of it is VNI
        return Encoding.VNI if all(fits(word, Encoding.VNI) for word in words) else column
    others = [encoding for encoding in _OLD if all(fits(word, encoding) for word in words)]
    if len(others) > 1:
        others = [encoding for encoding in others if all(is_well_toned(tidy(decode(word, encoding))) for word in words)]
    return others[0] if len(others) == 1 else column


def makes_sense(text: str, encoding: Encoding) -> bool:
    """Whether every telling word of a text, so understood, is a Vietnamese syllable (or letters that stand for one: BĐ)."""
    return all(fits(word, encoding) or _is_acronym(decode(word, encoding)) for word in words_to_judge(text))


def may_be_old(text: str) -> bool:
    """Whether a text may be of an encoding before Unicode: a quick look, before any word is judged."""
    return not text.isascii() and _ONLY_UNICODE.isdisjoint(text)


@lru_cache(maxsize=32_768)
def telling_encoding(text: str) -> Encoding | None:
    """The only encoding in which all of a text makes sense; None where it has no say or several do."""
    words = words_to_judge(text)
    if not words:
        return None
    found = [encoding for encoding in Encoding if all(fits(word, encoding) for word in words)]
    return found[0] if len(found) == 1 else None


_OLD = tuple(encoding for encoding in Encoding if encoding is not Encoding.UNICODE)
_CONSONANTS = frozenset("bcdđfghjklmnpqrstvwxz")


def _is_acronym(word: str) -> bool:
    """Letters without a vowel, such as ĐT, NĐ, ĐBN: no syllable, but nothing odd either."""
    return bool(word) and _CONSONANTS.issuperset(word.lower())


@lru_cache(maxsize=8_192)
def _read_text(text: str, column: Encoding) -> tuple[str, bool]:
    encoding = encoding_of_cell(text, column)
    if encoding is Encoding.UNICODE:
        return tidy(text), False
    return tidy(decode(text, encoding)), True


def read_text(text: str, column: Encoding) -> tuple[str, bool]:
    """A cell's text decoded (its column being in that encoding) and tidied, and whether its encoding was an old one."""
    return (tidy(text), False) if text.isascii() else _read_text(text, column)


_FOREIGN = frozenset("¡¢£¤¥¦§¨©ª«¬\u00ad®µ¶·¸¹»¼½¾ÆÇËÏÑÖ×ØÜÞßäåæçëîïñöøûüþ÷†‡€™œŒ…‰„“”•–—˜›‹ƒˆŠšŽžŸ")
"""Signs that no Vietnamese name has: with one of them a word is no unusual name but another encoding."""
