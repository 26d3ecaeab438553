"""Pure rules: quantiles, pace, causes, money."""

from __future__ import annotations

import statistics
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.domain.causes import CAUSES, Held, cause_of, count_causes
from services.reporting.domain.delays import quantile
from services.reporting.domain.money import (
    Fees,
    Funding,
    PostedSum,
    Receivables,
    fees_of,
    funding_of,
    posted_money,
    receivables_of,
)
from services.reporting.domain.pace import Ground, Target, Verdict, judge_verdict, pace_of, week_of
from services.reporting.domain.targets import TargetSet, target_on
from services.reporting.storage.targets import all_targets

PLAN = Target(80, date(2022, 1, 31))
MONDAY = date(2021, 11, 15)


@given(values=st.lists(st.integers(0, 500), min_size=1, max_size=60), percent=st.sampled_from([1, 50, 95, 100]))
def test_a_quantile_of_pairs_is_the_nearest_rank_of_all(values: list[int], percent: int) -> None:
    pairs = [(value, 1) for value in values] + [(7, 0), (-3, -1)]
    ranked = sorted(values)
    expected = next(v for n, v in enumerate(ranked, start=1) if n * 100 >= percent * len(ranked))
    assert quantile(pairs, percent) == expected
    assert quantile([(value, 3) for value in values], percent) == expected


def test_the_median_of_an_odd_number_is_the_one_in_the_middle() -> None:
    values = [1, 9, 4, 4, 30]
    assert quantile([(v, 1) for v in values], 50) == statistics.median(values)
    assert quantile([], 50) is None


def ground(beneficiaries: int, with_account: int, new: dict[date, int], verdict: Verdict | None = None) -> Ground:
    return Ground("46@2021-07-01", "Thừa Thiên Huế", beneficiaries, with_account, new, verdict)


def weekly(people: int) -> dict[date, int]:
    return {MONDAY - timedelta(weeks=n): people for n in range(1, 5)}


@pytest.mark.parametrize(
    ("with_account", "rate", "state", "missing", "needed", "projected"),
    [
        (800, 0, "reached", 0, 0, MONDAY),
        (799, 0, "stalled", 1, 1, None),
        (500, 30, "on_pace", 300, 28, MONDAY + timedelta(days=70)),
        (500, 27, "behind", 300, 28, MONDAY + timedelta(days=78)),
        (0, 0, "stalled", 800, 73, None),
    ],
)
def test_pace_before_the_date(
    with_account: int, rate: int, state: str, missing: int, needed: int, projected: date | None
) -> None:
    """Eleven weeks are left, of which the last is only begun: 77 days."""
    pace = pace_of(ground(1000, with_account, weekly(rate)), PLAN, MONDAY)
    assert (pace.weeks_left, pace.goal, pace.rate_per_week) == (11, 800, rate)
    assert (pace.state, pace.missing, pace.needed_per_week, pace.projected_on) == (state, missing, needed, projected)


def test_the_running_week_and_weeks_long_ago_make_no_rate() -> None:
    new = {MONDAY: 500, MONDAY - timedelta(weeks=5): 500, MONDAY - timedelta(weeks=2): 10}
    assert pace_of(ground(1000, 0, new), PLAN, MONDAY + timedelta(days=6)).rate_per_week == 2.5


def test_on_the_date_itself_all_is_needed_now_and_the_day_after_the_month_judges() -> None:
    missed = judge_verdict(PLAN, 1001, 800)
    new = {PLAN.target_on - timedelta(weeks=n): 10 for n in range(1, 5)}
    on_the_day = pace_of(ground(1000, 700, new, missed), PLAN, PLAN.target_on)
    assert (on_the_day.weeks_left, on_the_day.needed_per_week, on_the_day.state, on_the_day.verdict) == (0, 100, "behind", None)
    after = pace_of(ground(1000, 900, weekly(10), missed), PLAN, PLAN.target_on + timedelta(days=1))
    assert missed == Verdict(date(2022, 1, 1), 1001, 800, 801, -1)
    assert (after.state, after.verdict, after.missing) == ("missed", missed, 0)
    met = pace_of(ground(1000, 700, {}, judge_verdict(PLAN, 1000, 800)), PLAN, date(2022, 3, 1))
    assert (met.state, met.missing, met.needed_per_week) == ("met", 100, 100)


def test_after_the_date_without_its_month_the_accounts_that_stand_decide() -> None:
    assert judge_verdict(PLAN, 0, 0) is None
    assert pace_of(ground(10, 8, {}), PLAN, date(2022, 3, 1)).state == "met"
    assert pace_of(ground(10, 7, {}), PLAN, date(2022, 3, 1)).state == "missed"


def test_nobody_is_reached_at_once() -> None:
    pace = pace_of(ground(0, 0, {}), PLAN, MONDAY)
    assert (pace.state, pace.goal, pace.share_with_account) == ("reached", 0, 0.0)


@given(day=st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_a_week_begins_on_its_monday(day: date) -> None:
    assert week_of(day).isocalendar()[:2] == day.isocalendar()[:2]
    assert week_of(day).isoweekday() == 1


def test_a_target_is_the_newest_that_the_province_set() -> None:
    rows = [
        TargetSet("*", date(2021, 8, 1), PLAN),
        TargetSet("48", date(2021, 10, 1), Target(90, date(2022, 6, 30))),
        TargetSet("48", date(2022, 3, 1), Target(95, date(2022, 12, 31))),
    ]
    assert target_on(rows, "46", date(2021, 11, 1)) == PLAN
    assert target_on(rows, "48", date(2021, 9, 1)).share_percent == 90
    assert target_on(rows, "48", date(2022, 2, 28)).share_percent == 90
    assert target_on(rows, "48", date(2022, 3, 1)).share_percent == 95
    assert target_on(rows, "", date(2022, 3, 1)) == PLAN


def test_the_plan_of_the_province_is_on_file() -> None:
    assert target_on(all_targets(), "46", date(2021, 11, 1)) == PLAN


PAID_IN_CASH = Held(True, "with_account", "", 0, "", "", "cash")


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (replace(PAID_IN_CASH, active=False, state="", hold="x"), ("left", "")),
        (Held(False, None, "", 0, "", "", ""), ("left", "")),
        (replace(PAID_IN_CASH, state="refused", reason="locked", hold="x", failed="y"), ("refused", "locked")),
        (replace(PAID_IN_CASH, state="waiting", waits_days=14, failed="y"), ("waits", "")),
        (replace(PAID_IN_CASH, state="waiting", waits_days=15, paid_channel="cashier"), ("waits_long", "")),
        (replace(PAID_IN_CASH, state="without", reason="ended"), ("account_ended", "")),
        (replace(PAID_IN_CASH, state="without", hold="x", paid_channel="cashier"), ("never_asked", "")),
        (replace(PAID_IN_CASH, hold="holder_changed", failed="locked"), ("on_hold", "holder_changed")),
        (replace(PAID_IN_CASH, failed="locked"), ("failed", "locked")),
        (replace(PAID_IN_CASH, paid_channel="cashier"), ("commune_cashier", "")),
        (PAID_IN_CASH, ("cash_despite_account", "")),
        (replace(PAID_IN_CASH, paid_channel=""), ("not_through", "")),
    ],
)
def test_a_person_has_the_first_cause_that_applies(held: Held, expected: tuple[str, str]) -> None:
    assert cause_of(held) == expected
    assert expected[0] in CAUSES


def test_causes_are_counted_most_first_and_say_why_in_both_languages() -> None:
    locked = replace(PAID_IN_CASH, failed="locked")
    counts = count_causes([(PAID_IN_CASH, 2), (locked, 1), (replace(locked, paid_channel=""), 4), (PAID_IN_CASH, 1)])
    assert [(each.cause, each.reason, each.people) for each in counts] == [
        ("failed", "locked", 5), ("cash_despite_account", "", 3),
    ]  # fmt: skip
    assert counts[0].words_vi.endswith(": tài khoản bị khóa")
    assert counts[0].words_en.endswith(": the account is locked")


def posted(from_account: str, to_account: str, amount_dong: int, provider: str = "", cause: str = "x") -> PostedSum:
    return PostedSum(provider, "wallet" if provider else "", cause, from_account, to_account, amount_dong)


def test_what_is_to_be_recovered() -> None:
    found = receivables_of(
        [
            posted("payees", "receivable", 900),
            posted("opening", "receivable", 100),
            posted("receivable", "payees", 200),  # a decision taken back
            posted("receivable", "treasury", 300),
            posted("receivable", "written_off", 50),
            posted("handed_over", "receivable", 70),
            posted("treasury", "provider", 5000, "viettelpay"),
        ]
    )
    assert found == Receivables(agreed_dong=800, repaid_dong=300, written_off_dong=50, taken_over_dong=70)
    assert found.open_dong == 520


def test_fees_and_funding_by_provider() -> None:
    sums = [
        posted("treasury", "provider", 5000, "viettelpay"),
        posted("provider", "treasury", 400, "viettelpay"),
        posted("fee_budget", "fee_owed", 120, "viettelpay"),
        posted("fee_owed", "fee_budget", 20, "viettelpay"),
        posted("fee_owed", "fee_paid", 60, "viettelpay"),
        posted("fee_owed", "handed_over", 10, "viettelpay"),
        posted("receivable", "treasury", 300),
    ]
    assert fees_of(sums) == Fees(accrued_dong=120, reversed_dong=20, settled_dong=60, taken_over_dong=-10)
    assert fees_of(sums).owed_dong == 30
    assert funding_of(sums) == Funding(received_dong=5000, refunded_dong=400)
    money = posted_money("46@2021-07-01", None, None, sums)
    assert [(one.provider, one.channel, one.funding.received_dong) for one in money.by_provider] == [
        ("viettelpay", "wallet", 5000)
    ]
