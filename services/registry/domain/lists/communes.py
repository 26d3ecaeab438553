"""Whose list it is: the commune in titles, sheet name or file name, as a unit of the list's month."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from services.registry.domain.lists.reference import Reference, UnitFact
from services.registry.domain.lists.refusals import LIST_COMMUNE_UNKNOWN
from services.registry.domain.lists.syllables import standard_tone
from services.registry.domain.lists.text import fold, tidy
from shared.kernel.errors import Refusal

_KIND = re.compile(r"\b(xa|phuong|thi tran|tt|p|x)\s+(?=\w)")
_NOT_A_COMMUNE = re.compile(r"\b(?:thi xa|xa hoi)\b")
_ABOVE_KIND = re.compile(r"^(?:xa|phuong|thi tran|thi xa|huyen|quan|thanh pho|tinh) ")
_PUNCTUATION = re.compile(r"[^\w\s]+")
_CODE = re.compile(r"(?<!\d)(\d{5})(?!\d)")
_SHORT_DISTRICT = ((re.compile(r"\btp\b"), "thanh pho"), (re.compile(r"\btx\b"), "thi xa"))
_KINDS = {"x": "xa", "p": "phuong", "xa": "xa", "phuong": "phuong", "thi tran": "thi tran", "tt": "thi tran"}


BY_ROWS = "rows"
"""The source of a commune that no title names: each row names its own."""


@dataclass(frozen=True, slots=True)
class CommuneReading:
    """The commune of a list: the unit in force in its month, where it was read, and the unit as written if another."""

    unit: UnitFact
    source: str
    written_unit: UnitFact | None = None


class CommuneFinder:
    """Finds communes by name or code among the units of all dates."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._by_name: dict[str, list[UnitFact]] = {}
        self._codes: dict[str, list[UnitFact]] = {}
        for unit in reference.units:
            self._by_name.setdefault(_bare_name(unit.name), []).append(unit)
            self._codes.setdefault(unit.code, []).append(unit)
        self._longest = max((len(name.split()) for name in self._by_name), default=1)

    def by_code(self, code: str, day: date, source: str) -> CommuneReading | None:
        """The commune with this code on that day, or what the code's last unit before it has become."""
        unit = self._reference.unit(code, day)
        if unit:
            return CommuneReading(unit, source)
        return self._in_force(self._codes.get(code, []), day, source)

    def in_text(self, text: str, day: date, source: str, *, needs_kind: bool = True) -> list[CommuneReading]:
        """The communes a text names (`UBND XÃ LỘC HÒA`). With `needs_kind` only after `xã`, `phường`, `thị trấn`.

        Several where a name is used twice and neither diacritics nor a district in the text tells which.
        """
        districts = _in_full(fold(text))
        words = _NOT_A_COMMUNE.sub(" . ", districts)
        names = [(_KINDS[found.group(1)], words[found.end() :]) for found in _KIND.finditer(words)]
        if not names and not needs_kind:
            split = words.split()
            names = [("", " ".join(split[at:])) for at in range(len(split))]
        readings: list[CommuneReading] = []
        for kind, rest in names:
            units = self._longest_match(kind, rest)
            readings += self._readings(units, text, districts, day, source)
        return list({reading.unit: reading for reading in readings}.values())

    def in_cell(self, text: str, day: date, titles: str) -> CommuneReading | None:
        """The commune that a row's own cell names by code or name; titles (a district) tell which of two of one name."""
        if text.strip().isdigit():
            return self.by_code(text.strip(), day, BY_ROWS)
        found = self.in_text(text, day, BY_ROWS, needs_kind=False)
        if len(found) > 1:
            words = fold(titles)
            found = [reading for reading in found if fold(reading.unit.district) and fold(reading.unit.district) in words]
        return found[0] if len(found) == 1 else None

    def in_file_name(self, name: str, day: date) -> list[CommuneReading]:
        """The commune in a file's name: `19870-....xlsx`, or its name (`DS xa Quang Thai.xls`, `quang_thai.xlsx`)."""
        stem = re.sub(r"\.[A-Za-z]{3,4}$", "", re.split(r"[\\/]", name)[-1])
        for code in _CODE.findall(stem):
            reading = self.by_code(code, day, "file_name")
            if reading:
                return [reading]
        return self.in_text(stem.replace("_", " ").replace("-", " "), day, "file_name", needs_kind=False)

    def _longest_match(self, kind: str, rest: str) -> list[UnitFact]:
        words = rest.split()
        for length in range(min(self._longest, len(words)), 0, -1):
            units = self._by_name.get(" ".join(words[:length]), [])
            same_kind = [unit for unit in units if not kind or fold(unit.kind) == kind]
            if same_kind:
                return same_kind
        return []

    def _readings(self, units: list[UnitFact], text: str, words: str, day: date, source: str) -> Iterable[CommuneReading]:
        exact = [unit for unit in units if _same_letters(unit.name, text)]
        units = exact or units
        nearby = [unit for unit in units if _bare_district(unit.district) and _bare_district(unit.district) in words]
        provinces = {fold(unit.province) for unit in nearby}
        units = [unit for unit in nearby if fold(unit.district) not in provinces] or nearby or units
        units = [unit for unit in units if unit.in_force(day)] or units
        for code in {unit.code for unit in units}:
            reading = self._in_force([unit for unit in units if unit.code == code], day, source)
            if reading:
                yield reading

    def _in_force(self, units: list[UnitFact], day: date, source: str) -> CommuneReading | None:
        current = next((unit for unit in units if unit.in_force(day)), None)
        if current:
            return CommuneReading(current, source)
        for unit in sorted((unit for unit in units if unit.valid_from <= day), key=lambda unit: unit.valid_from):
            heir = self._reference.successor(unit, day)
            if heir:
                return CommuneReading(heir, source, unit)
        return None


@lru_cache(maxsize=4)
def commune_finder(reference: Reference) -> CommuneFinder:
    """The finder over a reference's units, made once for each reference."""
    return CommuneFinder(reference)


def choose_commune(found: Iterable[list[CommuneReading]]) -> CommuneReading | None:
    """The one commune that the places say, first place first; narrowed by later places where a place is ambiguous.

    None when no place names a commune, or when ambiguity stays. Contradictions are the caller's to see.
    """
    candidates: list[CommuneReading] = []
    for readings in found:
        if not readings:
            continue
        if not candidates:
            candidates = readings
        elif len(candidates) > 1:
            codes = {reading.unit for reading in readings}
            candidates = [reading for reading in candidates if reading.unit in codes] or candidates
    return candidates[0] if len({reading.unit for reading in candidates}) == 1 else None


def require_commune(reference: Reference, code: str, day: date) -> CommuneReading:
    """The commune given by hand. Refused with `list-commune-unknown` when there is none with that code."""
    reading = commune_finder(reference).by_code(code, day, "option")
    if reading is None:
        raise Refusal(LIST_COMMUNE_UNKNOWN, f"no commune has the code {code!r} on {day}", commune=code)
    return reading


@lru_cache(maxsize=512)
def names_above(unit: UnitFact) -> frozenset[str]:
    """The folded names, with and without their kind, of a commune, its district and its province."""
    names = {fold(name) for name in (unit.name, unit.district, unit.province, "TT Huế") if name}
    return frozenset(names | {_ABOVE_KIND.sub("", name) for name in names})


def _in_full(words: str) -> str:
    for short, full in _SHORT_DISTRICT:
        words = short.sub(full, words)
    return words


def _bare_name(name: str) -> str:
    return re.sub(r"^(?:xa|phuong|thi tran) ", "", fold(name))


def _bare_district(name: str) -> str:
    """`Huyện Phú Lộc` as `phu loc`; names that are also the province's capital keep their kind."""
    return fold(name)


def _same_letters(name: str, text: str) -> bool:
    """Whether the name stands in the text letter for letter, diacritics and all (case and tone style aside)."""
    return _toned(name) in _toned(text)


def _toned(text: str) -> str:
    return " ".join(standard_tone(word) for word in _PUNCTUATION.sub(" ", tidy(text).lower()).split())
