"""The law's amounts, article by article, typed in by hand: nothing here is computed from what it checks."""

from __future__ import annotations

import csv
import unicodedata
from datetime import date
from decimal import Decimal
from importlib.resources import files
from uuid import UUID

import pytest

from services.disbursement.domain.amounts import Due, HeldDecision, dues, not_dated
from services.disbursement.domain.law import CategoryRow, Law, LevelRow, bare_province, law_of_months
from services.disbursement.domain.refusals import NO_LAW
from services.disbursement.storage.law_data import load_law
from shared.kernel.errors import Refusal

HUE = "Tỉnh Thừa Thiên Huế"
OCTOBER_2021 = date(2021, 10, 1)
JUNE_2024 = date(2024, 6, 1)
JULY_2024 = date(2024, 7, 1)
JULY_2025 = date(2025, 7, 1)
LONG_AGO = date(2021, 7, 1)


def held(
    category: str, heads: int = 1, from_month: date = LONG_AGO, to_month: date | None = None, number: int = 1
) -> HeldDecision:
    return HeldDecision(UUID(int=number), category, from_month, to_month, heads)


def owed(month: date, *decisions: HeldDecision, province: str = HUE, status: str = "active", since: date = LONG_AGO) -> list[Due]:
    return dues(load_law().in_month(month, province), decisions, status, since)


def amount_dong(month: date, *decisions: HeldDecision, province: str = HUE) -> int:
    (due,) = owed(month, *decisions, province=province)
    return due.amount_dong


# What Decree 20/2021/NĐ-CP gives a month at the standard level of 360.000đ (in force 7/2021 to 6/2024), and at the 500.000đ
# of Decree 76/2024/NĐ-CP (from 7/2024). Category, heads, kind, đồng in 10/2021, đồng in 7/2024.
GOLDEN = [
    # Art. 5(1), 6(1)(a): a child without a source of nurture
    ("K1-TE-U4", 1, "monthly", 900_000, 1_250_000),
    ("K1-TE-4-16", 1, "monthly", 540_000, 750_000),
    # Art. 5(2), 6(1)(b): who was such a child and still studies
    ("K2-16-22", 1, "monthly", 540_000, 750_000),
    # Art. 5(3), 6(1)(c): a child with HIV in a poor household
    ("K3-HIV-U4", 1, "monthly", 900_000, 1_250_000),
    ("K3-HIV-4-16", 1, "monthly", 720_000, 1_000_000),
    # Art. 5(4), 6(1)(d): a poor single parent, for each child raised
    ("K4-DTN", 1, "monthly", 360_000, 500_000),
    ("K4-DTN", 2, "monthly", 720_000, 1_000_000),
    ("K4-DTN", 3, "monthly", 1_080_000, 1_500_000),
    # Art. 5(5), 6(1)(đ): the elderly
    ("K5A-60-80", 1, "monthly", 540_000, 750_000),
    ("K5A-80", 1, "monthly", 720_000, 1_000_000),
    ("K5B-75-80", 1, "monthly", 360_000, 500_000),
    ("K5C-80", 1, "monthly", 360_000, 500_000),
    ("K5D-CDONG", 1, "monthly", 1_080_000, 1_500_000),
    # Art. 5(6), 6(1)(e): the disabled
    ("K6-DBN", 1, "monthly", 720_000, 1_000_000),
    ("K6-DBN-TE", 1, "monthly", 900_000, 1_250_000),
    ("K6-DBN-NCT", 1, "monthly", 900_000, 1_250_000),
    ("K6-N", 1, "monthly", 540_000, 750_000),
    ("K6-N-TE", 1, "monthly", 720_000, 1_000_000),
    ("K6-N-NCT", 1, "monthly", 720_000, 1_000_000),
    # Art. 5(7), 6(1)(g): a child under 3 in a specially difficult commune
    ("K7-TE3", 1, "monthly", 540_000, 750_000),
    # Art. 5(8), 6(1)(g): a poor person with HIV
    ("K8-HIV", 1, "monthly", 540_000, 750_000),
    # Art. 20: care support
    ("CS-DBN-HGD", 1, "care_support", 360_000, 500_000),
    ("CS-DBN-HGD", 2, "care_support", 720_000, 1_000_000),
    ("CS-NKT-MT1", 1, "care_support", 540_000, 750_000),
    ("CS-NKT-MT2", 1, "care_support", 720_000, 1_000_000),
    ("CS-NHAN-TE-U4", 1, "care_support", 900_000, 1_250_000),
    ("CS-NHAN-TE-4-16", 1, "care_support", 540_000, 750_000),
    ("CS-NHAN-DBN", 1, "care_support", 540_000, 750_000),
    ("CS-NHAN-DBN", 2, "care_support", 1_080_000, 1_500_000),
    ("CS-NHAN-NCT", 1, "care_support", 540_000, 750_000),
]


@pytest.mark.parametrize(("category", "heads", "kind", "in_2021", "in_2024"), GOLDEN)
def test_a_month_of_each_category(category: str, heads: int, kind: str, in_2021: int, in_2024: int) -> None:
    for month, expected in ((OCTOBER_2021, in_2021), (JUNE_2024, in_2021), (JULY_2024, in_2024)):
        (due,) = owed(month, held(category, heads))
        assert (due.kind, due.amount_dong) == (kind, expected)
        assert due.coefficient is not None
        assert due.level_dong * due.coefficient * due.heads == due.amount_dong


@pytest.mark.parametrize(("category", "expected"), [("MT-THUONG", 7_200_000), ("MT-KHANCAP", 18_000_000)])
def test_funeral_support_is_owed_once_and_outlives_the_dead(category: str, expected: int) -> None:
    """Art. 11: 20 times the level; Art. 14: 50 times. To whoever carries the funeral out, in the decision's month."""
    decision = held(category, from_month=OCTOBER_2021)
    (due,) = owed(OCTOBER_2021, decision, status="dead", since=date(2021, 9, 1))
    assert (due.kind, due.amount_dong) == ("funeral", expected)
    assert owed(date(2021, 11, 1), decision) == []


def test_funeral_support_is_owed_for_one_burial_only() -> None:
    """Art. 11, 14: a second decision with another ground raises the first month to the higher amount, in whatever order."""
    first = held("MT-THUONG", from_month=OCTOBER_2021, number=1)
    second = held("MT-KHANCAP", from_month=date(2021, 12, 1), number=2)
    for decisions in ((first, second), (second, first)):
        (due,) = owed(OCTOBER_2021, *decisions)
        assert (due.amount_dong, due.category) == (18_000_000, "MT-KHANCAP")
        assert owed(date(2021, 12, 1), *decisions) == []


@pytest.mark.parametrize("category", ["HTXH-75", "HTXH-70"])
def test_the_social_pension_is_flat(category: str) -> None:
    """Decree 176/2025/NĐ-CP: 500.000đ from 7/2025, no coefficient; it did not exist before."""
    (due,) = owed(JULY_2025, held(category))
    assert (due.kind, due.amount_dong, due.coefficient, due.level_dong) == ("monthly", 500_000, None, 500_000)
    assert owed(date(2025, 6, 1), held(category)) == []


def test_the_golden_rows_leave_no_category_out() -> None:
    with files("shared").joinpath("data", "categories.csv").open(encoding="utf-8") as file:
        codes = {row["code"] for row in csv.DictReader(file)}
    assert codes == {row[0] for row in GOLDEN} | {"MT-THUONG", "MT-KHANCAP", "HTXH-75", "HTXH-70"}


def test_heads_count_only_where_the_law_counts_them() -> None:
    assert amount_dong(OCTOBER_2021, held("K6-N", heads=4)) == 540_000
    assert amount_dong(OCTOBER_2021, held("CS-NHAN-TE-U4", heads=4)) == 900_000


def test_of_several_coefficients_only_the_highest() -> None:
    """Art. 6(2): an extremely disabled child (2,5) without nurture (1,5) gets 2,5."""
    (due,) = owed(OCTOBER_2021, held("K1-TE-4-16", number=1), held("K6-DBN-TE", number=2))
    assert (due.amount_dong, due.category, due.decision_id) == (900_000, "K6-DBN-TE", UUID(int=2))


def test_two_decisions_of_one_category_pay_once() -> None:
    assert amount_dong(OCTOBER_2021, held("K6-N", number=1), held("K6-N", number=2)) == 540_000


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("K5A-60-80", 720_000 + 540_000),
        ("K6-N", 720_000 + 540_000),
        ("K8-HIV", 720_000 + 540_000),
        ("K6-DBN-NCT", 720_000 + 900_000),
    ],
)
def test_a_single_parent_who_is_also_elderly_disabled_or_ill_gets_both(other: str, expected: int) -> None:
    """Art. 6(2), second sentence: Art. 5(4) together with (5), (6) or (8)."""
    (due,) = owed(OCTOBER_2021, held("K4-DTN", heads=2, number=1), held(other, number=2))
    assert due.amount_dong == expected
    assert due.category == f"K4-DTN+{other}"
    assert due.coefficient is not None
    assert due.level_dong * due.coefficient * due.heads == expected


def test_both_means_the_children_and_the_highest_of_the_others() -> None:
    (due,) = owed(
        OCTOBER_2021, held("K4-DTN", number=1), held("K5A-80", number=2), held("K6-N-NCT", number=3), held("K8-HIV", number=4)
    )
    assert (due.amount_dong, due.category, due.coefficient) == (360_000 + 720_000, "K4-DTN+K5A-80", Decimal(3))


@pytest.mark.parametrize("other", ["K1-TE-U4", "K2-16-22", "K3-HIV-U4", "K7-TE3"])
def test_a_single_parent_with_any_other_ground_gets_the_higher_only(other: str) -> None:
    """Art. 6(2): the exception names (5), (6) and (8) only."""
    (due,) = owed(OCTOBER_2021, held("K4-DTN", number=1), held(other, number=2))
    assert due.category == other
    (due,) = owed(OCTOBER_2021, held("K4-DTN", heads=3, number=1), held(other, number=2))
    assert (due.category, due.amount_dong) == ("K4-DTN", 1_080_000)


def test_care_support_stands_beside_the_allowance() -> None:
    """Art. 20: one obligation of its own kind."""
    allowance, care = sorted(
        owed(OCTOBER_2021, held("K6-DBN", number=1), held("CS-DBN-HGD", number=2)), key=lambda d: -d.amount_dong
    )
    assert (allowance.kind, allowance.amount_dong) == ("monthly", 720_000)
    assert (care.kind, care.amount_dong) == ("care_support", 360_000)


def test_grounds_of_care_support_stand_beside_each_other_but_each_counts_once() -> None:
    (due,) = owed(OCTOBER_2021, held("CS-DBN-HGD", heads=2, number=1), held("CS-NKT-MT1", number=2), held("CS-NKT-MT2", number=3))
    assert due.amount_dong == 720_000 + 720_000


@pytest.mark.parametrize(("other", "expected"), [("K5A-80", 1_000_000), ("K5A-60-80", 750_000)])
def test_the_social_pension_or_the_allowance_whichever_is_higher(other: str, expected: int) -> None:
    (due,) = owed(JULY_2025, held("HTXH-75", number=1), held(other, number=2))
    assert (due.category, due.amount_dong) == (other, expected)


def test_the_80_year_olds_without_a_pension_pass_to_the_social_pension() -> None:
    """Art. 5(5)(b) and (c) end with June 2025."""
    assert amount_dong(date(2025, 6, 1), held("K5C-80")) == 500_000
    assert owed(JULY_2025, held("K5C-80"), held("K5B-75-80")) == []


def test_a_decision_gives_from_its_first_month_through_its_last() -> None:
    decision = held("K6-N", from_month=OCTOBER_2021, to_month=date(2021, 12, 1))
    paid = [month for month in range(9, 13) if owed(date(2021, month, 1), decision)]
    assert paid == [10, 11, 12]
    assert owed(date(2022, 1, 1), decision) == []


@pytest.mark.parametrize("status", ["stopped", "dead"])
def test_a_stop_or_a_death_takes_its_month_and_all_after(status: str) -> None:
    for month, left in ((date(2021, 9, 1), 2), (OCTOBER_2021, 0), (date(2021, 11, 1), 0)):
        assert len(owed(month, held("K6-DBN"), held("CS-DBN-HGD"), status=status, since=OCTOBER_2021)) == left


def test_a_suspension_holds_money_but_owes_it() -> None:
    assert len(owed(OCTOBER_2021, held("K6-N"), status="suspended", since=OCTOBER_2021)) == 1


def test_a_province_with_a_level_of_its_own() -> None:
    """Art. 4(3): Quảng Ninh 450.000đ from 8/2021, 500.000đ from 2023, 700.000đ from 10/2024; the country's level before."""
    expected = {
        date(2021, 7, 1): 360_000, date(2021, 8, 1): 450_000, date(2022, 12, 1): 450_000, date(2023, 1, 1): 500_000,
        date(2024, 9, 1): 500_000, date(2024, 10, 1): 700_000,
    }  # fmt: skip
    for province in ("Tỉnh Quảng Ninh", "Quảng Ninh"):
        assert {month: amount_dong(month, held("K6-DBN"), province=province) // 2 for month in expected} == expected
    assert amount_dong(date(2023, 1, 1), held("K6-DBN")) == 720_000


@pytest.mark.parametrize(
    "month",
    [
        date(2014, 12, 1),  # no level at all
        date(2015, 1, 1),  # a level, but the categories of Decree 136/2013/NĐ-CP are not kept
        date(2021, 6, 1),
    ],
)
def test_a_month_without_law_is_refused(month: date) -> None:
    with pytest.raises(Refusal) as refusal:
        load_law().in_month(month, HUE)
    assert refusal.value.code == NO_LAW


def test_one_month_without_law_refuses_all() -> None:
    with pytest.raises(Refusal) as refusal:
        law_of_months(load_law(), [OCTOBER_2021, date(2021, 6, 1)], HUE)
    assert refusal.value.code == NO_LAW


def test_a_gap_between_levels_is_refused() -> None:
    category = CategoryRow("K6-N", Decimal("1.5"), date(2000, 1, 1), None)
    levels = (
        LevelRow("national", False, 100, date(2020, 1, 1), date(2020, 12, 31)),
        LevelRow("national", False, 200, date(2022, 1, 1), None),
    )
    law = Law(levels, (category,))
    assert law.in_month(date(2020, 12, 1), HUE).rates["K6-N"].level_dong == 100
    assert law.in_month(date(2022, 1, 1), HUE).rates["K6-N"].level_dong == 200
    for month in (date(2019, 12, 1), date(2021, 1, 1), date(2021, 12, 1)):
        with pytest.raises(Refusal) as refusal:
            law.in_month(month, HUE)
        assert refusal.value.code == NO_LAW


def test_the_flat_pension_is_never_a_level() -> None:
    law = Law(
        (LevelRow("national", True, 500, date(2020, 1, 1), None),), (CategoryRow("K6-N", Decimal(1), date(2020, 1, 1), None),)
    )
    with pytest.raises(Refusal):
        law.in_month(date(2020, 1, 1), HUE)


def test_no_group_of_reporting_is_for_hiv_alone() -> None:
    """A category that reveals HIV must not be told apart."""
    rates = load_law().in_month(OCTOBER_2021, HUE).rates
    hiv = {rate.group for rate in rates.values() if "HIV" in rate.category}
    others = {rate.group for rate in rates.values() if "HIV" not in rate.category}
    assert hiv <= others


# --- decisions of which no law says what they give --------------------------------------------------------------------


def without_law(month: date, *decisions: HeldDecision, status: str = "active", since: date = LONG_AGO) -> list[str]:
    found = not_dated(load_law().in_month(month, HUE), decisions, status, since)
    return [decision.category for decision in found]


def test_a_category_that_is_not_dated_is_said_not_silently_nothing() -> None:
    assert without_law(JULY_2025, held("K5C-80")) == ["K5C-80"]
    assert without_law(date(2025, 6, 1), held("HTXH-75")) == ["HTXH-75"]
    assert without_law(OCTOBER_2021, held("X1-NEW")) == ["X1-NEW"]
    assert without_law(date(2025, 6, 1), held("K5C-80")) == []


def test_nothing_is_missing_where_the_kind_is_owed_anyway() -> None:
    """The pension came in the place of Art. 5(5)(c); care support is another kind and covers nothing."""
    assert without_law(JULY_2025, held("K5C-80", number=1), held("HTXH-75", number=2)) == []
    assert without_law(JULY_2025, held("K5C-80", number=1), held("CS-NHAN-NCT", number=2)) == ["K5C-80"]


def test_nothing_is_missing_of_months_that_ended_or_are_not_covered() -> None:
    assert without_law(JULY_2025, held("K5C-80"), status="dead", since=JULY_2025) == []
    assert without_law(JULY_2025, held("K5C-80", to_month=date(2025, 6, 1))) == []
    assert without_law(JULY_2025, held("K5C-80", from_month=date(2025, 8, 1))) == []


def test_a_pension_without_an_amount_is_not_dated() -> None:
    law = Law((LevelRow("national", False, 500_000, LONG_AGO, None),), load_law().categories).in_month(JULY_2025, HUE)
    assert [d.category for d in not_dated(law, [held("HTXH-75")], "active", LONG_AGO)] == ["HTXH-75"]
    assert dues(law, [held("HTXH-75")], "active", LONG_AGO) == []


# --- provinces --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["Quảng Ninh", "Tỉnh Quảng Ninh", "tỉnh  quảng ninh", "TỈNH QUẢNG NINH", "Thành phố Quảng Ninh", "TP. Quảng Ninh"]
)
def test_a_province_is_known_under_any_rank(name: str) -> None:
    for form in ("NFC", "NFD"):
        assert bare_province(unicodedata.normalize(form, name)) == "quảng ninh"


def test_a_name_inside_another_is_another_province() -> None:
    assert bare_province("Tỉnh Hải Dương") != bare_province("Hải Phòng")
    assert amount_dong(date(2026, 1, 1), held("K6-N"), province="Ninh Quảng Ninh") == 750_000
