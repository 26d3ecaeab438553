"""Acts, article by article: Decree 20/2021/NĐ-CP Art. 6 and 8."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from services.registry.domain import acts
from services.registry.domain.acts import Given
from services.registry.domain.legal_months import age_on, birthday, change_month, lawful_month
from services.registry.domain.lives import Life, life_as_json, life_from_json, slot_of
from services.registry.domain.orders import Order, Subject, effect_of
from services.registry.files.reference import load_reference
from shared.kernel.errors import Refusal

CATEGORIES = load_reference().categories
JULY, OCTOBER, NOVEMBER, DECEMBER = (date(2021, month, 1) for month in (7, 10, 11, 12))
ACTIVE = Life("active", JULY)


def given_(category: str, number: int = 1, heads: int = 1) -> Given:
    """What a decision gives."""
    kind = "care_support" if category.startswith("CS-") else "monthly"
    return Given(UUID(int=number), f"{number}/QĐ", date(2021, 10, 5), kind, category, heads, "20116@2021-07-01")


def held(category: str, from_month: date = OCTOBER) -> Life:
    """Somebody with one decision."""
    return acts.grant(ACTIVE, given_(category), from_month)


def code_of(refusal: pytest.ExceptionInfo[Refusal]) -> str:
    """The code of a refusal."""
    return refusal.value.code.code


@pytest.mark.parametrize("category", ["K5C-80", "K5A-60-80", "K6-N", "K6-DBN-NCT", "K8-HIV"])
def test_a_single_parent_who_is_elderly_disabled_or_ill_has_both(category: str) -> None:
    for first, second in (("K4-DTN", category), (category, "K4-DTN")):
        both = acts.grant(held(first), given_(second, 2), NOVEMBER)
        assert {one.category for one in both.owed(NOVEMBER)} == {"K4-DTN", category}


@pytest.mark.parametrize("category", ["K1-TE-4-16", "K2-16-22", "K3-HIV-U4", "K7-TE3", "HTXH-75"])
def test_whom_no_exception_names_has_one(category: str) -> None:
    for first, second in (("K4-DTN", category), (category, "K4-DTN"), ("K5C-80", category), (category, category)):
        with pytest.raises(Refusal) as refusal:
            acts.grant(held(first), given_(second, 2), NOVEMBER)
        assert code_of(refusal) == "decision-overlaps"


def test_a_change_may_not_become_what_stands_in_the_way_of_another() -> None:
    both = acts.grant(held("K5C-80"), given_("K4-DTN", 2), OCTOBER)
    with pytest.raises(Refusal) as refusal:
        acts.change(both, given_("HTXH-75", 3), NOVEMBER, UUID(int=1))
    assert code_of(refusal) == "decision-overlaps"


def test_each_ground_of_care_support_is_its_own() -> None:
    assert len({slot_of("care_support", code) for code in ("CS-DBN-HGD", "CS-NKT-MT1", "CS-NHAN-TE-U4")}) == 3
    assert slot_of("care_support", "CS-NKT-MT1") == slot_of("care_support", "CS-NKT-MT2")
    life = acts.grant(held("CS-DBN-HGD"), given_("CS-NKT-MT1", 2), OCTOBER)
    assert len(life.owed(OCTOBER)) == 2


def test_a_change_keeps_the_end_that_was_decided_before() -> None:
    ending = acts.stop(held("K5C-80"), DECEMBER)
    changed = acts.change(ending, given_("K5A-80", 2), NOVEMBER, None)
    assert [(one.category, one.to_month) for one in changed.decisions] == [("K5C-80", OCTOBER), ("K5A-80", DECEMBER)]
    assert changed.status == "stopped"


def test_a_change_leaves_what_begins_after_a_gap() -> None:
    """Nothing is owed of November, and a change of October's decision gives nothing there and takes nothing of December's."""
    again = acts.grant(acts.stop(held("K5C-80"), OCTOBER), given_("K5C-80", 2), DECEMBER)
    changed = acts.change(again, given_("K5A-80", 3), OCTOBER, UUID(int=1))
    assert [(one.category, one.from_month, one.to_month) for one in changed.decisions] == [
        ("K5A-80", OCTOBER, OCTOBER), ("K5C-80", DECEMBER, None),
    ]  # fmt: skip
    assert not changed.owed(NOVEMBER)


def test_a_change_takes_the_place_of_one_signed_for_a_month_to_come() -> None:
    later = acts.change(held("K5C-80"), given_("K5A-80", 2), DECEMBER, None)
    changed = acts.change(later, given_("K6-DBN-NCT", 3), NOVEMBER, None)
    assert [(one.category, one.to_month) for one in changed.decisions] == [("K5C-80", OCTOBER), ("K6-DBN-NCT", None)]


def test_a_change_from_the_first_month_replaces_the_decision() -> None:
    changed = acts.change(held("K5C-80", NOVEMBER), given_("K5A-80", 2), NOVEMBER, None)
    assert [one.category for one in changed.decisions] == ["K5A-80"]


def test_stopping_the_last_of_several_decisions_stops_the_person() -> None:
    both = acts.grant(held("K5C-80"), given_("CS-DBN-HGD", 2), OCTOBER)
    first = acts.stop(both, NOVEMBER, UUID(int=1))
    assert (first.status, [one.category for one in first.owed(DECEMBER)]) == ("active", ["CS-DBN-HGD"])
    second = acts.stop(first, OCTOBER, UUID(int=2))
    assert (second.status, second.status_from_month) == ("stopped", DECEMBER), "November is owed by the other one"
    with pytest.raises(Refusal) as refusal:
        acts.stop(held("K5C-80", NOVEMBER), date(2022, 1, 1), UUID(int=9))
    assert code_of(refusal) == "unknown-decision"
    with pytest.raises(Refusal) as refusal:
        acts.stop(first, NOVEMBER, UUID(int=1))
    assert code_of(refusal) == "nothing-to-end"


def test_a_life_goes_through_json_as_it_is() -> None:
    for life in (ACTIVE, acts.die(held("K5C-80"), date(2021, 11, 3)), acts.move_out(held("K4-DTN"), NOVEMBER)):
        assert life_from_json(life_as_json(life)) == life


@pytest.mark.parametrize(
    ("signed_on", "due_on", "falls", "first"),
    [
        ("2021-11-30", None, False, "2021-11-01"),  # a rise: the month it is signed
        ("2021-11-30", None, True, "2021-12-01"),  # a fall: the month after
        ("2021-11-20", "2022-01-10", False, "2022-01-01"),  # signed ahead of a birthday: the birthday's month
        ("2021-11-20", "2022-01-10", True, "2022-02-01"),  # the birthday's month is owed as before
        ("2022-03-02", "2022-01-10", False, "2022-03-01"),  # signed late: nothing reaches back
        ("2022-03-02", "2022-01-10", True, "2022-04-01"),
    ],
)
def test_from_which_month_a_change_counts(signed_on: str, due_on: str | None, falls: bool, first: str) -> None:
    due = date.fromisoformat(due_on) if due_on else None
    assert change_month(date.fromisoformat(signed_on), due, falls) == date.fromisoformat(first)


def test_a_month_is_lawful_from_the_earliest_to_a_year_after_signing() -> None:
    signed_on = date(2021, 11, 8)
    assert lawful_month(None, NOVEMBER, signed_on) == NOVEMBER
    assert lawful_month(date(2022, 11, 1), NOVEMBER, signed_on) == date(2022, 11, 1)
    for wanted, code in ((OCTOBER, "month-too-early"), (date(2022, 12, 1), "month-too-far")):
        with pytest.raises(Refusal) as refusal:
            lawful_month(wanted, NOVEMBER, signed_on)
        assert code_of(refusal) == code


def test_somebody_of_29_february_is_older_on_the_last_of_february() -> None:
    born_on = date(2004, 2, 29)
    assert birthday(born_on, 18) == date(2022, 2, 28)
    assert birthday(born_on, 16) == date(2020, 2, 29)
    assert [age_on(born_on, day) for day in (date(2022, 2, 27), date(2022, 2, 28), date(2020, 2, 28))] == [17, 18, 15]


@pytest.mark.parametrize(
    ("category", "born", "month", "fits"),
    [
        ("K5C-80", "1941-11-30", "2021-11-01", True),  # 80 within the month
        ("K5C-80", "1941-12-01", "2021-11-01", False),
        ("K1-TE-U4", "2017-11-10", "2021-11-01", True),  # under 4 on its first day
        ("K1-TE-U4", "2017-11-10", "2021-12-01", False),
        ("K4-DTN", "1941-11-30", "2021-11-01", True),  # of any age
    ],
)
def test_a_category_is_for_an_age(category: str, born: str, month: str, fits: bool) -> None:
    heads = 2 if category == "K4-DTN" else None
    order = Order(acts.GRANT, "1", date(2021, 11, 2), from_month=date.fromisoformat(month), category=category, heads=heads)
    subject = Subject("A", date.fromisoformat(born), "day", "female", "20116@2021-07-01", ACTIVE)
    if fits:
        effect = effect_of(order, subject, CATEGORIES, date(2021, 11, 15), UUID(int=1))
        assert effect.life.owed(effect.from_month)[0].heads == (heads or 1)
        return
    with pytest.raises(Refusal) as refusal:
        effect_of(order, subject, CATEGORIES, date(2021, 11, 15), UUID(int=1))
    assert code_of(refusal) == "age-does-not-fit"


def test_fewer_heads_are_a_fall_though_the_coefficient_is_the_same() -> None:
    life = acts.grant(ACTIVE, given_("K4-DTN", heads=2), OCTOBER)
    subject = Subject("A", date(1985, 1, 1), "day", "female", "20116@2021-07-01", life)
    order = Order(acts.CHANGE, "1", date(2021, 11, 2), category="K4-DTN", heads=1)
    assert effect_of(order, subject, CATEGORIES, date(2021, 11, 15), UUID(int=2)).from_month == DECEMBER
    more = replace(order, heads=3)
    assert effect_of(more, subject, CATEGORIES, date(2021, 11, 15), UUID(int=2)).from_month == NOVEMBER
    assert CATEGORIES["K4-DTN"].coefficient == Decimal("1.0")
