"""Who a line of opening balances is about: by code or identity number first, else by name and birth in the commune.

An amount put down to the wrong person is paid to the wrong person, so whatever is not certain goes to an officer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.registry.domain.lists.findings import Finding
from services.registry.domain.matching import Holder
from services.registry.domain.openings import findings as f
from services.registry.domain.openings.records import NamedPerson, OpeningLine
from services.registry.domain.people import name_key, read_birth


@dataclass(frozen=True, slots=True)
class Resident:
    """A person of the commune, as far as a line can name one. `numbers` are blind indexes of all documents of a life."""

    beneficiary_id: UUID
    code: str
    full_name: str
    birth_date: date
    birth_precision: str
    numbers: frozenset[bytes]


class Residents:
    """The people of a commune, found by what lines say. `elsewhere` are holders of numbers in other communes."""

    def __init__(self, people: Sequence[Resident], elsewhere: Mapping[bytes, Holder]) -> None:
        self._by_code = {person.code: person for person in people}
        self._by_number = {number: person for person in people for number in person.numbers}
        self._by_name: defaultdict[str, list[Resident]] = defaultdict(list)
        for person in people:
            self._by_name[name_key(person.full_name)].append(person)
        self._elsewhere = elsewhere

    def settle(self, line: OpeningLine, number: bytes | None) -> OpeningLine:
        """The line with the person it is about, or with the finding why none is certain."""
        said = line.person
        person = self._by_code.get(said.code or "") or (self._by_number.get(number) if number else None)
        if person is not None:
            if said.full_name and name_key(said.full_name) != name_key(person.full_name):
                return line.with_findings(Finding(f.PERSON_DIFFERS, "person", said.full_name, person.code))
            return line.with_findings(beneficiary_id=person.beneficiary_id)
        holder = self._elsewhere.get(number) if number else None
        if holder is not None:
            return line.with_findings(Finding(f.PERSON_ELSEWHERE, "national_id", None, holder.code))
        return self._by_name_and_birth(line, said) if said.full_name or said.code or number else line

    def _by_name_and_birth(self, line: OpeningLine, said: NamedPerson) -> OpeningLine:
        named = said.full_name or said.code
        alike = self._by_name.get(name_key(said.full_name), []) if said.full_name else []
        same_birth = [person for person in alike if _same_birth(said.birth, person)]
        if len(same_birth) > 1:
            codes = ", ".join(person.code for person in same_birth)
            return line.with_findings(Finding(f.PERSON_SEVERAL, "person", named, codes))
        if same_birth and said.full_name and _same_letters(said.full_name, same_birth[0].full_name) and not said.code:
            return line.with_findings(beneficiary_id=same_birth[0].beneficiary_id)
        perhaps = same_birth or alike
        if perhaps:
            codes = ", ".join(person.code for person in perhaps)
            return line.with_findings(Finding(f.PERSON_PERHAPS, "person", named, codes))
        return line.with_findings(Finding(f.PERSON_NOT_FOUND, "person", named))


def _same_birth(text: str | None, person: Resident) -> bool:
    """The same day, or the same year where one of both is known by its year alone."""
    birth = read_birth(text)
    if birth is None:
        return False
    day, precision = birth
    if "year" in (precision, person.birth_precision):
        return day.year == person.birth_date.year
    return day == person.birth_date


def _same_letters(written: str, known: str) -> bool:
    """Whether the names are the same; one written without any diacritics may be."""
    return written == known or (written.isascii() and name_key(written) == name_key(known))


def mark_repeated(lines: Sequence[OpeningLine], entered: frozenset[tuple[UUID, date, bool]]) -> list[OpeningLine]:
    """Lines with a finding where the same month of the same person is in the list already, or in a confirmed one.

    What is owed for a month is owed once, whether it was never paid or never collected; a recovery of the month stands
    beside it. `entered` are (person, month, whether a recovery) of confirmed lists.
    """
    seen: dict[tuple[UUID, date, bool], int] = {}
    marked = []
    for line in lines:
        if line.beneficiary_id and line.month and line.kind:
            key = (line.beneficiary_id, line.month, line.kind == "receivable")
            if key in entered:
                line = line.with_findings(Finding(f.ENTERED_BEFORE, "month", f"{line.month:%m/%Y}"))
            elif key in seen:
                line = line.with_findings(Finding(f.ENTERED_TWICE, "month", f"{line.month:%m/%Y}", str(seen[key])))
            else:
                seen[key] = line.row
        marked.append(line)
    return marked
