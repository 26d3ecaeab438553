"""A provider's results are read row by row, in whatever shape its spreadsheet left the numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.lists.workbook import Cell, Sheet, Workbook
from services.registry.domain.registration_results import (
    CODE,
    HOLDER,
    NUMBER,
    REASON,
    RESULT,
    ROW_ERRORS,
    read_results,
    registration_code,
)
from shared.kernel.errors import Refusal

HEADER = ("STT", CODE, "Họ và tên chủ tài khoản", RESULT, NUMBER, HOLDER, REASON)


def _book(*rows: tuple[Cell, ...]) -> Workbook:
    return Workbook("x.xlsx", "xlsx", (Sheet("Dang ky", [("Tiêu đề",), HEADER, *rows]),))


def _row(code: str, result: Cell, number: Cell = None, holder: Cell = None, reason: Cell = None) -> tuple[Cell, ...]:
    return (1, code, "Phan Thị Một", result, number, holder, reason)


@pytest.mark.parametrize(
    ("provider", "number", "canonical"),
    [
        ("viettelpay", "0912 330 001", "84912330001"),
        ("viettelpay", 912330001, "84912330001"),
        ("viettelpay", 912330001.0, "84912330001"),
        ("viettelpay", "+84912330001", "84912330001"),
        ("vietinbank", 108140330001.0, "108140330001"),
        ("vietinbank", "1081-4033-0001", "108140330001"),
    ],
)
def test_numbers(provider: str, number: Cell, canonical: str) -> None:
    (read,) = read_results(_book(_row("00012-003", "ĐÃ MỞ", number, "PHAN THI MOT")), provider, 12, 5).results
    assert (read.row, read.list_row, read.number) == (3, 3, canonical)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (_row("00012-006", "Đã mở", "108140330001", "A B"), "unknown-registration-code"),
        (_row("00013-001", "Đã mở", "108140330001", "A B"), "unknown-registration-code"),
        (_row("Phan", "Đã mở", "108140330001", "A B"), "unknown-registration-code"),
        (_row("00012-001", "có lẽ", "108140330001", "A B"), "unknown-result"),
        (_row("00012-001", None, "108140330001", "A B"), "unknown-result"),
        (_row("00012-001", "Đã mở", None, "A B"), "number-missing"),
        (_row("00012-001", "Đã mở", "12", "A B"), "bad-number"),
        (_row("00012-001", "Đã mở", "108140330001"), "holder-missing"),
        (_row("00012-001", "Từ chối"), "reason-missing"),
    ],
)
def test_rows_that_can_not_be_used(row: tuple[Cell, ...], code: str) -> None:
    read = read_results(_book(row), "vietinbank", 12, 5)
    assert ([error.code for error in read.errors], read.results) == ([code], ())
    assert code in ROW_ERRORS


def test_a_code_twice_an_empty_row_and_signatures() -> None:
    row = _row("00012-001", "Từ chối", reason="CCCD 046138330001 hết hạn")
    read = read_results(_book(row, row, _row("00012-002", None), (None, None, "NGƯỜI LẬP")), "vietinbank", 12, 5)
    assert [error.code for error in read.errors] == ["code-twice"]
    assert (read.waiting, read.results[0].reason) == (1, "CCCD •••••••••001 hết hạn")


def test_a_file_without_the_header_is_refused() -> None:
    with pytest.raises(Refusal, match="results-without-header"):
        read_results(Workbook("x.csv", "csv", (Sheet("x", [("a", "b")]),)), "vietinbank", 12, 5)


@given(
    st.lists(st.tuples(*[st.one_of(st.none(), st.text(max_size=12), st.integers(), st.floats(allow_nan=False))] * 7), max_size=6)
)
def test_any_cells_at_all_are_read_or_told(rows: list[tuple[Cell, ...]]) -> None:
    read = read_results(_book(*rows), "viettelpay", 12, 5)
    assert len(read.results) + len(read.errors) + read.waiting <= len(rows)


@given(st.integers(1, 10**6), st.integers(1, 2000))
def test_codes_are_read_back(list_number: int, list_row: int) -> None:
    row = _row(registration_code(list_number, list_row), "Đã mở", "108140330001", "A B")
    (read,) = read_results(_book(row), "vietinbank", list_number, 2000).results
    assert read.list_row == list_row
