"""What somebody types to find a person: words of a name (with or without diacritics), a birth year or date, a code, a number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.registry.domain.lists.names import standard_name
from services.registry.domain.lists.phones import read_phone
from services.registry.domain.lists.text import fold, plain

_CODE = re.compile(r"^[A-Z]{2,3}-\d{7}$")
_ID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", re.IGNORECASE)
_YEAR = re.compile(r"^(18|19|20)\d{2}$", re.ASCII)
_DAY_FIRST = re.compile(r"^(\d{1,2})[/.\-](\d{1,2})[/.\-]((?:18|19|20)\d{2})$", re.ASCII)
_YEAR_FIRST = re.compile(r"^((?:18|19|20)\d{2})-(\d{1,2})-(\d{1,2})$", re.ASCII)
_PIECE = re.compile(r"^\d{1,8}$", re.ASCII)
_CURSOR = re.compile(r"^(\d{1,5})\.([A-Z]{2,3}-\d{7})$", re.ASCII)
_MAX_TERMS = 12


@dataclass(frozen=True, slots=True)
class SearchTerms:
    """All of them must hold. `marked` are the words that were typed with diacritics: people so written come first."""

    words: tuple[str, ...] = ()
    marked: tuple[str, ...] = ()
    birth_year: int | None = None
    born: date | None = None
    code: str | None = None
    identity_number: str | None = None
    phone: str | None = None
    beneficiary_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class SearchPlace:
    """Where a page ends: the rank and the code of its last person."""

    rank: int
    code: str

    def cursor(self) -> str:
        """As it travels."""
        return f"{self.rank}.{self.code}"


def read_place(cursor: str) -> SearchPlace | None:
    """The place that a cursor is; None for what is no cursor."""
    found = _CURSOR.match(cursor)
    return SearchPlace(int(found.group(1)), found.group(2)) if found else None


def read_search(text: str) -> SearchTerms:
    """`nguyen thi thuy 1941`, `Thúy 14/5/1941 thôn 1`, `HUE-0000123`, a beneficiary id, a CMND or CCCD, a phone number."""
    words: list[str] = []
    marked: list[str] = []
    year: int | None = None
    code = identity = phone = beneficiary_id = born = None
    for term in _joined_numbers(text.split())[:_MAX_TERMS]:
        if _ID.match(term):
            beneficiary_id = UUID(term)
        elif _CODE.match(term.upper()):
            code = term.upper()
        elif _YEAR.match(term):
            year = int(term)
        elif (day := _date(term)) is not None:
            born = day
        elif term.isdigit() and len(term) in (9, 12):
            identity = term
        elif sum(mark.isdigit() for mark in term) >= 9:
            read = read_phone(term, {})
            phone = read.number if read and read.number else term
        else:
            words += fold(term).split()
            if plain(term) != term.lower():
                marked += standard_name(term).lower().split()
    return SearchTerms(tuple(words), tuple(marked), year, born, code, identity, phone, beneficiary_id)


def _date(term: str) -> date | None:
    """A whole date, day first as it is written in Vietnam, or year first."""
    if found := _DAY_FIRST.match(term):
        day, month, year = found.groups()
    elif found := _YEAR_FIRST.match(term):
        year, month, day = found.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _joined_numbers(terms: list[str]) -> list[str]:
    """Pieces of a number that was typed with spaces (`0912 345 678`) as one term; other terms as they are."""
    joined: list[str] = []
    run: list[str] = []
    for term in [*terms, ""]:
        if _PIECE.match(term):
            run.append(term)
            continue
        number = "".join(run)
        joined += [number] if len(run) > 1 and 9 <= len(number) <= 12 else run
        run = []
        joined += [term] if term else []
    return joined
