"""Months, kinds, places and column words of lists of opening balances."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.lists.workbook import Cell
from services.registry.domain.openings.columns import Field, read_opening_header
from services.registry.domain.openings.months import MAX_MONTHS, read_months
from services.registry.domain.openings.words import read_kind, read_place
from shared.kernel.months import next_month


@pytest.mark.parametrize(
    ("cell", "months"),
    [
        ("9/2021", ["2021-09"]),
        ("09.2021", ["2021-09"]),
        ("T9/2021", ["2021-09"]),
        ("tháng 9 năm 2021", ["2021-09"]),
        ("Kỳ 9-2021", ["2021-09"]),
        (datetime(2021, 9, 1), ["2021-09"]),  # noqa: DTZ001 - as a spreadsheet's cell comes
        (date(2021, 9, 15), ["2021-09"]),
        (7.2021, ["2021-07"]),
        (10.202, ["2020-10"]),
        ("7,8,9/2021", ["2021-07", "2021-08", "2021-09"]),
        ("T7, T8/2021", ["2021-07", "2021-08"]),
        ("tháng 7 và tháng 8 năm 2021", ["2021-07", "2021-08"]),
        ("7+8/2021", ["2021-07", "2021-08"]),
        ("7/2021; 9/2021", ["2021-07", "2021-09"]),
        ("7-9/2021", ["2021-07", "2021-08", "2021-09"]),
        ("từ tháng 12/2020 đến tháng 02/2021", ["2020-12", "2021-01", "2021-02"]),
        ("12/2020, 01/2021", ["2020-12", "2021-01"]),
        ("Quý III/2021", ["2021-07", "2021-08", "2021-09"]),
        ("quý 4 năm 2020", ["2020-10", "2020-11", "2020-12"]),
        ("9", None),
        (9, None),
        ("13/2021", None),
        ("0/2021", None),
        ("9/2021-7/2021", None),
        ("7,7/2021", None),
        ("1/2015-12/2020", None),
        ("chưa rõ", None),
        ("5/9/2021", None),
        ("", None),
    ],
)
def test_months_as_officers_write_them(cell: Cell, months: list[str] | None) -> None:
    read = read_months(cell)
    assert (None if read is None else [f"{month:%Y-%m}" for month in read]) == months


@given(st.dates(date(2001, 1, 1), date(2090, 12, 31)), st.integers(1, MAX_MONTHS))
def test_a_span_is_all_its_months(day: date, count: int) -> None:
    months = [day.replace(day=1)]
    while len(months) < count:
        months.append(next_month(months[-1]))
    first, last = months[0], months[-1]
    assert read_months(f"từ {first:%m/%Y} đến {last:%m/%Y}") == tuple(months)
    assert read_months(", ".join(f"{month:%m/%Y}" for month in months)) == tuple(months)


@given(st.text(max_size=30) | st.floats() | st.integers())
def test_no_cell_breaks_the_reading(cell: Cell) -> None:
    months = read_months(cell)
    assert months is None or (months and all(month.day == 1 for month in months))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Chưa chi trả", "unpaid"),
        ("chua chi", "unpaid"),
        ("Còn nợ", "unpaid"),
        ("CHƯA NHẬN", "unclaimed"),
        ("chưa đến lĩnh", "unclaimed"),
        ("không đến nhận", "unclaimed"),
        ("Phải thu hồi", "receivable"),
        ("Thu hồi do chi sai", "receivable"),
        ("truy thu", "receivable"),
        ("chưa chi trả / chưa nhận / phải thu hồi", None),
        ("khác", None),
    ],
)
def test_kinds(text: str, kind: str | None) -> None:
    assert read_kind(text) == kind


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Bưu điện huyện Phú Lộc", "vnpost"),
        ("Điểm bưu điện xã", "vnpost"),
        ("VNPost", "vnpost"),
        ("Viettel Phú Lộc", "viettelpay"),
        ("VietinBank", "vietinbank"),
        ("NH Công thương", "vietinbank"),
        ("Thủ quỹ xã", "commune_cashier"),
        ("UBND phường", "commune_cashier"),
        ("Agribank", None),
    ],
)
def test_places(text: str, place: str | None) -> None:
    assert read_place(text) == place


@pytest.mark.parametrize(
    ("text", "field", "kind"),
    [
        ("Mã đối tượng", Field.CODE, None),
        ("Họ và tên", Field.NAME, None),
        ("Số CMND/CCCD", Field.NUMBER, None),
        ("Ngày, tháng, năm sinh", Field.BIRTH, None),
        ("Tháng", Field.MONTH, None),
        ("Tháng chưa nhận", Field.MONTH, None),
        ("Số tiền", Field.AMOUNT, None),
        ("Số tiền chưa nhận", Field.AMOUNT, "unclaimed"),
        ("Phải thu hồi", Field.AMOUNT, "receivable"),
        ("Loại", Field.KIND, None),
        ("Loại (chưa chi trả, chưa nhận, phải thu hồi)", Field.KIND, None),
        ("Nơi giữ tiền", Field.PLACE, None),
        ("Đơn vị chi trả", Field.PLACE, None),
        ("Lý do chưa nhận", Field.NOTE, None),
    ],
)
def test_column_words(text: str, field: Field, kind: str | None) -> None:
    assert read_opening_header(text) == (field, kind)


def test_a_count_of_months_is_no_month() -> None:
    assert read_opening_header("Số tháng") is None
