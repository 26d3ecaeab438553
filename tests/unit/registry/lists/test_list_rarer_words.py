"""Words for columns, kin, remarks, channels and categories that later blind lists used, and what stands around numbers."""

from __future__ import annotations

import pytest

from services.registry.domain.lists.category_words import read_wording
from services.registry.domain.lists.channels import read_channel
from services.registry.domain.lists.dates import read_birth
from services.registry.domain.lists.headers import Column, read_header
from services.registry.domain.lists.identity import read_identity
from services.registry.domain.lists.names import read_name
from services.registry.domain.lists.notes import NoteMeaning, read_note
from services.registry.domain.lists.payee_words import kin_beside, names_nobody
from services.registry.domain.lists.phones import PhoneNote, PhoneReading, read_phone
from services.registry.domain.lists.records import RowStatus
from services.registry.domain.lists.reference import Reference
from services.registry.domain.lists.relationships import Kin, Relationship, read_relationship
from services.registry.domain.lists.standardise import standardise
from tests.unit.registry.lists.conftest import ADULT, CHILD, HEADERS, ReadRows, list_of, with_column


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
    [
        ("B.điện", "cash"),
        ("Phát tiền tận tay", "cash"),
        ("Nhận mặt", "cash"),
        ("Nhận ở xã", "cash"),
        ("Nhận tại điểm chi trả", "cash"),
        ("vttpay", "viettelpay"),
    ],
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


def test_the_second_of_two_names_is_a_category_where_its_cells_are(reference: Reference) -> None:
    for row in with_column(reference, "Tên thường gọi", [None] * 4, category="Tên đối tượng chính sách").rows:
        assert (row.status, row.record.category) == (RowStatus.ACCEPTED, "K6-N")


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Tên, họ đối tượng", Column.FULL_NAME),
        ("Họ tên vợ/chồng", Column.OTHER),
        ("DOB", Column.BIRTH),
        ("Nơi sinh sống", Column.VILLAGE),
        ("Thông tin khác", Column.NOTE),
        ("Thuộc khoản", Column.CATEGORY),
        ("Thuộc nhóm", Column.CATEGORY),
        ("Nội dung hưởng", Column.CATEGORY),
        ("Hưởng theo khoản", Column.CATEGORY),
        ("Số giấy tờ người nhận thay", Column.PAYEE_ID),
        ("Nhóm BTXH", Column.CATEGORY),
        ("Điều kiện hưởng", Column.CATEGORY),
        ("Mức được hưởng", Column.AMOUNT),
        ("Người lãnh thay", Column.PAYEE_NAME),
        ("CCCD người lãnh thay", Column.PAYEE_ID),
        ("Ngày sinh người giám hộ", Column.OTHER),
        ("Mối liên hệ", Column.RELATIONSHIP),
        ("Lĩnh qua", Column.CHANNEL),
        ("Ngày hết hạn CCCD", Column.OTHER),
        ("Số hộ khẩu", Column.OTHER),
        ("ĐT bưu tá", Column.OTHER),
        ("Số tiền mai táng phí", Column.OTHER),
    ],
)
def test_a_header_of_a_fourth_batch(header: str, column: Column) -> None:
    assert read_header(header) is column


@pytest.mark.parametrize("text", ["k rõ ngày, 1951", "Không rõ, 1951", "1951 (K rõ)"])
def test_a_year_whose_day_nobody_knows(text: str) -> None:
    reading = read_birth(text, latest_year=2022)
    assert reading is not None
    assert reading.text == "1951"


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Đã khuất", NoteMeaning.DEATH),
        ("Bà cụ mất rồi", NoteMeaning.DEATH),
        ("Chồng đã khuất", None),
        ("Bỏ địa phương đi", NoteMeaning.MOVE),
        ("Đã dời đi", NoteMeaning.MOVE),
    ],
)
def test_a_remark_of_a_fourth_batch(text: str, meaning: NoteMeaning | None) -> None:
    assert read_note(text) is meaning


@pytest.mark.parametrize("text", ["Phó thôn", "Trưởng xóm", "Hội viên hội NCT"])
def test_an_office_is_no_kin(text: str) -> None:
    assert read_relationship(text).kin is Kin.GUARDIAN


def test_a_digit_that_is_no_number_is_no_code_of_a_sex(read_rows: ReadRows) -> None:
    assert read_rows({**ADULT, "sex": "²"}).rows[0].record.full_name == "Nguyễn Văn Hòa"
