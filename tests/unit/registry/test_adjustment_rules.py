"""What birthdays and dependants propose, article by article: Decree 20/2021/NĐ-CP Art. 5, 6, 8; Decree 176/2025/NĐ-CP."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.adjustments import (
    LOOK_BACK_DAYS,
    PROPOSE_AHEAD_DAYS,
    STEPS,
    Aging,
    HeadCount,
    propose_for_birthday,
    propose_for_dependants,
    windows,
)
from services.registry.domain.dependants import Dependant, heads_in, still_counting
from services.registry.domain.legal_months import birthday
from services.registry.files.reference import load_reference

CATEGORIES = load_reference().categories
ONE, TWO = UUID(int=1), UUID(int=2)


def aging(category: str, born_on: date, precision: str = "day") -> Aging:
    """Somebody with a decision."""
    return Aging(ONE, born_on, precision, TWO, category, 1)


@pytest.mark.parametrize(
    ("category", "born", "follows", "from_month"),
    [
        ("K1-TE-U4", "2018-01-10", "K1-TE-4-16", "2022-02-01"),  # Art. 6(1)(a): 2.5 -> 1.5, a fall
        ("K1-TE-4-16", "2006-01-10", None, "2022-02-01"),  # Art. 5(1): under 16
        ("K2-16-22", "2000-01-10", None, "2022-02-01"),  # Art. 5(2): to 22
        ("K3-HIV-U4", "2018-01-10", "K3-HIV-4-16", "2022-02-01"),  # Art. 6(1)(c): 2.5 -> 2.0
        ("K3-HIV-4-16", "2006-01-10", None, "2022-02-01"),  # Art. 5(3): a child
        ("K5A-60-80", "1942-01-10", "K5A-80", "2022-01-01"),  # Art. 6(1)(đ): 1.5 -> 2.0, a rise
        ("K5B-75-80", "1942-01-10", "K5C-80", "2022-01-01"),  # Art. 5(5)(b), (c): 1.0 both, no fall
        ("K6-DBN-TE", "2006-01-10", "K6-DBN", "2022-02-01"),  # Art. 6(1)(e): 2.5 -> 2.0
        ("K6-DBN", "1962-01-10", "K6-DBN-NCT", "2022-01-01"),  # 2.0 -> 2.5
        ("K6-N-TE", "2006-01-10", "K6-N", "2022-02-01"),  # 2.0 -> 1.5
        ("K6-N", "1962-01-10", "K6-N-NCT", "2022-01-01"),  # 1.5 -> 2.0
        ("K7-TE3", "2019-01-10", None, "2022-02-01"),  # Art. 5(7): under 3
        ("CS-NHAN-TE-U4", "2018-01-10", "CS-NHAN-TE-4-16", "2022-02-01"),  # Art. 20
        ("CS-NHAN-TE-4-16", "2006-01-10", None, "2022-02-01"),
    ],
)
def test_what_a_birthday_proposes(category: str, born: str, follows: str | None, from_month: str) -> None:
    proposal = propose_for_birthday(aging(category, date.fromisoformat(born)), CATEGORIES, date(2021, 11, 15))
    assert proposal is not None
    assert (proposal.details["category_to"], proposal.from_month) == (follows, date.fromisoformat(from_month))
    assert (proposal.due_on, proposal.about) == (date(2022, 1, 10), TWO)
    assert proposal.details["act"] == ("change" if follows else "stop")


def test_a_pension_for_the_poor_goes_on_for_all_at_75() -> None:
    proposal = propose_for_birthday(aging("HTXH-70", date(1951, 1, 10)), CATEGORIES, date(2025, 11, 15))
    assert proposal is not None
    assert (proposal.details["category_to"], proposal.from_month) == ("HTXH-75", date(2026, 1, 1))


def test_what_is_no_law_any_more_is_not_proposed() -> None:
    assert propose_for_birthday(aging("K5B-75-80", date(1946, 1, 10)), CATEGORIES, date(2025, 11, 15)) is None


@pytest.mark.parametrize("category", ["K4-DTN", "K5A-80", "K5C-80", "K5D-CDONG", "K6-N-NCT", "K8-HIV", "CS-DBN-HGD"])
def test_whom_no_age_changes(category: str) -> None:
    for age in (3, 4, 16, 22, 60, 75, 80):
        assert propose_for_birthday(aging(category, date(2022 - age, 1, 10)), CATEGORIES, date(2021, 11, 15)) is None


def test_the_steps_stand_at_the_ages_of_the_categories() -> None:
    """The ages are those of `categories.csv`; and every category that has an upper age has a step."""
    for code, step in STEPS.items():
        fact = CATEGORIES[code]
        assert fact.age_to in (None, step.age)
        if step.follows and CATEGORIES[step.follows].age_from is not None:
            assert CATEGORIES[step.follows].admits_age(step.age)
        for other in step.or_else:
            assert CATEGORIES[other].admits_age(step.age)
    assert {code for code, fact in CATEGORIES.items() if fact.age_to is not None} <= set(STEPS)


@pytest.mark.parametrize(("days", "proposed"), [(61, False), (60, True), (0, True), (-92, True), (-93, False)])
def test_sixty_days_ahead_and_a_while_after(days: int, proposed: bool) -> None:
    today = date(2021, 11, 15)
    born_on = birthday(today + timedelta(days=days), -80)
    assert (propose_for_birthday(aging("K5A-60-80", born_on), CATEGORIES, today) is not None) == proposed


def test_a_birth_year_alone_stands_for_the_provinces_day() -> None:
    alone = aging("K5A-60-80", date(1942, 1, 1), "year")
    proposal = propose_for_birthday(alone, CATEGORIES, date(2021, 11, 15))
    assert proposal is not None
    assert proposal.due_on == date(2022, 1, 1)
    assert propose_for_birthday(alone, CATEGORIES, date(2021, 11, 15), (7, 1)) is None
    later = propose_for_birthday(alone, CATEGORIES, date(2022, 6, 1), (7, 1))
    assert later is not None
    assert later.due_on == date(2022, 7, 1)


days = st.dates(date(2021, 1, 1), date(2030, 12, 31))


@given(today=days, category=st.sampled_from(sorted(STEPS)), offset=st.integers(-LOOK_BACK_DAYS, PROPOSE_AHEAD_DAYS),
       precision=st.sampled_from(["day", "year"]), year_alone=st.sampled_from([(1, 1), (7, 1), (12, 31)]))  # fmt: skip
def test_nobody_with_a_birthday_in_reach_stands_outside_the_windows(
    today: date, category: str, offset: int, precision: str, year_alone: tuple[int, int]
) -> None:
    """The windows that the query looks in miss nobody for whom the rule proposes something."""
    due_on = today + timedelta(days=offset)
    born_on = birthday(due_on, -STEPS[category].age) if precision == "day" else date(due_on.year - STEPS[category].age, 1, 1)
    if propose_for_birthday(aging(category, born_on, precision), CATEGORIES, today, year_alone) is None:
        return
    assert any(
        window.age == STEPS[category].age and window.precision == precision and window.born_from <= born_on <= window.born_to
        for window in windows(today, year_alone)
    )


def child(born_on: date, study_until: date | None = None, number: int = 7, relationship: str = "con") -> Dependant:
    """A child."""
    return Dependant(UUID(int=number), "Tí", born_on, "day", "male", relationship, study_until)


@pytest.mark.parametrize(
    ("born", "study_until", "last"),
    [
        ("2006-01-10", None, "2022-01-01"),  # Art. 5(4): under 16; the month of the birthday is owed (Art. 8)
        ("2006-01-10", "2024-05-31", "2024-05-01"),  # studying: to the end of the proof
        ("2006-01-10", "2021-12-31", "2022-01-01"),  # a proof that ends before 16 takes nothing away
        ("2001-03-15", "2024-05-31", "2023-03-01"),  # ... and never beyond 22
    ],
)
def test_in_which_month_a_child_counts_last(born: str, study_until: str | None, last: str) -> None:
    one = child(date.fromisoformat(born), date.fromisoformat(study_until) if study_until else None)
    last_month = date.fromisoformat(last)
    after = date(last_month.year + last_month.month // 12, last_month.month % 12 + 1, 1)
    assert one.counts_in(last_month)
    assert not one.counts_in(after)
    assert one.counts_in(date.fromisoformat(born).replace(day=1))
    assert not one.counts_in(date(2000, 1, 1))


def test_a_person_cared_for_counts_at_any_age() -> None:
    grown = child(date(1970, 1, 1))
    assert heads_in("CS-DBN-HGD", [grown], date(2022, 1, 1)) == 1
    assert heads_in("K4-DTN", [grown], date(2022, 1, 1)) == 0
    assert still_counting("CS-DBN-HGD", [grown], date(2022, 1, 1)) == (grown,)
    assert propose_for_dependants(HeadCount(ONE, TWO, "CS-DBN-HGD", 1), [child(date(2006, 1, 10))], date(2021, 11, 15)) == []


def test_dependants_who_stop_counting_propose_fewer_heads_or_the_end() -> None:
    today, leaving, staying = date(2021, 11, 15), child(date(2006, 1, 10)), child(date(2010, 1, 10), number=8)
    (proposal,) = propose_for_dependants(HeadCount(ONE, TWO, "K4-DTN", 2), [leaving, staying], today)
    assert (proposal.details["act"], proposal.details["heads_to"], proposal.from_month) == ("change", 1, date(2022, 2, 1))
    (proposal,) = propose_for_dependants(HeadCount(ONE, TWO, "K4-DTN", 1), [leaving], today)
    assert (proposal.details["act"], proposal.details["category_to"]) == ("stop", None)
    assert propose_for_dependants(HeadCount(ONE, TWO, "K4-DTN", 1), [leaving, staying], today) == [], "it counted one already"
