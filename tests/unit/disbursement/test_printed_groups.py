"""No group that papers print tells, with the amount beside it, that somebody has HIV."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.disbursement.domain.categories import group_of
from services.disbursement.domain.changes import Beside, why_changed
from services.disbursement.domain.printed_groups import PRINTED_GROUPS, printed_group
from services.disbursement.storage.law_data import load_law
from shared.reference import read_rows

ROWS = read_rows("categories.csv")
HIV = [row for row in ROWS if "HIV" in row["code"] or "HIV" in row["description_vi"]]
WITHOUT = [row for row in ROWS if row not in HIV]


def ages(row: dict[str, str]) -> range:
    """The ages a category is for."""
    return range(int(row["age_from"] or 0), int(row["age_to"] or 120))


def printed(row: dict[str, str]) -> str:
    """What papers call the category's group."""
    return printed_group(group_of(row["code"]) or "")


def test_the_categories_that_name_hiv_are_known() -> None:
    assert {row["code"] for row in HIV} == {"K3-HIV-U4", "K3-HIV-4-16", "K8-HIV"}


@pytest.mark.parametrize("row", HIV, ids=lambda row: row["code"])
def test_somebody_without_hiv_has_the_same_group_coefficient_and_age(row: dict[str, str]) -> None:
    alike = [o for o in WITHOUT if (printed(o), o["coefficient"]) == (printed(row), row["coefficient"])]
    covered = {age for other in alike for age in ages(other)}
    # From 60 on a person has the elderly or disabled elderly person's coefficients as well; K8 is a grown-up's until then.
    assert covered >= set(ages(row)) & set(range(60))


def test_the_reporting_groups_alone_would_tell() -> None:
    """Why papers need a coarser group than reporting: a child of 4 to 16 with 2.0 among `children` has HIV."""
    row = next(row for row in HIV if row["code"] == "K3-HIV-4-16")
    same = [o for o in WITHOUT if (group_of(o["code"]), o["coefficient"]) == (group_of(row["code"]), row["coefficient"])]
    assert same == []


def test_every_category_of_the_law_has_a_printed_group_of_its_own_name() -> None:
    rates = load_law().in_month(date(2025, 7, 1), "Tỉnh Thừa Thiên Huế").rates
    assert {printed_group(rate.group) for rate in rates.values()} == set(PRINTED_GROUPS) - {"others"}
    assert printed_group("one_off") == "others"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"before_dong": 0}, "new"),
        ({"before_dong": 0, "owed_earlier": True}, "again"),
        ({"before_dong": 0, "owed_earlier": True, "owed_elsewhere": True}, "moved_in"),
        ({"after_dong": 0, "status": "dead"}, "dead"),
        ({"after_dong": 0, "status": "stopped", "lives_here": False}, "stopped"),
        ({"after_dong": 0, "lives_here": False}, "moved_out"),
        ({"after_dong": 0}, "ended"),
        ({"same_decision": False, "level_after_dong": 500_000}, "decision"),
        ({"level_after_dong": 500_000}, "level"),
        ({}, "recount"),
    ],
)
def test_why_an_amount_changed(changes: dict[str, Any], reason: str) -> None:
    usual = Beside(
        before_dong=540_000,
        after_dong=720_000,
        status="active",
        lives_here=True,
        owed_elsewhere=False,
        owed_earlier=False,
        same_decision=True,
        level_before_dong=360_000,
        level_after_dong=360_000,
    )
    assert why_changed(replace(usual, **changes)) == reason
