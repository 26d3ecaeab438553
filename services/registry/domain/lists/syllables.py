"""The Vietnamese syllable: which letter groups can be one, and where its tone mark stands."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache


def _split(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_TONES = "\u0300\u0301\u0303\u0309\u0323"
_ONSETS = _split("b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x")
_OPEN_RIMES = _split(
    "a ai ao au ay âu ây e eo ê êu i ia iêu iu o oa oai oao oay oe oeo oi ô ôi ơ ơi u ua uê ui uơ uôi uy uya uyu "
    "uây ư ưa ưi ưu ươi ươu y yêu ya"
)
_CLOSED_RIMES = _split(
    "am an ang anh ăm ăn ăng âm ân âng em en eng êm ên ênh im in inh iêm iên iêng om on ong ôm ôn ông ơm ơn um un "
    "ung uôm uôn uông ưm ưn ưng ươm ươn ương oam oan oang oanh oăm oăn oăng oen uân uâng uyên uynh uyn yêm yên yêng yn"
)
_STOPPED_RIMES = _split(
    "ac ach ap at ăc ăp ăt âc âp ât ec ep et êch êp êt ich ip it iêc iêp iêt oc op ot ôc ôp ôt ơp ơt uc up ut uôc uôp "
    "uôt ưc ưt ươc ươp ươt oac oach oat oăc oăt oet uât uych uyt uyêt yêt yt oap uơt ươt ưp êc"
)
_ONSET = re.compile("^(" + "|".join(sorted(_ONSETS, key=len, reverse=True)) + ")")
_FREE = frozenset(_OPEN_RIMES + _CLOSED_RIMES)
_STOPPED = frozenset(_STOPPED_RIMES)
_STOP_TONES = frozenset("\u0301\u0323")
_VOWELS, _SHAPED = frozenset("aăâeêioôơuưy"), frozenset("ăâêôơư")
_GLIDES = re.compile(r"(?<![qQ])(oa|oe|uy)([a-z]*)$", re.IGNORECASE)


def split_tone(word: str) -> tuple[str, str]:
    """The word without its tone mark (letters such as ơ stay) and the mark, empty for the level tone."""
    marks = ""
    kept = []
    for mark in unicodedata.normalize("NFD", word):
        if mark in _TONES:
            marks += mark
        else:
            kept.append(mark)
    return unicodedata.normalize("NFC", "".join(kept)), marks


@lru_cache(maxsize=32_768)
def is_syllable(word: str) -> bool:
    """Whether letters (composed or not) can be one Vietnamese syllable, tone and all."""
    base, tone = split_tone(word.lower())
    if len(tone) > 1 or not base:
        return False
    if _is_rime(base, tone):
        return True
    onset = _ONSET.match(base)
    if not onset:
        return False
    rest = base[onset.end() :]
    if onset.group() == "gi" and (rest == "" or _is_rime("i" + rest, tone)):
        return True
    if onset.group() == "qu" and _is_rime("u" + rest, tone):
        return True
    return _is_rime(rest, tone)


def _is_rime(rime: str, tone: str) -> bool:
    return rime in _FREE or (rime in _STOPPED and tone in _STOP_TONES)


@lru_cache(maxsize=32_768)
def is_well_toned(word: str) -> bool:
    """Whether a syllable's tone mark stands on a letter where somebody would put it: `táu` and `hoà`, never `taú`."""
    marked = [at for at, letter in enumerate(unicodedata.normalize("NFC", word.lower())) if split_tone(letter)[1]]
    if not marked:
        return True
    base = split_tone(word.lower())[0]
    onset = _ONSET.match(base)
    start = onset.end() if onset and onset.end() < len(base) and base[onset.end()] in _VOWELS else 0
    vowels = [at for at in range(start, len(base)) if base[at] in _VOWELS]
    if len(vowels) < 2:
        return marked[0] in vowels or not vowels
    shaped = [at for at in vowels if base[at] in _SHAPED]
    if shaped:
        return marked[0] == shaped[-1]
    if vowels[-1] < len(base) - 1:
        return marked[0] == vowels[-1]
    return marked[0] == vowels[-2] or base[vowels[-2] : vowels[-1] + 1] in ("oa", "oe", "uy")


@lru_cache(maxsize=32_768)
def standard_tone(word: str) -> str:
    """One place for the tone mark on oa, oe, uy: `Hoà` -> `Hòa`, `Thuỷ` -> `Thủy`, `Hùynh` -> `Huỳnh`, `Qúy` -> `Quý`.

    In an open syllable the mark stands on the first vowel, in a closed one on the second; after q the u is no vowel.
    """
    if word.isascii():
        return word
    base, tone = split_tone(word)
    if len(tone) != 1:
        return word
    if base[:2].lower() == "qu" and base[2:].lower() in {"y", "i", "a", "e", "ơ", "ê"}:
        return unicodedata.normalize("NFC", base[:3] + tone)
    glide = _GLIDES.search(base)
    if not glide or not is_syllable(base + tone):
        return word
    at = glide.start() + (2 if glide.group(2) else 1)
    return unicodedata.normalize("NFC", base[:at] + tone + base[at:])
