"""How much it says of two people that their names are alike. Vietnamese names need care: few family names, short syllables.

What a likeness weighs is counted in bits: two people who share a name that one in 1,024 has are 1,024 times likelier to be
one person than before, 10 bits. So a rare name weighs more than Nguyễn Thị Hoa.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import log2

from rapidfuzz.distance import OSA

from services.registry.domain.lists.text import plain

THI = "thi"
"""The middle name of most women, and the first that a list drops."""

_PARTS = re.compile(r"[^\s.,]+")
_VOWELS = frozenset("aeiouy")
_ABBREVIATED_BITS = 2.0
_BASE_COUNT = 1_000
"""How many people's worth the shares below weigh against those that were counted."""

_SURNAMES = {
    "nguyen": 0.31, "tran": 0.11, "le": 0.09, "pham": 0.07, "hoang": 0.05, "huynh": 0.04, "phan": 0.045, "vo": 0.035, "ho": 0.04,
    "dang": 0.03, "bui": 0.02, "do": 0.02, "ngo": 0.02, "duong": 0.015, "truong": 0.02, "ton": 0.01, "doan": 0.01, "mai": 0.01,
}  # fmt: skip
_MIDDLES = {THI: 0.4, "van": 0.2, "ngoc": 0.03, "minh": 0.03, "huu": 0.03, "dinh": 0.02, "xuan": 0.02, "thanh": 0.02}


@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart: syllables as written (lower case) and without diacritics."""

    marked: tuple[str, ...]
    plain: tuple[str, ...]
    bare: tuple[str, ...]  # without Thị
    abbreviated: bool

    @property
    def skeleton(self) -> str:
        """What stays the same in another order and without Thị."""
        return " ".join(sorted(self.bare))


@lru_cache(maxsize=8_192)
def take_apart(name: str) -> Name:
    """A full name, `Ng. T. Thuy` too: what has no vowel is an abbreviation."""
    marked = tuple(_PARTS.findall(name.lower()))
    parts = tuple(plain(part) for part in marked)
    bare = tuple(part for part in parts if part != THI) or parts
    return Name(marked, parts, bare, any(not _VOWELS & set(part) for part in parts))


@dataclass(frozen=True, slots=True)
class Rarity:
    """How rare syllables are among a population, by their place in the name; each in bits."""

    surnames: Mapping[str, float]
    middles: Mapping[str, float]
    givens: Mapping[str, float]
    unseen: float
    people: int

    def bits(self, name: Name, at: int) -> float:
        """What it weighs that somebody else has the same syllable there."""
        table = self.surnames if at == 0 else self.givens if at == len(name.plain) - 1 else self.middles
        return table.get(name.plain[at], self.unseen)


def rarity_among(names: Iterable[tuple[str, int]]) -> Rarity:
    """The rarity of syllables among people: (name without diacritics, how many have it)."""
    counts: tuple[Counter[str], Counter[str], Counter[str]] = Counter(), Counter(), Counter()
    people = 0
    for name, many in names:
        parts = name.split()
        if parts:
            people += many
            counts[0][parts[0]] += many
            counts[2][parts[-1]] += many
            for part in parts[1:-1]:
                counts[1][part] += many
    tables = [
        _in_bits(count, base, people, default)
        for count, base, default in zip(counts, (_SURNAMES, _MIDDLES, {}), (0.002, 0.004, 0.005), strict=True)
    ]
    surnames, middles, givens = tables
    return Rarity(surnames, middles, givens, log2((people + _BASE_COUNT) / (_BASE_COUNT * 0.002)), people)


def _in_bits(counts: Counter[str], base: Mapping[str, float], people: int, default: float) -> dict[str, float]:
    total = people + _BASE_COUNT
    return {part: -log2(min((counts[part] + _BASE_COUNT * base.get(part, default)) / total, 1.0)) for part in {*counts, *base}}


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a likeness weighs, in bits, and the code of the reason."""

    bits: float
    reason: str


def weigh_names(one: Name, other: Name, rarity: Rarity) -> Weighed | None:
    """What it weighs that two people are so called; None where the names are not alike."""
    if one.plain == other.plain:
        return _same_syllables(one, other, rarity)
    if (one.abbreviated or other.abbreviated) and (found := _abbreviated(one, other, rarity)):
        return found
    common = set(one.plain) & set(other.plain)
    if len(common) < max(len(one.bare), len(other.bare)) - 1 or not common:
        return None
    if one.bare == other.bare:
        return Weighed(_least(one, other, rarity, common) - 1, "name_without_thi")
    if sorted(one.bare) == sorted(other.bare):
        return Weighed(_least(one, other, rarity, common) - 2, "name_reordered")
    if len(one.bare) == len(other.bare):
        return _one_syllable_off(one, other, rarity)
    longer, shorter = (one, other) if len(one.bare) > len(other.bare) else (other, one)
    if (longer.bare[0], longer.bare[-1]) == (shorter.bare[0], shorter.bare[-1]) and set(shorter.bare) <= set(longer.bare):
        return Weighed(_sum(shorter, rarity, common) - 2, "name_middle_missing")
    return None


def _sum(name: Name, rarity: Rarity, common: set[str]) -> float:
    return sum(rarity.bits(name, at) for at, part in enumerate(name.plain) if part in common)


def _least(one: Name, other: Name, rarity: Rarity, common: set[str]) -> float:
    """Syllables that stand in other places weigh what they weigh where they say less: so it is the same both ways."""
    return min(_sum(one, rarity, common), _sum(other, rarity, common))


def _same_syllables(one: Name, other: Name, rarity: Rarity) -> Weighed:
    bits = _sum(one, rarity, set(one.plain))
    if one.marked == other.marked:
        return Weighed(bits, "same_name")
    if one.marked == one.plain or other.marked == other.plain:
        return Weighed(bits - 0.5, "name_without_marks")
    last = len(one.plain) - 1
    loss = sum(4 if at == last else 2 for at in range(last + 1) if one.marked[at] != other.marked[at])
    return Weighed(bits - loss, "name_marks_differ")


def _abbreviated(one: Name, other: Name, rarity: Rarity) -> Weighed | None:
    """`Ng. T. Thuy` beside `Nguyễn Thị Thủy`: the given name is written out, each other syllable begins as the other does."""
    if one.plain[-1] != other.plain[-1]:
        return None
    here, there = one.plain[:-1], other.plain[:-1]
    if len(here) != len(there):  # Thị, whole or as T, may be missing besides
        here, there = (tuple(part for part in parts if part not in (THI, "t", "th")) for parts in (here, there))
    if len(here) != len(there):
        return None
    bits = min(rarity.bits(each, len(each.plain) - 1) for each in (one, other))
    for mine, yours in zip(here, there, strict=True):
        if mine == yours and _VOWELS & set(mine):
            bits += min(rarity.bits(each, each.plain.index(mine)) for each in (one, other))
        elif mine == yours or _abbreviates(mine, yours) or _abbreviates(yours, mine):
            bits += _ABBREVIATED_BITS
        else:
            return None
    return Weighed(bits - 1, "name_abbreviated")


def _abbreviates(short: str, whole: str) -> bool:
    return not _VOWELS & set(short) and whole.startswith(short)


def _one_syllable_off(one: Name, other: Name, rarity: Rarity) -> Weighed | None:
    """All syllables but one the same, in the same places, and that one a letter off."""
    off = [at for at, (here, there) in enumerate(zip(one.bare, other.bare, strict=True)) if here != there]
    if len(off) != 1:
        return None
    here, there = one.bare[off[0]], other.bare[off[0]]
    if OSA.distance(here, there, score_cutoff=1) > 1 or min(len(here), len(there)) < 2:
        return None
    loss = 4 if off[0] == len(one.bare) - 1 else 2
    return Weighed(_least(one, other, rarity, set(one.plain) & set(other.plain)) - loss, "name_letter_off")
