"""Makes the people of the province.

Shares come from eight real-looking lists of 60 rows: 42% wish for an account with the provider that leads in their
district, a quarter has no phone, two adults in five still have the old identity card (CMND), about a third of those
born before 1950 know only their year. Minors always have a payee, extremely disabled adults mostly do.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random

from console.demo.province.facts import AS_OF, PROVINCE_NAME, coefficients, communes
from console.demo.province.model import Channel, Commune, Payee, Person, Province, Sex
from console.demo.province.names import KINH, draw_family, draw_name, without_marks
from console.demo.province.numbers import NumberOffice
from console.demo.province.situations import (
    CARERS,
    CATEGORIES,
    CATEGORY_WEIGHTS,
    SITUATIONS,
    YOUNGEST_CMND_AGE_YEARS,
    Situation,
    draw_birth,
    draw_carer,
)

VILLAGES = 9
LEAST_PER_COMMUNE = 3
ACCOUNT_WISH_SHARE = 0.42
NO_PHONE_SHARE = 0.27
CMND_SHARE = 0.41
YEAR_ONLY_SHARE = 0.35
LAST_YEAR_ONLY = 1949
SIBLING_SHARE = 0.15
OLD_VIETTEL_PREFIX_SHARE = 0.25

_ETHNICITIES = {
    "481": {"Tà Ôi": 55, "Cơ Tu": 20, KINH: 25},  # A Lưới
    "483": {"Cơ Tu": 45, KINH: 55},  # Nam Đông
}
_ELSEWHERE = {KINH: 90, "Tà Ôi": 5, "Cơ Tu": 5}


def make_province(beneficiaries: int, seed: int) -> Province:
    """The province with so many beneficiaries, the same for the same two numbers.

    No commune has fewer than min(3, beneficiaries // 141). No two persons share an identity number, a phone, an
    account, or a name (marks aside) together with a birth. ValueError for a negative number of beneficiaries.
    """
    if beneficiaries < 0:
        raise ValueError("a province cannot have a negative number of beneficiaries")
    rng = Random(f"people:{seed}")
    census = _Census(rng)
    persons: list[Person] = []
    for commune, size in zip(communes(), _sizes(rng, beneficiaries), strict=True):
        persons.extend(census.people_of(commune, size))
    return Province(PROVINCE_NAME, communes(), tuple(persons))


def _sizes(rng: Random, beneficiaries: int) -> list[int]:
    """People per commune: a floor for each, the rest by a weight that varies as populations do (1 to 5 or so)."""
    count = len(communes())
    floor = min(LEAST_PER_COMMUNE, beneficiaries // count)
    weights = [min(max(rng.lognormvariate(0, 0.4), 0.4), 2.2) for _ in range(count)]
    rest = beneficiaries - floor * count
    shares = [rest * weight / sum(weights) for weight in weights]
    sizes = [floor + int(share) for share in shares]
    by_remainder = sorted(range(count), key=lambda index: shares[index] % 1, reverse=True)
    for index in by_remainder[: beneficiaries - sum(sizes)]:
        sizes[index] += 1
    return sizes


class _Census:
    """Draws person after person and remembers what must not come twice."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._office = NumberOffice(rng)
        self._known: set[tuple[str, date]] = set()

    def people_of(self, commune: Commune, size: int) -> list[Person]:
        villages = sorted(self._rng.randint(1, VILLAGES) for _ in range(size))
        people: list[Person] = []
        child: Person | None = None
        for place, village in enumerate(villages, start=1):
            neighbour = child if child is not None and child.village == f"Thôn {village}" else None
            person = self._person(commune, f"{commune.code}-{place:04d}", f"Thôn {village}", neighbour)
            people.append(person)
            child = person if SITUATIONS[person.category].minor else child
        return people

    def _person(self, commune: Commune, key: str, village: str, child_next_door: Person | None) -> Person:
        rng = self._rng
        category = rng.choices(CATEGORIES, CATEGORY_WEIGHTS)[0]
        situation = SITUATIONS[category]
        sex: Sex = "male" if rng.random() < 0.47 else "female"
        birth = draw_birth(rng, situation)
        sibling = self._sibling(situation, birth.year, child_next_door)
        year_only = birth.year <= LAST_YEAR_ONLY and rng.random() < YEAR_ONLY_SHARE
        if year_only:
            birth = date(birth.year, 1, 1)
        ethnicity = sibling.ethnicity if sibling else self._ethnicity(commune)
        family = _family_of(sibling) if sibling else draw_family(rng, ethnicity)
        payee = sibling.payee if sibling else self._payee(situation, sex, birth.year, family, ethnicity)
        cmnd = AS_OF.year - birth.year > YOUNGEST_CMND_AGE_YEARS and rng.random() < CMND_SHARE
        channel: Channel = commune.lead_provider if rng.random() < ACCOUNT_WISH_SHARE else "cash"
        return Person(
            person_key=key,
            full_name=self._fresh_name(birth, lambda: draw_name(rng, family, sex)),
            sex=sex,
            birth_date=birth,
            birth_precision="year" if year_only else "day",
            national_id=self._office.cmnd() if cmnd else self._office.cccd(sex, birth.year),
            national_id_kind="cmnd" if cmnd else "cccd",
            ethnicity=ethnicity,
            commune_code=commune.code,
            village=village,
            category=category,
            coefficient=coefficients()[category],
            children_count=rng.choices((1, 2, 3), (5, 3, 3))[0] if category == "K4-DTN" else None,
            phone=self._phone(channel),
            channel=channel,
            account_number=self._office.account() if channel == "vietinbank" else None,
            payee=payee,
        )

    def _ethnicity(self, commune: Commune) -> str:
        pool = _ETHNICITIES.get(commune.district_code, _ELSEWHERE)
        return self._rng.choices(tuple(pool), tuple(pool.values()))[0]

    def _sibling(self, situation: Situation, birth_year: int, child: Person | None) -> Person | None:
        """The child met last in the village, if this one is to be its brother or sister with the same payee."""
        if not situation.minor or child is None or child.payee is None or self._rng.random() >= SIBLING_SHARE:
            return None
        relationship = child.payee.relationship
        old_enough = birth_year - _birth_year(child.payee) >= CARERS[relationship].youngest_gap
        return child if old_enough and relationship in (situation.carers or {}) else None

    def _payee(self, situation: Situation, sex: Sex, year: int, family: str, ethnicity: str) -> Payee | None:
        if self._rng.random() >= situation.payee_share:
            return None
        relationship = draw_carer(self._rng, situation, sex)
        carer = CARERS[relationship]
        carers_sex: Sex = self._rng.choice(("male", "female")) if relationship == "Con" else carer.sex
        same_blood = relationship in {"Cha", "Chú", "Cô", "Chị", "Anh"} or (relationship == "Con" and sex == "male")
        carers_family = family if same_blood else draw_family(self._rng, ethnicity)
        carers_year = carer.birth_year(self._rng, year)
        return Payee(draw_name(self._rng, carers_family, carers_sex), self._office.cccd(carers_sex, carers_year), relationship)

    def _phone(self, channel: Channel) -> str | None:
        if channel == "viettelpay":
            return self._office.phone(self._rng.random() < OLD_VIETTEL_PREFIX_SHARE)
        return None if self._rng.random() < NO_PHONE_SHARE else self._office.phone(viettel_only=False)

    def _fresh_name(self, birth: date, draw: Callable[[], str]) -> str:
        """A name that nobody with the same birth has, so that nobody is taken for somebody else by chance."""
        name = draw()
        while (without_marks(name), birth) in self._known:
            name = draw()
        self._known.add((without_marks(name), birth))
        return name


_TWO_WORD_FAMILIES = {"Nguyễn Phước", "Hoàng Phủ", "A Lăng", "A Viết", "Pơ Loong", "Ra Pát", "Zơ Râm"}


def _birth_year(payee: Payee) -> int:
    return (1900 if payee.national_id[3] in "01" else 2000) + int(payee.national_id[4:6])


def _family_of(person: Person) -> str:
    first, second, *_ = person.full_name.split()
    return f"{first} {second}" if f"{first} {second}" in _TWO_WORD_FAMILIES else first
