"""What no header says: sheets that go on from the one before, lists without a header, villages written once."""

from __future__ import annotations

from datetime import date

import pytest

from services.registry.domain.annotating import AnnotatedList, RowNote
from services.registry.domain.lists.findings import Severity
from services.registry.domain.lists.records import ListReading, RowStatus
from services.registry.domain.lists.reference import Reference
from services.registry.domain.lists.refusals import LIST_HEADER_NOT_FOUND
from services.registry.domain.lists.standardise import standardise
from services.registry.domain.lists.workbook import Cell, Sheet, Workbook
from services.registry.files.annotated_workbook import annotate
from services.registry.files.workbooks import read_workbook
from shared.kernel.errors import Refusal
from tests.unit.registry.lists.conftest import TITLES

HEADER: list[Cell] = ["STT", "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Dân tộc", "Thôn", "Đối tượng", "Hệ số", "Số tiền"]
NAMES = ("Võ Thị Sáu", "Lê Thị Lan", "Hồ Thị Mai", "Ngô Thị Năm", "Tạ Thị Đào", "Đỗ Thị Bưởi")


def person(at: int, village: str | None = "Thôn 1", category: str | None = "Khuyết tật nặng") -> list[Cell]:
    number = f"0461800001{at:02d}"
    return [at, NAMES[at % len(NAMES)], f"{at + 1:02d}/03/1980", "Nữ", number, "Kinh", village, category, 1.5, 540_000]


def read(reference: Reference, *sheets: Sheet, filename: str = "19870-ds.xlsx") -> ListReading:
    return standardise(Workbook(filename, "xlsx", sheets), reference)


def first_sheet(*rows: list[Cell]) -> Sheet:
    return Sheet("A", [*map(list, TITLES), HEADER, *rows])


def test_a_sheet_without_a_header_goes_on_from_the_one_before(reference: Reference) -> None:
    reading = read(reference, first_sheet(person(1), person(2)), Sheet("B", [person(3, "Thôn 2"), person(4, "Thôn 2")]))
    assert [(row.sheet, row.row, row.status) for row in reading.rows] == [
        ("A", 4, RowStatus.ACCEPTED), ("A", 5, RowStatus.ACCEPTED), ("B", 1, RowStatus.ACCEPTED), ("B", 2, RowStatus.ACCEPTED),
    ]  # fmt: skip
    assert [row.record.village for row in reading.rows] == ["Thôn 1", "Thôn 1", "Thôn 2", "Thôn 2"]


def test_so_does_one_with_a_village_above_its_people(reference: Reference) -> None:
    going_on = Sheet("B", [[None, "Thôn Trung Kiều"], person(3, None), person(4, None)])
    rows = read(reference, first_sheet(person(1), person(2)), going_on).rows
    assert [(row.row, row.record.village) for row in rows[2:]] == [(2, "Thôn Trung Kiều"), (3, "Thôn Trung Kiều")]


def test_a_sheet_of_something_else_does_not(reference: Reference) -> None:
    summary = Sheet("Tổng hợp", [["STT", "Nội dung", "Số người"], [1, "Thôn 1", 12], [2, "Thôn 2", 20], [None, "Cộng", 32]])
    reading = read(reference, first_sheet(person(1), person(2)), summary)
    assert [row.sheet for row in reading.rows] == ["A", "A"]
    assert "sheet_unread" in {note.finding.code for note in reading.notes}


def test_a_list_without_any_header_is_told_by_its_cells(reference: Reference) -> None:
    people = [[*person(at), *payee] for at, payee in enumerate([[None, None]] * 4 + [["Trần Văn Ba", "046070000111"]], 1)]
    reading = read(reference, Sheet("DS", people))
    record = reading.rows[4].record
    assert (record.full_name, record.birth_date, record.national_id) == ("Đỗ Thị Bưởi", "1980-03-06", "046180000105")
    assert (record.sex, record.ethnicity, record.village, record.category) == ("female", "Kinh", "Thôn 1", "K6-N")
    assert [row.status for row in reading.rows] == [RowStatus.ACCEPTED] * 5


def test_words_of_another_language_above_it_are_nobody(reference: Reference) -> None:
    header: list[Cell] = ["No", "Beneficiary", "DOB", "Gender", "ID", "People", "Place", "Kind", "Coef.", "Sum"]
    reading = read(reference, Sheet("DS", [header, *map(person, range(1, 5))]))
    assert [row.row for row in reading.rows] == [2, 3, 4, 5]


def test_a_sheet_of_sums_is_no_list_without_a_header(reference: Reference) -> None:
    with pytest.raises(Refusal) as refused:
        read(reference, Sheet("DS", [["Thôn 1", 12, 540_000, 3], ["Thôn 2", 20, 900_000, 4], ["Thôn 3", 20, 900_000, 4]]))
    assert refused.value.code is LIST_HEADER_NOT_FOUND


def test_a_coefficient_is_checked_also_where_no_header_names_it(reference: Reference) -> None:
    people = [person(at) for at in range(1, 7)]
    people[2][8] = 9
    rows = read(reference, Sheet("DS", people)).rows
    assert [finding.code for row in rows for finding in row.findings if finding.severity is Severity.REVIEW] == [
        "coefficient_differs"
    ]


def test_a_village_written_once_holds_for_those_below(reference: Reference) -> None:
    villages = ["Thôn 1", None, None, "Thôn 2", None, None]
    rows = read(reference, first_sheet(*(person(at, village) for at, village in enumerate(villages)))).rows
    assert [row.record.village for row in rows] == ["Thôn 1"] * 3 + ["Thôn 2"] * 3


def test_so_does_a_category(reference: Reference) -> None:
    categories = ["Khuyết tật nặng", None, None, None, "NKT đặc biệt nặng", None]
    rows = read(reference, first_sheet(*(person(at, category=words) for at, words in enumerate(categories)))).rows
    assert [row.record.category for row in rows] == ["K6-N"] * 4 + ["K6-DBN"] * 2


def test_one_category_that_is_missing_is_missing(reference: Reference) -> None:
    words = ["Khuyết tật nặng", None, *["Khuyết tật nặng"] * 4]
    rows = read(reference, first_sheet(*(person(at, category=category) for at, category in enumerate(words)))).rows
    assert [row.status for row in rows] == [RowStatus.ACCEPTED, RowStatus.REVIEW, *[RowStatus.ACCEPTED] * 4]


def test_the_village_of_a_sheets_title_counts_before_its_name(reference: Reference) -> None:
    sheet = Sheet("T1", [*map(list, TITLES), ["THÔN ĐÔNG HỒ"], HEADER, person(1, None), person(2, None)])
    assert {row.record.village for row in read(reference, sheet).rows} == {"Thôn Đông Hồ"}


def test_a_title_that_only_begins_like_a_village_names_none(reference: Reference) -> None:
    sheet = Sheet("DS", [*map(list, TITLES), ["BẢN TỔNG HỢP"], HEADER, person(1, None), person(2, None)])
    assert {row.record.village for row in read(reference, sheet).rows} == {None}


def test_a_sheet_without_a_header_is_sent_back_coloured_and_can_be_read_again(reference: Reference) -> None:
    workbook = Workbook("19870-ds.xlsx", "xlsx", (first_sheet(person(1), person(2)), Sheet("B", [person(3), person(4)])))
    reading = standardise(workbook, reference)
    notes = [
        RowNote(row.sheet, row.row, row.record.full_name or "", "accepted", "Chấp nhận", False, (), (), "", {1: Severity.INFO})
        for row in reading.rows
    ]
    sheets = {sheet.name: (sheet.header_rows, dict(sheet.columns)) for sheet in reading.sheets}
    listed = AnnotatedList("19870-ds.xlsx", "Xã Quảng Thái", date(2021, 10, 1), (), sheets, notes)
    again = standardise(read_workbook(annotate(workbook, listed), "19870-ds.xlsx"), reference)
    assert [row.record for row in again.rows] == [row.record for row in reading.rows]
