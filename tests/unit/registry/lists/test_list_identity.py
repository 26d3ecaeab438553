"""Identity numbers: digits back in place, nothing made of what can't be one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.lists.findings import Severity
from services.registry.domain.lists.identity import birth_year_of, read_identity, sex_of
from services.registry.domain.lists.records import ListReading
from services.registry.domain.lists.workbook import Cell

ReadRows = Callable[..., ListReading]


@pytest.mark.parametrize(
    ("cell", "number", "kind", "restored"),
    [
        ("046040923967", "046040923967", "cccd", False),
        ("046 218255284", "046218255284", "cccd", False),
        ("046.218.255.284", "046218255284", "cccd", False),
        ("190105543", "190105543", "cmnd", False),
        ("195 667077", "195667077", "cmnd", False),
        ("'190105543", "190105543", "cmnd", False),
        ("CMND: 190105543", "190105543", "cmnd", False),
        (46_321_560_263, "046321560263", "cccd", True),
        (46_321_560_263.0, "046321560263", "cccd", True),
        (1_321_560_263, "001321560263", "cccd", True),
        (12_345_678, "012345678", "cmnd", True),
        (196_384_170, "196384170", "cmnd", False),
        ("46321560263", "046321560263", "cccd", True),
        ("1927092", None, None, False),
        ("0460409239", None, None, False),
        ("0460409239671", None, None, False),
        ("4.6321560263E+10", None, None, False),
        ("abc", None, None, False),
    ],
)
def test_a_number_is_read(cell: Cell, number: str | None, kind: str | None, restored: bool) -> None:
    reading = read_identity(cell)
    assert reading is not None
    assert (reading.number, reading.kind, reading.zeros_restored) == (number, kind, restored)


@pytest.mark.parametrize("cell", [None, "", " ", "không có", "chưa có", "-", "0"])
def test_nothing_written_is_no_number(cell: Cell) -> None:
    assert read_identity(cell) is None


def test_where_zeros_are_kept_a_missing_digit_is_missing() -> None:
    reading = read_identity("19321560", zeros_kept=True)
    assert reading is not None
    assert reading.number is None


def test_every_cccd_begins_with_a_zero_so_one_that_does_not_lost_it() -> None:
    """Also where other cells kept theirs: lists are pasted together from several."""
    reading = read_identity("46321560263", zeros_kept=True)
    assert reading is not None
    assert (reading.number, reading.zeros_restored) == ("046321560263", True)


@pytest.mark.parametrize(
    ("cell", "number", "second"),
    [
        ("46128459568.0", "046128459568", None),
        ("198219254.0", "198219254", None),
        ("185015737 046137495625", "046137495625", "185015737"),
        ("046060031548 - 196200856", "046060031548", "196200856"),
        ("046 137 495625", "046137495625", None),
    ],
)
def test_numbers_copied_as_text_or_side_by_side(cell: str, number: str, second: str | None) -> None:
    reading = read_identity(cell)
    assert reading is not None
    assert (reading.number, reading.second) == (number, second)


def test_two_numbers_in_one_cell_give_the_cccd_first() -> None:
    reading = read_identity("190105543 / 046040923967")
    assert reading is not None
    assert (reading.number, reading.second) == ("046040923967", "190105543")
    bracketed = read_identity("190105543 (046040923967)")
    assert bracketed is not None
    assert bracketed.number == "046040923967"


def test_letters_that_look_like_digits_are_named() -> None:
    reading = read_identity("O46O40923967")
    assert reading is not None
    assert (reading.number, reading.letters) == ("046040923967", True)


@pytest.mark.parametrize(
    ("number", "sex", "year"),
    [
        ("046040923967", "male", 1940),
        ("046140923967", "female", 1940),
        ("046210923967", "male", 2010),
        ("046310923967", "female", 2010),
    ],
)
def test_a_cccd_tells_sex_and_birth_year(number: str, sex: str, year: int) -> None:
    assert (sex_of(number), birth_year_of(number)) == (sex, year)


@given(st.one_of(st.text("0123456789 .-/OlEe+()", max_size=30), st.integers(0, 10**14)))
def test_reading_a_read_number_changes_nothing(cell: Cell) -> None:
    reading = read_identity(cell)
    if reading is not None and reading.number is not None:
        assert len(reading.number) in (9, 12)
        again = read_identity(reading.number)
        assert again is not None
        assert (again.number, again.zeros_restored) == (reading.number, False)


@pytest.mark.parametrize("number", ["2012345678", "19123456789"])
def test_a_cmnd_with_digits_too_many_is_no_cccd_that_lost_zeros(read_rows: ReadRows, adult: dict[str, Cell], number: str) -> None:
    row = read_rows({**adult, "number": number}).rows[0]
    assert [finding.code for finding in row.findings if finding.severity is not Severity.INFO] == ["id_length"]


def test_a_cccd_that_lost_its_zero_and_has_another_year_is_for_an_officer(read_rows: ReadRows, adult: dict[str, Cell]) -> None:
    others = [{**adult, "name": f"Lê Văn {name}", "number": f"0460801{at:05d}"} for at, name in enumerate(("An", "Ba", "Cả"))]
    row = read_rows(*others, {**adult, "number": "46090123456"}).rows[3]
    assert {finding.code for finding in row.findings} == {"id_zero_restored", "id_birth_differs"}
