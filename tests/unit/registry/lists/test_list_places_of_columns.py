"""What a column is by where it stands, several tables on a sheet, and what titles say of the rows below."""

from __future__ import annotations

from datetime import date

import pytest

from services.registry.domain.lists.cell_words import is_ditto
from services.registry.domain.lists.communes import commune_finder
from services.registry.domain.lists.headers import Column, read_header
from services.registry.domain.lists.layout import find_layout
from services.registry.domain.lists.legacy import Encoding
from services.registry.domain.lists.months import stated_month
from services.registry.domain.lists.places_in_commune import heading_village, standard_village
from services.registry.domain.lists.records import ListReading, RowStatus
from services.registry.domain.lists.reference import Reference
from services.registry.domain.lists.standardise import standardise
from services.registry.domain.lists.title_categories import category_of_titles
from services.registry.domain.lists.workbook import Cell, Sheet, Workbook
from tests.unit.registry.lists.conftest import ADULT, CHILD, HEADERS, TITLES, ReadRows

ORDER = ("ordinal", "name", "birth", "sex", "number", "ethnicity", "village", "category", "coefficient", "amount", "payee",
         "relationship", "payee_number", "phone", "channel", "note")  # fmt: skip


def headed(**words: str) -> dict[str, str]:
    return {key: words.get(key, HEADERS[key]) for key in ORDER}


def a_sheet(reference: Reference, *rows: list[Cell], name: str = "DS") -> ListReading:
    return standardise(Workbook("ds.xlsx", "xlsx", (Sheet(name, [*map(list, TITLES), *rows]),)), reference)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("Họ, chữ đệm và tên", Column.FULL_NAME),
        ("Họ tên khai sinh", Column.FULL_NAME),
        ("Họ và tên đối tượng", Column.FULL_NAME),
        ("G/chú", Column.NOTE),
        ("Chú thích", Column.NOTE),
        ("Tình trạng", Column.NOTE),
        ("Biến động", Column.NOTE),
        ("Tình trạng khuyết tật", Column.SEVERITY),
        ("T.Tiền", Column.AMOUNT),
        ("TC/tháng", Column.AMOUNT),
        ("Thực nhận", Column.AMOUNT),
        ("Trợ cấp (đ)", Column.AMOUNT),
        ("Loại TC", Column.CATEGORY),
        ("Diện TCXH", Column.CATEGORY),
        ("HSTC", Column.COEFFICIENT),
        ("Hệ số TC", Column.COEFFICIENT),
        ("Số CC ng. nhận", Column.PAYEE_ID),
        ("Người ĐD", Column.PAYEE_NAME),
        ("Quan hệ với chủ TK", Column.RELATIONSHIP),
        ("Số giấy tờ", Column.IDENTITY),
        ("Mã số công dân", Column.IDENTITY),
        ("TKNH", Column.ACCOUNT),
        ("ĐThoại", Column.PHONE),
        ("Dtộc", Column.ETHNICITY),
    ],
)
def test_short_forms_are_read_as_the_words_they_stand_for(text: str, column: Column) -> None:
    assert read_header(text) is column


@pytest.mark.parametrize("words", ["Số CMND", "CCCD", "Số căn cước", "Số giấy tờ"])
def test_a_number_beside_the_payee_is_the_payees(read_rows: ReadRows, words: str) -> None:
    old = {**ADULT, "number": "191234567"}
    without = {**ADULT, "name": "Trần Văn Mão", "birth": "01/02/1975", "number": None, "phone": None}
    rows = read_rows(old, CHILD, without, headers=headed(payee_number=words)).rows
    assert [row.record.national_id for row in rows] == ["191234567", "046312000123", None]
    assert rows[1].record.payee is not None
    assert rows[1].record.payee.national_id == "046155000123"
    assert rows[2].status is RowStatus.REVIEW


def test_a_number_beside_the_payee_in_rows_without_payee_is_the_beneficiarys(read_rows: ReadRows) -> None:
    numbers = ("046080123456", "046075200001", "046070300002")
    people = [
        {
            **ADULT,
            "name": f"Trần Văn {name}",
            "birth": f"01/02/19{number[4:6]}",
            "number": None,
            "payee_number": number,
            "phone": None,
        }
        for name, number in zip(("Mão", "Tý", "Dần"), numbers, strict=True)
    ]
    rows = read_rows(*people, headers=headed(number="CMND", payee_number="CCCD")).rows
    assert [row.record.national_id for row in rows] == list(numbers)


@pytest.mark.parametrize("words", ["Danh sách", "Fullname", "Cá nhân"])
def test_names_under_an_unknown_word_are_found_and_not_the_payees(read_rows: ReadRows, words: str) -> None:
    people = [{**ADULT, "name": name} for name in ("Nguyễn Văn Hòa", "Trần Văn Mão")]
    rows = read_rows(*people, CHILD, headers=headed(name=words)).rows
    assert [row.record.full_name for row in rows] == ["Nguyễn Văn Hòa", "Trần Văn Mão", "Lê Thị Lan"]


def test_a_second_header_row_under_the_payees_group_is_no_header_of_its_own() -> None:
    rows: list[list[Cell]] = [
        ["STT", "Họ, chữ đệm và tên", "Ngày sinh", "Số CCCD", "Mức hưởng", None, "Người đại diện nhận", None, None],
        [None, None, None, None, "Hệ số", "Thành tiền", "Họ tên", "Số CMT", "Mối QH"],
        [1, "Nguyễn Văn Hòa", "12/03/1980", "046080123456", 1.5, 540000, "Lê Thị B", "046170000001", "Vợ"],
    ]
    layout = find_layout(rows, Encoding.UNICODE)
    assert layout is not None
    assert layout.columns[Column.FULL_NAME] == (1,)
    assert layout.columns[Column.PAYEE_NAME] == (6,)
    assert layout.columns[Column.PAYEE_ID] == (7,)


@pytest.mark.parametrize(
    "heads",
    [
        [["STT", "Họ tên", "Sinh", None, None, "CCCD", "Thôn"], [None, None, "Ngày", "Tháng", "Năm", None, None]],
        [["STT", "Họ tên", "Ngày tháng năm sinh", None, None, "CCCD", "Thôn"], [None, None, "Ngày", "Tháng", "Năm", None, None]],
        [["STT", "Họ tên", "Ngày", "Tháng", "Năm sinh", "CCCD", "Thôn"]],
        [["STT", "Họ tên", "Ngày", "Tháng", "Năm", "CCCD", "Thôn"]],
    ],
)
def test_a_birth_date_in_three_columns(reference: Reference, heads: list[list[Cell]]) -> None:
    row: list[Cell] = [1, "Nguyễn Văn Hòa", 12, "03", 1980, "046080123456", "Thôn 1"]
    assert a_sheet(reference, *heads, row).rows[0].record.birth_date == "1980-03-12"


def test_a_second_table_has_its_own_columns_and_its_header_is_nobody(reference: Reference) -> None:
    rows = a_sheet(
        reference,
        ["STT", "Họ tên", "Giới tính", "Ngày sinh", "Số CCCD", "Thôn", "Đối tượng", "Hệ số", "Hình thức"],
        [1, "Nguyễn Văn Hòa", "Nam", "12/03/1980", "046080123456", "Thôn 1", "Khoản 6 (NKT nặng)", 1.5, "TM"],
        [None, "Cộng A"],
        [None],
        ["B. HỖ TRỢ KINH PHÍ CHĂM SÓC"],
        ["STT", "Họ tên người chăm sóc", "Số CCCD", "Ngày sinh", "Giới tính", "Hệ số", "Hình thức", "Thôn"],
        [2, "Lê Thị Lan", "046182000123", "05/06/1982", "Nữ", 1, "TM", "Thôn 2"],
        [3, "Trần Văn Mão", "046075000123", "05/06/1975", "Nam", 1, "TM", "Thôn 2"],
        [4, "Hồ Thị Nở", "046165000123", "05/06/1965", "Nữ", 1, "TM", "Thôn 3"],
    ).rows
    assert [row.record.full_name for row in rows] == ["Nguyễn Văn Hòa", "Lê Thị Lan", "Trần Văn Mão", "Hồ Thị Nở"]
    assert [row.record.village for row in rows] == ["Thôn 1", "Thôn 2", "Thôn 2", "Thôn 3"]
    assert {row.record.category for row in rows[1:]} == {"CS-DBN-HGD"}
    assert all(row.status is not RowStatus.REJECTED for row in rows)


def test_a_header_repeated_on_each_page_begins_no_table(reference: Reference) -> None:
    header: list[Cell] = ["STT", "Họ tên", "Giới tính", "Ngày sinh", "Số CCCD", "Thôn", "Đối tượng"]
    first: list[Cell] = [1, "Nguyễn Văn Hòa", "Nam", "12/03/1980", "046080123456", "Thôn 1", "NKT nặng"]
    reading = a_sheet(
        reference, header, first, header, [2, "Trần Văn Mão", "Nam", "1/2/1975", "046075000123", "Thôn 1", "NKT nặng"]
    )
    assert [row.row for row in reading.rows] == [4, 6]
    assert len(reading.sheets) == 1


@pytest.mark.parametrize("words", ["Cột lạ", "Ký nhận", "Khác"])
def test_a_death_in_a_column_that_is_not_used_is_seen(read_rows: ReadRows, words: str) -> None:
    row = read_rows({**ADULT, "note": "đã qua đời 12/8"}, headers=headed(note=words)).rows[0]
    assert row.status is RowStatus.REVIEW
    assert "note_death" in {finding.code for finding in row.findings}


@pytest.mark.parametrize(
    ("title", "sheet", "said"),
    [
        ("DANH SÁCH NGƯỜI KHUYẾT TẬT NẶNG", "NKT nang", "DANH SÁCH NGƯỜI KHUYẾT TẬT NẶNG - NKT nang"),
        ("Danh sách chi trả", "NCT 80", "NCT 80"),
        ("(Đối tượng: Người từ đủ 80 tuổi trở lên)", "Sheet1", "(Đối tượng: Người từ đủ 80 tuổi trở lên)"),
        ("Danh sách (kèm theo Quyết định theo khoản 5 Điều 5)", "1", None),
        ("Danh sách trẻ em mồ côi", "NKT nặng", None),
        ("DANH SÁCH ĐỐI TƯỢNG BẢO TRỢ XÃ HỘI", "Thôn 5", None),
    ],
)
def test_the_category_of_titles(title: str, sheet: str, said: str | None) -> None:
    assert category_of_titles([title], sheet) == said


@pytest.mark.parametrize("section", ["Đối tượng theo điểm c khoản 5 Điều 5 NĐ 20", "II. Điểm c khoản 5 Điều 5"])
def test_a_section_that_cites_the_law_is_the_category_below(reference: Reference, section: str) -> None:
    rows = a_sheet(
        reference,
        ["STT", "Họ tên", "Giới tính", "Ngày sinh", "Số CCCD", "Thôn"],
        [None, section],
        [1, "Nguyễn Văn Hòa", "Nam", "12/03/1930", "046030123456", "Thôn 1"],
    ).rows
    assert [row.record.category for row in rows] == ["K5C-80"]
    assert heading_village(section) is None


@pytest.mark.parametrize(
    ("title", "month"),
    [
        ("(Thời điểm 01/01/2022)", date(2022, 1, 1)),
        ("Kỳ chi trả: 9/2022", date(2022, 9, 1)),
        ("Tính đến ngày 30/9/2022", date(2022, 9, 1)),
        ("Danh sách T9/2022", date(2022, 9, 1)),
        ("Danh sách 9/2022", date(2022, 9, 1)),
        ("Phú Hồ, ngày 05/8/2022", date(2022, 8, 1)),
        ("Quý 4 năm 2023", date(2023, 10, 1)),
        ("Theo Nghị định số 20/2021/NĐ-CP", None),
        ("Quyết định số 12/2021", None),
    ],
)
def test_the_month_in_a_title(title: str, month: date | None) -> None:
    assert stated_month([title]) == month


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("UBND P.PHÚ HẬU", "Phường Phú Hậu"),
        ("X. PHÚ HỒ", "Xã Phú Hồ"),
        ("XÃ HƯƠNG PHONG . TP HUẾ", "Xã Hương Phong"),
    ],
)
def test_a_commune_in_short(reference: Reference, title: str, name: str) -> None:
    found = commune_finder(reference).in_text(title, date(2021, 10, 1), "title")
    assert [reading.unit.name for reading in found] == [name]


@pytest.mark.parametrize("text", ["(nt)", '" "', "N/t", "idem", "~", '—"—', "- nt -", "〃"])
def test_marks_for_as_above(text: str) -> None:
    assert is_ditto(text)


@pytest.mark.parametrize(
    ("text", "village"),
    [
        ("Paring - Cân Sâm", "Paring - Cân Sâm"),
        ("Đội 4 - Nghĩa Lập", "Đội 4 - Nghĩa Lập"),
        ("Xóm 3, Di Đông", "Xóm 3, Di Đông"),
        ("Tổ 3, An Hòa, Huế", "Tổ 3"),
        ("Tổ 7 - P.An Hòa", "Tổ 7"),
    ],
)
def test_a_village_is_cut_only_before_a_higher_unit(text: str, village: str) -> None:
    assert standard_village(text, above=frozenset({"an hoa", "hue"})) == village
