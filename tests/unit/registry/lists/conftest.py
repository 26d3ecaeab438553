"""A small list to read: one person whose row is right, and what a test changes in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import pytest

from services.registry.domain.lists.records import ListReading
from services.registry.domain.lists.reference import Reference
from services.registry.domain.lists.standardise import ListOptions, standardise
from services.registry.domain.lists.workbook import Cell, Sheet, Workbook
from services.registry.files.reference import load_reference

HEADERS: dict[str, str] = {
    "ordinal": "STT",
    "name": "Họ và tên",
    "birth": "Ngày sinh",
    "sex": "Giới tính",
    "number": "Số CMND/CCCD",
    "ethnicity": "Dân tộc",
    "village": "Thôn",
    "category": "Đối tượng",
    "coefficient": "Hệ số",
    "amount": "Mức trợ cấp",
    "payee": "Họ tên người nhận thay",
    "payee_number": "Số CCCD người nhận thay",
    "relationship": "Quan hệ",
    "phone": "Số điện thoại",
    "channel": "Hình thức chi trả",
    "account": "Số tài khoản",
    "note": "Ghi chú",
}
ADULT: dict[str, Cell] = {
    "name": "Nguyễn Văn Hòa",
    "birth": "12/03/1980",
    "sex": "Nam",
    "number": "046080123456",
    "ethnicity": "Kinh",
    "village": "Thôn 1",
    "category": "Khoản 6 (NKT nặng)",
    "coefficient": "1,5",
    "amount": "540.000",
    "phone": "0912345678",
    "channel": "TM",
}
CHILD: dict[str, Cell] = {
    "name": "Lê Thị Lan",
    "birth": "05/06/2012",
    "sex": "Nữ",
    "number": "046312000123",
    "ethnicity": "Kinh",
    "village": "Thôn 1",
    "category": "Khoản 1 - trẻ mồ côi",
    "coefficient": "1,5",
    "amount": "540.000",
    "payee": "Trần Thị Hoa",
    "payee_number": "046155000123",
    "relationship": "Bà",
    "channel": "Tiền mặt",
}
TITLES: tuple[tuple[Cell, ...], ...] = (("UBND XÃ QUẢNG THÁI",), ("Tháng 10 năm 2021",))

ReadRows = Callable[..., ListReading]


def list_of(
    rows: Sequence[dict[str, Cell]],
    headers: dict[str, str] | None = None,
    titles: Sequence[Sequence[Cell]] = TITLES,
    filename: str = "ds.xlsx",
) -> Workbook:
    """A workbook of one sheet: titles, header, one row for each dict (keys of `HEADERS`), numbered in order."""
    columns = headers or HEADERS
    people = [[row.get(key, number if key == "ordinal" else None) for key in columns] for number, row in enumerate(rows, 1)]
    return Workbook(filename, "xlsx", (Sheet("DS", [*map(list, titles), list(columns.values()), *people]),))


def with_column(reference: Reference, header: str, cells: list[Cell], **instead: str) -> ListReading:
    """The adult, once for each cell and with a name and number of his own, under one more column."""
    names = ("Nguyễn Văn Hòa", "Trần Văn Nam", "Lê Văn Khoa", "Võ Văn Long")
    rows = [
        {**ADULT, "name": name, "number": f"04608012345{at}", "phone": f"091234567{at}", "extra": cell}
        for at, (name, cell) in enumerate(zip(names, cells, strict=True))
    ]
    headers = {"extra": header, **HEADERS, **instead}
    return standardise(list_of(rows, {key: words for key, words in headers.items() if words}), reference)


@pytest.fixture(scope="session")
def reference() -> Reference:
    """The project's own data."""
    return load_reference()


@pytest.fixture
def read_rows(reference: Reference) -> ReadRows:
    """Reads rows given as dicts (see `list_of`) as a list of Quảng Thái (19870), October 2021."""

    def read(
        *rows: dict[str, Cell],
        headers: dict[str, str] | None = None,
        titles: Sequence[Sequence[Cell]] = TITLES,
        filename: str = "ds.xlsx",
        options: ListOptions | None = None,
    ) -> ListReading:
        return standardise(list_of(list(rows), headers, titles, filename), reference, options)

    return read


@pytest.fixture
def adult() -> dict[str, Cell]:
    """A disabled man of 41 whose row is right."""
    return dict(ADULT)


@pytest.fixture
def child() -> dict[str, Cell]:
    """An orphan of 9 with her grandmother as payee, whose row is right."""
    return dict(CHILD)


@pytest.fixture
def october() -> date:
    """The month of the lists."""
    return date(2021, 10, 1)
