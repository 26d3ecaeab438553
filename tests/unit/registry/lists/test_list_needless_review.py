"""What a careful officer accepts though it is written in an unusual way: it must send no row to review."""

from __future__ import annotations

import pytest

from services.registry.domain.lists.category_words import read_wording
from services.registry.domain.lists.channels import read_channel
from services.registry.domain.lists.headers import Column, read_header
from services.registry.domain.lists.notes import NoteMeaning, read_note
from services.registry.domain.lists.payee_words import kin_beside, names_nobody, without_kin
from services.registry.domain.lists.records import RowStatus
from services.registry.domain.lists.reference import Reference
from services.registry.domain.lists.relationships import Kin, Relationship, age_contradicts, read_relationship
from services.registry.domain.lists.standardise import standardise
from services.registry.domain.lists.workbook import Cell, Sheet, Workbook
from tests.unit.registry.lists.conftest import ADULT, CHILD, HEADERS, TITLES, ReadRows, list_of, with_column


@pytest.mark.parametrize("header", ["Số thẻ BHYT", "Mã số BHXH", "Mã số thuế", "Mã hộ"])
def test_a_number_of_something_else_is_no_account(reference: Reference, header: str) -> None:
    assert read_header(header) is Column.OTHER
    cells: list[Cell] = [f"BT246462000{at}" for at in range(4)]
    for row in with_column(reference, header, cells).rows:
        assert (row.status, row.record.account_number) == (RowStatus.ACCEPTED, None)


@pytest.mark.parametrize("category", ["Đối tượng", "Đối tượng được hưởng"])
def test_a_running_code_is_no_category(reference: Reference, category: str) -> None:
    codes: list[Cell] = ["BT00001", "00002", "HN00003", "BT00004"]
    for row in with_column(reference, "Mã đối tượng", codes, category=category).rows:
        assert (row.status, row.record.category) == (RowStatus.ACCEPTED, "K6-N")


def test_a_code_of_the_law_is_a_category_under_the_same_words(reference: Reference) -> None:
    codes: list[Cell] = ["K6-N", "K6-DBN", "K8-HIV", "K6-N"]
    read = with_column(reference, "Mã đối tượng", codes, category="", coefficient="", amount="").rows
    assert [row.record.category for row in read] == codes


def test_the_level_that_amounts_are_reckoned_from_is_no_amount(reference: Reference) -> None:
    for row in with_column(reference, "Mức chuẩn", [360000] * 4, amount="").rows:
        assert row.status is RowStatus.ACCEPTED


def test_sexes_under_a_heading_that_names_both(reference: Reference) -> None:
    grid: list[list[Cell]] = [
        *map(list, TITLES),
        ["STT", "Họ và tên", "Ngày sinh", "Giới tính (Nam/Nữ)", None, "Số CCCD", "Thôn", "Đối tượng"],
        [None, None, None, "Nam", "Nữ", None, None, None],
        [1, "Nguyễn Hòa", "12/03/1980", "x", None, "190123456", "Thôn 1", "NKT nặng"],
        [2, "Lê Lan", "12/03/1981", None, "x", "190123457", "Thôn 1", "NKT nặng"],
    ]
    rows = standardise(Workbook("ds.xlsx", "xlsx", (Sheet("DS", grid),)), reference).rows
    assert [row.record.sex for row in rows] == ["male", "female"]


@pytest.mark.parametrize("words", ["Bản thân", "Tự nhận", "Chính chủ", "Tự lĩnh", "Đối tượng trực tiếp nhận", "BẢN THÂN NHẬN"])
def test_words_for_the_beneficiary_name_no_payee(read_rows: ReadRows, words: str) -> None:
    assert names_nobody(words)
    row = read_rows({**ADULT, "payee": words}).rows[0]
    assert (row.status, row.record.payee) == (RowStatus.ACCEPTED, None)


@pytest.mark.parametrize(
    ("text", "kin", "name"),
    [
        ("Cháu gọi bằng bác: Lê Văn An", "Cháu gọi bằng bác", "Lê Văn An"),
        ("Bà nội (giám hộ) - Lê Thị Hoa", "Bà nội (giám hộ)", "Lê Thị Hoa"),
        ("UQ: Đinh Đình Mẹo", "UQ", "Đinh Đình Mẹo"),
        ("Láng giềng: Tạ Hồng Thoa", "Láng giềng", "Tạ Hồng Thoa"),
        ("Chu Văn An - con trai", "con trai", "Chu Văn An - con trai"),
    ],
)
def test_a_long_relationship_stands_before_a_name(text: str, kin: str, name: str) -> None:
    assert (kin_beside(text), without_kin(text)) == (kin, name)


@pytest.mark.parametrize(
    ("text", "relationship"),
    [
        ("GH", Relationship(Kin.GUARDIAN)),
        ("Được UQ", Relationship(Kin.GUARDIAN)),
        ("Người nuôi", Relationship(Kin.GUARDIAN)),
        ("Láng giềng", Relationship(Kin.GUARDIAN)),
        ("Bạn", Relationship(Kin.GUARDIAN)),
        ("Nàng dâu", Relationship(Kin.CHILD, "female")),
        ("Con rễ", Relationship(Kin.CHILD, "male")),
        ("Người con", Relationship(Kin.CHILD)),
        ("Ông bà nội", Relationship(Kin.GRANDPARENT)),
        ("Chị em", Relationship(Kin.ANY_AGE)),
        ("Chị dâu", Relationship(Kin.ANY_AGE, "female")),
        ("Anh rể", Relationship(Kin.ANY_AGE, "male")),
        ("Chị họ", Relationship(Kin.ANY_AGE, "female")),
        ("Là con gái", Relationship(Kin.CHILD, "female")),
    ],
)
def test_a_relationship_in_rarer_words(text: str, relationship: Relationship) -> None:
    assert read_relationship(text) == relationship


def test_a_brothers_wife_may_be_younger_but_a_sister_called_elder_may_not() -> None:
    assert not age_contradicts(read_relationship("Chị dâu").kin, 1985, 1980, 2022)
    assert age_contradicts(read_relationship("Chị gái").kin, 1985, 1980, 2022)


@pytest.mark.parametrize(
    ("text", "severity"), [("Đặc biệt nặng", "DBN"), ("Nặng", "N"), ("ĐBN", "DBN"), ("Nặng (vận động)", "N")]
)
def test_a_severity_alone_is_a_category_of_the_disabled(text: str, severity: str) -> None:
    wording = read_wording(text)
    assert (wording.groups, wording.severity) == (("K6",), severity)


def test_an_illness_is_no_category() -> None:
    assert read_wording("Bệnh nặng").groups == ()


@pytest.mark.parametrize(("text", "channel"), [("VTM", "viettelpay"), ("Tại thôn", "cash"), ("Nhà văn hóa thôn", "cash")])
def test_a_channel_in_rarer_words(text: str, channel: str) -> None:
    assert read_channel(text) == channel


@pytest.mark.parametrize(
    ("text", "meaning"), [("Ba mất, mẹ bỏ nhà đi", None), ("Bà mất 12/8", NoteMeaning.DEATH), ("Ba chết 2015", None)]
)
def test_a_fathers_death_is_not_an_old_womans(text: str, meaning: NoteMeaning | None) -> None:
    assert read_note(text) is meaning


def test_a_payees_phone_is_nobody_elses_where_the_list_has_a_column_for_each(reference: Reference) -> None:
    headers = {**HEADERS, "payee_phone": "SĐT người nhận thay"}
    row = standardise(list_of([{**CHILD, "payee_phone": "0912345678"}], headers), reference).rows[0]
    assert (row.status, row.record.phone) == (RowStatus.ACCEPTED, None)


def test_a_number_from_another_province_that_lost_its_zero_keeps_its_own_fault(read_rows: ReadRows) -> None:
    row = read_rows({**ADULT, "number": 48082123456}).rows[0]
    assert row.record.national_id == "048082123456"
    assert [finding.code for finding in row.findings] == ["id_zero_restored", "id_birth_differs"]


def test_the_one_who_benefits_has_the_names_whatever_other_columns_hold(reference: Reference) -> None:
    checkers: list[Cell] = ["Hà Văn Bảo", "Phan Thị Hạnh", "Ngô Quang Minh", "Đỗ Thị Thu"]
    rows = with_column(reference, "Người kiểm tra", checkers, name="Người thụ hưởng").rows
    assert [row.record.full_name for row in rows] == ["Nguyễn Văn Hòa", "Trần Văn Nam", "Lê Văn Khoa", "Võ Văn Long"]
