"""Who may be one person registered twice: by which keys two come to be compared, and what the comparison weighs.

Evidence is counted in bits, as in record linkage after Fellegi and Sunter: each likeness adds what it makes "one person"
likelier, each contradiction takes away. Against it stands how unlikely it is that any two of so many people are one. What is
left gives the score: 50 means as likely as not. An officer decides; nothing is ever merged by itself.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b, sha256
from math import log2

from services.registry.domain.name_likeness import Name, Rarity, Weighed, weigh_names

SCORE_TO_SHOW = 35
"""Below it a pair is not shown to an officer."""

MAX_BLOCK = 400
"""A key that more people share says too little: they are found by their other keys."""

_FEWEST_PEOPLE = 20_000
_DUPLICATE_SHARE_BITS = 5.6  # one person in a hundred stands twice
_YEAR_BITS, _DAY_BITS = 5.0, 14.0

REASONS = {
    "same_number": ("Cùng số định danh", "the same identity number"),
    "numbers_differ": ("Số định danh cùng loại nhưng khác nhau", "identity numbers of the same kind that differ"),
    "old_and_new_number": ("Một bên CMND, một bên CCCD", "a CMND here, a CCCD there"),
    "same_name": ("Cùng họ tên", "the same name"),
    "name_without_marks": ("Họ tên giống nhau, một bên mất dấu", "the same name, diacritics lost"),
    "name_marks_differ": ("Họ tên giống nhau, khác dấu", "the same name with other diacritics"),
    "name_without_thi": ("Họ tên giống nhau, một bên thiếu chữ Thị", "the same name, Thị left out"),
    "name_reordered": ("Họ tên đảo thứ tự", "the same name in another order"),
    "name_abbreviated": ("Họ tên viết tắt", "a name abbreviated"),
    "name_letter_off": ("Họ tên khác nhau một chữ cái", "names one letter apart"),
    "name_middle_missing": ("Một bên thiếu tên đệm", "a middle name left out"),
    "name_differs": ("Họ tên khác nhau", "another name"),
    "same_birth_date": ("Cùng ngày sinh", "the same birth date"),
    "same_birth_year": ("Cùng năm sinh", "the same birth year"),
    "birth_day_month_swapped": ("Ngày và tháng sinh đảo nhau", "day and month of birth swapped"),
    "birth_digit_differs": ("Ngày sinh khác một chữ số", "birth dates one digit apart"),
    "birth_day_differs": ("Cùng năm sinh, khác ngày", "the same birth year, another day"),
    "birth_differs": ("Ngày sinh khác nhau", "another birth date"),
    "sex_differs": ("Khác giới tính", "another sex"),
    "same_village": ("Cùng thôn", "the same village"),
    "same_commune": ("Cùng xã", "the same commune"),
    "same_payee": ("Cùng người nhận thay", "the same payee"),
    "same_phone": ("Cùng số điện thoại", "the same phone"),
}
"""Reason -> what an officer reads, in Vietnamese and English."""


@dataclass(frozen=True, slots=True)
class Person:
    """What is compared. Numbers are blind indexes; `numbers` are all that the person ever had, `current` those by kind."""

    person_id: Hashable
    unit_id: str
    name: Name
    sex: str
    birth_date: date
    birth_precision: str
    village: str | None
    numbers: frozenset[bytes] = frozenset()
    current: Mapping[str, bytes] | None = None
    payee: bytes | str | None = None  # who receives in the person's stead
    phone: bytes | None = None

    @property
    def exact_birth(self) -> bool:
        """Whether the day is known: 1 January is what a year alone becomes on its way through spreadsheets."""
        return self.birth_precision == "day" and (self.birth_date.day, self.birth_date.month) != (1, 1)

    def facts(self) -> bytes:
        """A digest of all that is compared: the same facts make the same comparison."""
        said = (
            self.unit_id, self.name.marked, self.sex, self.birth_date, self.birth_precision, self.village,
            sorted(self.numbers), sorted((self.current or {}).items()), self.payee, self.phone,
        )  # fmt: skip
        return sha256(repr(said).encode()).digest()[:16]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How likely two are one person (0 to 100), and why, the weightiest first."""

    score: int
    reasons: tuple[str, ...]


def keys_of(person: Person) -> tuple[int, ...]:
    """Keys under which somebody may find the person again: two who share none are never compared.

    Each survives one kind of mistake (a letter, a lost mark, an order, a digit), and together they survive those of one name
    or one birth date. Hashed to 64 bits: the same key on any machine, in any partition.
    """
    name, birth, unit = person.name, person.birth_date, person.unit_id
    skeleton, given, family = name.skeleton, name.plain[-1], name.plain[0]
    day_month = tuple(sorted((birth.day, birth.month)))
    parts: list[tuple[object, ...]] = [("number", number) for number in sorted(person.numbers)]
    if person.exact_birth:
        parts += [
            ("date-given", birth.year, day_month, given[0]),
            ("date-family", birth.year, day_month, family[0]),
            ("day-name", day_month, skeleton),
            ("date-name-end", day_month, given, family),
        ]
    parts += [
        ("year-name", birth.year, skeleton),
        ("unit-year-given", unit, birth.year, given),
        ("unit-year-family", unit, birth.year, family, given[0]),
        ("unit-name", unit, skeleton),
        ("unit-year-middle", unit, birth.year, " ".join(name.bare[:-1])),
    ]
    if person.payee is not None:
        parts.append(("payee-year", person.payee, birth.year))
    return tuple(sorted({_hashed(part) for part in parts}))


def _hashed(part: tuple[object, ...]) -> int:
    return int.from_bytes(blake2b(repr(part).encode(), digest_size=8).digest(), "big", signed=True)


def pairs_of_block(key: int, members: Sequence[int], keys: Sequence[frozenset[int]]) -> Iterator[tuple[int, int]]:
    """Pairs (by place) of those who share a key, each only under the smallest key that it shares.

    So a pair is met once over all blocks with nothing to remember, and blocks can be worked off in any order, anywhere.
    """
    for at, one in enumerate(members):
        mine = keys[one]
        for other in members[at + 1 :]:
            shared = mine & keys[other]
            if len(shared) == 1 or min(shared) == key:
                yield one, other


def prior_bits(people: int) -> float:
    """How unlikely it is, before anything is known of them, that two of so many people are one; in bits."""
    return _DUPLICATE_SHARE_BITS + log2(max(people, _FEWEST_PEOPLE))


def compare(one: Person, other: Person, rarity: Rarity, prior: float) -> Likeness | None:
    """How likely two are one person; None where it is too little to show."""
    same_number = bool(one.numbers & other.numbers)
    birth = _weigh_births(one, other)
    if birth is None and not same_number:
        return None
    name = weigh_names(one.name, other.name, rarity)
    if name is None and not same_number:
        return None
    weighed: list[Weighed | None] = [
        birth or Weighed(-6, "birth_differs"),
        name or Weighed(-6, "name_differs"),
        _weigh_sex(one, other),
    ]
    weighed += [_weigh_numbers(one, other, same_number), _weigh_place(one, other), *_weigh_circle(one, other)]
    evidence = [found for found in weighed if found is not None]
    bits = sum(found.bits for found in evidence) - prior
    score = round(100 / (1 + 2.0**-bits)) if bits > -20 else 0
    if score < SCORE_TO_SHOW:
        return None
    told = sorted((found for found in evidence if found.reason), key=lambda found: -abs(found.bits))
    return Likeness(score, tuple(found.reason for found in told))


def _weigh_births(one: Person, other: Person) -> Weighed | None:
    here, there = one.birth_date, other.birth_date
    if not (one.exact_birth and other.exact_birth):
        if here.year == there.year:
            return Weighed(_YEAR_BITS, "same_birth_year")
        return Weighed(-2, "birth_digit_differs") if _digits_off(str(here.year), str(there.year)) == 1 else None
    if here == there:
        return Weighed(_DAY_BITS, "same_birth_date")
    if here.year == there.year and (here.day, here.month) == (there.month, there.day):
        return Weighed(10, "birth_day_month_swapped")
    if _digits_off(f"{here:%d%m%Y}", f"{there:%d%m%Y}") == 1:
        return Weighed(5, "birth_digit_differs")
    return Weighed(-2, "birth_day_differs") if here.year == there.year else None


def _digits_off(here: str, there: str) -> int:
    return sum(a != b for a, b in zip(here, there, strict=True))


def _weigh_sex(one: Person, other: Person) -> Weighed:
    return Weighed(1, "") if one.sex == other.sex else Weighed(-5, "sex_differs")


def _weigh_numbers(one: Person, other: Person, same: bool) -> Weighed | None:
    if same:
        return Weighed(45, "same_number")
    here, there = one.current or {}, other.current or {}
    if here.keys() & there.keys():
        return Weighed(-9, "numbers_differ")
    return Weighed(0, "old_and_new_number") if here and there else None


def _weigh_place(one: Person, other: Person) -> Weighed:
    if one.unit_id != other.unit_id:
        return Weighed(-1, "")
    if one.village and other.village:
        return Weighed(7, "same_village") if one.village == other.village else Weighed(4.5, "same_commune")
    return Weighed(5, "same_commune")


def _weigh_circle(one: Person, other: Person) -> list[Weighed]:
    """Who stands around them. Brothers and sisters share these too, so they weigh little."""
    found = []
    if one.payee is not None and one.payee == other.payee:
        found.append(Weighed(3, "same_payee"))
    if one.phone is not None and one.phone == other.phone:
        found.append(Weighed(4, "same_phone"))
    return found
