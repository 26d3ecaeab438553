"""Who a list row is: the same person, somebody new, or an officer's question."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.matching import Candidate, Holder, Known, Match, Verdict, match_rows
from services.registry.domain.people import ListedPerson

OCTOBER, NOVEMBER = date(2021, 10, 1), date(2021, 11, 1)

PERSON = ListedPerson(
    full_name="Nguyễn Thị Hòa", sex="female", birth_date=date(1938, 8, 22), birth_precision="day",
    identity_number="191234567", ethnicity="Kinh", village="Thôn 1", category="K5C-80", heads=1, phone=None, channel="cash",
    account_number=None, payee=None, decision_number=None, decided_on=None,
)  # fmt: skip


def _index(number: str | None) -> bytes | None:
    return number.encode() if number else None


def _candidate(at: int = 1, person: ListedPerson = PERSON) -> Candidate:
    return Candidate(UUID(int=at), person, _index(person.identity_number), person.canonical().encode(), ("DS", at))


def _known(at: int = 1, person: ListedPerson = PERSON, month: date = OCTOBER, place: int = 0) -> Known:
    kind, number = person.identity_kind, _index(person.identity_number)
    return Known(
        beneficiary_id=UUID(int=1000 + at), code=f"HUE-{at:07d}", full_name=person.full_name, sex=person.sex,
        birth_date=person.birth_date, birth_precision=person.birth_precision, village=person.village,
        numbers={kind: number} if kind and number else {}, phone_index=None, payee_id=UUID(int=2000 + at),
        listed_month=month, listed_index=person.canonical().encode(), place=("DS", place or at),
    )  # fmt: skip


def _match(
    *candidates: Candidate, known: list[Known], taken: frozenset[UUID] = frozenset(), month: date = NOVEMBER
) -> list[Match]:
    return match_rows(candidates, known, taken, {}, month)


NO_NUMBER = replace(PERSON, identity_number=None)
YEAR_ONLY = replace(PERSON, birth_date=date(1938, 1, 1), birth_precision="year")
NEW_CARD = replace(PERSON, identity_number="046138234567")
OTHER_NUMBER = replace(PERSON, identity_number="191000000")


@pytest.mark.parametrize(
    ("row", "person", "verdict"),
    [
        (PERSON, PERSON, Verdict.UNCHANGED),
        (replace(PERSON, full_name="Nguyễn Thị Hoa"), PERSON, Verdict.CHANGED),
        (replace(PERSON, full_name="Lê Văn Tám", birth_date=date(1951, 1, 1)), PERSON, Verdict.RAISED),
        (NO_NUMBER, PERSON, Verdict.CHANGED),
        (NEW_CARD, PERSON, Verdict.CHANGED),
        (OTHER_NUMBER, PERSON, Verdict.RAISED),
        (replace(OTHER_NUMBER, sex="male"), PERSON, Verdict.NEW),
        (replace(OTHER_NUMBER, birth_date=date(1938, 8, 23)), PERSON, Verdict.NEW),
        (replace(YEAR_ONLY, identity_number=None, village="Thôn 9"), YEAR_ONLY, Verdict.RAISED),
        (replace(YEAR_ONLY, identity_number=None), YEAR_ONLY, Verdict.CHANGED),
        (replace(YEAR_ONLY, identity_number="191000000", village="Thôn 9"), YEAR_ONLY, Verdict.NEW),
        (replace(YEAR_ONLY, identity_number="191000000"), YEAR_ONLY, Verdict.RAISED),
    ],
)
def test_one_row_and_one_person(row: ListedPerson, person: ListedPerson, verdict: Verdict) -> None:
    (match,) = _match(_candidate(2, row), known=[_known(person=person)])
    assert match.verdict is verdict
    assert (match.about == UUID(int=1001)) is (verdict is not Verdict.NEW)


def test_another_number_in_the_same_place_of_the_list_is_a_correction() -> None:
    (match,) = _match(_candidate(7, OTHER_NUMBER), known=[_known(place=7)])
    assert match.verdict is Verdict.CHANGED


def test_a_list_older_than_the_persons_changes_nothing() -> None:
    (match,) = _match(_candidate(person=replace(PERSON, village="Thôn 4")), known=[_known(month=NOVEMBER)], month=OCTOBER)
    assert match.verdict is Verdict.OLDER


def test_two_rows_never_are_one_person() -> None:
    first, second = _match(_candidate(1), _candidate(2), known=[_known()])
    assert (first.verdict, second.verdict) == (Verdict.UNCHANGED, Verdict.RAISED)
    first, second = _match(_candidate(1, NO_NUMBER), _candidate(2, NO_NUMBER), known=[_known()])
    assert (first.verdict, second.verdict) == (Verdict.RAISED, Verdict.RAISED)
    first, second = _match(_candidate(1), _candidate(2), known=[])
    assert (first.verdict, second.verdict) == (Verdict.NEW, Verdict.RAISED)


def test_whom_a_row_of_the_list_became_is_no_other_row() -> None:
    person = _known()
    (match,) = _match(_candidate(2, NO_NUMBER), known=[person], taken=frozenset({person.beneficiary_id}))
    assert match.verdict is Verdict.NEW


def test_an_officer_settles_the_question() -> None:
    row, person = _candidate(2, OTHER_NUMBER), _known()
    (match,) = _match(replace(row, surely_new=True), known=[person])
    assert match.verdict is Verdict.NEW
    (match,) = _match(replace(row, surely=person.beneficiary_id), known=[person])
    assert (match.verdict, match.about) == (Verdict.CHANGED, person.beneficiary_id)
    first, second = _match(replace(row, surely=person.beneficiary_id), _candidate(3), known=[person])
    assert (first.verdict, second.verdict) == (Verdict.CHANGED, Verdict.RAISED)


def test_a_number_of_another_commune() -> None:
    holder = Holder(UUID(int=9), "HUE-0000009", "19870@2021-07-01")
    (match,) = match_rows([_candidate()], [], frozenset(), {b"191234567": holder}, NOVEMBER)
    assert (match.verdict, match.about) == (Verdict.RAISED, UUID(int=9))


people = st.builds(
    replace,
    st.just(PERSON),
    full_name=st.sampled_from(["Nguyễn Thị Hòa", "Nguyễn Thị Hoa", "Lê Thị Ba"]),
    birth_date=st.sampled_from([date(1938, 8, 22), date(1939, 1, 1)]),
    identity_number=st.sampled_from([None, "191000001", "191000002", "046138000003"]),
    village=st.sampled_from([None, "Thôn 1", "Thôn 2"]),
)


@given(st.lists(people, max_size=6), st.lists(people, max_size=6, unique_by=lambda p: p.identity_number or id(p)))
def test_nobody_is_two_rows_and_no_number_is_two_people(rows: list[ListedPerson], held: list[ListedPerson]) -> None:
    candidates = [_candidate(at, row) for at, row in enumerate(rows, start=1)]
    known = [_known(at, person) for at, person in enumerate(held, start=1)]
    matches = match_rows(candidates, known, frozenset(), {}, OCTOBER)
    assert [match.candidate for match in matches] == candidates
    is_somebody = [match.about for match in matches if match.verdict in (Verdict.CHANGED, Verdict.UNCHANGED)]
    assert len(is_somebody) == len(set(is_somebody))
    new = [match.candidate.number_index for match in matches if match.verdict is Verdict.NEW and match.candidate.number_index]
    assert len(new) == len(set(new))
    assert not set(new) & {number for person in known for number in person.numbers.values()}
