"""Office files: cells out of bytes, and a clear no for what is none, or would not fit."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import xlsxwriter
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from services.registry.domain.lists.standardise import ListOptions, standardise
from services.registry.domain.lists.workbook import MergedRange
from services.registry.files import bounds
from services.registry.files.reference import load_reference
from services.registry.files.workbooks import read_workbook
from shared.kernel.errors import Refusal
from tests.registry.second_generator.commune_list import make_list

REFERENCE = load_reference()


def xlsx_bytes() -> bytes:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    sheet = book.add_worksheet("Danh sách")
    sheet.write_row(0, 1, ["Họ tên", 46_321_560_263, 1.5, True])
    sheet.write_datetime(
        1, 0, datetime(1936, 8, 22, tzinfo=UTC).replace(tzinfo=None), book.add_format({"num_format": "dd/mm/yyyy"})
    )
    sheet.write(3, 2, "cuối")
    sheet.write_formula(3, 3, "=1/0", None, "#DIV/0!")
    sheet.merge_range(4, 0, 6, 0, "Thôn 1")
    sheet.set_row(3, None, None, {"hidden": True})
    sheet.set_column(1, 2, None, None, {"hidden": True})
    book.add_worksheet("Ẩn").hide()
    book.close()
    return data.getvalue()


def xls_bytes(far: bool = False) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Danh sách")
    sheet.write(0, 1, "Hä tªn")
    sheet.write(0, 2, 46_321_560_263)
    sheet.write(1, 0, date(1936, 8, 22), xlwt.easyxf(num_format_str="dd/mm/yyyy"))
    sheet.row(3).hidden = True
    sheet.row(3).set_cell_text(2, "cuối")
    sheet.col(1).hidden = True
    if far:
        sheet.write(65_535, 255, "x")
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def repacked(data: bytes, part: str, change: bytes) -> bytes:
    """The archive with one part's content replaced."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, change if name == part else source.read(name))
        if part not in source.namelist():
            target.writestr(part, change)
    return packed.getvalue()


def sheet_xml(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("xl/worksheets/sheet1.xml")


def refusal(data: bytes, name: str = "a.xlsx") -> str:
    with pytest.raises(Refusal) as refused:
        read_workbook(data, name)
    return refused.value.code.code


def test_an_xlsx_gives_cells_as_written_and_what_is_hidden() -> None:
    workbook = read_workbook(xlsx_bytes(), "a.xlsx")
    sheet, other = workbook.sheets
    assert (workbook.format, workbook.charset, sheet.name, sheet.hidden, other.hidden) == ("xlsx", None, "Danh sách", False, True)
    assert list(sheet.rows[0][:5]) == [None, "Họ tên", 46_321_560_263, 1.5, "TRUE"]
    assert sheet.rows[1][0] == date(1936, 8, 22)
    assert list(sheet.rows[3][2:4]) == ["cuối", None]
    assert (sheet.hidden_rows, sheet.hidden_columns) == (frozenset({4}), frozenset({1, 2}))
    assert sheet.merged == (MergedRange(5, 0, 7, 0),)


def test_an_xls_gives_the_same() -> None:
    (sheet,) = read_workbook(xls_bytes(), "a.xls").sheets
    assert list(sheet.rows[0]) == [None, "Hä tªn", 46_321_560_263]
    assert sheet.rows[1][0] == date(1936, 8, 22)
    assert (sheet.hidden_rows, sheet.hidden_columns) == (frozenset({4}), frozenset({1}))


@pytest.mark.parametrize(
    ("text", "encoding", "charset"),
    [
        ("STT,Họ tên\n1,Nguyễn Thị Hòa\n", "utf-8", "utf-8"),
        ("STT,Họ tên\n1,Nguyễn Thị Hòa\n", "utf-8-sig", "utf-8-sig"),
        ("STT\tHọ tên\n1\tNguyễn Thị Hòa\n", "utf-16", "utf-16"),
        ("STT;Họ tên\n1;Nguyễn Thị Hòa\n", "utf-16-le", "utf-16-le"),
        ("STT;Họ tên\n1;Nguyễn Thị Hòa\n", "utf-16-be", "utf-16-be"),
    ],
)
def test_the_charset_and_delimiter_of_a_csv_are_told_by_its_bytes(text: str, encoding: str, charset: str) -> None:
    workbook = read_workbook(text.encode(encoding), "a.csv")
    assert workbook.charset == charset
    assert [list(row) for row in workbook.sheets[0].rows] == [["STT", "Họ tên"], ["1", "Nguyễn Thị Hòa"]]


def test_a_csv_of_windows_1258_is_composed_and_one_of_tcvn3_is_left_to_the_rules() -> None:
    tones = (
        "STT,Họ tên,Thôn\n1,Nguyê\u0303n Thi\u0323 Hoa\u0300,Thu\u0309y Lâ\u0323p\n2,Trâ\u0300n Đưc\u0301,Phu\u0301 Ho\u0300a\n"
    )
    text = tones.replace("Họ", "Ho\u0323")
    windows = read_workbook(text.encode("cp1258"), "a.csv")
    assert windows.charset == "windows-1258"
    assert windows.sheets[0].rows[1][1:] == ["Nguyễn Thị Hoà", "Thủy Lập"]
    old = read_workbook("STT,Hä tªn\n1,NguyÔn ThÞ Hßa\n2,TrÇn §øc Th¾ng\n".encode("latin-1"), "a.csv")
    assert old.charset == "windows-1252"
    assert old.sheets[0].rows[1][1] == "NguyÔn ThÞ Hßa"


def test_rows_of_a_csv_are_counted_as_a_spreadsheet_counts_them() -> None:
    rows = read_workbook(b'a,b\n\n"two\nlines",c\nd,e\n', "a.csv").sheets[0].rows
    assert [list(row) for row in rows] == [["a", "b"], [], ["two\nlines", "c"], ["d", "e"]]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   \n",
        b"%PDF-1.7 x",
        b"\x89PNG\r\n",
        b"only words without columns",
        b"<html><body>no",
        b"\x00\x01\x02" * 50,
        b"\x01\x02\xff,\x03" * 9,
    ],
)
def test_what_is_no_spreadsheet_is_refused(data: bytes) -> None:
    assert refusal(data, "a.xls") == "not-a-spreadsheet"


def test_an_archive_that_is_no_workbook_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert refusal(packed.getvalue()) == "not-a-spreadsheet"


def test_damaged_files_are_refused() -> None:
    whole = xlsx_bytes()
    assert refusal(whole[: len(whole) // 2]) == "spreadsheet-damaged"
    assert refusal(repacked(whole, "xl/worksheets/sheet1.xml", b"<worksheet><sheetData>")) == "spreadsheet-damaged"
    assert refusal(xls_bytes()[:600], "a.xls") in {"spreadsheet-damaged", "not-a-spreadsheet"}


def test_entities_and_far_cells_and_bombs_are_refused_before_they_are_unpacked() -> None:
    whole = xlsx_bytes()
    xml = sheet_xml(whole)
    entities = xml.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>', 1)
    assert refusal(repacked(whole, "xl/worksheets/sheet1.xml", entities)) == "spreadsheet-damaged"
    for column in (b"XFD", b"&#88;FD"):
        far = xml.replace(b"</sheetData>", b'<row r="1048576"><c r="' + column + b'1048576"><v>1</v></c></row></sheetData>')
        assert refusal(repacked(whole, "xl/worksheets/sheet1.xml", far)) == "spreadsheet-too-large"
    assert refusal(repacked(whole, "xl/media/zeros.bin", bytes(bounds.MAX_UNPACKED_BYTES + 1))) == "spreadsheet-too-large"
    assert refusal(xls_bytes(far=True), "a.xls") == "spreadsheet-too-large"
    assert refusal(b"a,b\n" * (bounds.MAX_ROWS + 1), "a.csv") == "spreadsheet-too-large"
    assert refusal(b"," * 1_000 + b"\n", "a.csv") == "spreadsheet-too-large"
    assert refusal(bytes(bounds.MAX_FILE_BYTES + 1)) == "spreadsheet-too-large"


def test_a_size_that_lies_is_found_out() -> None:
    """A member that says it is small and unpacks to more fails its check, instead of filling the memory."""
    whole = repacked(xlsx_bytes(), "xl/worksheets/sheet1.xml", sheet_xml(xlsx_bytes()) + b" " * 500_000)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        entry = archive.getinfo("xl/worksheets/sheet1.xml")
    lying = bytearray(whole)
    for at in range(len(lying) - 4):
        if lying[at : at + 4] == struct.pack("<I", entry.file_size):
            lying[at : at + 4] = struct.pack("<I", 1_000)
    assert refusal(bytes(lying)) == "spreadsheet-damaged"


def test_a_protected_workbook_is_refused_as_such() -> None:
    book = xls_bytes()
    marker = struct.pack("<HH", 0x0042, 2)  # the code page record of the globals, turned into FILEPASS
    assert marker in book
    protected = book.replace(marker, struct.pack("<HH", 0x002F, 2), 1)
    assert refusal(protected, "a.xls") == "spreadsheet-encrypted"


def test_whatever_is_broken_is_refused_and_nothing_else_is_raised() -> None:
    chance = random.Random(20)
    for whole, name in ((xlsx_bytes(), "a.xlsx"), (xls_bytes(), "a.xls"), ("STT;Họ\n1;2\n".encode(), "a.csv")):
        for _ in range(120):
            broken = bytearray(whole)
            for _ in range(chance.choice([1, 4, 60])):
                broken[chance.randrange(len(broken))] = chance.randrange(256)
            try:
                workbook = read_workbook(bytes(broken), name)
            except Refusal as refused:
                assert refused.code.code.startswith(("spreadsheet-", "not-a-"))
            else:
                assert workbook.sheets


def test_the_reference_is_the_project_s_data(tmp_path: Path) -> None:
    reference = load_reference()
    assert len(reference.ethnic_groups) == 55
    assert {"K4-DTN", "K6-N", "HTXH-75"} <= set(reference.categories)
    assert reference.level_dong(date(2021, 10, 1), "Tỉnh Thừa Thiên Huế") == 360_000
    assert reference.level_dong(date(2021, 10, 1), "Tỉnh Quảng Ninh") == 450_000
    assert reference.level_dong(date(2025, 9, 1), "Thành phố Huế", pension=True) == 500_000
    assert reference.level_dong(date(2010, 1, 1), "Tỉnh Thừa Thiên Huế") is None
    with pytest.raises(OSError, match=r"ethnic_groups|units_2021"):
        load_reference(tmp_path)


def test_lists_broken_on_the_way_are_refused_or_read_and_nothing_else_is_raised() -> None:
    chance = random.Random(21)
    for seed in range(36):
        made = make_list(seed)
        broken = bytearray(made.data)
        for _ in range(chance.choice([1, 3, 20, 200])):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            reading = standardise(read_workbook(bytes(broken), made.filename), REFERENCE)
        except Refusal as refused:
            assert refused.code.code.startswith(("spreadsheet-", "not-a-", "list-"))
        else:
            assert all(row.as_json(made.filename)["status"] for row in reading.rows)


@settings(max_examples=200)
@given(
    st.binary(max_size=600),
    st.sampled_from((b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe", b"STT;H\xe4 t\xaan;")),
)
def test_any_bytes_are_read_or_refused(data: bytes, start: bytes) -> None:
    try:
        workbook = read_workbook(start + data, "x.csv")
        standardise(workbook, REFERENCE, ListOptions(commune_code="19870"))
    except Refusal as refused:
        assert refused.code.title_vi
