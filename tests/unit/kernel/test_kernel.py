"""The pure kernel: months, money, units, references."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.clock import vietnam_date
from shared.kernel.errors import Refusal
from shared.kernel.ids import REFERENCE_LENGTH, new_id, payment_reference
from shared.kernel.money import format_dong, times_coefficient
from shared.kernel.months import month_of, next_month, parse_month, previous_month
from shared.kernel.units import require_unit_id, unit_id
from shared.reference import unit_ids_of_code, units, units_on

months = st.dates(date(2000, 1, 1), date(2099, 12, 31)).map(month_of)


@given(months)
def test_the_next_month_of_the_previous_is_the_month_itself(month: date) -> None:
    assert next_month(previous_month(month)) == month == previous_month(next_month(month))
    assert (next_month(month) - month).days in {28, 29, 30, 31}


@pytest.mark.parametrize("text", ["2021-13", "2021-10-02", "10/2021", "", "1999-12", "2021-1", "x" * 40])
def test_what_is_not_a_month_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_month(text)
    assert refused.value.code.code == "wrong-month"


def test_a_month_is_read_in_both_forms() -> None:
    assert parse_month("2021-10") == parse_month("2021-10-01") == date(2021, 10, 1)


@pytest.mark.parametrize(
    ("level_dong", "coefficient", "heads", "amount_dong"),
    [(360_000, "2.5", 1, 900_000), (360_000, "1.0", 3, 1_080_000), (270_000, "1.5", 1, 405_000), (500_000, "1.5", 2, 1_500_000)],
)
def test_level_times_coefficient_times_heads(level_dong: int, coefficient: str, heads: int, amount_dong: int) -> None:
    assert times_coefficient(level_dong, Decimal(coefficient), heads) == amount_dong


def test_dong_are_written_as_vietnamese_papers_do() -> None:
    assert format_dong(1_080_000) == "1.080.000"


@given(st.uuids(), st.integers(1, 9))
def test_a_reference_is_short_and_always_the_same(payment_id: UUID, attempt_no: int) -> None:
    reference = payment_reference(payment_id, attempt_no)
    assert len(reference) == REFERENCE_LENGTH == 26
    assert reference.isalnum() and reference.isascii() and reference == reference.upper()
    assert reference == payment_reference(payment_id, attempt_no) != payment_reference(payment_id, attempt_no + 1)


def test_ids_are_uuid_version_7_and_grow() -> None:
    ids = [new_id() for _ in range(1000)]
    assert {each.version for each in ids} == {7}
    assert ids == sorted(ids)


def test_the_date_in_vietnam_turns_at_17_utc() -> None:
    assert vietnam_date(datetime(2021, 10, 4, 16, 59, tzinfo=UTC)) == date(2021, 10, 4)
    assert vietnam_date(datetime(2021, 10, 4, 17, 0, tzinfo=UTC)) == date(2021, 10, 5)


@pytest.mark.parametrize(
    "text", ["19870", "19870@2021-7-1", "xx@2021-07-01", "19870@2021-07-01; DROP", "0190a1b2-0000-7000-8000-000000000001"]
)
def test_what_is_not_a_unit_id_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        require_unit_id(text)
    assert refused.value.code.code == "unknown-unit"


def test_the_province_of_2021_has_9_districts_and_141_communes() -> None:
    there = units_on(date(2021, 10, 1))
    assert [sum(u.level == level for u in there) for level in ("province", "district", "commune")] == [1, 9, 141]
    assert len(units_on(date(2025, 7, 1))) == 1 + 40  # no districts since 1/7/2025
    assert len({u.unit_id for u in units()}) == len(units())
    assert all(u.path[-1] == u.unit_id and (u.parent_id or u.unit_id) in u.path for u in units())


def test_a_code_that_was_reused_names_all_its_units() -> None:
    ids = unit_ids_of_code("19753")  # Thuận Lộc until 2025, Phú Xuân since
    assert unit_id("19753", date(2021, 7, 1)) in ids and unit_id("19753", date(2025, 7, 1)) in ids
    with pytest.raises(Refusal):
        unit_ids_of_code("99999")
