"""Of several columns of one kind, the one that agrees with the rest of the row; and who is named by a relationship's column."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.registry.domain.lists.amounts import read_coefficient
from services.registry.domain.lists.category_words import read_wording
from services.registry.domain.lists.headers import Column, read_header
from services.registry.domain.lists.notes import NoteMeaning, read_note
from services.registry.domain.lists.payee_words import is_name_with_kin
from services.registry.domain.lists.records import ListReading, RowStatus
from services.registry.domain.lists.reference import Reference
from services.registry.domain.lists.standardise import standardise
from services.registry.domain.lists.workbook import Cell, Sheet, Workbook
from tests.unit.registry.lists.conftest import TITLES

Rows = list[list[Cell]]

PEOPLE: tuple[tuple[str, int, str], ...] = (
    ("Lê Thị Lan", 1980, "046180000123"), ("Hồ Thị Mai", 1975, "046175000123"), ("Ngô Thị Đào", 1969, "046169000123"),
    ("Võ Thị Sen", 1990, "046190000123"),
)  # fmt: skip
OTHERS = (("Trần Văn Ba", 1950), ("Đỗ Văn Tư", 1955), ("Tạ Văn Năm", 1960), ("Lý Văn Sáu", 1948))


def read(reference: Reference, header: list[Cell], rows: Rows) -> ListReading:
    return standardise(Workbook("ds.xlsx", "xlsx", (Sheet("DS", [*map(list, TITLES), header, *rows]),)), reference)


@pytest.mark.parametrize("word", ["Năm sinh chủ hộ", "Năm sinh (1)"])
def test_the_birth_of_the_households_head_is_not_the_beneficiarys(reference: Reference, word: str) -> None:
    header: list[Cell] = ["STT", "Chủ hộ", word, "Họ tên người hưởng", "Năm sinh", "Giới tính", "Số CCCD", "Thôn", "Đối tượng"]
    rows: Rows = [
        [at, head, year, name, born, "Nữ", number, "Thôn 1", "NKT nặng"]
        for at, ((name, born, number), (head, year)) in enumerate(zip(PEOPLE, OTHERS, strict=True), 1)
    ]
    read_rows = read(reference, header, rows).rows
    assert [row.record.birth_date for row in read_rows] == [str(born) for _, born, _ in PEOPLE]
    assert [row.status for row in read_rows] == [RowStatus.ACCEPTED] * 4


def test_numbers_that_tell_other_years_are_the_payees(reference: Reference) -> None:
    header: list[Cell] = ["STT", "Họ tên", "Năm sinh", "CMND", "Thôn", "Đối tượng", "Người kia", "Số CC người kia", "Quan hệ"]
    rows: Rows = [
        [at, name, born, number, "Thôn 1", "NKT nặng", other, f"0460{year % 100}000456", "Bố"]
        for at, ((name, born, number), (other, year)) in enumerate(zip(PEOPLE, OTHERS, strict=True), 1)
    ]
    for row, (_, _, number), (other, _) in zip(read(reference, header, rows).rows, PEOPLE, OTHERS, strict=True):
        assert row.record.national_id == number
        assert row.record.payee
        assert row.record.payee.full_name == other


def test_the_sum_that_the_coefficient_makes_is_checked_not_the_total(reference: Reference) -> None:
    header: list[Cell] = ["STT", "Họ tên", "Năm sinh", "Số CCCD", "Thôn", "Đối tượng", "Hệ số", "Mỗi kỳ", "Tổng tiền nhận"]
    rows: Rows = [
        [at, name, born, number, "Thôn 1", "NKT nặng", "1,5", 540_000 if at < 4 else 500_000, 1_620_000 if at == 1 else 540_000]
        for at, (name, born, number) in enumerate(PEOPLE, 1)
    ]
    rows[1][8] = 1_080_000
    assert [row.status for row in read(reference, header, rows).rows] == [RowStatus.ACCEPTED] * 3 + [RowStatus.REVIEW]


@pytest.mark.parametrize("joined", [True, False])
def test_names_below_a_word_for_the_relationship(reference: Reference, joined: bool) -> None:
    """`Người nhận / quan hệ` merged over two columns, or with both in one cell."""
    header: list[Cell] = ["STT", "Họ tên", "Năm sinh", "Số CCCD", "Thôn", "Đối tượng", "Người nhận / quan hệ", None]
    rows: Rows = [
        [at, name, born, number, "Thôn 1", "NKT nặng", *([f"{other} - bố", None] if joined else [other, "Bố"])]
        for at, ((name, born, number), (other, _)) in enumerate(zip(PEOPLE, OTHERS, strict=True), 1)
    ]
    rows[3][6], rows[3][7] = "-", None
    payees = [row.record.payee for row in read(reference, header, rows).rows]
    assert [payee and (payee.full_name, payee.relationship) for payee in payees] == [
        *((other, "Bố") for other, _ in OTHERS[:3]), None,
    ]  # fmt: skip


def test_whose_birth_a_header_speaks_of() -> None:
    assert read_header("Năm sinh của vợ") is Column.OTHER
    assert read_header("Năm sinh") is Column.BIRTH
    assert read_header("Họ tên người lãnh giùm") is Column.PAYEE_NAME


@pytest.mark.parametrize(("words", "point"), [("NCT a", "a"), ("NCT (c)", "c"), ("Người cao tuổi - b", "b"), ("NCT", None)])
def test_the_elderly_of_a_point(words: str, point: str | None) -> None:
    assert (read_wording(words).groups, read_wording(words).point) == (("K5",), point)


@pytest.mark.parametrize(
    ("note", "meaning"),
    [
        ("Chuyển Phú Vang", NoteMeaning.MOVE), ("Cắt chuyển Phong Điền", NoteMeaning.MOVE), ("Chuyển Tiền Mặt", None),
        ("Chuyển Viettel Pay", None), ("Con trai chuyển Quảng Trị", None), ("Di cư vào Nam", NoteMeaning.MOVE),
        ("Tạm đình chỉ hưởng", NoteMeaning.MOVE), ("Trước ở TT bảo trợ, nay về nhà", None),
        ("Chồng: Nguyễn Văn A (đã chết)", None), ("Ghi chú: đã chết", NoteMeaning.DEATH),
    ],
)  # fmt: skip
def test_moves_to_a_place_and_deaths_of_others(note: str, meaning: NoteMeaning | None) -> None:
    assert read_note(note) is meaning


def test_a_guardian_and_an_authorised_person_in_columns_of_their_own(reference: Reference) -> None:
    header: Rows = [
        ["STT", "Họ tên", "Năm sinh", "Số CCCD", "Thôn", "Đối tượng", "Người giám hộ", None, "Người được ủy quyền", None],
        [*[None] * 6, "Họ tên", "Quan hệ", "Họ tên", "Quan hệ"],
    ]
    rows: Rows = [
        [at, name, born, number, "Thôn 1", "NKT nặng", *([other, "Bố", None, None] if at % 2 else [None, None, other, "Bố"])]
        for at, ((name, born, number), (other, _)) in enumerate(zip(PEOPLE, OTHERS, strict=True), 1)
    ]
    payees = [row.record.payee for row in read(reference, header[0], [header[1], *rows]).rows]
    assert [payee and (payee.full_name, payee.relationship) for payee in payees] == [(other, "Bố") for other, _ in OTHERS]


@pytest.mark.parametrize(
    ("words", "groups", "heads"),
    [("5.6 (nặng)", ("K6",), None), ("5.6 ĐBN", ("K6",), None), ("5.4 (2 con)", ("K4",), 2), ("Đ5.5a - NCT", ("K5",), None)],
)
def test_article_and_clause_with_more_behind_them(words: str, groups: tuple[str, ...], heads: int | None) -> None:
    assert (read_wording(words).groups, read_wording(words).heads) == (groups, heads)


@pytest.mark.parametrize("written", ["1,5 (hs)", "(1,5)", "'1.5", "HS 1,5 (NKT)"])
def test_a_coefficient_with_words_around_it(written: str) -> None:
    assert read_coefficient(written) == Decimal("1.5")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Pơloong Thị Rơ - con dâu", True),
        ("Mẹ: Zơ Râm Thị Lới", True),
        ("Bà ngoại (giám hộ)", False),
        ("Con trai út", False),
    ],
)
def test_a_name_needs_no_known_family_name_beside_its_kin(text: str, named: bool) -> None:
    assert is_name_with_kin(text, any_family=True) is named
    assert not is_name_with_kin(text)


def test_a_heading_is_no_payee() -> None:
    assert not is_name_with_kin("IX. Trẻ em mồ côi (khoản 1), không có nguồn nuôi dưỡng")
