"""Standardising twice changes nothing: what the registry wrote itself it reads as it is, whole lists and single fields."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.registry.domain.lists.amounts import read_amount_dong, read_coefficient
from services.registry.domain.lists.category_words import read_wording
from services.registry.domain.lists.dates import read_birth
from services.registry.domain.lists.identity import read_identity
from services.registry.domain.lists.names import standard_name
from services.registry.domain.lists.phones import national_form, read_phone
from services.registry.domain.lists.places_in_commune import standard_village
from services.registry.domain.lists.records import ListReading, PersonRecord
from services.registry.domain.lists.reference import Reference
from services.registry.domain.lists.standardise import ListOptions, standardise
from services.registry.domain.lists.workbook import Cell, Sheet, Workbook
from services.registry.files.reference import load_reference
from services.registry.files.workbooks import read_workbook
from tests.registry.second_generator.commune_list import make_list
from tests.registry.second_generator.scripts import new_tone_style, tcvn3, untidy_spaces, vni
from tests.registry.second_generator.wording import VILLAGE_KINDS, VILLAGE_NAMES

HEADER: tuple[str, ...] = (
    "Họ và tên", "Giới tính", "Ngày sinh", "Số CMND/CCCD", "Dân tộc", "Thôn", "Đối tượng", "Số con", "Số điện thoại",
    "Hình thức chi trả", "Số tài khoản", "Người nhận thay", "Số CCCD người nhận thay", "Quan hệ",
)  # fmt: skip
REFERENCE = load_reference()
SEX_WORDS = {"male": "Nam", "female": "Nữ"}
REWRITING = frozenset(
    {
        "text_decoded", "name_rewritten", "name_remark", "birth_two_digit_year", "birth_day_unknown", "birth_month_first",
        "birth_from_number", "id_zero_restored", "id_second_number", "phone_prefix_2018", "phone_second_number",
        "village_rewritten",
        "ethnicity_rewritten", "amount_in_thousands", "ditto_read", "merged_read",
    }
)  # fmt: skip
syllables = st.sampled_from(("Nguyễn", "hoà", "THUỶ", "Quý", "đức", "Ðào", "ngọc", "Xuân", "Huỳnh", "khuê", "oanh", "Ẩn", "lợi"))


def own_form(record: PersonRecord) -> list[Cell]:
    """A record as the registry would write it in a list."""
    payee = record.payee
    return [
        record.full_name, SEX_WORDS.get(record.sex or ""), record.birth_date, record.national_id, record.ethnicity,
        record.village,
        record.category, record.children_count, record.phone, record.channel, record.account_number,
        *((payee.full_name, payee.national_id, payee.relationship) if payee else (None, None, None)),
    ]  # fmt: skip


def read_again(reading: ListReading, reference: Reference) -> ListReading:
    """The reading written as a list of the same month, and read once more."""
    rows: list[list[Cell]] = [list(HEADER), *(own_form(row.record) for row in reading.rows)]
    options = ListOptions(commune_code=reading.commune.code, month=reading.month)
    return standardise(Workbook("again.xlsx", "xlsx", (Sheet("DS", rows),)), reference, options)


def comparable(record: PersonRecord, reading: ListReading) -> PersonRecord:
    """The record, its commune that of the list (a row may name another one, which the own form doesn't repeat)."""
    values = {name: getattr(record, name) for name in record.__slots__}
    return PersonRecord(**{**values, "commune_code": reading.commune.code})


@pytest.mark.parametrize("first", range(0, 60, 10))
def test_a_list_of_standard_records_is_read_as_it_is(first: int, reference: Reference) -> None:
    for seed in range(first, first + 10):
        made = make_list(seed)
        options = ListOptions(commune_code=made.commune_option)
        reading = standardise(read_workbook(made.data, made.filename), reference, options)
        again = read_again(reading, reference)
        assert [row.record for row in again.rows] == [comparable(row.record, reading) for row in reading.rows], seed
        changed = [(seed, row.row, finding) for row in again.rows for finding in row.findings if finding.code in REWRITING]
        assert not changed


@given(st.lists(syllables, min_size=1, max_size=6), st.integers(0, 10**6))
def test_a_standard_name_stays(words: list[str], chance: int) -> None:
    name = standard_name(untidy_spaces(Random(chance), new_tone_style(" ".join(words))))
    assert standard_name(name) == name


@given(st.sampled_from(VILLAGE_KINDS), st.one_of(st.sampled_from(VILLAGE_NAMES), st.integers(1, 40).map(str)), st.booleans())
def test_a_standard_village_stays(kind: str, name: str, upper: bool) -> None:
    village = standard_village(f"{kind} {name}".upper() if upper else f"{kind} {name}")
    assert village == f"{kind} {name}"
    assert standard_village(village) == village


@given(st.sampled_from(("032", "056", "079", "088", "097")), st.integers(0, 9_999_999))
def test_a_standard_phone_stays(prefix: str, number: int) -> None:
    first = read_phone(f"{prefix}{number:07d}", {})
    assert first is not None
    assert first.number is not None
    assert read_phone(first.number, {}) == first
    assert read_phone(national_form(first.number), {}) == first


@given(st.dates(date(1900, 1, 1), date(2026, 12, 31)))
def test_a_standard_date_stays(day: date) -> None:
    for text in (day.isoformat(), f"{day.year}"):
        reading = read_birth(text)
        assert reading is not None
        assert reading.text == text


@given(st.one_of(st.integers(0, 10**9 - 1).map("{:09d}".format), st.integers(10**9, 10**11).map("{:012d}".format)))
def test_a_standard_identity_number_stays(number: str) -> None:
    reading = read_identity(number)
    if reading is not None and set(number) != {"0"}:
        assert (reading.number, reading.zeros_restored, reading.letters, reading.second) == (number, False, False, None)


@given(st.integers(0, 100_000_000), st.integers(0, 200))
def test_a_standard_number_stays(dong: int, tenths: int) -> None:
    assert read_amount_dong(f"{dong:,}".replace(",", ".")) == read_amount_dong(dong) == dong
    assert read_coefficient(f"{tenths / 10:.1f}".replace(".", ",")) == Decimal(tenths) / 10


def test_a_category_s_own_code_is_that_category(reference: Reference) -> None:
    for code in reference.categories:
        assert read_wording(code).code == code


cells = st.one_of(
    st.none(), st.text(max_size=25), st.integers(-(10**15), 10**15), st.floats(allow_nan=False,
    allow_infinity=False),
    st.dates(), st.sampled_from(("nt", '"', "x", "Thôn 1", "Điểm a khoản 5", "046128459568", "31/02/1950", "TM",
    "Con", "1,5", "-")),
    st.text(max_size=10).map(tcvn3), st.text(max_size=10).map(vni),
)  # fmt: skip


@settings(max_examples=150)
@given(st.lists(st.lists(cells, max_size=16), max_size=12))
def test_any_cells_below_a_header_are_read_or_noted(rows: list[list[Cell]]) -> None:
    workbook = Workbook("x.xlsx", "xlsx", (Sheet("DS", [list(HEADER), *rows]),))
    reading = standardise(workbook, REFERENCE, ListOptions(commune_code="19870", month=date(2021, 10, 1)))
    assert all(row.raw for row in reading.rows)
    for row in reading.rows:
        row.as_json("x.xlsx")
