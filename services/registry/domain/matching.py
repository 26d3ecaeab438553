"""Who a list row is: somebody the registry knows, somebody new, or a case for an officer. Careful before clever.

A row is somebody known by the same identity number; else by the same name, birth date and sex in the same commune, where
nobody else in the list or the registry could be meant and the numbers don't say otherwise. What lies in between goes to an
officer: taken for another, a person is not paid; taken for new, a person is paid twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.registry.domain.lists.findings import INCOMPLETE, FindingKind, Severity
from services.registry.domain.people import ListedPerson, name_key

REGISTERED_ELSEWHERE = FindingKind(
    "registered_elsewhere",
    Severity.REVIEW,
    "Số định danh này đã đăng ký ở xã/phường khác: {proposed}.",
    "This identity number is registered in another commune: {proposed}.",
)
NUMBER_OF_ANOTHER = FindingKind(
    "number_of_another",
    Severity.REVIEW,
    "Số định danh này là của đối tượng khác: {proposed}.",
    "This identity number is another beneficiary's: {proposed}.",
)
PERHAPS_REGISTERED = FindingKind(
    "perhaps_registered",
    Severity.REVIEW,
    "Có thể đã đăng ký (cùng họ tên, ngày sinh): {proposed}. Trả lời “same” nếu là một người, “accept” nếu là người khác.",
    "Perhaps registered already (same name and birth): {proposed}. Answer `same`, or `accept` if it is somebody else.",
)
PAYEE_NUMBER_OF_ANOTHER = FindingKind(
    "payee_number_of_another",
    Severity.REVIEW,
    "Số định danh của người nhận thay đã ghi cho người khác tên.",
    "The payee's identity number stands for somebody with another name.",
)
ENDED = FindingKind(
    "entitlement_ended",
    Severity.REVIEW,
    "Đối tượng đã thôi hưởng hoặc đã chết theo hồ sơ: {proposed}.",
    "The registry has the person as stopped or dead: {proposed}.",
)
DECIDED_OTHERWISE = FindingKind(
    "decided_otherwise",
    Severity.REVIEW,
    "Danh sách khác với quyết định đã nhập cho đối tượng: {proposed}.",
    "The list differs from a decision that was entered for the person: {proposed}.",
)
PAYEE_APPOINTED = FindingKind(
    "payee_appointed",
    Severity.REVIEW,
    "Người nhận hiện nay có giấy tờ hoặc đang chờ thay: đổi người nhận phải có người thứ hai duyệt, không qua danh sách.",
    "The payee of now has a paper or awaits a successor: a list can't change it, a second officer must approve.",
)
PAYEE_DEAD = FindingKind(
    "payee_dead", Severity.REVIEW, "Người nhận ghi trong danh sách đã chết.", "The payee that the list names has died."
)
_SAME, _PERHAPS, _OTHER = "same", "perhaps", "other"
RAISED_KINDS = {
    kind.code: kind
    for kind in (
        REGISTERED_ELSEWHERE,
        NUMBER_OF_ANOTHER,
        PERHAPS_REGISTERED,
        PAYEE_NUMBER_OF_ANOTHER,
        PAYEE_APPOINTED,
        PAYEE_DEAD,
        ENDED,
        DECIDED_OTHERWISE,
        INCOMPLETE,
    )
}


class Verdict(StrEnum):
    """What became clear of a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    OLDER = "older"
    RAISED = "raised"


@dataclass(frozen=True, slots=True)
class Known:
    """A person of the commune as the registry has it."""

    beneficiary_id: UUID
    code: str
    full_name: str
    sex: str
    birth_date: date
    birth_precision: str
    village: str | None
    numbers: Mapping[str, bytes]  # kind (cccd, cmnd) -> blind index, of the current documents
    phone_index: bytes | None
    payee_id: UUID
    listed_month: date | None  # all three: None where no list of this commune names the person
    listed_index: bytes | None
    place: tuple[str, int] | None  # sheet and row of the list that the record was last taken from
    status: str = "active"
    status_from_month: date = date.min


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row to be confirmed. An officer may have said that it is `surely_new`, or surely the person `surely`."""

    row_id: UUID
    person: ListedPerson
    number_index: bytes | None
    listed_index: bytes
    place: tuple[str, int]
    surely_new: bool = False
    surely: UUID | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """The verdict on a row; `about` is the person it is, or the one whom the raised finding names."""

    candidate: Candidate
    verdict: Verdict
    about: UUID | None = None
    finding: FindingKind | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose an identity number is, over all communes."""

    beneficiary_id: UUID
    code: str
    unit_id: str


def match_rows(
    candidates: Sequence[Candidate],
    known: Iterable[Known],
    taken: frozenset[UUID],
    holders: Mapping[bytes, Holder],
    month: date,
) -> list[Match]:
    """A verdict for each row, in the rows' order.

    `taken` are persons that rows of the same list have become before; `holders` the number's holders in any commune.
    """
    people = {person.beneficiary_id: person for person in known}
    by_number = {number: person for person in people.values() for number in person.numbers.values()}
    claimed = set(taken)
    found: dict[UUID, Match] = {}
    new_numbers: set[bytes] = set()
    for candidate in candidates:
        match = _by_officer(candidate, people, claimed, month)
        match = match or _by_number(candidate, by_number, claimed, holders, new_numbers, month)
        if match is not None:
            found[candidate.row_id] = match
            if match.verdict is not Verdict.RAISED and match.about is not None:
                claimed.add(match.about)
        elif candidate.number_index:
            new_numbers.add(candidate.number_index)
    waiting = [candidate for candidate in candidates if candidate.row_id not in found]
    free = [person for person in people.values() if person.beneficiary_id not in claimed]
    found.update({match.candidate.row_id: match for match in _by_name(waiting, free, month)})
    return [found[candidate.row_id] for candidate in candidates]


def _by_officer(candidate: Candidate, people: Mapping[UUID, Known], claimed: set[UUID], month: date) -> Match | None:
    if candidate.surely is None:
        return None
    person = people.get(candidate.surely)
    if person is None or person.beneficiary_id in claimed:
        return Match(candidate, Verdict.RAISED, candidate.surely, PERHAPS_REGISTERED)
    return _same(candidate, person, month)


def _by_number(
    candidate: Candidate,
    by_number: Mapping[bytes, Known],
    claimed: set[UUID],
    holders: Mapping[bytes, Holder],
    new_numbers: set[bytes],
    month: date,
) -> Match | None:
    number = candidate.number_index
    if number is None:
        return None
    person = by_number.get(number)
    if person is not None:
        if person.beneficiary_id in claimed or _is_somebody_else(candidate.person, person):
            return Match(candidate, Verdict.RAISED, person.beneficiary_id, NUMBER_OF_ANOTHER)
        return _same(candidate, person, month)
    holder = holders.get(number)
    if holder is not None:
        return Match(candidate, Verdict.RAISED, holder.beneficiary_id, REGISTERED_ELSEWHERE)
    if number in new_numbers:
        return Match(candidate, Verdict.RAISED, None, NUMBER_OF_ANOTHER)
    return None


def _by_name(waiting: Sequence[Candidate], free: Sequence[Known], month: date) -> list[Match]:
    rows: defaultdict[tuple[object, ...], list[Candidate]] = defaultdict(list)
    people: defaultdict[tuple[object, ...], list[Known]] = defaultdict(list)
    for person in free:
        people[(person.full_name, person.birth_date, person.birth_precision, person.sex)].append(person)
    for row in waiting:
        said = row.person
        rows[(said.full_name, said.birth_date, said.birth_precision, said.sex)].append(row)
    matches = []
    for key, alike in rows.items():
        for row in alike:
            possible = [] if row.surely_new else [p for p in people[key] if _likeness(row, p) is not _OTHER]
            if not possible:
                matches.append(Match(row, Verdict.NEW))
            elif len(possible) == 1 and len(alike) == 1 and _likeness(row, possible[0]) is _SAME:
                matches.append(_same(row, possible[0], month))
            else:
                matches.append(Match(row, Verdict.RAISED, possible[0].beneficiary_id, PERHAPS_REGISTERED))
    return matches


def _same(candidate: Candidate, person: Known, month: date) -> Match:
    if person.listed_month is not None and month < person.listed_month:
        return Match(candidate, Verdict.OLDER, person.beneficiary_id)
    if person.status in ("stopped", "dead") and month >= person.status_from_month:
        return Match(candidate, Verdict.RAISED, person.beneficiary_id, ENDED)
    same = candidate.listed_index == person.listed_index
    return Match(candidate, Verdict.UNCHANGED if same else Verdict.CHANGED, person.beneficiary_id)


def _is_somebody_else(said: ListedPerson, person: Known) -> bool:
    """Neither the name nor the birth year is the same: a number typed into the wrong row, not a correction."""
    return name_key(said.full_name) != name_key(person.full_name) and said.birth_date.year != person.birth_date.year


def _likeness(row: Candidate, person: Known) -> str:
    """What to make of two who share name, birth and sex.

    Two numbers of the same kind that differ mean two persons where only the birth year and not the village is the same,
    a corrected number where the list has the person in the same place, and else a question. Without such a contradiction
    (a number is lacking, or a CMND became a CCCD) the same day of birth or the same village is enough.
    """
    same_village = person.village is not None and person.village == row.person.village
    close = person.birth_precision == "day" or same_village
    if row.person.identity_kind in person.numbers:
        if row.place == person.place:
            return _SAME
        return _PERHAPS if close else _OTHER
    return _SAME if close else _PERHAPS
