"""Lists of several communes in one file, and communes under names of another time: the right code in each row."""

from __future__ import annotations

from datetime import date

import pytest

from services.registry.domain.lists.records import ListReading
from services.registry.domain.lists.reference import Reference
from services.registry.domain.lists.standardise import standardise
from services.registry.domain.lists.workbook import Cell, Sheet, Workbook
from shared.kernel.errors import Refusal
from tests.registry.second_generator.facts import former_units, units

HEADER: list[Cell] = ["STT", "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Xã/phường", "Thôn", "Đối tượng"]
NAMES = ("Lê Văn An", "Trần Thị Bưởi", "Ngô Đình Cảnh", "Phan Thị Dâu")


def person(number: int, commune: Cell) -> list[Cell]:
    """A severely disabled adult, everything right."""
    sex, digit = ("Nữ", 1) if "Thị" in NAMES[number % 4] else ("Nam", 0)
    return [number, NAMES[number % 4], "12/03/1980", sex, f"046{digit}80{number:06d}", commune, "Thôn 1", "Khoản 6 (NKT nặng)"]


def codes(reading: ListReading) -> list[str]:
    """Each row's commune."""
    return [row.record.commune_code for row in reading.rows]


def test_a_sheet_for_each_commune(reference: Reference) -> None:
    sheets = tuple(
        Sheet(name, [[f"UBND XÃ {name.upper()}"], ["Tháng 10 năm 2021"], HEADER, person(at, None), person(at + 4, None)])
        for at, name in enumerate(("Quảng Thái", "Lộc Hòa", "Phú Dương"))
    )
    reading = standardise(Workbook("x.xlsx", "xlsx", sheets), reference)
    assert codes(reading) == ["19870", "19870", "20155", "20155", "19906", "19906"]
    assert reading.commune_codes() == {"19870", "20155", "19906"}


def test_a_column_names_each_row_s_commune_where_no_title_does(reference: Reference) -> None:
    cells: list[Cell] = ["Xã Lộc Hòa", "LỘC HOÀ", "20155", "Lộc Bổn", "xã Lộc Bổn", 20137]
    rows: list[list[Cell]] = [
        ["PHÒNG LĐTBXH HUYỆN PHÚ LỘC"],
        ["Tháng 10 năm 2021"],
        HEADER,
        *(person(at, cell) for at, cell in enumerate(cells)),
    ]
    reading = standardise(Workbook("x.xlsx", "xlsx", (Sheet("DS", rows),)), reference)
    by_name = {unit.name: unit.code for unit in units() if unit.first == date(2021, 7, 1)}
    assert codes(reading)[:3] == [by_name["Xã Lộc Hòa"]] * 3
    assert codes(reading)[3:5] == [by_name["Xã Lộc Bổn"]] * 2
    assert codes(reading)[5] == "20137"
    assert not any(finding.code == "commune_differs" for row in reading.rows for finding in row.findings)
    assert len(reading.commune_codes()) >= 2


def test_a_row_of_another_commune_than_the_title_s_is_for_an_officer(reference: Reference) -> None:
    rows: list[list[Cell]] = [
        ["UBND XÃ QUẢNG THÁI"],
        ["Tháng 10 năm 2021"],
        HEADER,
        person(0, "Xã Quảng Thái"),
        person(1, "Xã Lộc Hòa"),
    ]
    reading = standardise(Workbook("x.xlsx", "xlsx", (Sheet("DS", rows),)), reference)
    assert [[finding.code for finding in row.findings] for row in reading.rows] == [[], ["commune_differs"]]
    assert reading.commune_codes() == {"19870"}


def test_an_ambiguous_name_is_not_guessed_by_a_later_month(reference: Reference) -> None:
    rows: list[list[Cell]] = [["UBND XÃ HƯƠNG PHONG"], HEADER, person(0, None)]
    with pytest.raises(Refusal, match="list-commune-unknown"):
        standardise(Workbook("x.xlsx", "xlsx", (Sheet("DS", rows),)), reference)


@pytest.mark.parametrize("first", ["2021-07-01", "2025-01-01", "2025-07-01"])
def test_every_unit_is_found_by_its_name_in_its_time(reference: Reference, first: str) -> None:
    month = date.fromisoformat(first)
    wrong = []
    for unit in units():
        if unit.first != month:
            continue
        titles = [[f"UBND {unit.name.upper()}"], [f"{unit.district}, {unit.province}"], [f"Tháng {month.month}/{month.year}"]]
        reading = standardise(Workbook("x.xlsx", "xlsx", (Sheet("DS", [*titles, HEADER, person(0, None)]),)), reference)
        wrong += [(unit.name, reading.commune)] if reading.commune.code != unit.code else []
    assert not wrong


@pytest.mark.parametrize("month", ["2025-03-01", "2025-08-01", "2026-11-01"])
def test_a_unit_of_2021_is_read_as_what_it_has_become(reference: Reference, month: str) -> None:
    day = date.fromisoformat(month)
    wrong = []
    for old, now_code in former_units(day):
        titles = [[f"UBND {old.name}"], [f"{old.district}, {old.province}"], [f"Tháng {day.month} năm {day.year}"]]
        reading = standardise(Workbook("x.xlsx", "xlsx", (Sheet("DS", [*titles, HEADER, person(0, None)]),)), reference)
        wrong += [(old, reading.commune)] if reading.rows[0].record.commune_code != now_code else []
    assert not wrong
