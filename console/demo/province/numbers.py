"""Numbers that no two persons share: identity numbers, phones, bank accounts."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from console.demo.province.facts import old_phone_prefixes
from console.demo.province.model import Sex

_BIRTH_PROVINCE = "046"


class NumberOffice:
    """Hands out each number once."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._given: set[str] = set()
        self._prefixes = sorted(old_phone_prefixes())

    def cccd(self, sex: Sex, birth_year: int) -> str:
        """046, one digit for century and sex (0/1: 19xx male/female, 2/3: 20xx), two of the year, six of the person."""
        century_and_sex = 2 * (birth_year // 100 - 19) + (sex == "female")
        return self._fresh(lambda: f"{_BIRTH_PROVINCE}{century_and_sex}{birth_year % 100:02d}{self._digits(6)}")

    def cmnd(self) -> str:
        """Nine digits; the province's begin with 19."""
        return self._fresh(lambda: f"19{self._digits(7)}")

    def phone(self, viettel_only: bool) -> str:
        """+84 and nine digits: a prefix that had another one before 2018, or Viettel's 098, which never changed."""
        prefix = "098" if viettel_only else self._rng.choice(self._prefixes)
        return self._fresh(lambda: f"+84{prefix[1:]}{self._digits(7)}")

    def account(self) -> str:
        """An account number at VietinBank: twelve digits from 10."""
        return self._fresh(lambda: f"10{self._digits(10)}")

    def _digits(self, count: int) -> str:
        return f"{self._rng.randrange(10**count):0{count}d}"

    def _fresh(self, draw: Callable[[], str]) -> str:
        number = draw()
        while number in self._given:
            number = draw()
        self._given.add(number)
        return number
