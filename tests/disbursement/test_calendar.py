"""The calendar: its data, cut-off and funding, pay days, and what they hold back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.disbursement.domain.calendar import PayDays, in_force, why_not_today
from services.disbursement.storage.calendar_data import load_calendar
from shared.kernel.errors import Refusal
from shared.kernel.months import next_month
from shared.reference import read_rows
from tests.disbursement.office import Office

CALENDAR = load_calendar()
CONTRACT = UUID(int=1)
known_days = st.dates(date(2021, 7, 1), date(2027, 6, 30))
months = st.integers(0, 6 * 12 - 1).map(lambda n: date(2021 + (6 + n) // 12, (6 + n) % 12 + 1, 1))


# --- the data ---------------------------------------------------------------------------------------------------------


def test_each_year_has_the_days_of_the_labour_code_and_each_row_its_source() -> None:
    rows = read_rows("holidays.csv")
    assert len({row["date"] for row in rows}) == len(rows)
    assert all(row["source"] and row["name_vi"] and row["name_en"] for row in rows)
    holidays = Counter(row["date"][:4] for row in rows if row["kind"] == "holiday")
    assert holidays == {str(year): 11 + (year >= 2026) for year in range(2021, 2028)}
    for year in range(2021, 2028):
        assert sum(row["name_vi"] == "Tết Nguyên đán" for row in rows if row["date"].startswith(str(year))) == 5


def test_days_off_in_place_of_others_are_weekdays_and_days_worked_instead_are_not() -> None:
    for row in read_rows("holidays.csv"):
        weekday = date.fromisoformat(row["date"]).weekday()
        assert row["kind"] == "holiday" or (weekday >= 5) == (row["kind"] == "working"), row


@pytest.mark.parametrize("year", range(2021, 2028))
def test_a_holiday_at_a_weekend_is_made_up_for(year: int) -> None:
    rows = [row for row in read_rows("holidays.csv") if row["date"].startswith(str(year))]
    at_weekends = [r for r in rows if r["kind"] == "holiday" and date.fromisoformat(r["date"]).weekday() >= 5]
    swapped = sum(row["kind"] == "working" for row in rows)
    assert sum(row["kind"] == "compensatory" for row in rows) == len(at_weekends) + swapped


# --- days -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("month", "cut_off_on", "funding_on"),
    [
        (date(2021, 10, 1), date(2021, 9, 21), date(2021, 9, 24)),  # the 25th of September 2021 is a Saturday
        (date(2022, 2, 1), date(2022, 1, 19), date(2022, 1, 24)),
        (date(2023, 2, 1), date(2023, 1, 16), date(2023, 1, 19)),  # Tết from the 20th to the 26th of January
        (date(2024, 6, 1), date(2024, 5, 21), date(2024, 5, 24)),
        (date(2025, 1, 1), date(2024, 12, 19), date(2024, 12, 24)),
    ],
)
def test_cut_off_and_funding(month: date, cut_off_on: date, funding_on: date) -> None:
    assert (CALENDAR.cut_off_on(month), CALENDAR.funding_on(month)) == (cut_off_on, funding_on)


def test_tet_is_off_and_a_swapped_saturday_is_worked() -> None:
    assert not any(CALENDAR.is_working_day(date(2022, 1, 29) + timedelta(days=n)) for n in range(9))
    assert CALENDAR.is_working_day(date(2024, 5, 4))
    assert CALENDAR.next_working_day(date(2024, 2, 8)) == date(2024, 2, 15)
    with pytest.raises(Refusal, match="no-calendar-for-month"):
        CALENDAR.is_working_day(date(2031, 1, 1))


@given(months)
def test_funding_is_before_the_25th_and_after_the_cut_off_and_both_are_worked(month: date) -> None:
    funding_on, cut_off_on = CALENDAR.funding_on(month), CALENDAR.cut_off_on(month)
    assert next_month(funding_on.replace(day=1)) == month
    assert funding_on.day < 25
    assert cut_off_on < funding_on
    assert CALENDAR.is_working_day(funding_on)
    assert CALENDAR.is_working_day(cut_off_on)


@given(known_days, months)
def test_a_decision_is_paid_by_the_first_run_whose_cut_off_it_made(decided_on: date, from_month: date) -> None:
    month = CALENDAR.first_run_of(decided_on, from_month)
    assert month >= from_month
    assert decided_on <= CALENDAR.cut_off_on(month)
    earlier = (month - timedelta(days=1)).replace(day=1)
    assert month == from_month or CALENDAR.cut_off_on(earlier) < decided_on


def test_pay_days_begin_on_a_working_day_and_the_newest_count() -> None:
    old = PayDays(CONTRACT, "474@2021-07-01", date(2021, 7, 1), 5, 10)
    new = PayDays(CONTRACT, "474@2021-07-01", date(2022, 1, 1), 1, 31)
    assert in_force([new, old], date(2021, 12, 1)) == [old]
    assert in_force([old, new], date(2022, 2, 1)) == [new]
    assert new.first_on(date(2022, 2, 1), CALENDAR) == date(2022, 2, 7)  # after Tết
    assert new.last_on(date(2022, 2, 1)) == date(2022, 2, 28)


def test_what_the_contract_lets_out_today() -> None:
    tet, after = date(2022, 2, 1), date(2022, 2, 7)
    days = [PayDays(CONTRACT, "474@2021-07-01", date(2021, 7, 1), 8, 10), PayDays(CONTRACT, "19750", date(2021, 7, 1), 7, 9)]
    month = date(2022, 2, 1)
    assert why_not_today("any_day", tet, month, days, CALENDAR) is None
    assert why_not_today("working_days", tet, month, days, CALENDAR) == "holiday"
    assert why_not_today("working_days", after, month, days, CALENDAR) is None
    assert why_not_today("pay_days", date(2022, 2, 6), month, days, CALENDAR) == "pay-day"
    assert why_not_today("pay_days", after, month, days, CALENDAR) is None
    assert why_not_today("pay_days", tet, month, [], CALENDAR) is None


# --- over REST --------------------------------------------------------------------------------------------------------


async def test_the_calendar_of_a_month(office: Office) -> None:
    path = f"/v1/contracts/{office.deeds.vietinbank}/pay-days"
    everywhere = {"unit_id": office.authority, "from_month": "2021-10-01", "first_day": 1, "last_day": 10}
    assert await office.ok("POST", path, "province", everywhere) == everywhere
    await office.ok("POST", path, "province", everywhere)
    await office.ok("POST", path, "province", {**everywhere, "unit_id": office.communes[1], "first_day": 9})
    found = await office.ok("GET", "/v1/calendar/2022-02", "maker", units=[office.authority])
    assert (found["month"], found["cut_off_on"], found["funding_on"]) == ("2022-02-01", "2022-01-19", "2022-01-24")
    mine = {each["unit_id"]: (each["first_on"], each["last_on"]) for each in found["pay_days"]}
    assert mine == {office.authority: ("2022-02-07", "2022-02-10"), office.communes[1]: ("2022-02-09", "2022-02-10")}
    assert [day["on"] for day in found["special_days"]][:3] == ["2022-01-01", "2022-01-03", "2022-01-31"]
    rows = await office.rows("SELECT action FROM audit_log WHERE object = $1", f"contract/{office.deeds.vietinbank}")
    assert Counter(row[0] for row in rows)["set-pay-days"] == 2


async def test_refusals_of_the_calendar(office: Office) -> None:
    await office.refused("no-calendar-for-month", "GET", "/v1/calendar/2031-01", "maker")
    await office.refused("no-calendar-for-month", "GET", "/v1/calendar/2028-01", "maker")
    await office.refused("wrong-month", "GET", "/v1/calendar/2022-02-02", "maker")
    path = f"/v1/contracts/{office.deeds.viettel}/pay-days"
    body: dict[str, Any] = {"unit_id": office.authority, "from_month": "2021-10-01", "first_day": 5, "last_day": 10}
    await office.refused("bad-pay-days", "POST", path, "province", {**body, "first_day": 11})
    await office.refused("bad-pay-days", "POST", path, "province", {**body, "first_day": 29, "last_day": 30})
    await office.refused("wrong-month", "POST", path, "province", {**body, "from_month": "2021-10-02"})
    await office.refused("unknown-unit", "POST", path, "province", {**body, "unit_id": "9999@2021-07-01"})
    await office.refused("not-allowed", "POST", path, "maker", body)
    nowhere = f"/v1/contracts/{UUID(int=7)}"
    await office.refused("unknown-contract", "POST", f"{nowhere}/pay-days", "province", body)
    sending = {"canary_payments": 5, "send_on": "any_day"}
    await office.refused("unknown-contract", "PUT", f"{nowhere}/channels/wallet/sending", "province", sending)
    channel = f"/v1/contracts/{office.deeds.viettel}/channels/account/sending"
    await office.refused("unknown-channel", "PUT", channel, "province", sending)


async def test_the_dispatcher_waits_for_pay_days_and_working_days(
    office: Office, set_business_clock: Callable[[datetime], Any]
) -> None:
    await office.sending(office.deeds.viettel, "cash", send_on="pay_days")
    await office.sending(office.deeds.cashier, "cashier", send_on="working_days")
    days = {"unit_id": office.authority, "from_month": "2021-10-01", "first_day": 8, "last_day": 10}
    await office.ok("POST", f"/v1/contracts/{office.deeds.viettel}/pay-days", "province", days)
    await office.say(office.person(commune=0), office.person(commune=2))
    run_id = await office.run("2022-02")
    for payroll in (await office.draw(run_id))["payrolls"]:
        await office.released(payroll)

    async def step_on(day: date) -> tuple[int, dict[str, str]]:
        await set_business_clock(datetime(day.year, day.month, day.day, 3, tzinfo=UTC))
        done = await office.dispatcher().step()
        waits = (await office.ok("GET", f"/v1/runs/{run_id}/progress", "maker"))["waits"]
        return done, {wait["channel"]: wait["why"] for wait in waits}

    assert await step_on(date(2022, 2, 3)) == (0, {"cash": "pay-day", "cashier": "holiday"})
    assert await step_on(date(2022, 2, 7)) == (1, {"cash": "pay-day"})
    assert await step_on(date(2022, 2, 8)) == (1, {})


async def test_a_year_without_holidays_holds_what_needs_them_and_nothing_else(
    office: Office, set_business_clock: Callable[[datetime], Any]
) -> None:
    await set_business_clock(datetime(2031, 1, 2, 3, tzinfo=UTC))
    await office.sending(office.deeds.cashier, "cashier", send_on="working_days")
    await office.say(office.person(commune=0), office.person(commune=2))
    run_id = await office.run("2022-03")
    for payroll in (await office.draw(run_id))["payrolls"]:
        await office.released(payroll)
    assert await office.dispatcher().step() == 1
    (wait,) = (await office.ok("GET", f"/v1/runs/{run_id}/progress", "maker"))["waits"]
    assert (wait["channel"], wait["why"]) == ("cashier", "no-calendar")
