"""The situations that the law pays for, as common as in real lists, with the births and payees that fit them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from console.demo.province.model import Sex

YOUNGEST_CMND_AGE_YEARS = 14
LAST_BIRTH = date(2021, 8, 31)

_ORPHANS_CARERS = {"Bà": 20, "Cô": 16, "Ông": 14, "Chú": 13, "Chị": 12}
_DISABLED_CHILDS_CARERS = {"Bà": 11, "Mẹ": 8, "Cô": 8, "Cha": 6, "Chú": 4, "Ông": 3, "Chị": 2}


@dataclass(frozen=True, slots=True)
class Situation:
    """A category with its weight in the lists, the years in which its people were born, and who takes their money.

    The years keep a few months' distance from the birthday that ends the category (Decree 20/2021/NĐ-CP Art. 5, 6), so
    that the category is right on the day of the list whichever day a birth year alone is taken to mean.
    """

    weight: int
    first_year: int
    last_year: int
    payee_share: float = 0.0
    carers: dict[str, int] | None = None
    minor: bool = False


_ADULTS_CARERS = {"Mẹ": 11, "Anh": 10, "Vợ": 4, "Chồng": 4}

SITUATIONS: dict[str, Situation] = {
    "K1-TE-U4": Situation(42, 2018, 2021, 1.0, _ORPHANS_CARERS, minor=True),
    "K1-TE-4-16": Situation(33, 2006, 2016, 1.0, _ORPHANS_CARERS, minor=True),
    "K4-DTN": Situation(43, 1971, 1998),
    "K5A-60-80": Situation(43, 1942, 1960),
    "K5A-80": Situation(59, 1923, 1940),
    "K5C-80": Situation(46, 1923, 1940),
    "K6-DBN": Situation(43, 1963, 2004, 0.6, _ADULTS_CARERS),
    "K6-DBN-NCT": Situation(33, 1931, 1960, 0.73, {"Con": 1}),
    "K6-N": Situation(45, 1963, 2004),
    "K6-N-NCT": Situation(51, 1931, 1960),
    "K6-N-TE": Situation(42, 2006, 2018, 1.0, _DISABLED_CHILDS_CARERS, minor=True),
}
CATEGORIES = tuple(SITUATIONS)
CATEGORY_WEIGHTS = tuple(situation.weight for situation in SITUATIONS.values())


def draw_birth(rng: Random, situation: Situation) -> date:
    """A day in the situation's years, never after `LAST_BIRTH`."""
    first = date(situation.first_year, 1, 1)
    last = min(date(situation.last_year, 12, 31), LAST_BIRTH)
    return first + timedelta(days=rng.randrange((last - first).days + 1))


@dataclass(frozen=True, slots=True)
class Carer:
    """A relative who may take the money: sex, and the earliest and latest birth year for a beneficiary born in a year."""

    sex: Sex
    oldest_gap: int
    youngest_gap: int
    first_year: int = 1940
    last_year: int = 2002

    def birth_year(self, rng: Random, beneficiarys_year: int) -> int:
        """A year that lies `youngest_gap` to `oldest_gap` years before the beneficiary's, within the carer's own bounds."""
        earliest = max(beneficiarys_year - self.oldest_gap, self.first_year)
        latest = min(beneficiarys_year - self.youngest_gap, self.last_year)
        return rng.randint(min(earliest, latest), latest)


CARERS: dict[str, Carer] = {
    "Ông": Carer("male", 75, 42, 1946, 1964),
    "Bà": Carer("female", 75, 40, 1946, 1966),
    "Cha": Carer("male", 38, 20),
    "Mẹ": Carer("female", 36, 18),
    "Chú": Carer("male", 45, 16, 1971, 1990),
    "Cô": Carer("female", 45, 16, 1971, 1990),
    "Chị": Carer("female", 20, 3, 1995, 2002),
    "Anh": Carer("male", 9, 2),
    "Vợ": Carer("female", 5, -5),
    "Chồng": Carer("male", 7, -3),
    "Con": Carer("male", -20, -38, 1955, 1998),
}


def draw_carer(rng: Random, situation: Situation, sex: Sex) -> str:
    """The relationship of the payee: no wife has a wife."""
    carers = {word: weight for word, weight in (situation.carers or {}).items() if word != _IMPOSSIBLE[sex]}
    return rng.choices(tuple(carers), tuple(carers.values()))[0]


_IMPOSSIBLE: dict[Sex, str] = {"male": "Chồng", "female": "Vợ"}
