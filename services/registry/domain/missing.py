"""Who is in the registry and not in a commune's newer list. It changes nothing: stopping somebody needs a decision."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.domain.imports import ImportRow, ListImport
from services.registry.domain.lists.findings import Finding, FindingKind, Severity
from services.registry.domain.people import name_key, read_birth

PEOPLE_MISSING = FindingKind(
    "people_missing",
    Severity.REVIEW,
    "Có {proposed} người đang hưởng mà danh sách không nhắc đến; muốn dừng phải có quyết định.",
    "{proposed} people in force are not in the list; to stop them takes a decision.",
)


@dataclass(frozen=True, slots=True)
class InForcePerson:
    """Somebody of the commune who is in force and whom no list of that month or a later one names."""

    beneficiary_id: UUID
    code: str
    full_name: str
    name_key: str
    birth_date: date
    birth_precision: str
    village: str | None
    listed_month: date
    numbers: frozenset[bytes]  # blind indexes of the current documents


@dataclass(slots=True)
class Named:
    """Whom a list's rows name in any way, rows in review and rejected ones too: they are an officer's to settle."""

    people: set[UUID]
    numbers: set[bytes]
    names: set[tuple[str, int | None]]

    def has(self, person: InForcePerson) -> bool:
        """Whether a row is this person's, or could be: its number, or the same name with the same birth year or none."""
        names = ((person.name_key, person.birth_date.year), (person.name_key, None))
        return person.beneficiary_id in self.people or bool(person.numbers & self.numbers) or any(n in self.names for n in names)


def named_by(rows: Iterable[ImportRow], index: Callable[[str], bytes]) -> Named:
    """Whom rows name; both as read and as an officer corrected them. `index` makes the blind index of a number."""
    named = Named(set(), set(), set())
    for row in rows:
        named.people.update(person for person in (row.beneficiary_id, row.raised_beneficiary_id) if person)
        for content in (row.content, row.corrected):
            if content is not None:
                _add(named, content.record, index)
    return named


def _add(named: Named, record: Mapping[str, Any], index: Callable[[str], bytes]) -> None:
    if record.get("national_id"):
        named.numbers.add(index(record["national_id"]))
    if record.get("full_name"):
        birth = read_birth(record.get("birth_date"))
        named.names.add((name_key(record["full_name"]), birth[0].year if birth else None))


def findings_of_missing(listed: ListImport) -> list[Finding]:
    """The finding on the list as a whole, where it was confirmed and lacks people."""
    return [Finding(PEOPLE_MISSING, "list", None, str(listed.missing_people))] if listed.missing_people else []
