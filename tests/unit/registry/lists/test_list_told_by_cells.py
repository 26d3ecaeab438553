"""Columns told by what they hold, against or without the words above them."""

from __future__ import annotations

import pytest

from services.registry.domain.lists.column_sums import hold_coefficients, hold_sums
from services.registry.domain.lists.headers import Column
from services.registry.domain.lists.records import ListReading, RowStatus
from services.registry.domain.lists.reference import Reference
from services.registry.domain.lists.standardise import standardise
from services.registry.domain.lists.workbook import Cell, Sheet, Workbook
from tests.unit.registry.lists.conftest import ADULT, CHILD, HEADERS, TITLES, list_of

NAMES = ("Nguyễn Văn Hòa", "Trần Văn Nam", "Lê Văn Khoa", "Võ Văn Long")
CATEGORIES = (("NKT nặng", "1,5", "540.000"), ("NKT đặc biệt nặng", "2,0", "720.000")) * 2


def adults(reference: Reference, headers: dict[str, str], **columns: list[Cell]) -> ListReading:
    """Four men; under words for some columns other than usual, and with other cells in some."""
    rows: list[dict[str, Cell]] = []
    for at, (name, (category, coefficient, amount)) in enumerate(zip(NAMES, CATEGORIES, strict=True)):
        row: dict[str, Cell] = {**ADULT, "name": name, "number": f"04608012345{at}", "phone": f"091234567{at}"}
        row |= {"category": category, "coefficient": coefficient, "amount": amount}
        rows.append(row | {key: cells[at] for key, cells in columns.items()})
    return standardise(list_of(rows, HEADERS | headers), reference)


def test_a_word_for_a_sum_above_coefficients(reference: Reference) -> None:
    reading = adults(reference, {"coefficient": "Mức", "amount": "Tiền TC/tháng"})
    columns = reading.sheets[0].columns
    assert (columns[Column.COEFFICIENT.value], columns[Column.AMOUNT.value]) == ((8,), (9,))
    assert [row.status for row in reading.rows] == [RowStatus.ACCEPTED] * 4


@pytest.mark.parametrize("word", ["K", "Số lần", "Cột 9"])
def test_coefficients_and_sums_under_unknown_words_are_checked(reference: Reference, word: str) -> None:
    reading = adults(reference, {"coefficient": word, "amount": "Được"}, amount=["540.000", "720.000", "540.000", "360.000"])
    assert [row.status for row in reading.rows] == [RowStatus.ACCEPTED] * 3 + [RowStatus.REVIEW]
    assert [finding.code for finding in reading.rows[3].findings] == ["amount_differs"]


def test_small_whole_numbers_are_no_coefficients() -> None:
    assert not hold_coefficients([1, 2, 3, 2, 1])
    assert hold_coefficients(["1,5", "2", "1,0", 2.5])
    assert not hold_sums([1, 2, 3])
    assert hold_sums(["540.000", 720_000, "1.000.000"])


def test_a_phones_word_above_categories(reference: Reference) -> None:
    reading = adults(reference, {"category": "Đt", "phone": "Sđt"})
    assert [row.record.category for row in reading.rows] == ["K6-N", "K6-DBN"] * 2
    assert [row.record.phone for row in reading.rows] == [f"+8491234567{at}" for at in range(4)]


def test_peoples_and_accounts_under_unknown_words(reference: Reference) -> None:
    accounts: list[Cell] = [f"10876543210{at}" for at in range(4)]
    reading = adults(
        reference, {"ethnicity": "Tộc người", "account": "Số T.khoản nhận"}, account=accounts, channel=["VietinBank"] * 4,
        ethnicity=["Kinh", "Cơ Tu", "Tà Ôi", "Kinh"],
    )  # fmt: skip
    assert [row.record.account_number for row in reading.rows] == accounts
    assert [row.record.ethnicity for row in reading.rows] == ["Kinh", "Cơ Tu", "Tà Ôi", "Kinh"]


def test_numbers_below_the_payees_group_are_the_payees(reference: Reference) -> None:
    children: list[list[Cell]] = [
        [at, name, "05/06/2012", "Nữ", f"04631200012{at}", "Thôn 1", "Trẻ mồ côi", payee, f"04615500012{at}", "Bà"]
        for at, (name, payee) in enumerate(
            (("Lê Thị Lan", "Trần Thị Hoa"), ("Hồ Thị Mai", "Võ Thị Ánh"), ("Ngô Thị Đào", "Đỗ Thị Sen")), 1
        )
    ]
    grid: list[list[Cell]] = [
        *map(list, TITLES),
        ["STT", "Đối tượng", None, None, None, "Thôn", "Diện", "Người nhận tiền", None, None],
        [None, "Họ tên", "Năm sinh", "Giới tính", "Số thẻ", None, None, "Họ tên", "Số thẻ", "Quan hệ"],
        *children,
    ]
    rows = standardise(Workbook("ds.xlsx", "xlsx", (Sheet("DS", grid),)), reference).rows
    assert [row.record.payee and row.record.payee.national_id for row in rows] == [f"04615500012{at}" for at in (1, 2, 3)]
    assert [row.record.national_id for row in rows] == [f"04631200012{at}" for at in (1, 2, 3)]


def test_day_month_and_year_beside_marks_for_women(reference: Reference) -> None:
    grid: list[list[Cell]] = [
        *map(list, TITLES),
        ["STT", "Họ đệm", "Tên", "Ngày", "Tháng", "Năm", "Nữ", "Số CMND", "Thôn", "Đối tượng"],
        [1, "Lê Thị", "Lan", 5, 6, 1980, "x", "191234567", "Thôn 1", "NKT nặng"],
        [2, "Trần Văn", "Nam", None, None, 1979, None, "191234568", "Thôn 1", "NKT nặng"],
    ]
    rows = standardise(Workbook("ds.xlsx", "xlsx", (Sheet("DS", grid),)), reference).rows
    assert [(row.record.birth_date, row.record.sex) for row in rows] == [("1980-06-05", "female"), ("1979", "male")]


@pytest.mark.parametrize("nothing", ["-", "0", "k", "Không có", "chưa có", "N/A", "...", "/"])
def test_words_for_nothing_are_nothing(reference: Reference, nothing: str) -> None:
    filled = dict.fromkeys(("payee", "payee_number", "relationship", "phone", "account"), nothing)
    row = standardise(list_of([{**ADULT, **filled}]), reference).rows[0]
    assert (row.status, row.record.payee, row.record.phone, row.record.account_number) == (RowStatus.ACCEPTED, None, None, None)


@pytest.mark.parametrize("quote", ["'", "’", "‘", "`", "´", "“"])
def test_a_quotation_mark_before_a_number_is_no_digit(reference: Reference, quote: str) -> None:
    numbers = {key: f"{quote}{CHILD[key]}" for key in ("number", "payee_number")}
    row = standardise(list_of([{**CHILD, **numbers, "phone": f"{quote}0912345678"}]), reference).rows[0]
    assert row.status is RowStatus.ACCEPTED
    assert (row.record.national_id, row.record.phone) == (CHILD["number"], "+84912345678")
    assert row.record.payee
    assert row.record.payee.national_id == CHILD["payee_number"]
