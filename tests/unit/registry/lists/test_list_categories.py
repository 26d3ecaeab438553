"""Categories as officers write them, settled with age, severity, heads and coefficient."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from services.registry.domain.lists import findings as f
from services.registry.domain.lists.categories import CategoryAnswer, CategoryQuestion, ages_in, resolve_category
from services.registry.domain.lists.category_words import read_severity, read_wording
from services.registry.domain.lists.reference import Reference

MONTH = date(2021, 10, 1)


@pytest.mark.parametrize(
    ("text", "groups", "point", "severity", "heads"),
    [
        ("Điểm a, khoản 5", ("K5",), "a", None, None),
        ("Điểm c khoản 5", ("K5",), "c", None, None),
        ("khoản 5 điểm b", ("K5",), "b", None, None),
        ("5a", ("K5",), "a", None, None),
        ("a5", ("K5",), "a", None, None),
        ("K5c", ("K5",), "c", None, None),
        ("đ.a k5", ("K5",), "a", None, None),
        ("Diem a khoan 5", ("K5",), "a", None, None),
        ("Điểm đ khoản 1 Điều 6 (5a)", ("K5",), None, None, None),
        ("Người từ đủ 80 tuổi không có lương hưu", ("K5",), "c", None, None),
        ("NCT nghèo cô đơn", ("K5",), "a", None, None),
        ("Khoản 6 (NKT nặng)", ("K6",), None, "N", None),
        ("Khoản 6 (NKT đặc biệt nặng)", ("K6",), None, "DBN", None),
        ("NCT khuyết tật ĐBN", ("K6",), None, "DBN", None),
        ("KTN", ("K6",), None, "N", None),
        ("k6 nhẹ", ("K6",), None, "light", None),
        ("điểm e khoản 1 (NKT nặng)", ("K6",), None, "N", None),
        ("Khoản 4 (đơn thân nghèo nuôi 2 con)", ("K4",), None, None, 2),
        ("đơn thân nuôi hai con", ("K4",), None, None, 2),
        ("Người đơn thân nghèo nuôi con (3)", ("K4",), None, None, 3),
        ("Đơn thân, 03 con nhỏ", ("K4",), None, None, 3),
        ("Khoản 1 - trẻ mồ côi", ("K1",), None, None, None),
        ("Điểm a khoản 1 (Trẻ em mồ côi)", ("K1",), None, None, None),
        ("Trẻ em nhiễm HIV", ("HIV",), None, None, None),
        ("Trẻ em dưới 3 tuổi hộ nghèo", ("K7",), None, None, None),
        ("Hưu trí xã hội", ("HTXH",), None, None, None),
        ("Hộ gia đình chăm sóc NKT đặc biệt nặng", ("CS-DBN-HGD",), None, "DBN", None),
        ("Mai táng phí", ("MT-THUONG",), None, None, None),
        ("Khoản 4, khoản 6 (nặng)", ("K4", "K6"), None, "N", None),
        ("Khoản 5 (NKT nặng)", ("K5", "K6"), None, "N", None),
        ("cán bộ xã", (), None, None, None),
    ],
)
def test_a_wording_is_understood(
    text: str, groups: tuple[str, ...], point: str | None, severity: str | None, heads: int | None
) -> None:
    wording = read_wording(text)
    assert wording.groups == groups
    assert wording.heads == heads
    if groups == ("K5",):
        assert wording.point == point
    if "K6" in groups:
        assert wording.severity == severity


@pytest.mark.parametrize(
    ("text", "severity"), [("Nặng", "N"), ("ĐBN", "DBN"), ("Đặc biệt nặng", "DBN"), ("Nhẹ", "light"), ("?", None)]
)
def test_severity_in_its_own_column(text: str, severity: str | None) -> None:
    assert read_severity(text) == severity


def answer(reference: Reference, text: str, born: date | None, coefficient: str | None, month: date = MONTH) -> CategoryAnswer:
    number = Decimal(coefficient) if coefficient else None
    return resolve_category(CategoryQuestion(read_wording(text), ages_in(month, born), number, month), reference)


@pytest.mark.parametrize(
    ("text", "born", "coefficient", "code"),
    [
        ("Khoản 1", date(2018, 1, 1), "2.5", "K1-TE-U4"),
        ("Khoản 1", date(2015, 1, 1), "1.5", "K1-TE-4-16"),
        ("Điểm a khoản 5", date(1955, 1, 1), "1.5", "K5A-60-80"),
        ("Điểm a khoản 5", date(1935, 1, 1), "2.0", "K5A-80"),
        ("Điểm a khoản 5", date(1935, 1, 1), None, "K5A-80"),
        ("5b", date(1944, 1, 1), "1.0", "K5B-75-80"),
        ("5c", date(1930, 1, 1), "1.0", "K5C-80"),
        ("NKT nặng", date(2010, 1, 1), "2.0", "K6-N-TE"),
        ("NKT nặng", date(1980, 1, 1), "1.5", "K6-N"),
        ("NKT nặng", date(1950, 1, 1), "2.0", "K6-N-NCT"),
        ("NKT đặc biệt nặng", date(2010, 1, 1), "2.5", "K6-DBN-TE"),
        ("NKT đặc biệt nặng", date(1980, 1, 1), "2.0", "K6-DBN"),
        ("NKT đặc biệt nặng", date(1950, 1, 1), "2.5", "K6-DBN-NCT"),
        ("Trẻ em nhiễm HIV", date(2012, 1, 1), "2.0", "K3-HIV-4-16"),
        ("Người nhiễm HIV", date(1980, 1, 1), "1.5", "K8-HIV"),
        ("K6-N-NCT", date(1950, 1, 1), "2.0", "K6-N-NCT"),
        # 80 in the course of the month: the coefficient tells on which side the list stands.
        ("Điểm a khoản 5", date(1941, 10, 15), "1.5", "K5A-60-80"),
        ("Điểm a khoản 5", date(1941, 10, 15), "2.0", "K5A-80"),
        ("Điểm a khoản 5", date(1941, 10, 1), "2.0", "K5A-80"),
    ],
)
def test_a_category_is_settled(reference: Reference, text: str, born: date, coefficient: str | None, code: str) -> None:
    settled = answer(reference, text, born, coefficient)
    assert (settled.code, settled.remarks) == (code, ())


@pytest.mark.parametrize(
    ("text", "born", "coefficient", "code", "kind"),
    [
        ("Khoản 6", date(1980, 1, 1), "2.0", "K6-DBN", f.CATEGORY_BY_COEFFICIENT),
        ("Người cao tuổi", date(1930, 1, 1), "1.0", "K5C-80", f.CATEGORY_BY_COEFFICIENT),
        ("Khoản 1", None, "2.5", "K1-TE-U4", f.CATEGORY_BY_COEFFICIENT),
        ("Khoản 6", date(1980, 1, 1), None, None, f.SEVERITY_MISSING),
        ("Người cao tuổi", date(1930, 1, 1), None, None, f.CATEGORY_SEVERAL),
        ("Khoản 4, khoản 6 (nặng)", date(1980, 1, 1), None, None, f.CATEGORY_SEVERAL),
        ("Khoản 1", date(2004, 1, 1), "1.5", "K1-TE-4-16", f.CATEGORY_AGE_DIFFERS),
        ("5c", date(1960, 1, 1), "1.0", "K5C-80", f.CATEGORY_AGE_DIFFERS),
        ("gì đó", date(1960, 1, 1), "1.0", None, f.CATEGORY_UNKNOWN),
        ("khuyết tật nhẹ", date(1960, 1, 1), "1.0", None, f.CATEGORY_UNKNOWN),
    ],
)
def test_what_is_not_plain_is_said(
    reference: Reference, text: str, born: date | None, coefficient: str | None, code: str | None, kind: f.FindingKind
) -> None:
    settled = answer(reference, text, born, coefficient)
    assert settled.code == code
    assert [remark[0] for remark in settled.remarks] == [kind]


def test_a_category_that_ended_is_named(reference: Reference) -> None:
    settled = answer(reference, "5c", date(1930, 1, 1), "1.0", date(2025, 9, 1))
    assert [remark[0] for remark in settled.remarks] == [f.CATEGORY_NOT_IN_FORCE]
    pension = answer(reference, "Hưu trí xã hội", date(1945, 1, 1), None, date(2025, 9, 1))
    assert (pension.code, pension.remarks) == ("HTXH-75", ())


@pytest.mark.parametrize(
    ("text", "groups", "point"),
    [
        ("Trẻ em MC", ("K1",), None),
        ("TE không nơi nương tựa", ("K1",), None),
        ("Tâm thần nặng", ("K6",), None),
        ("NCT trên 80T", ("K5",), "c"),
        ("K5.Đa", ("K5",), "a"),
        ("NCT đơn thân nghèo", ("K5",), "a"),
        ("TEKT nặng", ("K6",), None),
        ("TCHTXH", ("HTXH",), None),
        ("ĐT nuôi con", ("K4",), None),
        ("5.5a", ("K5",), "a"),
        ("Đ5K5a", ("K5",), "a"),
        ("Đ5K4", ("K4",), None),
        ("5(c)", ("K5",), "c"),
        ("Trẻ bị bỏ rơi chưa có người nhận nuôi", ("K1",), None),
        ("Đ5.1.a", ("K1",), None),
        ("Người từ đủ 75 tuổi (NĐ 176/2025)", ("HTXH",), None),
        ("Từ đủ 75 tuổi trở lên", ("HTXH",), None),
        ("NCT từ đủ 75 đến 80 tuổi hộ nghèo vùng ĐBKK", ("K5",), "b"),
    ],
)
def test_short_wordings_of_categories(text: str, groups: tuple[str, ...], point: str | None) -> None:
    wording = read_wording(text)
    assert (wording.groups, wording.point) == (groups, point)
