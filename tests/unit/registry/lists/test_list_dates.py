"""Birth dates as people write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.lists.dates import DateNote, age_on, column_has_month_first, read_birth
from services.registry.domain.lists.workbook import Cell


@pytest.mark.parametrize(
    ("cell", "text", "note"),
    [
        ("13-04-2020", "2020-04-13", DateNote.PLAIN),
        ("6/3/2007", "2007-03-06", DateNote.PLAIN),
        ("09.04.1960", "1960-04-09", DateNote.PLAIN),
        ("1940-05-07", "1940-05-07", DateNote.PLAIN),
        ("05/08/1960 00:00:00", "1960-08-05", DateNote.PLAIN),
        ("ngày 5 tháng 8 năm 1960", "1960-08-05", DateNote.PLAIN),
        (date(1936, 8, 22), "1936-08-22", DateNote.PLAIN),
        (1940, "1940", DateNote.PLAIN),
        (1940.0, "1940", DateNote.PLAIN),
        ("1940", "1940", DateNote.PLAIN),
        ("năm 1940", "1940", DateNote.PLAIN),
        ("00/00/1940", "1940", DateNote.DAY_UNKNOWN),
        ("xx/xx/1940", "1940", DateNote.DAY_UNKNOWN),
        ("06/1940", "1940", DateNote.DAY_UNKNOWN),
        ("05/08/41", "1941-08-05", DateNote.TWO_DIGIT_YEAR),
        ("05/08/15", "2015-08-05", DateNote.TWO_DIGIT_YEAR),
        (29_440, "1980-08-07", DateNote.FROM_NUMBER),
        ("05081960", "1960-08-05", DateNote.FROM_NUMBER),
        (5_081_960, "1960-08-05", DateNote.FROM_NUMBER),
        (date(1905, 4, 23), "1940", DateNote.FROM_NUMBER),
        ("31/02/1950", None, DateNote.IMPOSSIBLE),
        ("32/01/1944", None, DateNote.IMPOSSIBLE),
        ("05/13/1940", None, DateNote.IMPOSSIBLE),
        ("1/1/1850", None, DateNote.IMPOSSIBLE),
        ("13/1940", None, DateNote.IMPOSSIBLE),
        ("19400", "1953-02-10", DateNote.FROM_NUMBER),
        (12.5, None, DateNote.IMPOSSIBLE),
        ("12 tuổi", None, DateNote.IMPOSSIBLE),
    ],
)
def test_a_birth_date_is_read(cell: Cell, text: str | None, note: DateNote) -> None:
    reading = read_birth(cell, latest_year=2021)
    assert reading is not None
    assert (reading.text, reading.note) == (text, note)


@pytest.mark.parametrize("cell", [None, "", "  ", "không rõ", "-"])
def test_nothing_written_is_no_date(cell: Cell) -> None:
    assert read_birth(cell) is None


def test_a_column_with_the_month_first_is_recognised_as_a_whole() -> None:
    american = ["05/13/1940", "12/25/1950", "01/31/1960", "02/03/1970"]
    assert column_has_month_first(american)
    assert not column_has_month_first([*american, "31/12/1980"])
    assert not column_has_month_first(american[:2])
    reading = read_birth("02/03/1970", month_first=True)
    assert reading is not None
    assert (reading.text, reading.note) == ("1970-02-03", DateNote.MONTH_FIRST)


@given(st.dates(date(1900, 1, 1), date(2021, 10, 31)), st.sampled_from("/-."), st.booleans())
def test_a_written_date_comes_back_and_stays(day: date, mark: str, zeros: bool) -> None:
    pattern = "{0:02d}{3}{1:02d}{3}{2}" if zeros else "{0}{3}{1}{3}{2}"
    reading = read_birth(pattern.format(day.day, day.month, day.year, mark), latest_year=2021)
    assert reading is not None
    assert reading.text == day.isoformat()
    again = read_birth(reading.text)
    assert again is not None
    assert again.text == reading.text


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (date(1941, 10, 1), date(2021, 10, 1), 80),
        (date(1941, 10, 2), date(2021, 10, 1), 79),
        (date(2004, 2, 29), date(2020, 2, 28), 15),
        (date(2004, 2, 29), date(2022, 3, 1), 18),
        (date(2021, 12, 1), date(2021, 10, 1), -1),
    ],
)
def test_age_is_in_completed_years(birth: date, day: date, age: int) -> None:
    assert age_on(birth, day) == age


@given(st.one_of(st.text(max_size=20), st.integers(-10, 10**10), st.floats(allow_nan=False, allow_infinity=False)))
def test_whatever_stands_in_a_cell_has_an_answer(cell: Cell) -> None:
    reading = read_birth(cell)
    assert reading is None or (reading.text is None) == (reading.note is DateNote.IMPOSSIBLE)
