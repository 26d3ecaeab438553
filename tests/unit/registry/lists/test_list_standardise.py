"""Whole lists, with each kind of mess, from real .xlsx, .xls and .csv files."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, datetime, time

import pytest
import xlsxwriter
import xlwt

from services.registry.domain.lists.records import ListReading, RowStatus
from services.registry.domain.lists.reference import Reference
from services.registry.domain.lists.standardise import ListOptions, standardise
from services.registry.domain.lists.workbook import Cell, MergedRange, Sheet, Workbook
from services.registry.files.workbooks import read_workbook
from shared.kernel.errors import Refusal

Row = dict[str, Cell]
Read = Callable[..., ListReading]
Grid = Sequence[Sequence[Cell]]

TWO_ROW_LIST: list[list[Cell]] = [
    ["UBND XÃ QUẢNG THÁI", None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
    ["HUYỆN QUẢNG ĐIỀN, TỈNH THỪA THIÊN HUẾ"],
    ["DANH SÁCH ĐỐI TƯỢNG HƯỞNG TRỢ CẤP THEO NGHỊ ĐỊNH 20/2021/NĐ-CP NGÀY 15 THÁNG 3 NĂM 2021"],
    ["Tháng 10 năm 2021"],
    [],
    ["Số TT", "Tên đối tượng", "Ngày, tháng, năm sinh", None, "CMND/CCCD", "DT", "Nơi ở (thôn, tổ)", "Diện hưởng", "HS",
     "Mức TC", "Người nhận thay", None, None, "ĐT", "Hình thức", "Số TK", "Ghi chú khác"],
    [None, None, "Nam", "Nữ", None, None, None, None, None, None, "Họ tên", "Số CCCD", "Quan hệ", None, None, None, None],
    [f"({number})" for number in range(1, 18)],
    [None, "Thôn 1"],
    [1, "ĐẶNG ĐỨC LỘC", 1940, None, "046040923967", "Kinh", "Thôn 1", "Điểm c khoản 5", "1,0", "360.000", None, None, None,
     "0839251447", "TM", None, None],
    [2, "Đỗ Ngọc Bưởi", None, "13-04-2020", "046320440221", "Kinh", '"', "Điểm a khoản 1 (Trẻ em mồ côi)", "2,5",
     "900.000", "Lê Diệu Xuân", "046180486989", "Cô", "0371981796", "NH Công thương", "108140128869", None],
    [None, "Cộng thôn 1", 2, None, None, None, None, None, None, "1.260.000"],
    [None, "Thôn 2"],
    [3, "Ngô  Thị Thuỷ", None, date(1978, 8, 23), "190178061", "Cơ-tu", "nt", "Khoản 6 (NKT đặc biệt nặng)", "2,0", "720.000",
     None, None, None, "01688913481", "Viettel Pay", None, "Nhận qua con"],
    [None, "Tổng cộng", None, None, None, None, None, None, None, "1.980.000"],
    [],
    [None, "Người lập biểu", None, None, "Chủ tịch UBND"],
    [None, "Nguyễn Văn Lập", None, None, "Trần Chủ"],
]  # fmt: skip
WHAT_A_CAREFUL_OFFICER_READS = [
    (10, "Đặng Đức Lộc", "male", "1940", "046040923967", "Kinh", "Thôn 1", "K5C-80", "+84839251447", "cash", None, None),
    (11, "Đỗ Ngọc Bưởi", "female", "2020-04-13", "046320440221", "Kinh", "Thôn 1", "K1-TE-U4", "+84371981796", "vietinbank",
     "108140128869", "Lê Diệu Xuân"),
    (14, "Ngô Thị Thủy", "female", "1978-08-23", "190178061", "Cơ Tu", "Thôn 2", "K6-DBN", "+84388913481", "viettelpay",
     "0388913481", None),
]  # fmt: skip


def what_was_read(reading: ListReading) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for row in reading.rows:
        person = row.record
        payee = person.payee.full_name if person.payee else None
        found.append(
            (row.row, person.full_name, person.sex, person.birth_date, person.national_id, person.ethnicity, person.village,
             person.category, person.phone, person.channel, person.account_number, payee)
        )  # fmt: skip
    return found


def xlsx(grid: Grid, name: str = "DS") -> bytes:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    sheet, dates = book.add_worksheet(name), book.add_format({"num_format": "dd/mm/yyyy"})
    for at, row in enumerate(grid):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(at, column, datetime.combine(cell, time()), dates)
            elif cell is not None:
                sheet.write(at, column, cell)
    book.close()
    return data.getvalue()


def xls(grid: Grid) -> bytes:
    book = xlwt.Workbook()
    sheet, dates = book.add_sheet("DS"), xlwt.easyxf(num_format_str="dd/mm/yyyy")
    for at, row in enumerate(grid):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write(at, column, cell, dates)
            elif cell is not None:
                sheet.write(at, column, cell)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def delimited(grid: Grid, delimiter: str) -> str:
    text = io.StringIO()
    width = max(map(len, grid))
    writer = csv.writer(text, delimiter=delimiter)
    for row in grid:
        cells = [cell.strftime("%d/%m/%Y") if isinstance(cell, date) else "" if cell is None else str(cell) for cell in row]
        writer.writerow(cells + [""] * (width - len(cells)))
    return text.getvalue()


def tcvn3(grid: Grid) -> Grid:
    marks = dict(zip("ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
                     "¡¢£¤¥¦§¨©ª«¬\u00ad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ", strict=True))  # fmt: skip
    return [
        [
            "".join(marks.get(mark) or marks.get(mark.lower(), mark) for mark in cell) if isinstance(cell, str) else cell
            for cell in row
        ]
        for row in grid
    ]


def files() -> list[tuple[str, bytes]]:
    decomposed = [[unicodedata.normalize("NFD", cell) if isinstance(cell, str) else cell for cell in row] for row in TWO_ROW_LIST]
    latin = delimited(tcvn3(TWO_ROW_LIST), ";").encode("latin-1")
    return [
        ("a.xlsx", xlsx(TWO_ROW_LIST)),
        ("named-wrongly.csv", xlsx(TWO_ROW_LIST)),
        ("a.xls", xls(TWO_ROW_LIST)),
        ("decomposed.xlsx", xlsx(decomposed)),
        ("tcvn3.xls", xls(tcvn3(TWO_ROW_LIST))),
        ("tcvn3.csv", latin),
        ("comma.csv", delimited(TWO_ROW_LIST, ",").encode("utf-8-sig")),
        ("tabs.csv", delimited(TWO_ROW_LIST, "\t").encode("utf-16")),
        ("semicolons.csv", ("sep=;\r\n" + delimited(TWO_ROW_LIST, ";")).encode()),
    ]


@pytest.mark.parametrize(("name", "data"), files(), ids=lambda value: value if isinstance(value, str) else "")
def test_an_official_list_is_read_from_every_kind_of_file(reference: Reference, name: str, data: bytes) -> None:
    reading = standardise(read_workbook(data, name), reference)
    shift = 1 if name == "semicolons.csv" else 0
    assert what_was_read(reading) == [(row[0] + shift, *row[1:]) for row in WHAT_A_CAREFUL_OFFICER_READS]
    assert (reading.commune.code, reading.month, reading.month_source) == ("19870", date(2021, 10, 1), "title")
    assert {row.status for row in reading.rows} == {RowStatus.ACCEPTED}
    assert ("encoding_old" in notes(reading)) == name.startswith("tcvn3")


def test_reading_twice_gives_the_same(reference: Reference) -> None:
    workbook = read_workbook(xlsx(TWO_ROW_LIST), "a.xlsx")
    assert standardise(workbook, reference) == standardise(workbook, reference)


def notes(reading: ListReading) -> dict[str, str | None]:
    return {note.finding.code: note.finding.written for note in reading.notes}


def codes(reading: ListReading) -> list[list[str]]:
    return [[finding.code for finding in row.findings] for row in reading.rows]


def test_marks_and_merged_cells_mean_what_stands_above(reference: Reference) -> None:
    sheet = Sheet(
        "DS",
        [
            ["UBND XÃ QUẢNG THÁI"],
            ["STT", "Họ tên", "Năm sinh", "Giới tính", "Số CCCD", "Thôn", "Đối tượng", "Ghi chú"],
            [1, "Lê Văn A", 1930, "Nam", "046030000001", "Thôn 7", "5c", None],
            [2, "Lê Thị B", 1931, "Nữ", "046131000002", None, "nt", None],
            [3, "Lê Văn C", 1932, "Nam", "046032000003", "-nt-", "5a", "Đã chết"],
        ],
        merged=(MergedRange(3, 5, 4, 5),),
    )
    reading = standardise(Workbook("a.xlsx", "xlsx", (sheet,)), reference)
    assert [row.record.village for row in reading.rows] == ["Thôn 7"] * 3
    assert [row.record.category for row in reading.rows] == ["K5C-80", "K5C-80", "K5A-80"]
    assert codes(reading) == [[], ["merged_read", "ditto_read"], ["ditto_read", "note_death"]]


def test_headings_give_village_and_category_where_no_column_does(reference: Reference) -> None:
    grid: Grid = [
        ["UBND XÃ QUẢNG THÁI - THÁNG 10/2021"],
        ["STT", "Họ tên", "Năm sinh", "Giới tính", "Số CCCD", "Hệ số"],
        ["I", "Người cao tuổi (điểm c khoản 5)"],
        [None, "Thôn 3"],
        [1, "Lê Văn A", 1930, "Nam", "046030000001", 1],
        ["II", "Người khuyết tật nặng"],
        [2, "Lê Thị B", 1970, "Nữ", "046170000002", 1.5],
        [None, "Ghi chú: xem phụ lục"],
    ]
    reading = standardise(Workbook("a.xlsx", "xlsx", (Sheet("DS", grid),)), reference)
    assert [(row.record.village, row.record.category) for row in reading.rows] == [("Thôn 3", "K5C-80"), ("Thôn 3", "K6-N")]
    assert codes(reading)[1] == ["category_from_heading", "village_from_heading"]
    assert notes(reading)["row_unread"] == "Ghi chú: xem phụ lục"


def test_columns_in_another_order_with_parts_apart(reference: Reference) -> None:
    grid: Grid = [
        ["UBND XÃ QUẢNG THÁI - THÁNG 10/2021"],
        ["Số CCCD", "Số CMND", "Đối tượng", "Mức độ KT", "Họ và chữ lót", "Tên", "Ngày sinh", None, None, "Giới tính", None,
         "Người giám hộ", "ĐT người giám hộ"],
        [None, None, None, None, None, None, "Ngày", "Tháng", "Năm", "Nam", "Nữ", None, None],
        ["046080123456", "190123456", "Khuyết tật", "Nặng", "Nguyễn Văn", "Hòa", "12", "3", "1980", "x", None, None, None],
        [None, "190123457", "Khuyết tật", "ĐBN", "Lê Thị", "Lan", None, None, "1970", "x", "x", "Lê Văn Ba", "0912345678"],
    ]  # fmt: skip
    first, second = standardise(Workbook("a.xlsx", "xlsx", (Sheet("DS", grid),)), reference).rows
    assert (first.record.full_name, first.record.birth_date, first.record.sex) == ("Nguyễn Văn Hòa", "1980-03-12", "male")
    assert (first.record.national_id, first.record.category) == ("046080123456", "K6-N")
    assert [finding.code for finding in first.findings] == ["id_second_number"]
    assert (second.record.birth_date, second.record.category, second.record.phone) == ("1970", "K6-DBN", "+84912345678")
    assert [finding.code for finding in second.findings] == ["sex_contradictory", "phone_of_payee"]


def test_a_column_whose_header_says_nothing_is_told_by_its_cells(reference: Reference) -> None:
    people: list[list[Cell]] = [
        [number, f"Lê Văn {name}", f"04603000000{number}", "5c", 1, "Thôn 1", "Hộ nghèo"]
        for number, name in enumerate(["An", "Ba", "Cam"], 1)
    ]
    header: list[Cell] = ["STT", "Họ tên", "Cột A", "Cột B", "Hệ số", "Thôn", "Cột C"]
    grid: Grid = [["UBND XÃ QUẢNG THÁI - THÁNG 10/2021"], header, *people]
    reading = standardise(Workbook("a.xlsx", "xlsx", (Sheet("DS", grid),)), reference)
    assert [row.record.national_id for row in reading.rows] == ["046030000001", "046030000002", "046030000003"]
    assert {row.record.category for row in reading.rows} == {"K5C-80"}
    assert notes(reading) == {"column_by_content": "Cột B", "column_unread": "Cột C"}


def test_month_first_columns_and_lost_diacritics_of_villages(reference: Reference) -> None:
    births = ["05/13/1940", "12/25/1939", "01/31/1938", "02/03/1937"]
    villages = ["Thôn Phú Hòa", "Thon Phu Hoa", "Thôn Phú Hoà", "Phú Hòa"]
    people: list[list[Cell]] = [
        [number, "Lê Văn An", birth, f"19012345{number}", "5c", village]
        for number, (birth, village) in enumerate(zip(births, villages, strict=True))
    ]
    header: list[Cell] = ["STT", "Họ tên", "Ngày sinh", "Số CCCD", "Đối tượng", "Thôn"]
    grid: Grid = [["UBND XÃ QUẢNG THÁI - THÁNG 10/2021"], header, *people]
    reading = standardise(Workbook("a.csv", "csv", (Sheet("DS", grid),)), reference)
    assert [row.record.birth_date for row in reading.rows] == ["1940-05-13", "1939-12-25", "1938-01-31", "1937-02-03"]
    assert {row.record.village for row in reading.rows} == {"Thôn Phú Hòa"}
    assert "birth_month_first" in codes(reading)[3]


def test_numbers_that_lost_their_zeros_and_one_that_lost_a_digit(read_rows: Read, adult: Row) -> None:
    rows = [{**adult, "number": 46_080_123_450 + n, "name": f"Nguyễn Văn {name}"} for n, name in enumerate(["An", "Ba", "Ca"])]
    cmnd = [{**adult, "number": 196_384_170 + n, "name": f"Trần Văn {name}"} for n, name in enumerate(["Da", "Em", "Ga"])]
    short = {**adult, "number": 19_638_417, "name": "Lý Văn Hai"}
    foreign = {**adult, "number": 99_080_123_456, "name": "Lý Văn Ba"}
    reading = read_rows(*rows, *cmnd, short, foreign)
    assert [row.record.national_id for row in reading.rows][:3] == ["046080123450", "046080123451", "046080123452"]
    assert [row.status for row in reading.rows][-2:] == [RowStatus.REJECTED, RowStatus.REJECTED]


def test_several_sheets_of_several_communes(reference: Reference, adult: Row) -> None:
    header: list[Cell] = ["STT", "Họ tên", "Ngày sinh", "Số CCCD", "Đối tượng", "Xã"]
    one: Grid = [header, [1, "Lê Văn An", "12/03/1980", "046080123456", "K6 nặng", "Quảng Thái"]]
    two: Grid = [["Xã Lộc Hòa"], header, [1, "Lê Văn An", "12/03/1980", "046080123456", "K6 nặng", "Xã Quảng Thái"]]
    summary: Grid = [["Tổng hợp"], ["Số người", 2]]
    sheets = (Sheet("Xã Quảng Thái", one), Sheet("DS", two), Sheet("Tổng hợp", summary), Sheet("Trang 4", []))
    reading = standardise(Workbook("t.xlsx", "xlsx", sheets), reference, ListOptions(month=date(2021, 10, 1)))
    assert [(sheet.name, sheet.commune.code) for sheet in reading.sheets] == [("Xã Quảng Thái", "19870"), ("DS", "20155")]
    assert codes(reading) == [["sex_from_id"], ["sex_from_id", "commune_differs", "duplicate_id"]]
    assert notes(reading) == {"sheet_unread": "Tổng hợp"}
    assert reading.rows[1].findings[-1].proposed == "Lê Văn An (Xã Quảng Thái #2)"


def test_of_hidden_sheets_and_sheets_of_other_months_only_the_one_that_counts_is_read(reference: Reference) -> None:
    header: list[Cell] = ["STT", "Họ tên", "Ngày sinh", "Số CMND", "Đối tượng"]
    person: list[Cell] = [1, "Lê Văn An", "12/03/1980", "190123456", "K6 nặng"]
    sheets = (
        Sheet("T9-2021", [header, person]),
        Sheet("T10-2021", [["UBND xã Quảng Thái"], header, person]),
        Sheet("cũ", [header, person], hidden=True),
    )
    workbook = Workbook("t.xlsx", "xlsx", sheets)
    reading = standardise(workbook, reference)
    assert ([row.sheet for row in reading.rows], reading.month) == (["T10-2021"], date(2021, 10, 1))
    assert notes(reading) == {"sheet_hidden": "cũ", "sheet_other_month": "T9-2021"}
    earlier = standardise(workbook, reference, ListOptions("19870", date(2021, 9, 1)))
    assert [row.sheet for row in earlier.rows] == ["T9-2021"]


def test_a_sheet_for_each_village_of_one_commune(reference: Reference) -> None:
    header: list[Cell] = ["STT", "Họ tên", "Ngày sinh", "Số CMND", "Đối tượng"]
    one: Grid = [["UBND xã Quảng Thái tháng 10/2021"], header, [1, "Lê Văn An", "12/03/1980", "190123456", "K6 nặng"]]
    two: Grid = [header, [1, "Lê Văn Ba", "12/03/1981", "190123457", "K6 nặng"]]
    reading = standardise(Workbook("t.xlsx", "xlsx", (Sheet("Thôn 1", one), Sheet("Thôn 2", two))), reference)
    assert [(row.record.village, row.record.commune_code) for row in reading.rows] == [("Thôn 1", "19870"), ("Thôn 2", "19870")]
    assert reading.sheets[1].commune_source == "other_sheet"


def test_hidden_rows_and_columns_are_read_and_said(reference: Reference) -> None:
    header: list[Cell] = ["STT", "Họ tên", "Ngày sinh", "Số CCCD", "Đối tượng"]
    rows: Grid = [["UBND xã Quảng Thái"], header, [1, "Lê Văn An", "12/03/1980", "046080123456", "K6 nặng"]]
    sheet = Sheet("DS", rows, hidden_rows=frozenset({3}), hidden_columns=frozenset({2}))
    reading = standardise(Workbook("t.xlsx", "xlsx", (sheet,)), reference)
    assert codes(reading) == [["sex_from_id", "hidden_row"]]
    assert notes(reading)["column_hidden"] == "Ngày sinh"
    assert reading.rows[0].status is RowStatus.ACCEPTED


def test_a_month_that_no_title_states_is_told_by_ages_and_amounts(read_rows: Read, adult: Row) -> None:
    elder = {**adult, "category": "Điểm a khoản 5", "number": "190123456"}
    before = {**elder, "birth": "15/11/1941", "coefficient": "1,5", "amount": "540.000"}
    after = {**elder, "name": "Lê Văn Lộc", "birth": "20/09/1941", "coefficient": "2,0", "amount": "720.000"}
    titles = [["UBND XÃ QUẢNG THÁI"]]
    reading = read_rows(before, after, titles=titles, options=ListOptions(fallback_month=date(2026, 11, 1)))
    assert (reading.month, reading.month_source) == (date(2021, 11, 1), "inferred")
    assert [row.record.category for row in reading.rows] == ["K5A-60-80", "K5A-80"]
    silent = read_rows({**adult, "coefficient": None, "amount": None}, titles=titles)
    assert (silent.month, silent.month_source) == (date(2021, 10, 1), "assumed")
    assert "month_assumed" in notes(silent)
    named = read_rows(adult, titles=titles, filename="DS T11-2021.xlsx")
    assert (named.month, named.month_source) == (date(2021, 11, 1), "file_name")


def test_a_commune_merged_since_is_read_as_its_heir(read_rows: Read, adult: Row) -> None:
    titles = [["UBND PHƯỜNG TÂY LỘC"], ["Tháng 9 năm 2025"]]
    reading = read_rows({**adult, "amount": 750_000}, titles=titles)
    assert (reading.commune.code, reading.commune.name) == ("19753", "Phường Phú Xuân")
    assert notes(reading)["commune_successor"] == "Phường Tây Lộc"


@pytest.mark.parametrize(
    ("titles", "filename", "options", "code"),
    [
        ([["Danh sách tháng 10/2021"]], "ds.xlsx", None, "list-commune-unknown"),
        ([["UBND XÃ HƯƠNG PHONG"]], "ds.xlsx", None, "list-commune-unknown"),
        ([["UBND XÃ QUẢNG THÁI"]], "20155-ds.xlsx", None, "list-commune-contradictory"),
        ([["UBND XÃ QUẢNG THÁI"]], "ds.xlsx", ListOptions(commune_code="99999"), "list-commune-unknown"),
        ([["UBND XÃ QUẢNG THÁI"]], "ds.xlsx", ListOptions(month=date(2021, 10, 2)), "wrong-month"),
    ],
)
def test_a_list_whose_commune_or_month_is_not_known_is_refused(
    read_rows: Read, adult: Row, titles: Grid, filename: str, options: ListOptions | None, code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        read_rows(adult, titles=titles, filename=filename, options=options)
    assert refused.value.code.code == code


def test_an_option_or_the_file_name_gives_what_titles_do_not(read_rows: Read, adult: Row) -> None:
    by_option = read_rows(adult, titles=[], options=ListOptions(commune_code="20155"))
    by_name = read_rows(adult, titles=[], filename="19870-thang10.xlsx")
    assert (by_option.commune.code, by_option.sheets[0].commune_source) == ("20155", "option")
    assert (by_name.commune.code, by_name.sheets[0].commune_source) == ("19870", "file_name")
    district = [["UBND XÃ HƯƠNG PHONG"], ["HUYỆN A LƯỚI"]]
    assert read_rows(adult, titles=district).commune.code == "20080"


def test_a_file_without_a_table_of_people_is_refused(reference: Reference) -> None:
    grid: Grid = [["Tổng hợp", "Số người"], ["Xã Quảng Thái", 12]]
    with pytest.raises(Refusal) as refused:
        standardise(Workbook("a.xlsx", "xlsx", (Sheet("DS", grid),)), reference)
    assert refused.value.code.code == "list-header-not-found"
