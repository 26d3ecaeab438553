"""Categories that stand in the columns' headers: people are marked, or their sum or coefficient stands in the column."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from services.registry.domain.lists.headers import Column
from services.registry.domain.lists.records import ListReading, RowStatus
from services.registry.domain.lists.reference import Reference
from services.registry.domain.lists.standardise import standardise
from services.registry.domain.lists.workbook import Cell, Sheet, Workbook
from tests.unit.registry.lists.conftest import TITLES

Rows = list[list[Cell]]

BEFORE: list[Cell] = ["STT", "Họ và tên", "Ngày sinh", "Số CCCD", "Thôn"]
PEOPLE: list[list[Cell]] = [
    ["Lê Thị Lan", "05/06/2012", "046312000123"],
    ["Trần Văn Ba", "12/03/1980", "046080123456"],
    ["Võ Thị Sáu", "01/02/1935", "046135000789"],
    ["Hồ Văn Tư", "01/02/1990", "046090000789"],
    ["Ngô Thị Năm", "01/02/1985", "046185000789"],
]
CODES = ["K1-TE-4-16", "K4-DTN", "K5C-80", "K6-N", "K6-DBN"]
CATEGORIES: list[Cell] = ["Trẻ mồ côi", "Đơn thân nuôi con", "NCT từ đủ 80 tuổi", "NKT nặng", "NKT đặc biệt nặng"]
CLAUSES: list[Cell] = ["Khoản 1", "Khoản 4", "Điểm c khoản 5", "Khoản 6 nặng", "Khoản 6 ĐBN"]
PAYEE: list[Cell] = ["Trần Thị Hoa", "Bà"]


def marked(
    reference: Reference,
    headers: Rows,
    signs: Sequence[Sequence[Cell]],
    behind: Sequence[Sequence[Cell]],
    below: Rows | None = None,
) -> ListReading:
    """The five people, each with the cells of their mark columns and what stands behind these; a child's payee at the end."""
    rows: Rows = [
        [at, *person, "Thôn 1", *sign, *more, *(PAYEE if at == 1 else [None, None])]
        for at, (person, sign, more) in enumerate(zip(PEOPLE, signs, behind, strict=True), 1)
    ]
    grid = [*map(list, TITLES), *headers, *rows, *(below or [])]
    return standardise(Workbook("ds.xlsx", "xlsx", (Sheet("DS", grid),)), reference)


def in_own_column(cells: Sequence[Cell]) -> Rows:
    """Each person's cell in the column of his own category."""
    return [[cell if column == at else None for column in range(len(cells))] for at, cell in enumerate(cells)]


def two_rows(group: str, categories: list[Cell], behind: list[Cell]) -> Rows:
    return [
        [*BEFORE, group, *[None] * (len(categories) - 1), *behind, "Người nhận thay", "Quan hệ"],
        [*[None] * len(BEFORE), *categories],
    ]


CHILDREN: Rows = [[None], [2], [None], [None], [None]]


@pytest.mark.parametrize("mark", ["x", "X", "✓", "1", 1])
@pytest.mark.parametrize("words", [CATEGORIES, CLAUSES])
def test_a_mark_below_a_category_is_that_category(reference: Reference, mark: Cell, words: list[Cell]) -> None:
    reading = marked(reference, two_rows("Nhóm đối tượng", words, ["Số con"]), in_own_column([mark] * 5), CHILDREN)
    assert [row.record.category for row in reading.rows] == CODES
    assert [(row.status, row.record.children_count) for row in reading.rows] == [
        (RowStatus.ACCEPTED, 2 if code == "K4-DTN" else None) for code in CODES
    ]


def test_one_row_of_header_is_enough(reference: Reference) -> None:
    headers: Rows = [[*BEFORE, *CLAUSES, "Số con", "Người nhận thay", "Quan hệ"]]
    assert [row.record.category for row in marked(reference, headers, in_own_column(["x"] * 5), CHILDREN).rows] == CODES


def test_sums_in_the_columns_of_categories_are_checked(reference: Reference) -> None:
    sums: list[Cell] = [540_000, "720.000", 360_000, 540_000, 999_000]
    total: Rows = [[None, "Tổng cộng", None, None, None, 540_000, 720_000, 360_000, 540_000, 999_000]]
    headers = two_rows("Mức trợ cấp (đồng)", CATEGORIES, ["Số con"])
    rows = marked(reference, headers, in_own_column(sums), CHILDREN, total).rows
    assert [row.record.category for row in rows] == CODES
    assert [[finding.code for finding in row.findings if finding.severity.value == "review"] for row in rows] == [
        [], [], [], [], ["amount_differs"],
    ]  # fmt: skip


def test_coefficients_in_the_columns_of_categories_are_checked(reference: Reference) -> None:
    headers = two_rows("Hệ số", CATEGORIES, ["Số con"])
    rows = marked(reference, headers, in_own_column(["1,5", "1,0", "1,0", "1,5", "2,5"]), CHILDREN).rows
    assert [row.record.category for row in rows] == CODES
    assert [row.status for row in rows] == [RowStatus.ACCEPTED] * 4 + [RowStatus.REVIEW]


def test_a_number_in_the_single_parents_column_is_of_children(reference: Reference) -> None:
    headers = two_rows("Đối tượng", ["Trẻ mồ côi", "Đơn thân nuôi con (ghi số con)", *CATEGORIES[2:]], ["Ghi chú"])
    rows = marked(reference, headers, in_own_column(["x", 3, "x", "x", "x"]), [[None]] * 5).rows
    assert [row.record.children_count for row in rows] == [None, 3, None, None, None]


def test_a_single_parents_mark_tells_no_number_of_children(reference: Reference) -> None:
    rows = marked(reference, two_rows("Đối tượng", CATEGORIES, ["Số con"]), in_own_column(["x"] * 5), [[None]] * 5).rows
    assert [finding.code for finding in rows[1].findings if finding.severity.value == "review"] == ["children_missing"]


def test_two_marks_are_two_categories(reference: Reference) -> None:
    signs = in_own_column(["x"] * 5)
    signs[4][3] = "x"
    signs[4][0] = "x"
    rows = marked(reference, two_rows("Đối tượng", CATEGORIES, ["Số con"]), signs, CHILDREN).rows
    assert "category_several" in {finding.code for finding in rows[4].findings}


def test_a_row_that_counts_the_columns_is_no_sign_against_marks(reference: Reference) -> None:
    headers: Rows = [*two_rows("Đối tượng", CATEGORIES, ["Số con"]), [f"({at})" for at in range(1, 14)]]
    rows = marked(reference, headers, in_own_column(["x"] * 5), CHILDREN).rows
    assert [row.record.category for row in rows] == CODES


def test_severities_are_marked_beside_a_category_in_words(reference: Reference) -> None:
    headers: Rows = [
        [*BEFORE, "Đối tượng", "Mức độ khuyết tật", None, "Số con", "Người nhận thay", "Quan hệ"],
        [*[None] * 6, "Nặng", "Đặc biệt nặng"],
    ]
    words = ["Trẻ mồ côi", "Đơn thân", "Từ 80 tuổi", "Khuyết tật", "Khuyết tật"]
    signs: Rows = [[word, "x" if at == 3 else None, "x" if at == 4 else None] for at, word in enumerate(words)]
    assert [row.record.category for row in marked(reference, headers, signs, CHILDREN).rows] == CODES


def test_columns_that_name_categories_but_hold_words_are_no_marks(reference: Reference) -> None:
    headers: Rows = [[*BEFORE, "Đối tượng", "Khuyết tật", "Mồ côi", "Số con", "Người nhận thay", "Quan hệ"]]
    words = ["Trẻ mồ côi", "Đơn thân", "Từ 80 tuổi", "NKT nặng", "NKT ĐBN"]
    signs: Rows = [[word, "vận động", "mất cha"] for word in words]
    reading = marked(reference, headers, signs, CHILDREN)
    assert [row.record.category for row in reading.rows] == CODES
    assert reading.sheets[0].columns[Column.CATEGORY.value] == (5,)
