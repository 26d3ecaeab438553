"""Villages, ethnic groups, communes and months as titles and cells say them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.lists.communes import commune_finder
from services.registry.domain.lists.months import stated_month
from services.registry.domain.lists.places_in_commune import ethnic_group, heading_village, standard_village
from services.registry.domain.lists.reference import Reference

OCTOBER = date(2021, 10, 1)


@pytest.mark.parametrize(
    ("text", "village"),
    [
        ("Thôn 1", "Thôn 1"),
        ("THÔN 01", "Thôn 1"),
        ("thon 1", "Thôn 1"),
        ("Thôn1", "Thôn 1"),
        ("T.1", "Thôn 1"),
        ("Th 3", "Thôn 3"),
        ("4", "Thôn 4"),
        ("Thôn số 5", "Thôn 5"),
        ("TDP 3", "Tổ dân phố 3"),
        ("Tổ dân phố số 12", "Tổ dân phố 12"),
        ("Tổ 7", "Tổ 7"),
        ("Thôn Phú Hoà", "Thôn Phú Hòa"),
        ("THÔN THANH THUỶ", "Thôn Thanh Thủy"),
        ("Thôn 2, xã Quảng Thái", "Thôn 2"),
        ("Thôn 2 - xã Quảng Thái - huyện Quảng Điền", "Thôn 2"),
        ("Thôn 2 xã Quảng Thái", "Thôn 2"),
        ("Khu phố 2B", "Khu phố 2B"),
    ],
)
def test_a_village_gets_its_standard_form(text: str, village: str) -> None:
    assert standard_village(text) == village


@given(st.text("Thôn tổ dân phố 0123456789.,-ABCxãk", max_size=30))
def test_a_standard_village_stays_as_it_is(text: str) -> None:
    once = standard_village(text)
    assert standard_village(once) == once


@pytest.mark.parametrize(
    ("text", "village"),
    [
        ("Thôn 2", "Thôn 2"),
        ("II. Thôn Phú Hòa: 12 người", "Thôn Phú Hòa"),
        ("THÔN 3 (15 đối tượng)", "Thôn 3"),
        ("Người cao tuổi", None),
        ("Nguyễn Văn Thôn", None),
    ],
)
def test_a_heading_names_a_village(text: str, village: str | None) -> None:
    assert heading_village(text) == village


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("Kinh", "Kinh"),
        ("KINH", "Kinh"),
        ("K", "Kinh"),
        ("Cơ-tu", "Cơ Tu"),
        ("Katu", "Cơ Tu"),
        ("Ta-ôi", "Tà Ôi"),
        ("Pa Cô", "Tà Ôi"),
        ("Dân tộc Tày", "Tày"),
        ("Bru - Vân Kiều", "Bru-Vân Kiều"),
        ("Người Sao Hỏa", None),
    ],
)
def test_an_ethnic_group_gets_its_name(reference: Reference, text: str, group: str | None) -> None:
    assert ethnic_group(text, reference.ethnic_groups) == group


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("UBND XÃ LỘC HÒA . HUYỆN PHÚ LỘC, TỈNH THỪA THIÊN HUẾ", {"20155"}),
        ("UBND PHƯỜNG THUỶ XUÂN", {"19813"}),
        ("UBND xa Quang Thai", {"19870"}),
        ("Phường An Cựu", {"19801"}),
        ("Xã Hương Phong", {"20002", "20080"}),
        ("Xã Hương Phong, huyện A Lưới", {"20080"}),
        ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", set()),
        ("Thị xã Hương Trà", set()),
        ("Trợ cấp xã hội hàng tháng", set()),
    ],
)
def test_a_title_names_a_commune(reference: Reference, text: str, codes: set[str]) -> None:
    assert {reading.unit.code for reading in commune_finder(reference).in_text(text, OCTOBER, "title")} == codes


@pytest.mark.parametrize(
    ("name", "code"),
    [("19870-clean.xlsx", "19870"), ("DS xa Quang Thai T10.xls", "19870"), ("in/quang_thai.xlsx", "19870"), ("ds.xlsx", None)],
)
def test_a_file_name_names_a_commune(reference: Reference, name: str, code: str | None) -> None:
    found = commune_finder(reference).in_file_name(name, OCTOBER)
    assert [reading.unit.code for reading in found] == ([code] if code else [])


def test_a_unit_merged_since_is_read_as_what_it_became(reference: Reference) -> None:
    after = date(2025, 9, 1)
    (reading,) = commune_finder(reference).in_text("UBND Phường Tây Lộc", after, "title")
    assert reading.unit.name == "Phường Phú Xuân"
    assert reading.written_unit is not None
    assert reading.written_unit.name == "Phường Tây Lộc"
    same_code = commune_finder(reference).by_code("19753", OCTOBER, "option")
    later = commune_finder(reference).by_code("19753", after, "option")
    assert same_code is not None
    assert later is not None
    assert (same_code.unit.name, later.unit.name) == ("Phường Thuận Lộc", "Phường Phú Xuân")


def test_every_commune_of_2021_is_found_by_its_own_title_and_has_an_heir(reference: Reference) -> None:
    finder = commune_finder(reference)
    of_2021 = [unit for unit in reference.units if unit.in_force(OCTOBER)]
    assert len(of_2021) == 141
    for unit in of_2021:
        title = f"UBND {unit.name.upper()} . {unit.district.upper()}"
        assert [reading.unit for reading in finder.in_text(title, OCTOBER, "title")] == [unit]
        assert reference.successor(unit, date(2025, 9, 1)) is not None


@pytest.mark.parametrize(
    ("texts", "month"),
    [
        (["Tháng 10 năm 2021"], OCTOBER),
        (["DANH SÁCH CHI TRẢ THÁNG 10/2021"], OCTOBER),
        (["Kỳ chi trả: T10/2021"], OCTOBER),
        (["Tháng 01 và tháng 02 năm 2022"], date(2022, 1, 1)),
        (["Quý IV/2021"], OCTOBER),
        (["Theo Nghị định số 20/2021/NĐ-CP ngày 15 tháng 3 năm 2021 của Chính phủ"], None),
        (["Theo Nghị định 20 ngày 15 tháng 3 năm 2021", "Tháng 10 năm 2021"], OCTOBER),
        (["Huế, ngày 5 tháng 10 năm 2021"], OCTOBER),
        (["DS-19870-T10-2021.xlsx"], OCTOBER),
        (["NGHỊ ĐỊNH SỐ 20/2021/NĐ-CP NGÀY 15/3/2021"], None),
        (["Danh sách đối tượng"], None),
    ],
)
def test_a_title_states_the_month(texts: list[str], month: date | None) -> None:
    assert stated_month(texts) == month
