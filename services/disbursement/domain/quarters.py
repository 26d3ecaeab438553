"""Quarters of a budget year, by which authorities settle (quyết toán quý)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from services.disbursement.domain.document_refusals import WRONG_QUARTER
from shared.kernel.errors import Refusal

_QUARTER = re.compile(r"(20\d\d)-Q([1-4])")


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter: `number` is 1 to 4."""

    year: int
    number: int

    @property
    def first_month(self) -> date:
        """The first day of its first month."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last_month(self) -> date:
        """The first day of its last month."""
        return date(self.year, 3 * self.number, 1)

    @property
    def roman(self) -> str:
        """As papers write it: I, II, III, IV."""
        return ("I", "II", "III", "IV")[self.number - 1]


def parse_quarter(text: str) -> Quarter:
    """`2021-Q4`; anything else is refused with `wrong-quarter`."""
    found = _QUARTER.fullmatch(text)
    if found is None:
        raise Refusal(WRONG_QUARTER, f"{text[:40]!r} is not a quarter", quarter=text[:40])
    return Quarter(int(found[1]), int(found[2]))
