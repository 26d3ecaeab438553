"""What somebody types to find a person: words of a name (with or without diacritics), a birth year, a code, a number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from services.registry.domain.lists.phones import read_phone
from services.registry.domain.lists.text import fold

_CODE = re.compile(r"^[A-Z]{2,3}-\d{7}$")
_ID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", re.IGNORECASE)
_YEAR = re.compile(r"^(18|19|20)\d{2}$")
_MAX_TERMS = 12


@dataclass(frozen=True, slots=True)
class SearchTerms:
    """All of them must hold."""

    words: tuple[str, ...] = ()
    birth_year: int | None = None
    code: str | None = None
    identity_number: str | None = None
    phone: str | None = None
    beneficiary_id: UUID | None = None


def read_search(text: str) -> SearchTerms:
    """`nguyen thi thuy 1941`, `HUE-0000123`, a beneficiary id, a CMND or CCCD, a phone number in whatever form."""
    words: list[str] = []
    year: int | None = None
    code = identity = phone = beneficiary_id = None
    for term in text.split()[:_MAX_TERMS]:
        if _ID.match(term):
            beneficiary_id = UUID(term)
        elif _CODE.match(term.upper()):
            code = term.upper()
        elif _YEAR.match(term):
            year = int(term)
        elif term.isdigit() and len(term) in (9, 12):
            identity = term
        elif sum(mark.isdigit() for mark in term) >= 9:
            read = read_phone(term, {})
            phone = read.number if read and read.number else term
        else:
            words += fold(term).split()
    return SearchTerms(tuple(words), year, code, identity, phone, beneficiary_id)
