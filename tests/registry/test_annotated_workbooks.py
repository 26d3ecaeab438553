"""The workbook that goes back to a commune: as it was sent, with what was found beside each row; corrected and sent again."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any

import asyncpg
import openpyxl
import xlsxwriter
import xlwt

from services.registry.domain.lists.annotations import CHANGED_HEADING, STATUS_HEADING, SUMMARY_SHEET, TO_DO_HEADING
from services.registry.files.annotated_styles import AMBER, BLUE, RED
from tests.registry.commune_lists import HEADER, Line, workbook
from tests.registry.officers import PHU_LOC, VINH_HUNG, VINH_MY, Officer, Officers

COMMUNE = "Xã Vinh Hưng"
HOA = Line("NGUYỄN THỊ HOÀ", "22/08/1938", "Nữ", "046138235639", phone="01234567890")
NO_NUMBER = Line("Lê Thị Mận", "03/04/1939", "Nữ", "", village="Thôn 3")
BAD_DATE = Line("Hồ Văn Tư", "31/02/1935", "Nam", "046035111222")
FORMULA = Line("Trần Văn Lâm", "1930", "Nam", "191234567", note='=HYPERLINK("http://a.example","x")')


async def _workbook(officer: Officer, import_id: str) -> Any:
    answer = await officer.ask("GET", f"/v1/imports/{import_id}/workbook")
    assert answer.status_code == 200, answer.text
    return openpyxl.load_workbook(io.BytesIO(answer.content))


def _fill(cell: Any) -> str:
    return "#" + str(cell.fill.fgColor.rgb)[2:]


async def test_the_sheet_goes_back_as_written_with_findings_beside_each_row(officer: Officers, admin: asyncpg.Connection) -> None:
    hung = officer("commune_officer", VINH_HUNG)
    view = await hung.read(workbook(COMMUNE, [HOA, NO_NUMBER, BAD_DATE, FORMULA]), "20116-tháng-10.xlsx")
    answer = await hung.ask("GET", f"/v1/imports/{view['import_id']}/workbook")
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''20116-th%C3%A1ng-10-ket-qua.xlsx"
    assert answer.headers["cache-control"] == "no-store"
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == [SUMMARY_SHEET, "DS"]
    sheet = book["DS"]
    width = len(HEADER)
    assert [cell.value for cell in sheet[4]] == [*HEADER, STATUS_HEADING, TO_DO_HEADING, CHANGED_HEADING]
    assert sheet["A1"].value == "UBND XÃ VINH HƯNG - HUYỆN PHÚ LỘC"
    assert [sheet.cell(row, 2).value for row in range(5, 9)] == ["NGUYỄN THỊ HOÀ", "Lê Thị Mận", "Hồ Văn Tư", "Trần Văn Lâm"]
    assert sheet.freeze_panes == "C5"
    said = [[sheet.cell(row, width + at).value for at in (1, 2, 3)] for row in range(5, 9)]
    assert said[0] == ["Chấp nhận", None, "họ tên → Nguyễn Thị Hòa; số điện thoại → +84834567890"]
    assert said[1][:2] == ["Cần xem lại", "Không có số CMND/CCCD."]
    assert said[2][:2] == ["Từ chối", "Ngày sinh 31/02/1935 không có thật."]
    assert (_fill(sheet["B5"]), _fill(sheet["K5"])) == (BLUE, BLUE)
    assert (_fill(sheet["E6"]), sheet["E6"].value) == (AMBER, None)
    assert _fill(sheet["C7"]) == RED
    note = sheet.cell(8, width)
    assert (note.value, note.data_type, note.quotePrefix) == (FORMULA.note, "s", True), (
        "a text that looks like a formula stays a text"
    )
    summary = {cell.value for row in book[SUMMARY_SHEET] for cell in row}
    assert {"Không có số CMND/CCCD.", "There is no identity number.", "Lê Thị Mận"} <= summary
    assert await admin.fetchval("SELECT count(*) FROM registry.audit_log WHERE action = 'import.workbook.read'") == 1


async def test_the_file_is_kept_sealed(officer: Officers, admin: asyncpg.Connection) -> None:
    sealed: bytes = await admin.fetchval("SELECT file_sealed FROM registry.import_files LIMIT 1")
    assert b"PK" not in sealed[:20]
    assert "Vinh Hưng".encode() not in sealed


async def test_only_who_may_see_numbers_gets_the_workbook(officer: Officers) -> None:
    hung, my = officer("commune_officer", VINH_HUNG), officer("commune_officer", VINH_MY)
    (view, *_) = (await hung.get("/v1/imports"))["items"]
    path = f"/v1/imports/{view['import_id']}/workbook"
    assert (await officer("provider_staff", PHU_LOC).ask("GET", path)).json()["code"] == "not-allowed"
    assert (await my.ask("GET", path)).json()["code"] == "unknown-import"


async def test_a_file_that_was_not_kept_is_told(officer: Officers, admin: asyncpg.Connection) -> None:
    hung = officer("commune_officer", VINH_HUNG)
    view = await hung.read(workbook(COMMUNE, [replace(HOA, village="Thôn 9")]))
    await admin.execute("DELETE FROM registry.import_files WHERE import_id = $1", view["import_id"])
    answer = await hung.ask("GET", f"/v1/imports/{view['import_id']}/workbook")
    assert (answer.status_code, answer.json()["code"]) == (404, "import-file-not-kept")


async def test_a_list_with_too_many_cells_is_not_annotated(officer: Officers) -> None:
    hung = officer("commune_officer", VINH_HUNG)
    lines = [";".join(HEADER), f"1;Lê Thị Mận;1939;Nữ;{';' * 195}"] + [";" * 199] * 2_100
    view = await hung.read("\n".join(lines).encode(), "20116.csv")
    answer = await hung.ask("GET", f"/v1/imports/{view['import_id']}/workbook")
    assert (answer.status_code, answer.json()["code"]) == (413, "workbook-too-large")


async def test_a_corrected_workbook_is_the_same_list_and_updates(officer: Officers) -> None:
    hung = officer("commune_officer", VINH_HUNG)
    lines = [replace(line, name=f"{line.name} Hai", identity=line.identity[:-2] + "77") for line in (HOA, BAD_DATE)]
    view = await hung.read(workbook(COMMUNE, [*lines, replace(NO_NUMBER, name="Lê Thị Đào")]))
    first = await hung.post(f"/v1/imports/{view['import_id']}/confirm")
    assert (first["created"], first["left"]) == (1, 2)

    book = await _workbook(hung, view["import_id"])
    sheet = book["DS"]
    sheet["C6"], sheet["E7"], sheet["G5"] = "28/02/1935", "046139000123", "Thôn 8"
    corrected = io.BytesIO()
    book.save(corrected)
    again = await hung.read(corrected.getvalue(), "danh-sach-ket-qua.xlsx")
    assert (again["commune_unit_id"], again["month"]) == (view["commune_unit_id"], view["month"])
    assert again["rows"] == {"accepted": 3, "review": 0, "rejected": 0}
    assert {finding["code"] for finding in again["findings"]} <= {"column_unread"}
    assert (await hung.get(f"/v1/imports/{view['import_id']}"))["newer_import_id"] == again["import_id"]
    done = await hung.post(f"/v1/imports/{again['import_id']}/confirm")
    assert (done["created"], done["updated"], done["unchanged"], done["left"]) == (2, 1, 0, 0)
    (person,) = await hung.find("nguyen thi hoa hai")
    versions = (await hung.get(f"/v1/beneficiaries/{person['beneficiary_id']}/history"))["items"]
    assert [(one["version"], one["changed"]) for one in versions] == [(2, ["village"]), (1, [])]

    twice = await _workbook(hung, again["import_id"])
    assert [cell.value for cell in twice["DS"][4]] == [*HEADER, STATUS_HEADING, TO_DO_HEADING, CHANGED_HEADING]


async def test_of_two_lists_of_a_month_the_later_one_stands(officer: Officers) -> None:
    my = officer("commune_officer", VINH_MY)
    wrong = Line("Hà Thị Út", "07/07/1930", "Nữ", "046130333444", village="Thôn 1")
    first = await my.read(workbook("Xã Vinh Mỹ", [wrong]))
    second = await my.read(workbook("Xã Vinh Mỹ", [replace(wrong, village="Thôn 2")]))
    assert (await my.post(f"/v1/imports/{second['import_id']}/confirm"))["created"] == 1
    done = await my.post(f"/v1/imports/{first['import_id']}/confirm")
    assert (done["updated"], done["older"]) == (0, 1)
    assert [person["village"] for person in await my.find("ha thi ut")] == ["Thôn 2"]


async def test_xls_and_csv_go_back_as_xlsx(officer: Officers) -> None:
    hung = officer("commune_officer", VINH_HUNG)
    rows: list[list[Any]] = [
        ["UBND XÃ VINH HƯNG"],
        ["DANH SÁCH THÁNG 10/2021"],
        [*HEADER],
        list(replace(NO_NUMBER, name="Lê Thị Ổi").cells(1)),
    ]
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    old = xlwt.Workbook()
    page = old.add_sheet("DS")
    page.col(1).width = 256 * 33
    page.write_merge(0, 0, 0, 3, "UBND XÃ VINH HƯNG")
    for at, row in enumerate(rows[1:], start=1):
        for column, cell in enumerate(row):
            page.write(at, column, cell)
    xls = io.BytesIO()
    old.save(xls)
    for name, data in (("20116 danh sách [1].csv", text.getvalue().encode()), ("20116.xls", xls.getvalue())):
        view = await hung.read(data, name)
        book = await _workbook(hung, view["import_id"])
        sheet = book.worksheets[1]
        assert [sheet.cell(4, 2).value, sheet.cell(4, len(HEADER) + 1).value] == ["Lê Thị Ổi", "Cần xem lại"], name
        if name.endswith(".xls"):
            assert str(sheet.merged_cells) == "A1:D1"
            assert round(sheet.column_dimensions["B"].width) == 33


async def test_a_header_over_two_rows_keeps_its_merged_cells_and_sheets_keep_their_order(officer: Officers) -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    book.add_worksheet("Bìa").write(0, 0, "Kính gửi Phòng LĐTBXH")
    sheet = book.add_worksheet("Tháng 10-2021")
    sheet.write(0, 0, "UBND XÃ VINH HƯNG")
    sheet.merge_range(2, 2, 2, 3, "Ngày sinh")
    for at, heading in ((0, "STT"), (1, "Họ và tên"), (4, "Số CMND/CCCD"), (5, "Đối tượng")):
        sheet.merge_range(2, at, 3, at, heading)
    sheet.write_row(3, 2, ["Nam", "Nữ"])
    sheet.write_row(4, 0, [1, "Phan Thị Khế", "", "1931", "", "K5C-80"])
    sheet.set_row(4, None, None, {"hidden": True})
    book.close()
    hung = officer("commune_officer", VINH_HUNG)
    view = await hung.read(buffer.getvalue())
    back = await _workbook(hung, view["import_id"])
    assert back.sheetnames == [SUMMARY_SHEET, "Bìa", "Tháng 10-2021"]
    page = back["Tháng 10-2021"]
    assert {"C3:D3", "B3:B4", "G3:G4"} <= {str(area) for area in page.merged_cells.ranges}
    assert [page["G3"].value, page["G5"].value] == [STATUS_HEADING, "Cần xem lại"]
    assert page.row_dimensions[5].hidden
    saved = io.BytesIO()
    back.save(saved)
    again = await hung.read(saved.getvalue(), "lai.xlsx")
    assert (again["rows"], again["month"]) == (view["rows"], view["month"])


async def test_joined_cells_that_overlap_stay_apart(officer: Officers) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(COMMUNE, [replace(HOA, name="Mai Thị Na")])))
    sheet = book["DS"]
    for area in ("A1:D2", "C2:F2", "A1:D2", "H1:H60000", "A20:Q900"):
        sheet.merged_cells.add(area)
    saved = io.BytesIO()
    book.save(saved)
    hung = officer("commune_officer", VINH_HUNG)
    view = await hung.read(saved.getvalue())
    back = await _workbook(hung, view["import_id"])
    joined = {str(area) for area in back["DS"].merged_cells.ranges}
    assert joined in ({"A1:D2", "H1:H5"}, {"C2:F2", "H1:H5"})
