"""Who a row is about: name, birth date, sex, identity number, ethnic group, village."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from services.registry.domain.lists import findings as f
from services.registry.domain.lists.cell_words import is_mark
from services.registry.domain.lists.dates import IMPOSSIBLE, BirthReading, DateNote, read_birth, year_of_age
from services.registry.domain.lists.findings import FindingKind
from services.registry.domain.lists.headers import Column
from services.registry.domain.lists.identity import IdentityReading, birth_year_of, read_identity, sex_of
from services.registry.domain.lists.names import is_odd, is_trivial_change, names_two, read_name
from services.registry.domain.lists.payee_words import split_payee
from services.registry.domain.lists.places_in_commune import ethnic_group, standard_village, village_kind, village_name
from services.registry.domain.lists.reference import Reference
from services.registry.domain.lists.row_cells import RowCells, written_form
from services.registry.domain.lists.text import fold, tidy
from services.registry.domain.lists.workbook import Cell

_SEXES = {"nam": "male", "nu": "female", "n": "female", "m": "male", "f": "female", "male": "male", "female": "female",
          "trai": "male", "gai": "female", "ong": "male", "ba": "female"}  # fmt: skip
_DATE_FINDINGS: dict[DateNote, FindingKind] = {
    DateNote.TWO_DIGIT_YEAR: f.BIRTH_TWO_DIGIT_YEAR,
    DateNote.DAY_UNKNOWN: f.BIRTH_DAY_UNKNOWN,
    DateNote.LUNAR: f.BIRTH_LUNAR,
    DateNote.MONTH_FIRST: f.BIRTH_MONTH_FIRST,
    DateNote.FROM_NUMBER: f.BIRTH_FROM_NUMBER,
}


@dataclass(frozen=True, slots=True)
class NumberColumnFacts:
    """What a column of identity numbers shows: whether leading zeros survived, how its CMND and its CCCD mostly begin."""

    zeros_kept: bool = False
    home_prefix: str = ""
    provinces: frozenset[str] = frozenset()


@dataclass(slots=True)
class Person:
    """Who the row is about, as far as it can be read. `payee_said` is what the name's cell says of who receives."""

    name: str | None = None
    remark: str = ""
    payee_said: str = ""
    birth: BirthReading | None = None
    sex: str | None = None
    number: str | None = None
    number_kind: str | None = None


_ENDS_OF_RECEIVING = frozenset(")yộno")
"""How a cell ends that names a payee behind the beneficiary: `(mẹ Võ Thị E nhận thay)`, `... nhận hộ`, `... nhận tiền`."""


def read_full_name(cells: RowCells, person: Person) -> None:
    """The name, its remark kept apart. A row without a name is rejected."""
    text = cells.text(Column.FULL_NAME)
    if not text and Column.GIVEN_NAME in cells.layout.columns:
        text = f"{cells.text(Column.FAMILY_NAME)} {cells.text(Column.GIVEN_NAME)}"
    if ":" in text or text[-1:] in _ENDS_OF_RECEIVING:
        text, person.payee_said = split_payee(text)
    reading = read_name(text)
    if not reading.name:
        cells.add(f.NAME_MISSING, "full_name", cells.as_written(Column.FULL_NAME))
        return
    person.name, person.remark = reading.name, reading.remark
    if is_odd(reading.name) or ((reading.remark or " Và " in reading.name) and names_two(reading)):
        cells.add(f.NAME_ODD, "full_name", cells.as_written(Column.FULL_NAME), reading.name)
    if cells.was_decoded(Column.FULL_NAME):
        cells.add(f.TEXT_DECODED, "full_name", cells.as_written(Column.FULL_NAME), reading.name)
    elif reading.remark:
        cells.add(f.NAME_REMARK, "full_name", reading.remark, reading.name)
    elif not is_trivial_change(text, reading.name):
        cells.add(f.NAME_REWRITTEN, "full_name", cells.as_written(Column.FULL_NAME), reading.name)


def read_birth_and_sex(
    cells: RowCells, person: Person, month: date, *, month_first: bool, unmarked_sex: str | None = None
) -> None:
    """The birth date and the sex, from their own columns or from columns Nam and Nữ that hold the date.

    `unmarked_sex` is the sex of a row without a mark where the only column is one of Nữ (or Nam) and others have marks.
    """
    written: Cell = cells.cell(Column.BIRTH)
    person.sex = _sex(cells)
    male, female = cells.cell(Column.MALE), cells.cell(Column.FEMALE)
    if male is not None or female is not None:
        if male is not None and female is not None:
            cells.add(f.SEX_CONTRADICTORY, "sex", f"{written_form(male)}; {written_form(female)}")
        else:
            person.sex = "male" if male is not None else "female"
        held = male if male is not None else female
        if written is None and not is_mark(held):
            written = held
    elif person.sex is None:
        person.sex = unmarked_sex
    reading = birth_in_parts(cells) if written is None else _read(written, month, month_first)
    if aged := year_of_age(written, month.year):
        cells.add(f.BIRTH_MISSING, "birth_date", written_form(written), str(aged))
    elif reading is None:
        cells.add(f.BIRTH_MISSING, "birth_date", written_form(written))
    elif reading.note is DateNote.IMPOSSIBLE:
        cells.add(f.BIRTH_IMPOSSIBLE, "birth_date", written_form(written))
    elif _is_future(reading, month):
        cells.add(f.BIRTH_FUTURE, "birth_date", written_form(written), reading.text)
    else:
        kind = _DATE_FINDINGS.get(reading.note)
        if kind:
            cells.add(kind, "birth_date", written_form(written), reading.text)
        person.birth = reading


def _sex(cells: RowCells) -> str | None:
    """The sex in its own column, in words or as a code that the column's heading explains (1: Nam, 2 or 0: Nữ, if it doesn't)."""
    text = cells.text(Column.SEX)
    sex = _SEXES.get(fold(text))
    at = cells.layout.first(Column.SEX)
    if sex is None and at is not None and text.isdecimal():
        sex = _sex_codes(cells.layout.headers[at]).get(int(text))
        if sex:
            cells.add(f.SEX_FROM_CODE, "sex", text, sex)
    return sex


@lru_cache(maxsize=64)
def _sex_codes(heading: str) -> dict[int, str]:
    found = re.findall(r"\b(nam|nu) (\d)\b", fold(heading)), re.findall(r"\b(\d) (nam|nu)\b", fold(heading))
    pairs = found[0] if len(found[0]) >= len(found[1]) else [(word, code) for code, word in found[1]]
    return {int(code): _SEXES[word] for word, code in pairs} or {1: "male", 2: "female", 0: "female"}


def _read(written: Cell, month: date, month_first: bool) -> BirthReading | None:
    return read_birth(written, month_first=month_first, latest_year=month.year)


_PART_WORDS = re.compile(r"^(?:tháng|thang|ngày|ngay|th|t)\.?\s*|[.,]0$", re.IGNORECASE)


def birth_in_parts(cells: RowCells) -> BirthReading | None:
    """A day, a month and a year in columns of their own."""
    year = cells.text(Column.BIRTH_YEAR)
    if not year:
        return None
    day, month = (_PART_WORDS.sub("", cells.text(column)) for column in (Column.BIRTH_DAY, Column.BIRTH_MONTH))
    if not day.isdigit() or not month.isdigit():
        return read_birth(year)
    return read_birth(f"{day}/{month}/{year}") or IMPOSSIBLE


def _is_future(reading: BirthReading, month: date) -> bool:
    if reading.day is None:
        return reading.year is not None and reading.year > month.year
    last = calendar.monthrange(month.year, month.month)[1]
    return reading.day > month.replace(day=last)


def read_numbers(cells: RowCells, person: Person, reference: Reference, facts: dict[int, NumberColumnFacts]) -> None:
    """The identity number from one column or from CMND and CCCD side by side (then the CCCD)."""
    found: list[IdentityReading] = []
    for column in (Column.CCCD, Column.IDENTITY, Column.CMND):
        for at in cells.layout.columns.get(column, ()):
            cell = cells.read[at] if at < len(cells.read) else None
            fact = facts.get(at, _NO_FACTS)
            born = person.birth.year if person.birth else None
            reading = believable(read_identity(cell, zeros_kept=fact.zeros_kept), reference, fact, born)
            if reading:
                found.append(reading)
    if not found:
        cells.add(f.ID_MISSING, "national_id")
        return
    good = sorted((reading for reading in found if reading.number), key=lambda reading: reading.kind != "cccd")
    if not good:
        cells.add(f.ID_LENGTH, "national_id", found[0].written)
        return
    chosen = good[0]
    person.number, person.number_kind = chosen.number, chosen.kind
    if chosen.letters:
        cells.add(f.ID_LETTERS, "national_id", chosen.written, chosen.number)
    if chosen.zeros_restored:
        cells.add(f.ID_ZERO_RESTORED, "national_id", chosen.written, chosen.number)
    others = [chosen.second, *(reading.number for reading in good[1:])]
    others += [reading.written for reading in found if not reading.number]
    for other in others:
        if other and other != chosen.number:
            cells.add(f.ID_SECOND_NUMBER, "national_id", other, chosen.number)


_NO_FACTS = NumberColumnFacts()
_BEGINS_NO_CMND = frozenset("456789")
_NOBODYS_CMND = "019"
"""No police office's CMND begin so (Hà Nội's are 010 to 013): eight digits from 19 on are one of Huế's that lost its last."""


def believable(
    reading: IdentityReading | None, reference: Reference, facts: NumberColumnFacts, birth_year: int | None = None
) -> IdentityReading | None:
    """The reading, unless zeros were put back to make a number of no province, or one that rather has a wrong length.

    A CMND with digits too many would become a CCCD of a province that nobody else in the list is from, and of another year;
    no CMND begins with a 4.
    """
    if reading is None or reading.number is None or not reading.zeros_restored:
        return reading
    number = reading.number
    if reading.kind == "cccd":
        real = number[:3] in reference.birth_provinces and number[3] in "0123"
        if number[:3] not in facts.provinces and birth_year is not None and number[1] not in _BEGINS_NO_CMND:
            real = real and birth_year_of(number) == birth_year
    else:
        real = not number.startswith(_NOBODYS_CMND) and (not facts.home_prefix or not number[1:].startswith(facts.home_prefix))
    return reading if real else IdentityReading(None, reading.written)


def check_number(cells: RowCells, person: Person, reference: Reference) -> None:
    """A CCCD against province, sex and birth year; the sex is taken from it where the list has none."""
    number = person.number
    if number is None or person.number_kind != "cccd":
        return
    if number[:3] not in reference.birth_provinces:
        cells.add(f.ID_PROVINCE, "national_id", number)
    sex = sex_of(number)
    if person.sex is None:
        person.sex = sex
        cells.add(f.SEX_FROM_ID, "sex", None, sex)
    elif person.sex != sex:
        cells.add(f.ID_SEX_DIFFERS, "national_id", number, sex)
    year = birth_year_of(number)
    if person.birth is not None and person.birth.year != year:
        cells.add(f.ID_BIRTH_DIFFERS, "national_id", number, str(year))


def read_ethnicity(cells: RowCells, reference: Reference) -> str | None:
    """The ethnic group's standard name; an unknown one stays as written."""
    text = cells.text(Column.ETHNICITY)
    if text.isdigit():
        text = reference.ethnic_groups.get(text.zfill(2), text)
    if not text:
        return None
    known = _known_group(text, reference)
    if known is None and cells.was_decoded(Column.ETHNICITY):
        known = _known_group(cells.undecoded(Column.ETHNICITY), reference)
    if known is None:
        cells.add(f.ETHNICITY_UNKNOWN, "ethnicity", text)
        return tidy(text)
    if known.casefold() != text.casefold():
        cells.add(f.ETHNICITY_REWRITTEN, "ethnicity", cells.as_written(Column.ETHNICITY), known)
    return known


@lru_cache(maxsize=1_024)
def _known_group(text: str, reference: Reference) -> str | None:
    return ethnic_group(text, reference.ethnic_groups)


def read_village(
    cells: RowCells, heading: str | None, spellings: dict[str, str], default_kind: str, above: frozenset[str] = frozenset()
) -> str | None:
    """The village in its standard form, else that of the heading above. `spellings` gives what a row lost: diacritics, `Thôn`."""
    text = cells.text(Column.VILLAGE)
    if cells.was_decoded(Column.VILLAGE) and village_kind(text) is None and village_kind(cells.undecoded(Column.VILLAGE)):
        text = cells.undecoded(Column.VILLAGE)
    village = standard_village(text, default_kind, above) if text else ""
    if not village:
        if heading:
            cells.add(f.VILLAGE_FROM_HEADING, "village", None, heading)
        return heading
    name = village_name(village)
    if name == village or name.isascii():
        village = spellings.get(fold(village), village)
    if village.casefold() != text.casefold():
        cells.add(f.VILLAGE_REWRITTEN, "village", cells.as_written(Column.VILLAGE), village)
    return village
