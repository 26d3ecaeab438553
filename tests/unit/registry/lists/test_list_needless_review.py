"""What a careful officer accepts though it is written in an unusual way: it must send no row to review."""

from __future__ import annotations

import pytest

from services.registry.domain.lists.category_words import read_wording
from services.registry.domain.lists.channels import read_channel
from services.registry.domain.lists.headers import Column, read_header
from services.registry.domain.lists.identity import read_identity
from services.registry.domain.lists.names import read_name
from services.registry.domain.lists.notes import NoteMeaning, read_note
from services.registry.domain.lists.payee_words import kin_beside, names_nobody, without_kin
from services.registry.domain.lists.phones import PhoneNote, PhoneReading, read_phone
from services.registry.domain.lists.records import ListReading, RowStatus
from services.registry.domain.lists.reference import Reference
from services.registry.domain.lists.relationships import Kin, Relationship, age_contradicts, read_relationship
from services.registry.domain.lists.standardise import standardise
from services.registry.domain.lists.workbook import Cell, Sheet, Workbook
from tests.unit.registry.lists.conftest import ADULT, CHILD, HEADERS, TITLES, ReadRows, list_of


def with_column(reference: Reference, header: str, cells: list[Cell], **instead: str) -> ListReading:
    """The adult, once for each cell and with a name and number of his own, under one more column."""
    names = ("Nguyễn Văn Hòa", "Trần Văn Nam", "Lê Văn Khoa", "Võ Văn Long")
    rows = [
        {**ADULT, "name": name, "number": f"04608012345{at}", "phone": f"091234567{at}", "extra": cell}
        for at, (name, cell) in enumerate(zip(names, cells, strict=True))
    ]
    headers = {"extra": header, **HEADERS, **instead}
    return standardise(list_of(rows, {key: words for key, words in headers.items() if words}), reference)


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


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Người trực tiếp nhận", Column.PAYEE_NAME),
        ("Họ tên người NT", Column.PAYEE_NAME),
        ("Số điện thoại công tác viên", Column.OTHER),
        ("Mục hưởng", Column.CATEGORY),
        ("Mức hưởng", Column.AMOUNT),
        ("Đang nuôi mấy con", Column.CHILDREN),
    ],
)
def test_a_header_in_rarer_words(header: str, column: Column) -> None:
    assert read_header(header) is column


def test_who_receives_is_the_beneficiary_where_another_column_names_the_payee(reference: Reference) -> None:
    headers = {**HEADERS, "name": "Họ và tên người nhận trợ cấp", "category": "Đối tượng TGXH", "payee": "Người giám hộ/ủy quyền"}
    people = [
        {**ADULT, "name": name, "number": f"04608012345{at}", "phone": f"091234567{at}"}
        for at, name in enumerate(("Trần Văn Nam", "Lê Văn Khoa", "Võ Văn Long"))
    ]
    rows = standardise(list_of([*people, CHILD], headers), reference).rows
    assert [row.record.full_name for row in rows] == ["Trần Văn Nam", "Lê Văn Khoa", "Võ Văn Long", "Lê Thị Lan"]
    assert [row.record.category for row in rows] == ["K6-N", "K6-N", "K6-N", "K1-TE-4-16"]
    assert rows[3].record.payee is not None
    assert rows[3].record.payee.full_name == "Trần Thị Hoa"


@pytest.mark.parametrize(
    ("text", "groups", "severity"),
    [
        ("Người cao tuổi nghèo cô đơn không nơi nương tựa", ("K5",), None),
        ("Trẻ em không có người nuôi dưỡng", ("K1",), None),
        ("HT xã hội", ("HTXH",), None),
        ("Khoản 6 (NCTKTN)", ("K6",), "N"),
        ("Khoản 6 (TEKTĐBN)", ("K6",), "DBN"),
    ],
)
def test_a_category_in_rarer_words(text: str, groups: tuple[str, ...], severity: str | None) -> None:
    wording = read_wording(text)
    assert (wording.groups, wording.severity) == (groups, severity)


@pytest.mark.parametrize(
    ("text", "channel"),
    [("B.điện", "cash"), ("Nhận ở xã", "cash"), ("Nhận tại điểm chi trả", "cash"), ("vttpay", "viettelpay")],
)
def test_a_channel_in_more_words(text: str, channel: str) -> None:
    assert read_channel(text) == channel


@pytest.mark.parametrize(
    "text", ["Nhập khẩu về từ 2019", "Chuyển khẩu từ Đà Nẵng về năm 2020", "Không hưởng lương hưu", "+841679114177"]
)
def test_a_remark_of_one_who_is_here_and_entitled(text: str) -> None:
    assert read_note(text) is None


@pytest.mark.parametrize("text", ["Đột tử", "Đã về với ông bà"])
def test_a_death_in_rarer_words(text: str) -> None:
    assert read_note(text) is NoteMeaning.DEATH


@pytest.mark.parametrize(
    ("text", "relationship"),
    [
        ("Vợ chú", Relationship(Kin.ANY_AGE, "female")),
        ("Chị chồng", Relationship(Kin.ANY_AGE, "female")),
        ("Con của em gái", Relationship(Kin.ANY_AGE)),
        ("Ba ruột", Relationship(Kin.PARENT)),
        ("ba ngoai", Relationship(Kin.GRANDPARENT, "female")),
        ("C.dâu", Relationship(Kin.CHILD, "female")),
        ("Bà con", Relationship(Kin.GUARDIAN)),
        ("Chi hội trưởng phụ nữ", Relationship(Kin.GUARDIAN)),
        ("Nhận hộ", Relationship(Kin.GUARDIAN)),
        ("Chính đối tượng", Relationship(Kin.SELF)),
        ("Tự đi nhận", Relationship(Kin.SELF)),
        ("Vợ chồng", Relationship(Kin.SPOUSE)),
    ],
)
def test_a_relationship_by_way_of_another(text: str, relationship: Relationship) -> None:
    assert read_relationship(text) == relationship


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("0912/345678", PhoneNote.PLAIN),
        ("0912345678 / 0987654321", PhoneNote.SECOND_NUMBER),
    ],
)
def test_a_stroke_within_a_phone_is_not_between_two(reference: Reference, text: str, note: PhoneNote) -> None:
    assert read_phone(text, reference.phone_prefixes) == PhoneReading("+84912345678", note)


def test_a_label_before_an_identity_number() -> None:
    reading = read_identity("N°046080123456")
    assert reading is not None
    assert reading.number == "046080123456"


def test_brackets_within_a_relationship_behind_a_name() -> None:
    text = "Tạ Diệu Tý (con (gái))"
    assert (read_name(text).name, read_relationship(kin_beside(text)).kin) == ("Tạ Diệu Tý", Kin.CHILD)


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("N.T.N.S", Column.BIRTH),
        ("Nơi cư ngụ", Column.VILLAGE),
        ("Căn cứ hưởng", Column.CATEGORY),
        ("Phân nhóm", Column.CATEGORY),
        ("Người thay mặt nhận", Column.PAYEE_NAME),
        ("Cách thức nhận", Column.CHANNEL),
        ("Thực nhận", Column.AMOUNT),
        ("Chi trả qua", Column.CHANNEL),
        ("Nhận tiền bằng", Column.CHANNEL),
        ("Ý kiến", Column.NOTE),
        ("Số thẻ NKT", Column.OTHER),
        ("Số thẻ ATM", Column.ACCOUNT),
        ("CCCD chủ hộ", Column.OTHER),
        ("Thời hạn ủy quyền", Column.OTHER),
        ("Số giấy ủy quyền", Column.OTHER),
        ("Hệ số cũ", Column.OTHER),
        ("Mức cũ", Column.OTHER),
        ("Nguồn kinh phí", Column.OTHER),
        ("Tiền lương hưu (nếu có)", Column.OTHER),
        ("Xác nhận của thôn", Column.OTHER),
        ("Họ tên người cung cấp tin", Column.OTHER),
    ],
)
def test_a_header_of_a_third_batch(header: str, column: Column) -> None:
    assert read_header(header) is column


def test_columns_under_unknown_words_are_told_by_their_cells(reference: Reference) -> None:
    headers = {**HEADERS, "birth": "Mốc", "village": "Nơi", "payee": "Ai lĩnh"}
    people = [
        {**ADULT, "name": name, "birth": f"{at + 1} / 3 / 1980", "number": f"04608012345{at}", "phone": f"091234567{at}",
         "payee": payee, "relationship": "Vợ"}
        for at, (name, payee) in enumerate(
            [("Trần Văn Nam", "Lê Thị Hoa"), ("Lê Văn Khoa", "Võ Thị Lan"), ("Võ Văn Long", "Hồ Thị Mai")]
        )
    ]  # fmt: skip
    rows = standardise(list_of(people, headers), reference).rows
    assert [row.record.birth_date for row in rows] == ["1980-03-01", "1980-03-02", "1980-03-03"]
    assert [row.record.village for row in rows] == ["Thôn 1"] * 3
    assert [row.record.payee.full_name for row in rows if row.record.payee] == ["Lê Thị Hoa", "Võ Thị Lan", "Hồ Thị Mai"]


def test_the_households_phone_gives_way_to_ones_own(reference: Reference) -> None:
    for row in with_column(reference, "SĐT chủ hộ", ["0987654321"] * 4).rows:
        assert row.record.phone != "+84987654321"


@pytest.mark.parametrize("words", ["Không ủy quyền", "Không có người nhận thay", "Bản thân ĐT", "Tự đến nhận", "Chưa có"])
def test_words_for_no_payee(words: str) -> None:
    assert names_nobody(words)


@pytest.mark.parametrize(
    ("text", "relationship"),
    [
        ("Thân phụ", Relationship(Kin.PARENT, "male")),
        ("Trưởng nam", Relationship(Kin.CHILD, "male")),
        ("Bà chị", Relationship(Kin.ELDER_SIBLING, "female")),
        ("Người bảo trợ", Relationship(Kin.GUARDIAN)),
        ("Gia đình nhận nuôi", Relationship(Kin.GUARDIAN)),
        ("Sơ", Relationship(Kin.GUARDIAN)),
    ],
)
def test_a_relationship_of_a_third_batch(text: str, relationship: Relationship) -> None:
    assert read_relationship(text) == relationship


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Mất 81% sức khỏe", None),
        ("Mất 61% khả năng lao động", None),
        ("Mất 3/9", NoteMeaning.DEATH),
        ("Rời địa phương", NoteMeaning.MOVE),
        ("Dọn đi nơi khác", NoteMeaning.MOVE),
        ("Chuyển hẳn đi Đà Nẵng", NoteMeaning.MOVE),
    ],
)
def test_a_remark_of_a_third_batch(text: str, meaning: NoteMeaning | None) -> None:
    assert read_note(text) is meaning


@pytest.mark.parametrize("text", ["*046080123456", "046080123456 CCCD", "#046080123456"])
def test_signs_and_labels_around_an_identity_number(text: str) -> None:
    reading = read_identity(text)
    assert reading is not None
    assert reading.number == "046080123456"


@pytest.mark.parametrize("text", ["Khoản 5 - c", "Khoản 5, c", "K5 - c"])
def test_a_point_behind_a_dash(text: str) -> None:
    assert (read_wording(text).groups, read_wording(text).point) == (("K5",), "c")
