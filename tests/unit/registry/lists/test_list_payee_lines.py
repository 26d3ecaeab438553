"""A payee on a line of his own below the beneficiary, or with his relationship in one cell; and cells that went wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.registry.domain.lists.records import ListReading, PayeeRecord, RowStatus
from services.registry.domain.lists.reference import Reference
from services.registry.domain.lists.standardise import standardise
from services.registry.domain.lists.workbook import Cell, Sheet, Workbook
from services.registry.files.reference import load_reference
from services.registry.files.workbooks import read_workbook
from tests.unit.registry.lists.conftest import HEADERS, TITLES

Row = dict[str, Cell]
Read = Callable[..., ListReading]
NO_PAYEE: Row = {"payee": None, "payee_number": None, "relationship": None}
LINE: Row = {"ordinal": None}


def payee_of(reading: ListReading, at: int = 0) -> PayeeRecord | None:
    return reading.rows[at].record.payee


def codes(reading: ListReading, at: int = 0) -> set[str]:
    return {finding.code for finding in reading.rows[at].findings}


@pytest.mark.parametrize(
    ("text", "kin"),
    [
        ("Người nhận thay: Trần Thị Hoa (bà)", "Bà"), ("NGH: Trần Thị Hoa - bà", "Bà"), ("(Nhận thay: Trần Thị Hoa, bà)", "Bà"),
        ("Người giám hộ: Trần Thị Hoa", None), ("Trần Thị Hoa (bà ngoại)", "Bà ngoại"), ("Bà ngoại: Trần Thị Hoa", "Bà ngoại"),
        ("Người nhận thay: Bà Trần Thị Hoa (cô)", "Cô"),
        ("Đại diện nhận tiền: Trần Thị Hoa (Mẹ)", "Mẹ"), ("+ Người được uỷ quyền: Trần Thị Hoa (cô)", "Cô"),
    ],
)  # fmt: skip
def test_a_line_below_a_child_names_who_receives(read_rows: Read, child: Row, text: str, kin: str | None) -> None:
    reading = read_rows({**child, **NO_PAYEE}, {**LINE, "name": text, "number": "046155000123"})
    assert payee_of(reading) == PayeeRecord("Trần Thị Hoa", "046155000123", kin)
    assert "payee_below" in codes(reading)
    assert "minor_without_payee" not in codes(reading)
    assert [row.row for row in reading.rows] == [4]


def test_a_payee_may_stand_a_row_lower_in_the_payees_columns(read_rows: Read, child: Row) -> None:
    below = {**LINE, "payee": "Trần Thị Hoa", "payee_number": "046155000123", "relationship": "Bà"}
    reading = read_rows({**child, **NO_PAYEE}, below)
    assert payee_of(reading) == PayeeRecord("Trần Thị Hoa", "046155000123", "Bà")
    assert reading.rows[0].status is RowStatus.ACCEPTED


def test_a_second_payee_is_for_an_officer(read_rows: Read, child: Row) -> None:
    reading = read_rows(child, {**LINE, "payee": "Lê Văn Ba", "relationship": "Chú"})
    assert payee_of(reading) == PayeeRecord("Trần Thị Hoa", "046155000123", "Bà")
    assert codes(reading) == {"payee_second"}


def test_a_line_with_a_category_or_a_number_is_a_person(read_rows: Read, child: Row, adult: Row) -> None:
    named = {**adult, "name": "Người nhận thay: Lê Văn Ba"}
    assert len(read_rows({**child, **NO_PAYEE}, named).rows) == 2
    assert len(read_rows({**child, **NO_PAYEE}, {"name": "Lê Văn Ba (chú)", "number": "046082123456"}).rows) == 2


def test_a_payees_line_with_nobody_above_is_noted(read_rows: Read, adult: Row) -> None:
    reading = read_rows({**LINE, "name": "Người nhận thay: Trần Thị Hoa (bà)"}, adult)
    assert [note.finding.code for note in reading.notes if note.row == 4] == ["row_unread"]


@pytest.mark.parametrize("header", ["Người nhận thay (quan hệ)", "Họ tên, quan hệ người nhận thay"])
def test_names_with_their_relationship_in_one_column(child: Row, header: str) -> None:
    headers = {key: words for key, words in HEADERS.items() if key not in ("payee", "payee_number")} | {"relationship": header}
    people = [
        {**child, "relationship": "Trần Thị Hoa (Bà)"},
        {**child, "relationship": "Cô: Lê Thị Ba", "number": "046312000124"},
    ]
    rows = [[person.get(key, at if key == "ordinal" else None) for key in headers] for at, person in enumerate(people, 1)]
    workbook = Workbook("ds.xlsx", "xlsx", (Sheet("DS", [*map(list, TITLES), list(headers.values()), *rows]),))
    reading = standardise(workbook, load_reference())
    assert [payee_of(reading, at) for at in (0, 1)] == [
        PayeeRecord("Trần Thị Hoa", None, "Bà"),
        PayeeRecord("Lê Thị Ba", None, "Cô"),
    ]


def test_a_numbered_row_with_nothing_but_an_identity_number_is_no_blank(read_rows: Read, adult: Row) -> None:
    reading = read_rows(adult, {"number": "046082123456"}, {"ethnicity": "Kinh"})
    assert [(row.row, row.status) for row in reading.rows] == [(4, RowStatus.ACCEPTED), (5, RowStatus.REJECTED)]


def test_a_formulas_error_is_no_empty_cell(adult: Row) -> None:
    reference: Reference = load_reference()
    cells = [adult.get(key, 1 if key == "ordinal" else None) for key in HEADERS]
    at = list(HEADERS).index("amount")
    cells[at] = None
    sheet = Sheet("DS", [*map(list, TITLES), list(HEADERS.values()), cells], errors={(4, at): "#REF!"})
    row = standardise(Workbook("ds.xlsx", "xlsx", (sheet,)), reference).rows[0]
    assert row.status is RowStatus.REVIEW
    assert [(finding.code, finding.field, finding.written) for finding in row.findings] == [("cell_error", "amount", "#REF!")]


HEADER_LINE = "STT,Họ và tên,Ngày sinh,Số CCCD,Thôn,Ghi chú\n"


def lines(*names: str) -> bytes:
    people = (f"{at},{name},12/05/1937,04603700000{at},Thôn 1," for at, name in enumerate(names, 1))
    return (HEADER_LINE + "\n".join(people) + "\n").encode()


def test_a_quotation_mark_left_open_swallows_nobody() -> None:
    rows = read_workbook(lines("Lê Văn An", '"Út Văn Cao', "Lê Văn Ba", "Lê Văn Tư"), "19870.csv").sheets[0].rows
    assert [row[1] for row in rows[1:]] == ["Lê Văn An", '"Út Văn Cao', "Lê Văn Ba", "Lê Văn Tư"]
    assert {len(row) for row in rows} == {6}


def test_nor_does_it_where_all_that_follows_is_beyond_a_cells_bound() -> None:
    rows = read_workbook(lines('"Út Văn Cao', *["Lê Văn Ba"] * 5_000), "19870.csv").sheets[0].rows
    assert len(rows) == 5_002


def test_a_cell_of_two_lines_stays_one() -> None:
    rows = read_workbook(lines("Lê Văn An", '"Lê Văn\nBa, con út"', "Lê Văn Tư"), "19870.csv").sheets[0].rows
    assert [row[1] for row in rows[1:]] == ["Lê Văn An", "Lê Văn\nBa, con út", "Lê Văn Tư"]


def test_a_name_column_of_an_unknown_word_is_told_by_its_names_also_when_they_are_numbered(child: Row) -> None:
    headers = HEADERS | {"name": "Danh tính"}
    people = [
        {**child, "name": f"{at}. Lê Thị {name}", "number": f"04631200012{at}"} for at, name in enumerate(("Lan", "Mai", "Đào"))
    ]
    rows = [[person.get(key, at if key == "ordinal" else None) for key in headers] for at, person in enumerate(people, 1)]
    workbook = Workbook("ds.xlsx", "xlsx", (Sheet("DS", [*map(list, TITLES), list(headers.values()), *rows]),))
    reading = standardise(workbook, load_reference())
    assert [row.record.full_name for row in reading.rows] == ["Lê Thị Lan", "Lê Thị Mai", "Lê Thị Đào"]
