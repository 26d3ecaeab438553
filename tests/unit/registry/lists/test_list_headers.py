"""Headers: other words, other orders, two rows, merged groups; and which rows below are people."""

from __future__ import annotations

import pytest

from services.registry.domain.lists.headers import Column, read_header
from services.registry.domain.lists.layout import Layout, find_layout
from services.registry.domain.lists.legacy import Encoding
from services.registry.domain.lists.row_kinds import RowJudge, RowKind
from services.registry.domain.lists.workbook import Cell


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("STT", Column.ORDINAL),
        ("Số TT", Column.ORDINAL),
        ("Tên đối tượng", Column.FULL_NAME),
        ("HỌ VÀ TÊN", Column.FULL_NAME),
        ("Họ tên đối tượng hưởng trợ cấp", Column.FULL_NAME),
        ("Ngày, tháng, năm sinh", Column.BIRTH),
        ("Năm sinh", Column.BIRTH),
        ("Năm sinh Nam", Column.MALE),
        ("Ngày, tháng, năm sinh Nữ", Column.FEMALE),
        ("Nam (năm sinh)", Column.MALE),
        ("Nam", Column.MALE),
        ("NAM SINH NĂM", Column.MALE),
        ("NỮ SINH NĂM", Column.FEMALE),
        ("Nam/Nữ", Column.SEX),
        ("Phái", Column.SEX),
        ("Số CMND/CCCD", Column.IDENTITY),
        ("Số CMND", Column.CMND),
        ("Số định danh cá nhân", Column.CCCD),
        ("Ngày cấp", Column.OTHER),
        ("DT", Column.ETHNICITY),
        ("ĐT", Column.PHONE),
        ("Số ĐT", Column.PHONE),
        ("Thôn/TDP", Column.VILLAGE),
        ("Nơi ở (thôn, tổ)", Column.VILLAGE),
        ("Xã/phường", Column.COMMUNE),
        ("Diện đối tượng (NĐ 20)", Column.CATEGORY),
        ("Đối tượng theo Điều 5", Column.CATEGORY),
        ("Mức độ khuyết tật", Column.SEVERITY),
        ("HS", Column.COEFFICIENT),
        ("Mức TC hàng tháng", Column.AMOUNT),
        ("Số con", Column.CHILDREN),
        ("Người giám hộ", Column.PAYEE_NAME),
        ("Người nhận thay Họ tên", Column.PAYEE_NAME),
        ("Số CMND người GH", Column.PAYEE_ID),
        ("Quan hệ với ĐT", Column.RELATIONSHIP),
        ("Điện thoại người nhận thay", Column.PAYEE_PHONE),
        ("Hình thức nhận", Column.CHANNEL),
        ("STK", Column.ACCOUNT),
        ("Số TK/SĐT ViettelPay", Column.ACCOUNT),
        ("Ngân hàng", Column.BANK),
        ("Ghi chú khác", Column.NOTE),
        ("Ký nhận", Column.OTHER),
        ("Cột lạ", None),
        ("", None),
    ],
)
def test_the_words_above_a_column(text: str, column: Column | None) -> None:
    assert read_header(text) is column


def layout_of(*rows: list[Cell]) -> Layout:
    layout = find_layout(rows, Encoding.UNICODE)
    assert layout is not None
    return layout


def test_a_header_over_two_rows_with_a_group_for_the_payee() -> None:
    layout = layout_of(
        ["UBND XÃ QUẢNG THÁI", None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
        [None, "Danh sách đối tượng"],
        ["STT", "Họ và tên", "Năm sinh", None, "CMND/CCCD", None, "Đối tượng", "Người nhận thay", None, None],
        [None, None, "Nam", "Nữ", "Số", "Ngày cấp", None, "Họ và tên", "Số CCCD", "Quan hệ"],
        [1, "Nguyễn Văn A", 1940, None, "190123456", "1/1/2010", "5a", "Lê Thị B", "046170000001", "Con"],
    )
    assert (layout.first_row, layout.last_row) == (2, 3)
    assert layout.columns == {
        Column.ORDINAL: (0,),
        Column.FULL_NAME: (1,),
        Column.MALE: (2,),
        Column.FEMALE: (3,),
        Column.IDENTITY: (4,),
        Column.OTHER: (5,),
        Column.CATEGORY: (6,),
        Column.PAYEE_NAME: (7,),
        Column.PAYEE_ID: (8,),
        Column.RELATIONSHIP: (9,),
    }


def test_day_month_and_year_in_columns_of_their_own_and_marks_for_the_sex() -> None:
    layout = layout_of(
        ["TT", "Họ tên", "Ngày tháng năm sinh", None, None, "Giới tính", None, "Số CMND", "Số CCCD", "Khoản, điểm"],
        [None, None, "Ngày", "Tháng", "Năm", "Nam", "Nữ", None, None, None],
    )
    places = {column: at for column, (at, *_) in layout.columns.items()}
    assert [places[column] for column in (Column.BIRTH_DAY, Column.BIRTH_MONTH, Column.BIRTH_YEAR)] == [2, 3, 4]
    assert (places[Column.MALE], places[Column.FEMALE]) == (5, 6)
    assert (places[Column.CMND], places[Column.CCCD], places[Column.CATEGORY]) == (7, 8, 9)


def test_family_name_and_given_name_apart() -> None:
    layout = layout_of(["TT", "Họ và chữ lót", "Tên", "Năm sinh", "Số CCCD", "Đối tượng"])
    assert (layout.first(Column.FAMILY_NAME), layout.first(Column.GIVEN_NAME)) == (1, 2)
    alone = layout_of(["TT", "Tên", "Năm sinh", "Số CCCD", "Đối tượng"])
    assert alone.first(Column.FULL_NAME) == 1


def test_a_visible_column_is_taken_before_a_hidden_one() -> None:
    rows: list[list[Cell]] = [["TT", "Họ tên", "Năm sinh", "Số CCCD", "Số điện thoại", "Số điện thoại", "Đối tượng"]]
    layout = find_layout(rows, Encoding.UNICODE, hidden=frozenset({4}))
    assert layout is not None
    assert layout.first(Column.PHONE) == 5


def test_a_sheet_without_a_table_has_no_header() -> None:
    assert find_layout([["Tổng hợp", "Số người", 12], ["Nam", 5], [None]], Encoding.UNICODE) is None


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ([1, "Nguyễn Văn A", "12/03/1940", "Nam", "190123456", "5a", "360.000"], RowKind.PERSON),
        ([None, None, "12/03/1940", "Nam", "190123456", "5a", "360.000"], RowKind.PERSON),
        ([2, "Trần Thị B", None, None, None, None, None], RowKind.PERSON),
        ([None, None, None, None, None, None, None], RowKind.BLANK),
        ([None, "Thôn 2"], RowKind.HEADING),
        (["II", "THÔN PHÚ HÒA", None, None, None, None, None], RowKind.HEADING),
        ([None, "Thôn 2: 12 người", None, None, None, None, 4_320_000], RowKind.HEADING),
        ([None, "Cộng thôn 2", None, None, None, None, 4_320_000], RowKind.SUMMARY),
        ([None, "Tổng cộng", 12, None, None, None, 4_320_000], RowKind.SUMMARY),
        ([9, "Tống Văn Cộng", "12/03/1940", None, None, None, None], RowKind.PERSON),
        ([None, "Người lập biểu", None, None, "Chủ tịch UBND", None, None], RowKind.SIGNATURE),
        ([None, None, None, "Huế, ngày 5 tháng 10 năm 2021", None, None, None], RowKind.SIGNATURE),
        ([None, "Nguyễn Văn Lập", None, None, None, "Trần Quang Chủ", None], RowKind.OTHER),
        (["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)"], RowKind.NUMBERING),
        ([1, 2, 3, 4, 5, 6, 7], RowKind.NUMBERING),
        (["A", "B", "1", "2", "3", "4", "5"], RowKind.NUMBERING),
        (["STT", "Họ và tên", "Ngày sinh", "Giới tính", "Số CMND", "Đối tượng", "Số tiền"], RowKind.NUMBERING),
    ],
)
def test_which_rows_are_people(row: list[Cell], kind: RowKind) -> None:
    layout = layout_of(["STT", "Họ và tên", "Ngày sinh", "Giới tính", "Số CMND", "Đối tượng", "Số tiền"])
    assert RowJudge(layout).kind(row) is kind


@pytest.mark.parametrize(
    ("words", "column"),
    [
        ("ĐT hưởng", Column.CATEGORY),
        ("ĐT", Column.PHONE),
        ("Đ.thoại", Column.PHONE),
        ("MQH", Column.RELATIONSHIP),
        ("Nhận tiền qua", Column.CHANNEL),
        ("Người nhận tiền", Column.PAYEE_NAME),
        ("Số CCCD NNT", Column.PAYEE_ID),
        ("Số CMTND", Column.CMND),
        ("HKTT", Column.VILLAGE),
        ("Nữ (x)", Column.FEMALE),
        ("Họ và tên đệm", Column.FAMILY_NAME),
        ("Họ, tên và chữ đệm", Column.FULL_NAME),
        ("SL con", Column.CHILDREN),
        ("Số con (*)", Column.CHILDREN),
        ("Thuộc diện", Column.CATEGORY),
        ("Loại hình trợ cấp", Column.CATEGORY),
        ("Dạng KT", Column.SEVERITY),
        ("Lý do", Column.NOTE),
        ("Ký, ghi rõ họ tên", Column.OTHER),
        ("Hình thức chi trả đăng ký", Column.CHANNEL),
        ("Đăng ký nhận qua", Column.CHANNEL),
        ("PT chi trả", Column.CHANNEL),
        ("Mức TGXH", Column.AMOUNT),
        ("Diện trợ giúp", Column.CATEGORY),
        ("Người được trợ cấp", Column.FULL_NAME),
        ("Nam hay Nữ", Column.SEX),
        ("Mức KT", Column.SEVERITY),
        ("Sốtt", Column.ORDINAL),
        ("Thành phần DT", Column.ETHNICITY),
        ("Mức lĩnh", Column.AMOUNT),
        ("Người đứng tên nhận", Column.PAYEE_NAME),
        ("Loại hình đối tượng", Column.CATEGORY),
        ("Người nhận ký", Column.OTHER),
        ("Chủ tài khoản / người nhận thay", Column.PAYEE_NAME),
    ],
)
def test_short_forms_of_column_words(words: str, column: Column) -> None:
    assert read_header(words) is column


def test_of_two_vague_words_the_one_above_names_is_the_name() -> None:
    header: list[Cell] = ["STT", "Người hưởng trợ cấp", "Năm sinh", "Đối tượng hưởng", "Số CCCD"]
    people: list[list[Cell]] = [
        [at, f"Lê Văn {name}", 1937, "Khoản 5c", f"04603700000{at}"] for at, name in enumerate(("An", "Ba", "Tư"))
    ]
    layout = find_layout([header, *people], Encoding.UNICODE)
    assert layout is not None
    assert (layout.columns[Column.FULL_NAME], layout.columns[Column.CATEGORY]) == ((1,), (3,))
