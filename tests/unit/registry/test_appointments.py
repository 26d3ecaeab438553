"""Who may receive for whom, by which paper, for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.appointments import (
    AUTHORISED,
    CARER,
    FUNERAL_ORGANISER,
    GUARDIAN,
    HEIR,
    PAPERS_OF,
    PARENT,
    SELF,
    Appointing,
    Candidate,
    Current,
    Paper,
    Person,
    birth_year,
    birthday,
    check_appointing,
    expiry_of,
    is_minor,
    listed_capacity,
    of_age_on,
    same_day_after,
)
from services.registry.domain.payee_watch import (
    HOLD_AUTHORISATION_EXPIRED,
    HOLD_GUARDIANSHIP_ENDED,
    HOLD_WARD_OF_AGE,
    Watched,
    look_at_age,
    look_at_expiry,
)
from shared.kernel.errors import Refusal

TODAY = date(2021, 11, 5)
WHO, OTHER = UUID(int=1), UUID(int=2)
OLD = Person(WHO, date(1938, 8, 22), "active")
CHILD = Person(WHO, date(2015, 4, 13), "active")
YOUTH = Person(WHO, date(2004, 12, 1), "active")
DEAD = replace(OLD, status="dead")
ADULT = Candidate(OTHER, None, False, 1975, None)
PAPER = Paper("authorisation", "15/2021", date(2021, 11, 1), "UBND xã Vinh Hưng")
DAYS = st.dates(date(1900, 1, 1), date(2090, 12, 31))


def _new(capacity: str, relationship: str = "Người thân", paper: Paper | None = None, from_on: date = TODAY) -> Appointing:
    kinds = sorted(PAPERS_OF[capacity])
    made = replace(PAPER, kind=kinds[0]) if kinds and paper is None else paper
    return Appointing(capacity, "self" if capacity == SELF else relationship, from_on, made)


def _code(
    new: Appointing, person: Person, payee: Candidate = ADULT, current: Current | None = None, **limits: date
) -> str | None:
    """The code of the refusal, None where it can be."""
    try:
        check_appointing(new, person, payee, current, TODAY, not_before=limits.get("not_before"))
    except Refusal as refusal:
        return refusal.code.code
    return None


@pytest.mark.parametrize(
    ("capacity", "relationship", "person", "code"),
    [
        (AUTHORISED, "Con gái", OLD, None),
        (AUTHORISED, "Anh trai", YOUTH, None),
        (AUTHORISED, "Bà nội", CHILD, "payee-capacity-impossible"),
        (PARENT, "Mẹ", CHILD, None),
        (PARENT, "Mẹ", OLD, "payee-capacity-impossible"),
        (PARENT, "Chú", CHILD, "payee-relationship-impossible"),
        (GUARDIAN, "Chú", CHILD, None),
        (CARER, "Hàng xóm", OLD, None),
        (CARER, "Hàng xóm", CHILD, None),
        (FUNERAL_ORGANISER, "Con trai", DEAD, None),
        (FUNERAL_ORGANISER, "Con trai", OLD, "payee-capacity-impossible"),
        (HEIR, "Con trai", DEAD, None),
        (AUTHORISED, "Con trai", DEAD, "payee-capacity-impossible"),
        (AUTHORISED, "Bà nội", OLD, "payee-relationship-impossible"),
        (AUTHORISED, "Bản thân", OLD, "payee-relationship-impossible"),
    ],
)
def test_which_capacity_fits_whom(capacity: str, relationship: str, person: Person, code: str | None) -> None:
    assert _code(_new(capacity, relationship), person) == code


def test_an_adult_has_a_guardian_only_by_a_court() -> None:
    for kind, code in (("guardianship_decision", "payee-capacity-impossible"), ("court_decision", None)):
        assert _code(_new(GUARDIAN, "Con gái", replace(PAPER, kind=kind)), OLD) == code


def test_in_person_from_sixteen_on() -> None:
    own = Candidate(OTHER, WHO, True, None, None)
    assert _code(_new(SELF), YOUTH, own) is None
    assert _code(_new(SELF), CHILD, own) == "payee-capacity-impossible"
    assert _code(_new(SELF), OLD, ADULT) == "payee-is-beneficiary"
    for payee in (own, replace(ADULT, own_number=True)):
        assert _code(_new(AUTHORISED, "Con gái"), OLD, payee) == "payee-is-beneficiary"


@pytest.mark.parametrize(
    ("payee", "code"),
    [
        (replace(ADULT, birth_year=2004), "payee-is-minor"),
        (replace(ADULT, birth_year=2003), None),
        (replace(ADULT, birth_year=None), None),
        (replace(ADULT, died_on=TODAY), "payee-is-dead"),
        (replace(ADULT, self_of=UUID(int=9)), None),
    ],
)
def test_who_may_be_a_payee(payee: Candidate, code: str | None) -> None:
    assert _code(_new(AUTHORISED, "Cháu"), OLD, payee) == code


@pytest.mark.parametrize(
    ("paper", "code"),
    [
        (replace(PAPER, kind="birth_certificate"), "payee-paper-wrong"),
        (replace(PAPER, issued_on=TODAY + timedelta(days=1)), "payee-paper-dates"),
        (replace(PAPER, issued_on=date(9999, 12, 31)), "payee-paper-dates"),
        (replace(PAPER, issued_on=date(2020, 11, 4)), "payee-paper-dates"),
        (replace(PAPER, issued_on=date(2020, 11, 5)), None),
        (replace(PAPER, expires_on=date(2021, 10, 31)), "payee-paper-dates"),
        (replace(PAPER, expires_on=TODAY), None),
    ],
)
def test_what_a_paper_must_be(paper: Paper, code: str | None) -> None:
    assert _code(_new(AUTHORISED, "Con gái", paper), OLD) == code


def test_a_paper_is_needed_and_for_oneself_none() -> None:
    assert _code(Appointing(AUTHORISED, "Con gái", TODAY, None), OLD) == "payee-paper-wrong"
    assert _code(Appointing(SELF, "self", TODAY, PAPER), OLD, Candidate(OTHER, WHO, True, None, None)) == "payee-paper-wrong"


@pytest.mark.parametrize(
    ("from_on", "code"),
    [
        (TODAY + timedelta(days=1), "payee-from-day"),
        (date(2021, 11, 3), "payee-from-day"),
        (date(2021, 11, 4), None),
    ],
)
def test_it_begins_between_the_last_change_and_today(from_on: date, code: str | None) -> None:
    assert _code(_new(AUTHORISED, "Con gái", from_on=from_on), OLD, not_before=date(2021, 11, 4)) == code


def test_an_authorisation_does_not_reach_back_before_its_paper() -> None:
    assert _code(_new(AUTHORISED, "Con gái", from_on=date(2021, 10, 31)), OLD) == "payee-paper-dates"


def test_the_same_again_is_a_renewal_unless_no_paper_was_known() -> None:
    held = Current(OTHER, AUTHORISED, has_paper=True)
    assert _code(_new(AUTHORISED, "Con gái"), OLD, current=held) == "payee-unchanged"
    assert _code(_new(AUTHORISED, "Con gái"), OLD, current=replace(held, has_paper=False)) is None
    assert _code(_new(CARER, "Con gái"), OLD, current=held) is None


@given(DAYS)
def test_an_authorisation_lasts_a_year_unless_it_says_otherwise(issued_on: date) -> None:
    silent = replace(PAPER, issued_on=issued_on)
    ends = expiry_of(AUTHORISED, silent)
    assert ends is not None
    assert 365 <= (ends - issued_on).days <= 366
    assert (ends.year, ends.month) == (issued_on.year + 1, issued_on.month)
    assert ends.day == issued_on.day or (issued_on.month, issued_on.day, ends.day) == (2, 29, 28)
    said = replace(silent, expires_on=issued_on + timedelta(days=30))
    assert expiry_of(AUTHORISED, said) == said.expires_on
    assert expiry_of(GUARDIAN, silent) is None


@given(DAYS, st.integers(0, 300))
def test_the_same_day_after_months_is_in_that_month(day: date, months: int) -> None:
    later = same_day_after(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@given(DAYS, st.integers(0, 40_000))
def test_one_is_a_minor_until_the_day_before_the_eighteenth_birthday(born: date, days: int) -> None:
    on = born + timedelta(days=min(days, (date(2150, 1, 1) - born).days))
    assert is_minor(born, on) == (on < birthday(born, 18))
    ward = of_age_on(GUARDIAN, born, on)
    assert ward == (birthday(born, 18) if is_minor(born, on) else None)
    assert of_age_on(AUTHORISED, born, on) is None


def test_a_cccd_tells_the_birth_year_and_a_cmnd_none() -> None:
    assert birth_year("046183486989") == 1983
    assert birth_year("191234567") is None
    assert birth_year(None) is None


@pytest.mark.parametrize(
    ("relationship", "born", "capacity"),
    [
        ("self", date(1938, 1, 1), SELF),
        ("Mẹ", date(2019, 4, 13), PARENT),
        ("Bà ngoại", date(2019, 4, 13), GUARDIAN),
        ("chưa rõ", date(2019, 4, 13), GUARDIAN),
        ("Mẹ", date(1990, 4, 13), AUTHORISED),
        ("Con gái", date(1938, 4, 13), AUTHORISED),
        ("Người giám hộ", date(1938, 4, 13), GUARDIAN),
        ("Người được ủy quyền", date(2004, 4, 13), AUTHORISED),
        ("Người chăm sóc", date(1938, 4, 13), CARER),
    ],
)
def test_what_a_listed_payee_is(relationship: str, born: date, capacity: str) -> None:
    assert listed_capacity(relationship, born, date(2021, 10, 1)) == capacity


def _watched(capacity: str, *, expires_on: date | None = None, of_age: date | None = None) -> Watched:
    return Watched(WHO, date(1938, 8, 22), OTHER, "Lê Thị Xuân", capacity, expires_on, of_age)


@given(st.sampled_from([AUTHORISED, GUARDIAN, CARER]), st.integers(-400, 400))
def test_a_paper_is_proposed_sixty_days_ahead_and_held_from_the_day_after(capacity: str, left_days: int) -> None:
    ends = TODAY + timedelta(days=left_days)
    found = look_at_expiry(_watched(capacity, expires_on=ends), TODAY)
    assert len(found.proposals) == (left_days <= 60)
    assert len(found.holds) == (left_days < 0)
    for proposal in found.proposals:
        assert (proposal.due_on, proposal.about) == (ends, OTHER)
        assert proposal.details["next"] == ["renew", "self", "another_payee"]
    for hold in found.holds:
        assert hold.reason == (HOLD_AUTHORISATION_EXPIRED if capacity == AUTHORISED else HOLD_GUARDIANSHIP_ENDED)
        assert hold.about == OTHER
    assert look_at_expiry(_watched(capacity), TODAY).proposals == ()


@given(st.integers(-400, 400))
def test_a_ward_is_proposed_sixty_days_ahead_and_held_from_the_birthday(left_days: int) -> None:
    birthday_on = TODAY + timedelta(days=left_days)
    found = look_at_age(_watched(GUARDIAN, of_age=birthday_on), TODAY)
    assert len(found.proposals) == (left_days <= 60)
    assert [hold.reason for hold in found.holds] == [HOLD_WARD_OF_AGE] * (left_days <= 0)
    for proposal in found.proposals:
        assert proposal.from_month is not None
        assert proposal.from_month >= birthday_on
    assert look_at_age(_watched(GUARDIAN), TODAY).proposals == ()
