"""Which month a list is of: stated in a title or the file name, or told by ages, coefficients and amounts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.registry.domain.lists.categories import candidate_codes
from services.registry.domain.lists.category_words import CategoryWording
from services.registry.domain.lists.reference import Reference
from services.registry.domain.lists.text import fold

_STATED = re.compile(r"(?:thang|ky|\bt) ?0?(1[0-2]|[1-9])(?: ?(?:va|\+|den|,|0?\d{1,2}|thang| )*)?(?: ?nam ?| )(20\d\d)\b")
_AS_OF = re.compile(
    r"\b(?:thoi diem|tinh den|den|chot|ky|ky chi tra|ky chi|ky tro cap|dot|dot chi tra|chi tra)(?: het)?(?: ngay)?"
    r"(?: (?:0?[1-9]|[12]\d|3[01]))? 0?(1[0-2]|[1-9]) (20\d\d)\b"
)
_BARE_MONTH = re.compile(r"(?<![\d/.\-])(0?[1-9]|1[0-2])\s?[/.\-]\s?(20\d\d)(?![\d/.\-])")
_BARE_DAY = re.compile(r"(?<![\d/.\-])(?:0?[1-9]|[12]\d|3[01])[/.\-](0?[1-9]|1[0-2])[/.\-](20\d\d)(?!\d)")
_OF_PAPERS = re.compile(r"nghi dinh|quyet dinh|thong tu|nghi quyet|to trinh|cong van|nd cp|\bqd\b|\bso$")
_QUARTER = re.compile(r"\bquy (i{1,3}|iv|[1-4]) (?:nam )?(20\d\d)\b")
_QUARTERS = {"i": 1, "1": 1, "ii": 4, "2": 4, "iii": 7, "3": 7, "iv": 10, "4": 10}
_EARLIEST = date(2015, 1, 1)
_LEAST_DONG = 10_000
_ONE_WRONG_IN = 12
_MARGIN_MONTHS = 36


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What one row tells of the month: who it is, and what the list gives."""

    wording: CategoryWording
    born_on: date | None
    coefficient: Decimal | None
    amount_dong: int | None


def stated_month(texts: Iterable[str]) -> date | None:
    """The month that titles or a file name state (`Tháng 10 năm 2021`, `T10-2021`, `Quý IV/2021`).

    A date of signing (`ngày 5 tháng 10 năm 2021`) counts only where nothing else does; a decree's date never.
    """
    signed: date | None = None
    written: date | None = None
    for text in texts:
        words = fold(text)
        as_of = _AS_OF.search(words)
        for found in _STATED.finditer(words):
            month = date(int(found.group(2)), int(found.group(1)), 1)
            before = words[: found.start()]
            if not re.search(r"ngay (?:\d+ )?$", before):
                return month
            if signed is None and not re.search(r"nghi dinh|quyet dinh|thong tu|nghi quyet|to trinh|nd cp", before):
                signed = month
        quarter = _QUARTER.search(words)
        if quarter:
            return date(int(quarter.group(2)), _QUARTERS[quarter.group(1)], 1)
        if as_of and not _OF_PAPERS.search(words[: as_of.start()]):
            return date(int(as_of.group(2)), int(as_of.group(1)), 1)
        written = written or _numbers_only(text, _BARE_MONTH) or _numbers_only(text, _BARE_DAY)
    return signed or written


def _numbers_only(text: str, pattern: re.Pattern[str]) -> date | None:
    """A month or a day in figures alone (`9/2022`, `05/8/2022`), unless a paper is of that date."""
    found = pattern.search(text)
    if found is None or _OF_PAPERS.search(fold(text[: found.start()])):
        return None
    return date(int(found.group(2)), int(found.group(1)), 1)


def _index(day: date) -> int:
    return day.year * 12 + day.month - 1


def _month(index: int) -> date:
    return date(index // 12, index % 12 + 1, 1)


def _coefficients(person: PersonFacts, reference: Reference) -> set[Decimal]:
    """The coefficient written, else those that the wording admits."""
    if person.coefficient:
        return {person.coefficient}
    categories = (reference.categories.get(code) for code in candidate_codes(person.wording))
    return {category.coefficient for category in categories if category and category.coefficient}


def _implied_levels(people: Sequence[PersonFacts], reference: Reference) -> list[int]:
    """The standard levels that amounts point to, most often implied first. Amounts under 10,000 are in thousands."""
    implied: Counter[int] = Counter()
    for person in people:
        if person.amount_dong:
            amount = person.amount_dong * (1 if person.amount_dong >= _LEAST_DONG else 1_000)
            heads = person.wording.heads or 1
            implied.update(int(amount / (value * heads)) for value in _coefficients(person, reference))
    return [amount for amount, _ in implied.most_common(3)]


def _level_window(people: Sequence[PersonFacts], reference: Reference) -> tuple[int, int] | None:
    """The months in which the level was law that most amounts point to."""
    for amount in _implied_levels(people, reference):
        found = [level for level in reference.levels if level.amount_dong == amount and not level.pension]
        if found:
            national = [level for level in found if level.scope == "national"] or found
            starts = min(level.valid_from for level in national)
            ends = [level.valid_to or date(2099, 12, 1) for level in national]
            return _index(starts), _index(max(ends))
    return None


def _month_spans(person: PersonFacts, reference: Reference) -> list[tuple[int, int]]:
    """The months in which the person's age goes with the category and with the coefficient, where one is written."""
    if person.born_on is None:
        return []
    born = _index(person.born_on) + (person.born_on.day > 1)
    spans = []
    for code in candidate_codes(person.wording):
        category = reference.categories.get(code)
        if category is None or person.coefficient not in (None, category.coefficient):
            continue
        first = born + 12 * (category.age_from or 0)
        last = born + 12 * category.age_to - 1 if category.age_to is not None else _index(date(2099, 1, 1))
        starts, ends = _index(category.valid_from), _index(category.valid_to or date(2099, 1, 1))
        spans.append((max(first, starts), min(last, ends)))
    return spans


def _last_born(people: Sequence[PersonFacts]) -> int:
    """The month of the youngest but a few, whose dates may be wrong: the list is hardly older."""
    born = sorted(_index(person.born_on) for person in people if person.born_on)
    return born[-1 - len(born) // _ONE_WRONG_IN] if born else _index(_EARLIEST)


def infer_month(people: Sequence[PersonFacts], reference: Reference, fallback: date) -> tuple[date, bool]:
    """The month nearest to `fallback` among those that fit most people, and whether the people told anything.

    Each person whose coefficient depends on age (a child under 4, somebody over 80) bounds the month from one side.
    """
    newest_law = max((_index(category.valid_from) for category in reference.categories.values()), default=_index(fallback))
    latest = max(_index(fallback), _last_born(people) + _MARGIN_MONTHS, newest_law + _MARGIN_MONTHS)
    window = _level_window(people, reference)
    low, high = window or (_index(_EARLIEST), latest)
    high = max(low, min(high, latest))
    change = [0] * (high - low + 2)
    told = window is not None
    for person in people:
        for first, last in _month_spans(person, reference):
            if last < low or first > high:
                continue
            told = told or (person.coefficient is not None and (first > low or last < high))
            change[max(first, low) - low] += 1
            change[min(last, high) - low + 1] -= 1
    counts: list[int] = []
    running = 0
    for step in change[:-1]:
        running += step
        counts.append(running)
    best = max(counts)
    nearest = min((at for at, count in enumerate(counts) if count == best), key=lambda at: abs(low + at - _index(fallback)))
    return _month(low + nearest), told or low + nearest != _index(fallback)
