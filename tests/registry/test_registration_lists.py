"""Registration lists: compiled, handed over with numbers in clear and audited, taken back with results and errors by row."""

from __future__ import annotations

import io
from typing import Any

import asyncpg
import httpx
import pytest
import xlsxwriter

from services.registry.domain.lists.workbook import Cell
from services.registry.files.workbooks import read_workbook
from tests.registry.commune_lists import Line
from tests.registry.officers import PHU_LOC, VINH_HUNG, VINH_MY, Officer, Officers
from tests.registry.provider_answers import Gateway, bodies

COMMUNE = "Xã Vinh Hưng"
MOTHER = {"payee": "Lê Thị Xuân", "payee_identity": "046183486989", "relationship": "Mẹ"}
LINES = [
    Line("Phan Thị Một", "12/03/1938", "Nữ", "046138330001", phone="0912330001", channel="VietinBank"),
    Line("Phan Thị Hai", "1937", "Nữ", "191330002", channel="VietinBank", account="108140330002"),
    Line("Phan Ngọc Ba", "13/04/2019", "Nữ", "046319330003", "Khoản 1 (dưới 4 tuổi)", channel="VietinBank", **MOTHER),
    Line("Phan Ngọc Bốn", "14/05/2020", "Nữ", "046320330004", "Khoản 1 (dưới 4 tuổi)", channel="VietinBank", **MOTHER),
    Line("Phan Thị Năm", "1936", "Nữ", "191330005", channel="VietinBank"),
    Line("Phan Thị Sáu", "1936", "Nữ", "191330006"),
]
LISTS = "/v1/enrolment/registration-lists"


@pytest.fixture
async def mine(officer: Officers) -> Officer:
    """The commune's officer, its people entered."""
    hung = officer("commune_officer", VINH_HUNG)
    if not await hung.find("046138330001"):
        await hung.enter(COMMUNE, LINES)
    return hung


def _filled(data: bytes, results: dict[str, tuple[str, str | int, str, str]]) -> bytes:
    """The list as the provider sends it back: (result, number, holder, reason) by payee name."""
    (sheet,) = read_workbook(data, "x.xlsx").sheets
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    page = book.add_worksheet()
    for at, row in enumerate(sheet.rows):
        cells: list[Cell] = [*row, *([None] * (14 - len(row)))]
        if len(row) > 2 and row[2] in results:
            cells[10:] = results[str(row[2])]
        for column, cell in enumerate(cells):
            if cell not in (None, ""):
                page.write(at, column, cell)
    book.close()
    return buffer.getvalue()


async def _send(who: Officer, list_id: str, data: bytes, name: str = "ket-qua.xlsx") -> httpx.Response:
    return await who.ask("POST", f"{LISTS}/{list_id}/results", files={"file": (name, data)})


async def test_a_list_goes_out_and_comes_back(mine: Officer, officer: Officers, admin: asyncpg.Connection) -> None:
    made = await mine.post(LISTS, {"unit_id": VINH_HUNG, "provider": "vietinbank"})
    assert (made["rows"], made["waiting"]) == (4, 4), "one line for each payee; who wishes cash is not on it"
    assert await bodies(admin, "accounts_requested") == [], "nothing goes over the provider's API"
    answer = await mine.ask("GET", f"{LISTS}/{made['list_id']}/workbook")
    assert answer.headers["content-disposition"].endswith('-vietinbank.xlsx"')
    (sheet,) = read_workbook(answer.content, "x.xlsx").sheets
    assert str(sheet.rows[0][0]).startswith("DANH SÁCH ĐĂNG KÝ MỞ TÀI KHOẢN – VietinBank")
    lines = {row[2]: row for row in sheet.rows[4:8]}
    number = made["list_number"]
    assert [row[1] for row in sheet.rows[4:8]] == [f"{number:05d}-{at:03d}" for at in range(1, 5)]
    assert lines["Phan Thị Một"][3:7] == ["Đối tượng hưởng", "12/03/1938", "046138330001", "0912330001"]
    assert lines["Phan Thị Một"][7] == "Thôn 1, Xã Vinh Hưng"
    assert lines["Phan Thị Hai"][4] == "1937"
    assert lines["Phan Thị Hai"][9] == "108140330002"
    mother = lines["Lê Thị Xuân"]
    assert (mother[3], mother[4], mother[5]) == ("Mẹ", None, "046183486989")
    assert "Phan Ngọc Ba (HUE-" in str(mother[8])
    assert "Phan Ngọc Bốn (HUE-" in str(mother[8])
    read = await admin.fetchval("SELECT object FROM registry.audit_log WHERE action = 'registration_list.read'")
    assert read == f"registration_list/{made['list_id']}"
    again = await mine.ask("POST", LISTS, json={"unit_id": VINH_HUNG, "provider": "vietinbank"})
    assert (again.status_code, again.json()["code"]) == (409, "nobody-to-register")

    filled = _filled(
        answer.content,
        {
            "Phan Thị Một": ("Đã mở", 108140330001, "PHAN THI MOT", ""),
            "Phan Thị Hai": ("đã mở", "1081 4033 0002", "PHAN HAI", ""),
            "Lê Thị Xuân": ("Đã mở", "", "LE THI XUAN", ""),
            "Phan Thị Năm": ("Từ chối", "", "", "CCCD hết hạn"),
        },
    )
    staff = officer("provider_staff", PHU_LOC)
    taken = (await _send(staff, made["list_id"], filled)).json()
    assert {name: taken[name] for name in ("opened", "refused", "in_review", "unchanged", "waiting")} == {
        "opened": 2, "refused": 1, "in_review": 1, "unchanged": 0, "waiting": 0,
    }  # fmt: skip
    (error,) = taken["errors"]
    assert (error["code"], error["message_vi"]) == ("number-missing", "Đã mở nhưng thiếu số tài khoản")
    assert sheet.rows[error["row"] - 1][2] == "Lê Thị Xuân"
    providers = {line.name: (await mine.find(line.identity))[0]["account_provider"] for line in LINES}
    assert [name for name, provider in providers.items() if provider] == ["Phan Thị Một"]
    (review,) = (await mine.get("/v1/name-reviews"))["items"]
    assert (review["holder_name"], review["source"]) == ("PHAN HAI", "list")
    (gap,) = (await mine.get("/v1/enrolment/gaps", reason="refused_by_provider"))["items"]
    assert (gap["full_name"], gap["detail"]) == ("Phan Thị Năm", "CCCD hết hạn")

    repeated = (await _send(staff, made["list_id"], filled)).json()
    assert (repeated["opened"], repeated["refused"], repeated["unchanged"]) == (0, 0, 3)
    otherwise = _filled(answer.content, {"Phan Thị Một": ("Đã mở", "108140339999", "PHAN THI MOT", "")})
    assert [e["code"] for e in (await _send(staff, made["list_id"], otherwise)).json()["errors"]] == ["answered-otherwise"]
    corrected = _filled(answer.content, {"Lê Thị Xuân": ("Đã mở", "108140330003", "LE THI XUAN", "")})
    assert (await _send(staff, made["list_id"], corrected)).json()["opened"] == 1
    for line in LINES[2:4]:
        assert (await mine.find(line.identity))[0]["account_provider"] == "vietinbank"
    (listed,) = (await staff.get(LISTS, provider="vietinbank"))["items"]
    assert (listed["waiting"], listed["opened"], listed["refused"]) == (0, 3, 1)
    second = await mine.post(LISTS, {"unit_id": VINH_HUNG, "provider": "vietinbank", "refused_too": True})
    assert second["rows"] == 1


async def test_what_is_refused_changes_nothing(mine: Officer, officer: Officers, counts: Any) -> None:
    staff, neighbour = officer("provider_staff", PHU_LOC), officer("commune_officer", VINH_MY)
    lists = (await staff.get(LISTS))["items"]
    list_id = lists[0]["list_id"]
    before = await counts()
    for who, body, status, code in (
        (mine, {"unit_id": VINH_HUNG, "provider": "vnpost"}, 422, "unknown-provider"),
        (mine, {"unit_id": PHU_LOC, "provider": "vietinbank"}, 422, "unknown-commune"),
        (neighbour, {"unit_id": VINH_HUNG, "provider": "vietinbank"}, 403, "not-your-unit"),
        (officer("maker", PHU_LOC), {"unit_id": VINH_HUNG, "provider": "vietinbank"}, 403, "not-allowed"),
    ):
        answer = await who.ask("POST", LISTS, json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await neighbour.get(LISTS))["items"] == []
    for path in (f"{LISTS}/{list_id}/workbook",):
        assert (await neighbour.ask("GET", path)).json()["code"] == "unknown-registration-list"
    assert (await _send(neighbour, list_id, b"a;b")).json()["code"] == "unknown-registration-list"
    assert (await _send(staff, list_id, b"a;b\n1;2\n", "x.csv")).json()["code"] == "results-without-header"
    assert (await _send(staff, list_id, b"%PDF-1.7", "x.pdf")).json()["code"] == "not-a-spreadsheet"
    assert (await staff.ask("POST", f"{LISTS}/{list_id}/results")).json()["code"] == "file-missing"
    assert await counts() == before


async def test_the_gateway_is_not_needed_to_answer_twice(mine: Officer, gateway: Gateway, admin: asyncpg.Connection) -> None:
    """The provider's API may answer a listed request as well: what came first stands."""
    account = await admin.fetchval("SELECT account_id FROM registry.accounts WHERE holder_name = 'PHAN THI MOT'")
    version = (await mine.find("046138330001"))[0]["version"]
    await gateway.says("vietinbank", gateway.opened(account, "108140330001", "PHAN THI MOT"))
    assert (await mine.find("046138330001"))[0]["version"] == version
