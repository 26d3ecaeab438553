"""What is still to do until a target's day, why somebody has no account, and which step can be recorded."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.enrolment import (
    GAP_REASONS,
    StepGround,
    StepReport,
    Target,
    gap_reason,
    judge_step,
    standing,
)

TARGET = Target("46@2021-07-01", date(2021, 10, 1), date(2021, 12, 31), 80, "viettelpay")
OPENED_ON, TODAY = date(2021, 10, 5), date(2021, 11, 1)


def test_a_province_half_way() -> None:
    found = standing(1000, 500, TARGET, date(2021, 12, 10))
    assert (found.share_percent, found.missing, found.weeks_left, found.needed_per_week) == (50.0, 300, 3, 100)


def test_before_the_first_day_all_weeks_are_left_and_after_the_last_none() -> None:
    assert standing(100, 0, TARGET, date(2021, 1, 1)).weeks_left == 13
    late = standing(100, 10, TARGET, date(2022, 1, 15))
    assert (late.weeks_left, late.needed_per_week) == (0, 70)


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(1, 100), st.dates(date(2021, 1, 1), date(2022, 12, 31)))
def test_what_is_needed_each_week_reaches_the_goal_and_no_less_would(entitled: int, had: int, percent: int, today: date) -> None:
    had = min(had, entitled)
    found = standing(entitled, had, Target("x", TARGET.starts_on, TARGET.target_on, percent, None), today)
    weeks = max(found.weeks_left, 1)
    assert (had + found.needed_per_week * weeks) * 100 >= entitled * percent or had * 100 >= entitled * percent
    if found.needed_per_week:
        assert (had + (found.needed_per_week - 1) * weeks) * 100 < entitled * percent
    assert (found.missing == 0) == (had * 100 >= entitled * percent)


def test_every_gap_has_one_reason_that_officers_can_read() -> None:
    seen = set()
    for refusal, cash, hold, state, verdict in product(
        (None, "elderly"), (False, True), (None, "reported_dead"),
        (None, "declared", "requested", "active", "refused", "closed"), (None, "match", "near"),
    ):  # fmt: skip
        seen.add(gap_reason(refusal=refusal, cash_chosen=cash, hold=hold, state=state, name_verdict=verdict))
    assert seen == set(GAP_REASONS)


@pytest.mark.parametrize(
    ("ground", "on", "code"),
    [
        (None, TODAY, "unknown-account"),
        (StepGround("requested", None, None), TODAY, "account-not-open"),
        (StepGround("active", OPENED_ON, None), TODAY + timedelta(days=1), "step-in-the-future"),
        (StepGround("active", OPENED_ON, None), OPENED_ON - timedelta(days=1), "step-too-early"),
        (StepGround("active", OPENED_ON, TODAY), OPENED_ON, "step-recorded"),
        (StepGround("active", OPENED_ON, TODAY), TODAY, None),
        (StepGround("closed", OPENED_ON, None), OPENED_ON, None),
    ],
)
def test_steps(ground: StepGround | None, on: date, code: str | None) -> None:
    assert judge_step(StepReport(UUID(int=1), "guidance_given", on, "staff"), ground, TODAY) == code
