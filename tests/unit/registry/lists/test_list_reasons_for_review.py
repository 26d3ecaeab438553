"""Only what the issue's list names, or what a person can't be registered or paid rightly with, sends a row to review."""

from __future__ import annotations

import pytest

from services.registry.domain.lists.dates import read_birth
from services.registry.domain.lists.findings import FINDING_KINDS, Severity
from services.registry.domain.lists.names import names_two, read_name
from services.registry.domain.lists.notes import NoteMeaning, read_note
from services.registry.domain.lists.payee_words import payee_in_note, split_payee, without_kin
from services.registry.domain.lists.records import RowStatus
from services.registry.domain.lists.relationships import Kin, read_relationship
from services.registry.domain.lists.workbook import Cell
from tests.unit.registry.lists.conftest import ADULT, CHILD, ReadRows

NOT_FOR_REVIEW: dict[str, dict[str, Cell]] = {
    "channel_unknown": {"channel": "Agribank", "account": "4010205123456"},
    "account_unreadable": {"channel": "VietinBank", "account": "12AB"},
    "coefficient_unreadable": {"coefficient": "một rưỡi"},
    "amount_unreadable": {"amount": "5 trăm 4"},
    "id_province": {"number": "003080123456"},
    "payee_id_length": {"payee": "Trần Thị Hoa", "payee_number": "0461", "relationship": "Vợ"},
    "payee_name_missing": {"relationship": "Vợ"},
    "relationship_unknown": {"payee": "Trần Thị Hoa", "payee_number": "046185000123", "relationship": "zz"},
}


@pytest.mark.parametrize("code", list(NOT_FOR_REVIEW))
def test_what_is_asked_later_or_changes_no_payment_is_information(read_rows: ReadRows, code: str) -> None:
    row = read_rows({**ADULT, **NOT_FOR_REVIEW[code]}).rows[0]
    assert [finding.code for finding in row.findings if finding.code == code] == [code]
    assert row.status is RowStatus.ACCEPTED


def test_a_payee_whom_only_a_number_names_is_still_for_an_officer(read_rows: ReadRows) -> None:
    row = read_rows({**ADULT, "payee_number": "046185000123"}).rows[0]
    assert {"payee_name_missing", "incomplete"} <= {finding.code for finding in row.findings}
    assert row.status is RowStatus.REVIEW


def test_the_reasons_for_review() -> None:
    """A new reason needs a word in docs/decisions/0005."""
    assert {code for code, kind in FINDING_KINDS.items() if kind.severity is Severity.REVIEW} == {
        # of the list
        "id_missing", "id_sex_differs", "id_birth_differs", "coefficient_differs", "amount_differs", "children_missing",
        "minor_without_payee", "payee_relationship_sex", "payee_relationship_age", "payee_underage", "payee_is_beneficiary",
        "wallet_shared", "account_shared", "phone_impossible", "note_death", "note_move", "duplicate_id", "id_of_another",
        "duplicate_person",
        # who the person is, or what is due, can't be told
        "cell_error", "name_odd", "id_letters", "birth_missing", "sex_contradictory", "category_missing", "category_unknown",
        "category_age_differs", "category_several", "category_not_in_force", "severity_missing", "commune_differs", "incomplete",
        "payee_second",
    }  # fmt: skip


@pytest.mark.parametrize(
    "words",
    ["Bà con xa", "Cô giáo", "Chi hội phụ nữ", "Ông tổ trưởng", "Em kết nghĩa", "Bà chủ", "Bác sĩ trạm", "Anh con bác", "Sư cô"],
)
def test_a_relationship_that_only_begins_like_kin_contradicts_nothing(read_rows: ReadRows, words: str) -> None:
    assert read_relationship(words).kin in (Kin.ANY_AGE, Kin.GUARDIAN, Kin.UNKNOWN)
    young_man = {"payee": "Lê Văn An", "payee_number": "046095000123", "relationship": words}
    assert read_rows({**ADULT, **young_man}).rows[0].status is RowStatus.ACCEPTED


@pytest.mark.parametrize(
    ("words", "kin"),
    [
        ("Bà nội", Kin.GRANDPARENT), ("Con gái út", Kin.CHILD), ("Mẹ (đã ly hôn)", Kin.PARENT), ("Con thứ 3", Kin.CHILD),
        ("Cháu nội", Kin.OWN_GRANDCHILD), ("chi gai", Kin.ELDER_SIBLING),
    ],
)  # fmt: skip
def test_kin_with_what_says_more_is_kin(words: str, kin: Kin) -> None:
    assert read_relationship(words).kin is kin


@pytest.mark.parametrize(
    ("note", "meaning"),
    [
        ("Khai tử cho chồng", None), ("Báo tử của vợ", None), ("Chết chồng, nuôi 2 con", None),
        ("Khai tử ngày 3/9/2021", NoteMeaning.DEATH), ("chết con trai báo", NoteMeaning.DEATH),
        ("đã hỏa táng", NoteMeaning.DEATH),
        ("đang học tại TT Nguyễn Đình Chiểu", None), ("Vào TT bảo trợ", NoteMeaning.MOVE),
        ("hay bỏ đi lang thang", None), ("Bỏ đi khỏi địa phương", NoteMeaning.MOVE),
    ],
)  # fmt: skip
def test_whose_death_and_who_left(note: str, meaning: NoteMeaning | None) -> None:
    assert read_note(note) is meaning


@pytest.mark.parametrize(
    ("cell", "own", "payee"),
    [
        ("Lê Thị Lan (bà: Trần Thị Hoa nhận thay)", "Lê Thị Lan", "bà: Trần Thị Hoa"),
        ("Lê Thị Lan - GH: Trần Thị Hoa, bà", "Lê Thị Lan", "Trần Thị Hoa, bà"),
        ("Lê Thị Lan\nNgười nhận: Trần Thị Hoa (bà)", "Lê Thị Lan", "Trần Thị Hoa (bà)"),
        ("Lê Thị Lan (con bà Hoa)", "Lê Thị Lan (con bà Hoa)", ""),
        ("Trần Thị Nhàn: mù", "Trần Thị Nhàn: mù", ""),
        ("Nguyễn Văn Đại Diện", "Nguyễn Văn Đại Diện", ""),
    ],
)
def test_a_payee_in_the_beneficiarys_cell(cell: str, own: str, payee: str) -> None:
    assert split_payee(cell) == (own, payee)


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"name": "Lê Thị Lan (bà: Trần Thị Hoa nhận thay)"}, None),
        ({"note": "Người nhận thay: Trần Thị Hoa (bà)"}, None),
        ({"note": "Bà Trần Thị Hoa nhận thay"}, None),
        ({"note": "UQ Trần Thị Hoa (bà), CCCD 046155000123"}, "046155000123"),
    ],
)
def test_it_is_the_payee(read_rows: ReadRows, change: dict[str, Cell], number: str | None) -> None:
    row = read_rows({**CHILD, "payee": None, "payee_number": None, "relationship": None, **change}).rows[0]
    assert row.status is RowStatus.ACCEPTED
    assert row.record.full_name == "Lê Thị Lan"
    assert row.record.payee
    assert (row.record.payee.full_name, row.record.payee.national_id, row.record.payee.relationship) == (
        "Trần Thị Hoa",
        number,
        "Bà",
    )


@pytest.mark.parametrize(
    "note",
    [
        "Bà Trần Thị Hoa chăm sóc tốt",
        "Đổi người nhận từ T9",
        "nhận thay",
        "UQ chưa có",
        "Bà nhận thay",
        "Đi làm ăn xa, con nhận thay",
    ],
)
def test_a_remark_that_names_nobody_names_no_payee(note: str) -> None:
    assert payee_in_note(note) == ""


def test_a_relationship_of_two_words_stands_before_a_name() -> None:
    assert without_kin("Ông ngoại Lê Văn An") == "Lê Văn An"
    assert without_kin("Chị dâu Trần Thị Hoa") == "Trần Thị Hoa"
    assert without_kin("Chu Văn An") == "Chu Văn An"
    assert without_kin("Ông Trần Lê Hoa") == "Trần Lê Hoa"


@pytest.mark.parametrize(
    ("text", "two"),
    [
        ("Nguyễn Văn Ba và Trần Thị Hoa", True), ("Nguyễn Văn Ba, Trần Thị Hoa", True), ("Nguyễn Thị Và", False),
        ("Nguyễn Văn Ba, con ông Tư", False), ("Nguyễn Văn Ba (Trần Thị Hoa)", False), ("Nguyễn Văn Ba - mù", False),
    ],
)  # fmt: skip
def test_two_whole_names_in_a_cell_are_two_people(text: str, two: bool) -> None:
    assert names_two(read_name(text)) is two


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("24-Apr-2018", "2018-04-24"), ("8 July 1984", "1984-07-08"), ("12.III.1941", "1941-03-12"), ("22/XI/1950", "1950-11-22"),
        ("12 tháng 3 năm 1941", "1941-03-12"), ("mùa xuân 1941", "1941"), ("31-Apr-1950", None), ("31 tháng 2 năm 1950", None),
    ],
)  # fmt: skip
def test_months_by_name(written: str, read: str | None) -> None:
    reading = read_birth(written)
    assert reading
    assert reading.text == read


def test_the_holder_of_ones_own_account_is_no_other_payee(read_rows: ReadRows) -> None:
    row = read_rows({**ADULT, "payee": ADULT["name"], "relationship": "Chủ TK"}).rows[0]
    assert (row.status, row.record.payee) == (RowStatus.ACCEPTED, None)
