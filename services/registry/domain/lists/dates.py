"""Birth dates as lists write them: a day, a month and a year, or a year alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from services.registry.domain.lists.workbook import Cell

EARLIEST_YEAR = 1900
_MUCH_MORE, _LATEST_TOLD = 4, 2_030
_LATEST_YEAR = 2100
_EXCEL_DAY_ZERO = date(1899, 12, 30)
_UNKNOWN_OR_NUMBER = r"(\d{1,2}|[x?.…_\-]{1,4})"
_PARTS = re.compile(rf"^{_UNKNOWN_OR_NUMBER}\s*[/\-.,\\ ]\s*{_UNKNOWN_OR_NUMBER}\s*[/\-.,\\ ]\s*(\d{{4}}|\d{{2}})$", re.I)
_ISO = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$")
_MONTH_YEAR = re.compile(r"^(\d{1,2})\s*[/\-.]\s*(\d{4})$")
_YEAR = re.compile(r"^(?:[-/.x?_… ]*|(?:sinh )?(?:năm|nam)[: ]*|sinh[: ]*|s\.?n\.?[: ]*)(\d{4})$", re.IGNORECASE)
_EIGHT = re.compile(r"^(\d{2})(\d{2})(\d{4})$")
_WORDS = re.compile(r"^(?:ngày\s*)?(\d{1,2})\s*tháng\s*(\d{1,2})\s*năm\s*(\d{4})$", re.IGNORECASE)
_YEAR_OF_NUMBER = re.compile(r"^(\d{4})[.,]0{1,2}$")
_LUNAR = re.compile(r"\b(?:âm lịch|am lich|al|âl|â\.?l|a\.l)\b\.?", re.IGNORECASE)
_EXTRA = re.compile(
    r"\([^()]*\)?|\[[^\]]*\]?|\b\d{1,3}\s*(?:tuổi|tuoi|t)\b"
    r"|\b(?:không|khong|ko|k) (?:rõ|ro)\b(?:[ ,]|ngày)*"
    r"|\b(?:khoảng|khoang|chừng|tầm|độ|ước|sinh|ngày|ngay|ngáy|dương lịch|duong lich|dl|s\.?n|ns)\b[.:]?|[?~≈*]+",
    re.IGNORECASE,
)
"""What stands around a date and takes nothing from it: `khoảng 1936`, `12/05/1936 (AL)`, `1936 (86 tuổi)`."""
_MONTH_WORD = re.compile(r"\b(?:tháng|thang|thg|th|t)\.?\s*(?=\d)", re.IGNORECASE)
_YEAR_WORD = re.compile(r"\s*\b(?:năm|nam)\b\s*", re.IGNORECASE)
_MONTH_NAME = re.compile(
    r"(?<=[\s/.\-])(?:(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*|(iii|ii|iv|viii|vii|vi|ix|xii|xi|i|v|x))\.?(?=[\s/.,\-])",
    re.IGNORECASE,
)
_MONTHS = {
    name: month
    for names in ("jan feb mar apr may jun jul aug sep oct nov dec", "i ii iii iv v vi vii viii ix x xi xii")
    for month, name in enumerate(names.split(), 1)
}
_ONE_YEAR = re.compile(r"^\D*((?:19|20)\d\d)\D*$")
_MARKS = re.compile(r"\s*([/\-.,\\])(?:\s*[/\-.,\\])+\s*")
_SPLIT_YEAR = re.compile(r"(?<=[/\-.,])\s*(19|20)\s+(\d{2})$")
_AGE = re.compile(r"^(\d{1,3})\s*(?:tuổi|tuoi|t)\.?$", re.IGNORECASE)
_LUNAR_DAYS = 30
_CLOCK = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2})?(\.\d+)?$")


class DateNote(StrEnum):
    """What had to be understood in a date beyond its form."""

    PLAIN = "plain"
    TWO_DIGIT_YEAR = "two_digit_year"
    DAY_UNKNOWN = "day_unknown"
    LUNAR = "lunar"
    MONTH_FIRST = "month_first"
    FROM_NUMBER = "from_number"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True)
class BirthReading:
    """A birth date: `year` with `day` (whole date) or without (year alone); both None when it can't be a date."""

    year: int | None
    day: date | None
    note: DateNote

    @property
    def text(self) -> str | None:
        """`YYYY-MM-DD`, `YYYY`, or None."""
        if self.day is not None:
            return self.day.isoformat()
        return None if self.year is None else f"{self.year:04d}"

    @property
    def first_day(self) -> date | None:
        """The day ages count from: a year alone counts from 1 January (the default of the provincial parameter)."""
        if self.day is not None:
            return self.day
        return None if self.year is None else date(self.year, 1, 1)


IMPOSSIBLE = BirthReading(None, None, DateNote.IMPOSSIBLE)


def read_birth(cell: Cell, *, month_first: bool = False, latest_year: int = 2030) -> BirthReading | None:
    """The birth date in a cell; None when the cell is empty. Two-digit years count back from `latest_year`."""
    if cell is None:
        return None
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return _from_date(cell)
    if isinstance(cell, int | float):
        return _from_number(cell)
    return _from_text(cell.strip(), month_first, latest_year)


def _whole(day: date, note: DateNote) -> BirthReading:
    return BirthReading(day.year, day, note) if day.year >= EARLIEST_YEAR else IMPOSSIBLE


def _year(year: int, note: DateNote) -> BirthReading:
    return BirthReading(year, None, note) if EARLIEST_YEAR <= year <= _LATEST_YEAR else IMPOSSIBLE


def _from_date(day: date) -> BirthReading:
    """A year typed into a cell formatted as a date shows a day of 1905: serial number 1940 is 1905-04-23."""
    serial = (day - _EXCEL_DAY_ZERO).days
    if EARLIEST_YEAR <= serial <= 2030:
        return _year(serial, DateNote.FROM_NUMBER)
    return _whole(day, DateNote.PLAIN)


def _from_number(number: float) -> BirthReading:
    if number != int(number):
        return _month_and_year(f"{number:.4f}")
    whole = int(number)
    if EARLIEST_YEAR <= whole <= _LATEST_YEAR:
        return _year(whole, DateNote.PLAIN)
    if 1_011_900 <= whole <= 31_122_100:
        return _combine(whole // 1_000_000, whole // 10_000 % 100, whole % 10_000, DateNote.FROM_NUMBER)
    if 3_000 <= whole <= 60_000:
        return _whole(_EXCEL_DAY_ZERO + timedelta(days=whole), DateNote.FROM_NUMBER)
    return IMPOSSIBLE


def _month_and_year(text: str) -> BirthReading:
    found = _MONTH_YEAR.match(text)
    if found and 1 <= int(found.group(1)) <= 12:
        return _year(int(found.group(2)), DateNote.DAY_UNKNOWN)
    return IMPOSSIBLE


def _combine(day: int, month: int, year: int, note: DateNote) -> BirthReading:
    if day == 0 or month == 0:
        return _year(year, DateNote.DAY_UNKNOWN)
    try:
        return _whole(date(year, month, day), note)
    except ValueError:
        return IMPOSSIBLE


def _century(two_digits: int, latest_year: int) -> int:
    year = latest_year // 100 * 100 + two_digits
    return year if year <= latest_year else year - 100


@lru_cache(maxsize=2_048)
def _from_text(text: str, month_first: bool, latest_year: int) -> BirthReading | None:
    text = _CLOCK.sub("", text).strip().strip("'`’").rstrip(".")
    if not text or not any(mark.isdigit() for mark in text):
        return None
    parts = _PARTS.match(text)
    if parts:
        return _from_parts(parts, month_first, latest_year)
    if found := _ISO.match(text):
        year, month, day = map(int, found.groups())
        return _combine(day, month, year, DateNote.PLAIN)
    if found := _WORDS.match(text):
        day, month, year = map(int, found.groups())
        return _combine(day, month, year, DateNote.PLAIN)
    if found := _MONTH_YEAR.match(text):
        month, year = map(int, found.groups())
        return _year(year, DateNote.DAY_UNKNOWN) if month <= 12 else IMPOSSIBLE
    if found := _YEAR.match(text):
        return _year(int(found.group(1)), DateNote.PLAIN)
    if found := _EIGHT.match(text):
        day, month, year = map(int, found.groups())
        return _combine(day, month, year, DateNote.FROM_NUMBER)
    if found := _YEAR_OF_NUMBER.match(text):
        return _year(int(found.group(1)), DateNote.PLAIN)
    if text.isdecimal() and len(text) == 5:
        return _from_number(int(text))
    return _among_words(text, month_first, latest_year)


def _among_words(text: str, month_first: bool, latest_year: int) -> BirthReading:
    """The date in what has words around it; a day of the lunar calendar says so, and one that the solar lacks is a year."""
    lunar = bool(_LUNAR.search(text))
    bare = _EXTRA.sub(" ", _LUNAR.sub(" ", text))
    if _MONTH_WORD.search(bare):
        bare = _YEAR_WORD.sub("/", _MONTH_WORD.sub("/", bare))
    bare = _MONTH_NAME.sub(lambda name: str(_MONTHS[(name.group(1) or name.group(2)).lower()]), bare)
    bare = _SPLIT_YEAR.sub(r"\1\2", _MARKS.sub(r"\1", bare)).strip().strip("/-., ")
    if bare == text:
        year = _ONE_YEAR.match(bare)
        return _year(int(year.group(1)), DateNote.DAY_UNKNOWN) if year else IMPOSSIBLE
    reading = _from_text(bare, month_first, latest_year) or IMPOSSIBLE
    if not lunar:
        return reading
    if reading.day is not None:
        return BirthReading(reading.year, reading.day, DateNote.LUNAR)
    parts = _PARTS.match(bare)
    if reading is IMPOSSIBLE and parts and parts.group(1).isdigit() and int(parts.group(1)) <= _LUNAR_DAYS:
        return _from_text(f"00/00/{parts.group(3)}", month_first, latest_year) or IMPOSSIBLE
    return reading


def year_of_age(cell: Cell, year: int) -> int | None:
    """The year (or the one before it) in which somebody was born whose age alone is written: `86 tuổi`."""
    found = _AGE.match(cell.strip()) if isinstance(cell, str) else None
    return year - int(found.group(1)) if found else None


def _from_parts(found: re.Match[str], month_first: bool, latest_year: int) -> BirthReading:
    first, second, last = found.groups()
    note = DateNote.PLAIN
    year = int(last)
    if len(last) == 2:
        year, note = _century(year, latest_year), DateNote.TWO_DIGIT_YEAR
    if not (first.isdigit() and second.isdigit()):
        return _year(year, DateNote.DAY_UNKNOWN)
    if month_first and int(first) <= 12:
        return _combine(int(second), int(first), year, DateNote.MONTH_FIRST)
    return _combine(int(first), int(second), year, note)


def column_has_month_first(cells: Iterable[Cell]) -> bool:
    """Whether a column of text dates is month/day/year: several second numbers are over 12 and next to no first number is."""
    over = day_first = 0
    for cell in cells:
        found = _PARTS.match(cell.strip()) if isinstance(cell, str) else None
        if found and found.group(1).isdigit() and found.group(2).isdigit():
            first, second, year = int(found.group(1)), int(found.group(2)), int(found.group(3))
            day_first += first > 12 and year < _LATEST_TOLD and _combine(first, second, year, DateNote.PLAIN) is not IMPOSSIBLE
            over += int(found.group(2)) > 12
    return over >= 3 and over >= _MUCH_MORE * day_first


def age_on(birth: date, day: date) -> int:
    """Completed years on a day (negative before birth). Somebody born on 29 February turns on 1 March."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
