"""Every kind of finding, on a row that shows it; a right row has none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from string import Formatter

import pytest

from services.registry.domain.lists.findings import FINDING_KINDS, Severity
from services.registry.domain.lists.records import ListReading, RowStatus
from services.registry.domain.lists.standardise import ListOptions
from services.registry.domain.lists.workbook import Cell

Row = dict[str, Cell]
Read = Callable[..., ListReading]

# finding code -> (which person's row, what is changed in it)
ONE_ROW: dict[str, tuple[str, Row]] = {
    "name_missing": ("adult", {"name": None}),
    "name_odd": ("adult", {"name": "Trần Văn Ba / Trần Văn Bốn"}),
    "id_length": ("adult", {"number": "1927092"}),
    "birth_impossible": ("adult", {"birth": "31/02/1980"}),
    "birth_future": ("adult", {"birth": "12/05/2031"}),
    "id_missing": ("adult", {"number": None}),
    "id_letters": ("adult", {"number": "O46080123456"}),
    "id_province": ("adult", {"number": "999080123456"}),
    "id_sex_differs": ("adult", {"number": "046180123456"}),
    "id_birth_differs": ("adult", {"number": "046082123456"}),
    "birth_missing": ("adult", {"birth": None}),
    "incomplete": ("adult", {"category": "MT-THUONG", "coefficient": None, "amount": None}),
    "sex_missing": ("adult", {"sex": None, "number": "191234567"}),
    "category_missing": ("adult", {"category": None}),
    "category_unknown": ("adult", {"category": "đang chờ xét"}),
    "category_age_differs": ("adult", {"category": "Điểm c khoản 5"}),
    "category_several": ("adult", {"category": "Khoản 4 và khoản 6 (nặng)"}),
    "severity_missing": ("adult", {"category": "Khoản 6", "coefficient": None, "amount": None}),
    "coefficient_differs": ("adult", {"coefficient": "9,0"}),
    "coefficient_unreadable": ("adult", {"coefficient": "một rưỡi"}),
    "amount_differs": ("adult", {"amount": "500.000"}),
    "amount_unreadable": ("adult", {"amount": "5 trăm 4"}),
    "children_missing": ("adult", {"category": "Khoản 4 (đơn thân nghèo)", "coefficient": "1", "amount": "720.000"}),
    "children_from_note": (
        "adult",
        {"category": "Khoản 4", "coefficient": "1", "amount": "720.000", "note": "đang nuôi 2 con nhỏ"},
    ),
    "minor_without_payee": ("child", {"payee": None, "payee_number": None, "relationship": None}),
    "payee_relationship_sex": ("child", {"relationship": "Ông"}),
    "payee_relationship_age": ("child", {"relationship": "Con"}),
    "payee_underage": ("child", {"payee_number": "046308000123", "relationship": "Chị"}),
    "payee_id_length": ("child", {"payee_number": "04615500"}),
    "payee_is_beneficiary": ("child", {"payee_number": "046312000123", "relationship": "Người giám hộ"}),
    "payee_name_missing": ("child", {"payee": None}),
    "phone_impossible": ("adult", {"phone": "0912"}),
    "account_unreadable": ("adult", {"channel": "Vietinbank", "account": "12AB"}),
    "channel_unknown": ("adult", {"channel": "Agribank"}),
    "birth_lunar": ("adult", {"birth": "12/03/1980 (AL)"}),
    "sex_from_code": ("adult", {"sex": "1"}),
    "account_missing": ("adult", {"channel": "VietinBank"}),
    "account_with_cash": ("adult", {"account": "101564334026"}),
    "note_death": ("adult", {"note": "Đã chết ngày 15/9/2021"}),
    "note_move": ("adult", {"note": "Chuyển đi nơi khác"}),
    "text_decoded": ("adult", {"name": "NguyÔn §øc Hßa"}),
    "name_rewritten": ("adult", {"name": "Nguyễn Văn Hoà"}),
    "name_remark": ("adult", {"name": "Nguyễn Văn Hòa (con ông Ba)"}),
    "birth_two_digit_year": ("adult", {"birth": "12/03/80"}),
    "birth_day_unknown": ("adult", {"birth": "00/00/1980"}),
    "birth_from_number": ("adult", {"birth": 29_292}),
    "sex_from_id": ("adult", {"sex": None}),
    "id_zero_restored": ("adult", {"number": 46_080_123_456}),
    "id_second_number": ("adult", {"number": "046080123456 / 190123456"}),
    "phone_prefix_2018": ("adult", {"phone": "01688913481"}),
    "phone_second_number": ("adult", {"phone": "0912345678 / 0987654321"}),
    "wallet_from_phone": ("adult", {"channel": "VTP"}),
    "village_rewritten": ("adult", {"village": "TDP 3"}),
    "category_by_coefficient": ("adult", {"category": "Khoản 6"}),
    "category_by_id_year": ("adult", {"birth": None}),
    "ethnicity_rewritten": ("adult", {"ethnicity": "Ta-ôi"}),
    "ethnicity_unknown": ("adult", {"ethnicity": "Sao Hỏa"}),
    "relationship_unknown": ("child", {"relationship": "zz"}),
    "payee_beside": (
        "child",
        {"name": "Lê Thị Lan (bà: Trần Thị Hoa nhận thay)", "payee": None, "payee_number": None, "relationship": None},
    ),
    "payee_is_self": ("adult", {"payee": "Nguyễn Văn Hòa"}),
    "amount_in_thousands": ("adult", {"amount": 540}),
}
SEEN_ELSEWHERE = {
    "sex_contradictory", "category_not_in_force", "wallet_shared", "account_shared", "commune_differs", "duplicate_id",
    "id_of_another", "duplicate_person", "birth_month_first", "phone_of_payee", "village_from_heading",
    "category_from_heading", "ditto_read", "merged_read", "hidden_row", "commune_successor", "month_inferred",
    "month_assumed", "column_unread", "column_by_content", "column_hidden", "sheet_unread",
    "sheet_hidden", "sheet_other_month", "encoding_old", "row_unread", "payee_below", "payee_second", "cell_error",
}  # fmt: skip
"""Kinds that need more than one row, another header, or a cell that went wrong:
shown in test_list_across.py, test_list_standardise.py, test_list_payee_lines.py."""

STATUS = {Severity.REJECT: RowStatus.REJECTED, Severity.REVIEW: RowStatus.REVIEW}


def test_a_right_row_is_accepted_without_a_finding(read_rows: Read, adult: Row, child: Row) -> None:
    reading = read_rows(adult, child)
    assert [(row.status, row.findings) for row in reading.rows] == [(RowStatus.ACCEPTED, ())] * 2
    assert reading.rows[1].record.as_json() == {
        "children_count": None,
        "full_name": "Lê Thị Lan",
        "sex": "female",
        "birth_date": "2012-06-05",
        "national_id": "046312000123",
        "national_id_kind": "cccd",
        "ethnicity": "Kinh",
        "commune_code": "19870",
        "village": "Thôn 1",
        "category": "K1-TE-4-16",
        "phone": None,
        "channel": "cash",
        "account_number": None,
        "payee": {"full_name": "Trần Thị Hoa", "national_id": "046155000123", "relationship": "Bà"},
    }


@pytest.mark.parametrize(("code", "who", "change"), [(code, who, change) for code, (who, change) in ONE_ROW.items()])
def test_a_finding_is_made_and_decides_the_status(
    read_rows: Read, adult: Row, child: Row, code: str, who: str, change: Row
) -> None:
    person = {"adult": adult, "child": child}[who]
    row = read_rows({**person, **change}).rows[0]
    assert code in {finding.code for finding in row.findings}
    gravest = [finding.severity for finding in row.findings]
    expected = next((STATUS[severity] for severity in (Severity.REJECT, Severity.REVIEW) if severity in gravest), None)
    assert row.status is (expected or RowStatus.ACCEPTED)
    if FINDING_KINDS[code].severity is not Severity.INFO:
        assert row.status is not RowStatus.ACCEPTED


def test_every_kind_of_finding_is_shown_by_a_test() -> None:
    assert set(FINDING_KINDS) == set(ONE_ROW) | SEEN_ELSEWHERE
    assert not set(ONE_ROW) & SEEN_ELSEWHERE


def test_every_finding_has_a_sentence_in_both_languages() -> None:
    for code, kind in FINDING_KINDS.items():
        assert code == kind.code == code.lower()
        assert kind.message_vi.endswith((".", "?")), code
        assert kind.message_en.endswith((".", "?")), code
        for sentence in (kind.message_vi, kind.message_en):
            assert {name for _, name, _, _ in Formatter().parse(sentence) if name} <= {"written", "proposed"}


def test_a_finding_tells_what_was_written_and_what_is_proposed(read_rows: Read, adult: Row) -> None:
    row = read_rows({**adult, "coefficient": "9,0"}).rows[0]
    (line,) = row.as_json("a.xlsx")["findings"]
    assert line == {
        "code": "coefficient_differs",
        "field": "coefficient",
        "written": "9,0",
        "proposed": "1.5",
        "message_vi": "Hệ số 9,0 khác hệ số của diện (1.5).",
        "message_en": "Coefficient 9,0 is not the category's (1.5).",
    }
    assert (row.as_json("a.xlsx")["file"], row.as_json("a.xlsx")["row"]) == ("a.xlsx", 4)


def test_what_is_lacking_is_named_in_both_languages(read_rows: Read, adult: Row) -> None:
    lacking = {"category": "MT-THUONG", "coefficient": None, "amount": None, "sex": None, "number": "191234567"}
    finding = read_rows({**adult, **lacking}).rows[0].findings[-1]
    assert (finding.code, finding.field, finding.proposed) == ("incomplete", "sex", "sex, category")
    assert finding.message_vi == "Còn thiếu thông tin bắt buộc: giới tính, diện đối tượng."
    assert finding.message_en == "What a beneficiary must have is lacking: sex, category."


def test_a_list_without_a_sex_is_right_as_lists_go(read_rows: Read, adult: Row) -> None:
    row = read_rows({**adult, "sex": None, "number": "191234567"}).rows[0]
    assert (row.status, [finding.code for finding in row.findings]) == (RowStatus.ACCEPTED, ["sex_missing"])


def test_a_single_parent_s_amount_counts_the_children(read_rows: Read, adult: Row) -> None:
    parent = {**adult, "category": "Khoản 4 (đơn thân nghèo nuôi 3 con)", "coefficient": "1,0"}
    right, wrong = read_rows({**parent, "amount": 1_080_000}).rows[0], read_rows({**parent, "amount": 360_000}).rows[0]
    assert (right.status, right.record.category, right.record.children_count) == (RowStatus.ACCEPTED, "K4-DTN", 3)
    assert [finding.code for finding in wrong.findings] == ["amount_differs"]


def test_amounts_follow_the_level_of_the_month(read_rows: Read, adult: Row) -> None:
    options = ListOptions(month=date(2024, 7, 1))
    codes = [finding.code for finding in read_rows(adult, options=options).rows[0].findings]
    assert codes == ["amount_differs"]
    assert read_rows({**adult, "amount": 750_000}, options=options).rows[0].findings == ()


def test_a_category_out_of_force_goes_to_review(read_rows: Read, adult: Row) -> None:
    old = {**adult, "birth": 1930, "number": "190123456", "category": "5c", "coefficient": 1, "amount": 500_000}
    row = read_rows(old, options=ListOptions(month=date(2025, 9, 1), commune_code="19753")).rows[0]
    assert [finding.code for finding in row.findings] == ["category_not_in_force"]


def test_a_rejected_row_keeps_what_could_be_read(read_rows: Read, adult: Row) -> None:
    row = read_rows({**adult, "birth": "31/02/1980"}).rows[0]
    assert row.status is RowStatus.REJECTED
    assert (row.record.full_name, row.record.birth_date, row.record.category) == ("Nguyễn Văn Hòa", None, "K6-N")
    assert "31/02/1980" in row.raw
