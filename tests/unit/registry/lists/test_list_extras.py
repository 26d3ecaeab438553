"""Values with harmless extras around them: dates, sums, coefficients, numbers, names, a provider beside its number."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from services.registry.domain.lists.amounts import read_amount_dong, read_coefficient
from services.registry.domain.lists.category_words import read_wording
from services.registry.domain.lists.channels import split_number
from services.registry.domain.lists.dates import read_birth
from services.registry.domain.lists.identity import read_identity
from services.registry.domain.lists.names import read_name
from services.registry.domain.lists.workbook import Cell


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("1973.0", "1973"), ("T5/1936", "1936"), ("12/05/1936 (AL)", "1936-05-12"), ("khoảng 1936", "1936"),
        ("1936 (86 tuổi)", "1936"), ("ngày 12/5/1936", "1936-05-12"), ("12-5-36", "1936-05-12"), ("30/2/1936 (AL)", "1936"),
        ("12 tháng 5 năm 1936", "1936-05-12"), ("../../1936", "1936"), ("??/5/1936", "1936"), ("12//5/1936", "1936-05-12"),
        (5.1936, "1936"), ("1936?", "1936"), ("12/05/19 36", "1936-05-12"), ("31/02/1936 ?", None),
    ],
)  # fmt: skip
def test_a_date_is_read_among_words(cell: Cell, text: str | None) -> None:
    reading = read_birth(cell, latest_year=2022)
    assert reading is not None
    assert reading.text == text


@pytest.mark.parametrize(
    "cell",
    [
        "0,36 triệu",
        "360k",
        "360 nghìn",
        "360,0 nghìn",
        "0.36 tr",
        "360.000/tháng",
        "360.000đ/th",
        "360 000",
        "360000 VNĐ",
        "360.000,-",
        "360.000,=",
    ],
)
def test_a_sum_is_read_with_its_unit(cell: str) -> None:
    assert read_amount_dong(cell) == 360_000


@pytest.mark.parametrize("cell", ["HS 1,5", "HS1,5", "1,5 lần", "x1.5", "hệ số 1,5", date(2022, 5, 1), date(2022, 1, 5)])
def test_a_coefficient_is_read_with_its_word(cell: Cell) -> None:
    assert read_coefficient(cell) == Decimal("1.5")


@pytest.mark.parametrize("cell", ["191234567 - CA TT Huế", "191234567 cấp 12/3/2010", "Số: 191234567", "mã định danh 191234567"])
def test_a_number_is_read_beside_who_issued_it(cell: str) -> None:
    reading = read_identity(cell)
    assert reading is not None
    assert reading.number == "191234567"


@pytest.mark.parametrize("cell", ["chưa làm CCCD", "mất CMND", "GKS 12/2010"])
def test_who_has_no_number_is_no_wrong_number(cell: str) -> None:
    assert read_identity(cell) is None


@pytest.mark.parametrize("cell", ["Văn Hữu Huy - mù", "Ông Văn Hữu Huy (liệt)", "Văn Hữu Huy, con ông A", "Văn.Hữu.Huy"])
def test_a_name_is_read_without_what_surrounds_it(cell: str) -> None:
    assert read_name(cell).name == "Văn Hữu Huy"


@pytest.mark.parametrize(
    ("cell", "number"),
    [("ViettelPay 0706059676", "0706059676"), ("101564334026 CTG", "101564334026"), ("STK 101564334026 NH", "101564334026")],
)
def test_a_provider_and_a_number_part(cell: str, number: str) -> None:
    assert split_number(cell)[1] == number


@pytest.mark.parametrize(("text", "heads"), [("K4x2", 2), ("ĐT nuôi 2 con", 2), ("K4 - 2", 2)])
def test_a_single_parent_in_short(text: str, heads: int) -> None:
    wording = read_wording(text)
    assert (wording.groups, wording.heads) == (("K4",), heads)


@pytest.mark.parametrize("text", ["K6 - nặng NCT", "Tâm thần nặng", "6 nặng"])
def test_a_disability_in_other_words(text: str) -> None:
    wording = read_wording(text)
    assert (wording.groups, wording.severity) == (("K6",), "N")


@pytest.mark.parametrize(
    ("text", "group"), [("NCTCĐ", "K5"), ("NKT nặng (hộ nghèo, đơn thân)", "K6"), ("NCT nghèo, đơn thân", "K5")]
)
def test_who_lives_alone_is_no_single_parent(text: str, group: str) -> None:
    assert read_wording(text).groups == (group,)
