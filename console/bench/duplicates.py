"""A province's people with duplicates planted among them, compared on one core with the very rule that the registry runs.

The mistakes are those of commune lists: diacritics lost, Thị dropped, abbreviations, a letter, another order, day and month
swapped, a digit of the birth date, the year alone; some moved to another commune, half without a number.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

from console.demo.province.names import KINH, draw_family, draw_name, without_marks
from services.registry.domain.duplicates import MAX_BLOCK, Person, compare, keys_of, pairs_of_block, prior_bits
from services.registry.domain.name_likeness import rarity_among, take_apart

COMMUNES, VILLAGES, PLANTED_SHARE = 141, 8, 0.02


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the benchmark."""
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)


async def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Make the people, then compare them."""
    names, people, planted = make_people(arguments.people, arguments.seed)
    began = time.perf_counter()
    rarity = rarity_among((without_marks(name).lower(), 1) for name in names)
    found, compared = find_all(people, rarity)
    seconds = time.perf_counter() - began
    hits = len(planted & found)
    return {
        "people": len(people),
        "planted": len(planted),
        "seconds": round(seconds, 2),
        "pairs_compared": compared,
        "pairs_per_second": round(compared / seconds),
        "recall": round(hits / len(planted), 4),
        "precision": round(hits / max(len(found), 1), 4),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def find_all(people: list[Person], rarity: Any) -> tuple[set[tuple[int, int]], int]:
    """(pairs that an officer would be shown, pairs compared)."""
    keys = [frozenset(keys_of(person)) for person in people]
    blocks: defaultdict[int, list[int]] = defaultdict(list)
    for at, mine in enumerate(keys):
        for key in mine:
            blocks[key].append(at)
    prior, found, compared = prior_bits(len(people)), set(), 0
    for key, members in blocks.items():
        if 1 < len(members) <= MAX_BLOCK:
            for one, other in pairs_of_block(key, members, keys):
                compared += 1
                if compare(people[one], people[other], rarity, prior):
                    found.add((one, other))
    return found, compared


def make_people(count: int, seed: int) -> tuple[list[str], list[Person], set[tuple[int, int]]]:
    """(names, people, planted pairs): the last of the people are others once more, with a mistake or two."""
    rng = Random(seed)
    doubles = round(count * PLANTED_SHARE)
    names, people = [], []
    for at in range(count - doubles):
        name, person = _person(rng, at)
        names.append(name)
        people.append(person)
    planted = set()
    for original in sorted(rng.sample(range(len(people)), doubles)):
        planted.add((original, len(people)))
        name, person = _again(rng, names[original], people[original], len(people))
        names.append(name)
        people.append(person)
    return names, people, planted


def _person(rng: Random, at: int) -> tuple[str, Person]:
    sex = rng.choices(("female", "male"), (60, 40))[0]
    name = draw_name(rng, draw_family(rng, KINH), "female" if sex == "female" else "male")
    birth = date(2021, 10, 1) - timedelta(
        days=rng.randrange(80 * 365, 98 * 365) if rng.random() < 0.6 else rng.randrange(80 * 365)
    )
    year_alone = rng.random() < (0.5 if birth.year < 1955 else 0.05)
    kind = rng.choices(("cccd", "cmnd", None), (55, 25, 20))[0]
    number = rng.randbytes(8)
    return name, Person(
        person_id=at,
        unit_id=str(rng.randrange(COMMUNES)),
        name=take_apart(name),
        sex=sex,
        birth_date=birth.replace(month=1, day=1) if year_alone else birth,
        birth_precision="year" if year_alone else "day",
        village=f"thon {rng.randrange(VILLAGES)}",
        numbers=frozenset({number}) if kind else frozenset(),
        current={kind: number} if kind else {},
    )


def _again(rng: Random, name: str, person: Person, at: int) -> tuple[str, Person]:
    """The same person as another list would have it. A number is rarely the same: the registry refuses a second holder."""
    for mistake in rng.choices((_as_it_is, *_NAME_MISTAKES), (3, *[1] * len(_NAME_MISTAKES)), k=1):
        name = mistake(rng, name)
    kind = rng.choices(("cmnd", None), (40, 60))[0] if "cmnd" not in (person.current or {}) else None
    number = rng.randbytes(8)
    same = rng.random() < 0.1
    twin = replace(
        person,
        person_id=at,
        name=take_apart(name),
        numbers=person.numbers if same else frozenset({number}) if kind else frozenset(),
        current=person.current if same else {kind: number} if kind else {},
        village=person.village if rng.random() < 0.7 else None,
    )
    twin = rng.choices((lambda _rng, p: p, _swapped, _digit_off, _year_alone), (75, 8, 7, 10))[0](rng, twin)
    if rng.random() < 0.2:  # moved, and registered again there
        twin = replace(twin, unit_id=str(rng.randrange(COMMUNES)), village=f"thon {rng.randrange(VILLAGES)}")
    return name, twin


def _as_it_is(_rng: Random, name: str) -> str:
    return name


def _marks_lost(_rng: Random, name: str) -> str:
    return without_marks(name)


def _thi_dropped(_rng: Random, name: str) -> str:
    return name.replace(" Thị ", " ")


def _abbreviated(_rng: Random, name: str) -> str:
    parts = without_marks(name).split()
    return " ".join([f"{'Ng' if parts[0] == 'Nguyen' else parts[0]}.", *(f"{p[0]}." for p in parts[1:-1]), parts[-1]])


def _letter_off(rng: Random, name: str) -> str:
    parts = without_marks(name).split()
    at = rng.randrange(len(parts))
    word = parts[at]
    place = rng.randrange(1, len(word)) if len(word) > 2 else len(word)
    parts[at] = word[:place] + rng.choice("aeinghtu") + word[place + rng.randrange(2) :]
    return " ".join(parts)


def _reordered(_rng: Random, name: str) -> str:
    first, *rest = name.split()
    return " ".join([*rest, first])


_NAME_MISTAKES: tuple[Callable[[Random, str], str], ...] = (
    _marks_lost,
    _marks_lost,
    _thi_dropped,
    _abbreviated,
    _letter_off,
    _reordered,
)


def _swapped(_rng: Random, person: Person) -> Person:
    birth = person.birth_date
    return replace(person, birth_date=birth.replace(day=birth.month, month=birth.day)) if birth.day <= 12 else person


def _digit_off(rng: Random, person: Person) -> Person:
    birth = person.birth_date
    if not person.exact_birth or rng.random() < 0.4:
        tens, ones = divmod(birth.year, 10)
        return replace(
            person, birth_date=birth.replace(year=tens * 10 + (ones + rng.randrange(1, 10)) % 10, day=min(birth.day, 28))
        )
    tens = birth.day // 10 * 10
    days = [day for day in range(max(tens, 1), min(tens + 9, 28) + 1) if day != birth.day]
    return replace(person, birth_date=birth.replace(day=rng.choice(days or [28])))


def _year_alone(_rng: Random, person: Person) -> Person:
    return replace(person, birth_date=person.birth_date.replace(month=1, day=1), birth_precision="year")
