"""What shows only across rows: one person twice, a number for two people, a wallet for strangers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.registry.domain.lists.across_rows import near_names
from services.registry.domain.lists.records import ListReading, RowStatus
from services.registry.domain.lists.workbook import Cell

Row = dict[str, Cell]
Read = Callable[..., ListReading]


def codes(reading: ListReading) -> list[list[str]]:
    return [[finding.code for finding in row.findings if finding.severity != "info"] for row in reading.rows]


def test_the_later_of_two_equal_rows_goes_to_review(read_rows: Read, adult: Row) -> None:
    reading = read_rows(adult, dict(adult))
    assert codes(reading) == [[], ["duplicate_id"]]
    assert [row.status for row in reading.rows] == [RowStatus.ACCEPTED, RowStatus.REVIEW]
    assert reading.rows[1].findings[0].proposed == "Nguyễn Văn Hòa (#4)"


def test_the_same_number_for_another_name(read_rows: Read, adult: Row) -> None:
    assert codes(read_rows(adult, {**adult, "name": "Hoàng Phủ Ngọc Tường"})) == [[], ["id_of_another"]]


@pytest.mark.parametrize("name", ["Nguyen Van Hoa", "NGUYỄN VĂN HOÀ", "Nguyễn Văn Hóa", "Ng. Văn Hòa", "Văn Hòa Nguyễn"])
def test_a_variant_of_the_name_with_the_birth_date_and_another_paper(read_rows: Read, adult: Row, name: str) -> None:
    assert codes(read_rows(adult, {**adult, "name": name, "number": "190123456"})) == [[], ["duplicate_person"]]


def test_twins_and_namesakes_are_no_duplicates(read_rows: Read, adult: Row) -> None:
    twin = {**adult, "name": "Nguyễn Văn Hoàn", "number": "046080777888"}
    namesake = {**adult, "birth": "01/01/1981", "number": "046081555666"}
    assert codes(read_rows(adult, twin, namesake)) == [[], [], []]


def test_the_same_name_and_year_in_a_village_where_a_day_is_missing(read_rows: Read, adult: Row) -> None:
    by_year = {**adult, "birth": 1980, "number": "190123456"}
    assert codes(read_rows(adult, by_year)) == [[], ["duplicate_person"]]
    assert codes(read_rows(adult, {**by_year, "village": "Thôn 2"})) == [[], []]
    assert codes(read_rows(adult, {**by_year, "number": "046080777888"})) == [[], []]


def test_a_wallet_for_strangers_but_not_for_one_family(read_rows: Read, adult: Row, child: Row) -> None:
    one = {**adult, "channel": "VTP", "phone": "0912345678"}
    stranger = {**one, "name": "Lê Văn Lộc", "number": "046075123456", "birth": "01/02/1975"}
    ward = {**child, "channel": "VTP", "phone": "0912345678", "payee": "Nguyễn Văn Hòa", "payee_number": "046080123456"}
    ward["relationship"] = "Chú"
    reading = read_rows(one, stranger, ward)
    assert codes(reading)[:2] == [[], ["wallet_shared"]]
    assert codes(read_rows(one, ward)) == [[], []]
    assert codes(read_rows({**one, "channel": "TM"}, {**stranger, "channel": "TM"})) == [[], []]


def test_two_wards_of_one_guardian_share_an_account_and_strangers_do_not(read_rows: Read, adult: Row, child: Row) -> None:
    bank: Row = {"channel": "Vietinbank", "account": "108140128869"}
    sibling = {**child, **bank, "name": "Lê Văn Lộc", "sex": "Nam", "number": "046210000456", "birth": "01/02/2010"}
    assert codes(read_rows({**child, **bank}, sibling)) == [[], []]
    assert codes(read_rows({**child, **bank}, {**adult, **bank})) == [[], ["account_shared"]]


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("Bùi Xuân Đạt", "Bui Xuan Dat", True),
        ("Nguyễn Thị Hoa", "Nguyễn Thị Hóa", True),
        ("Nguyễn Thị Hoa", "Ng Thị Hoa", True),
        ("Nguyễn Thị Hoa", "N. T. Hoa", True),
        ("Nguyễn Thị Hoa", "Trần Thị Hoa", False),
        ("Nguyễn Thị Hoa", "Nguyễn Thị Lan", False),
        ("Hoàng Phủ Ngọc Tường", "Đỗ Ngọc Hòe", False),
    ],
)
def test_names_that_may_be_one_person_s(one: str, other: str, near: bool) -> None:
    assert near_names(one, other) is near
    assert near_names(other, one) is near
