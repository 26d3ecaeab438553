"""What the registry says no to: each with its own code, and nothing changed."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.registry.commune_lists import Line, workbook
from tests.registry.officers import HUE, PHU_LOC, VINH_HUNG, VINH_MY, Officers

GOOD = workbook("Xã Vinh Hưng", [Line("Nguyễn Thị Lan", "1938", "Nữ", "191000001")])


async def _refused(counts: Any, answer: Any, status: int, code: str, before: dict[str, int]) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title_vi"]
    assert await counts() == before


@pytest.mark.parametrize(
    ("data", "form", "status", "code"),
    [
        (b"%PDF-1.4 a letter", {}, 422, "not-a-spreadsheet"),
        (b"", {}, 422, "not-a-spreadsheet"),
        (b"PK\x03\x04 no archive", {}, 422, "spreadsheet-damaged"),
        ("Họ tên;Ghi chú\nAi đó;gì đó\n".encode(), {}, 422, "list-header-not-found"),
        (workbook("xã Không Đâu", [Line("A B", "1938", "Nữ", "191000009")]), {}, 422, "list-commune-unknown"),
        (GOOD, {"commune_code": "99999"}, 422, "unknown-commune"),
        (GOOD, {"commune_code": "no code"}, 422, "unknown-commune"),
        (workbook("Xã Vinh Hưng", []), {}, 422, "list-has-no-rows"),
        (b"x" * (20 * 1024 * 1024 + 1), {}, 413, "file-too-large"),
    ],
    ids=["letter", "empty", "damaged", "no-table", "nowhere", "no-such-commune", "no-code", "nobody", "large"],
)
async def test_a_list_that_is_none(
    officer: Officers, counts: Any, data: bytes, form: dict[str, str], status: int, code: str
) -> None:
    before = await counts()
    answer = await officer("province", "46@2021-07-01").send(data, "ds.xlsx", **form)
    await _refused(counts, answer, status, code, before)


async def test_a_commune_that_is_not_in_the_registrys_month(officer: Officers, counts: Any) -> None:
    """The registry of this test knows the units of 2021 alone; the file's commune is one of 2025."""
    before = await counts()
    data = workbook("Phường Thuận Hóa", [Line("Nguyễn Thị Lan", "1938", "Nữ", "191000001")], "9/2025", "")
    answer = await officer("province").send(data)
    await _refused(counts, answer, 422, "unknown-commune", before)


async def test_requests_that_are_no_upload(officer: Officers, counts: Any) -> None:
    before = await counts()
    hung = officer("commune_officer", VINH_HUNG)
    await _refused(counts, await hung.ask("POST", "/v1/imports", json={}), 422, "file-missing", before)
    answer = await hung.ask("POST", "/v1/imports", data={"commune_code": "20116"}, files={"other": ("a.xlsx", GOOD)})
    await _refused(counts, answer, 422, "file-missing", before)
    broken = {"content-type": "multipart/form-data; boundary=xyz"}
    answer = await hung.ask("POST", "/v1/imports", content=b"--abc\r\nnot a form", headers=broken)
    await _refused(counts, answer, 422, "bad-form", before)
    answer = await hung.ask("POST", "/v1/imports", content=b"", headers={"content-type": "multipart/form-data"})
    await _refused(counts, answer, 422, "bad-form", before)


async def test_a_body_that_lies_about_its_length(officer: Officers, counts: Any) -> None:
    before = await counts()

    async def endless() -> Any:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        for _ in range(25):
            yield b"x" * 1024 * 1024

    headers = {"content-type": "multipart/form-data; boundary=b"}
    answer = await officer("commune_officer", VINH_HUNG).ask("POST", "/v1/imports", content=endless(), headers=headers)
    await _refused(counts, answer, 413, "file-too-large", before)


@pytest.mark.parametrize(
    ("role", "units", "status", "code"),
    [
        (None, (), 401, "no-token"),
        ("commune_officer", (VINH_MY,), 403, "not-your-unit"),
        ("commune_officer", (HUE,), 403, "not-your-unit"),
        ("maker", (PHU_LOC,), 403, "not-allowed"),
        ("provider_staff", (PHU_LOC,), 403, "not-allowed"),
    ],
)
async def test_lists_of_others(
    officer: Officers, counts: Any, role: str | None, units: tuple[str, ...], status: int, code: str
) -> None:
    before = await counts()
    answer = await officer(role, *units).send(GOOD)
    await _refused(counts, answer, status, code, before)


async def test_no_token_is_refused_before_the_body_is_read(officer: Officers, counts: Any) -> None:
    before = await counts()
    answer = await officer().send(b"x" * (21 * 1024 * 1024))
    await _refused(counts, answer, 401, "no-token", before)


async def test_other_peoples_rows_are_not_there(officer: Officers, counts: Any) -> None:
    hung, my = officer("commune_officer", VINH_HUNG), officer("commune_officer", VINH_MY)
    done = await hung.enter("Xã Vinh Hưng", [Line("Tôn Thất Kín", "1936", "Nam", "191000077"), Line("Ai Đó", "1936", "Nam", "")])
    (person,) = await hung.find("ton that kin")
    (row,) = (await hung.get(f"/v1/imports/{done['import_id']}/rows", status="review"))["items"]
    before = await counts()
    assert await my.find("ton that kin") == []
    assert await my.find("191000077") == []
    assert await my.find(person["code"]) == []
    assert await my.find("") == []
    assert (await my.get("/v1/imports"))["items"] == []
    assert (await my.get("/v1/accounts"))["items"] == []
    answers = {"answers": [{"row_id": row["row_id"], "action": "drop"}]}
    import_path, person_path = f"/v1/imports/{done['import_id']}", f"/v1/beneficiaries/{person['beneficiary_id']}"
    for method, path, body, code in [
        ("GET", import_path, None, "unknown-import"),
        ("GET", f"{import_path}/rows", None, "unknown-import"),
        ("POST", f"{import_path}/answers", answers, "unknown-import"),
        ("POST", f"{import_path}/confirm", None, "unknown-import"),
        ("GET", person_path, None, "unknown-beneficiary"),
        ("GET", f"{person_path}/history", None, "unknown-beneficiary"),
    ]:
        await _refused(counts, await my.ask(method, path, json=body), 404, code, before)
    district = officer("commune_officer", PHU_LOC)
    assert [found["code"] for found in await district.find("ton that kin")] == [person["code"]]
    staff = officer("provider_staff", HUE)
    asked = await staff.post("/v1/accounts/requests", {"provider": "viettelpay", "beneficiary_ids": [person["beneficiary_id"]]})
    assert asked == {
        "requested": 0,
        "already": 0,
        "refused": [{"beneficiary_id": person["beneficiary_id"], "code": "unknown-beneficiary"}],
    }


async def test_answers_that_can_not_be(officer: Officers, counts: Any) -> None:
    hung = officer("commune_officer", VINH_HUNG)
    lines = [
        Line("Hồ Thị Được", "1931", "Nữ", "191000100"),
        Line("Hồ Thị Thiếu", "1931", "Nữ", ""),
        Line("Hồ Văn Sai", "31/02/1931", "Nam", "191000101"),
        Line("Hồ Thị Nhỏ", "01/01/2019", "Nữ", "046319000102", "Khoản 1 (dưới 4 tuổi)"),
    ]
    view = await hung.read(workbook("Xã Vinh Hưng", lines, "11/2021"))
    path = f"/v1/imports/{view['import_id']}/answers"
    rows = {row["record"]["full_name"]: row["row_id"] for row in (await hung.get(path[:-8] + "/rows"))["items"]}
    ok, lacking, wrong, child = (rows[line.name] for line in lines)
    before = await counts()
    for answers, status, code in [
        ([{"row_id": ok, "action": "accept"}], 409, "row-needs-no-answer"),
        ([{"row_id": wrong, "action": "accept"}], 409, "row-rejected"),
        ([{"row_id": lacking, "action": "same"}], 409, "row-names-nobody-known"),
        ([{"row_id": lacking, "action": "correct"}], 422, "answer-without-record"),
        ([{"row_id": child, "action": "accept"}], 422, "answer-incomplete"),
        ([{"row_id": lacking, "action": "accept"}, {"row_id": str(uuid4()), "action": "drop"}], 404, "unknown-row"),
        ([{"row_id": lacking, "action": "drop"}, {"row_id": lacking, "action": "drop"}], 422, "bad-request"),
        ([{"row_id": lacking, "action": "correct", "record": {"national_id": "12345"}}], 409, "row-rejected"),
        ([{"row_id": lacking, "action": "correct", "record": {"full_name": ""}}], 409, "row-rejected"),
        ([{"row_id": lacking, "action": "correct", "record": {"full_name": "a\x00b"}}], 422, "bad-request"),
        ([{"row_id": lacking, "action": "correct", "record": {"category": "MT-THUONG"}}], 422, "answer-incomplete"),
        ([{"row_id": lacking, "action": "delete"}], 422, "bad-request"),
        ([], 422, "bad-request"),
    ]:
        await _refused(counts, await hung.ask("POST", path, json={"answers": answers}), status, code, before)
    assert (await hung.get(path[:-8]))["unanswered"] == 3, "a refused answer to one row leaves the others unanswered"

    await hung.post(path, {"answers": [{"row_id": lacking, "action": "accept"}]})
    assert (await hung.post(path[:-8] + "/confirm"))["created"] == 2
    before = await counts()
    answer = await hung.ask("POST", path, json={"answers": [{"row_id": lacking, "action": "drop"}]})
    await _refused(counts, answer, 409, "row-settled", before)


async def test_units_that_contradict_themselves(officer: Officers, counts: Any) -> None:
    good: dict[str, Any] = {
        "unit_id": "99@2021-07-01", "code": "99", "valid_from": "2021-07-01", "valid_to": None, "level": "province",
        "name": "Tỉnh Thử", "parent_id": None, "path": ["99@2021-07-01"],
    }  # fmt: skip
    before = await counts()
    admin = officer("admin")
    changes: list[tuple[dict[str, Any], int, str]] = [
        ({"unit_id": "98@2021-07-01"}, 422, "bad-unit"),
        ({"path": ["46@2021-07-01"]}, 422, "bad-unit"),
        ({"valid_to": "2020-01-01"}, 422, "bad-unit"),
        ({"parent_id": "77@2021-07-01", "path": ["77@2021-07-01", "99@2021-07-01"]}, 422, "unknown-unit"),
        ({"level": "village"}, 422, "bad-request"),
    ]
    for change, status, code in changes:
        answer = await admin.ask("POST", "/v1/units", json={"units": [{**good, **change}]})
        await _refused(counts, answer, status, code, before)
    answer = await officer("province").ask("POST", "/v1/units", json={"units": [good]})
    await _refused(counts, answer, 403, "not-allowed", before)
    answer = await officer("admin", PHU_LOC).ask("POST", "/v1/units", json={"units": [good]})
    await _refused(counts, answer, 403, "not-your-unit", before)
    assert await admin.post("/v1/units", {"units": [good]}) == {"count": 1}
    assert await admin.post("/v1/units", {"units": [good]}) == {"count": 0}
    (found,) = (await admin.get("/v1/units", code="99", on="2022-01-01"))["items"]
    assert found == good
    assert (await admin.get("/v1/units", code="99", on="2020-01-01"))["items"] == []


async def test_a_key_makes_a_repeat_safe(officer: Officers, counts: Any) -> None:
    hung = officer("commune_officer", VINH_HUNG)
    data = workbook("Xã Vinh Hưng", [Line("Lê Thị Lặp", "1934", "Nữ", "191000200")], "12/2021")
    files, headers = {"file": ("ds.xlsx", data)}, {"Idempotency-Key": "list-12"}
    first = await hung.ask("POST", "/v1/imports", files=files, headers=headers)
    before = await counts()
    second = await hung.ask("POST", "/v1/imports", files=files, headers=headers)
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    answer = await hung.ask("POST", "/v1/imports", files={"file": ("ds.xlsx", GOOD)}, headers=headers)
    await _refused(counts, answer, 409, "idempotency-key-reused", before)
    path = f"/v1/imports/{first.json()['import_id']}/confirm"
    done = await hung.ask("POST", path, headers={"Idempotency-Key": "confirm-12"})
    again = await hung.ask("POST", path, headers={"Idempotency-Key": "confirm-12"})
    assert done.json() == again.json()
    assert done.json()["created"] == 1


@pytest.mark.parametrize(
    "path",
    ["/v1/imports?cursor=zz", "/v1/accounts?cursor=1", "/v1/imports/0190a1b2-0000-7000-8000-000000000001/rows?cursor=-1",
     "/v1/beneficiaries/0190a1b2-0000-7000-8000-000000000001/history?cursor=99999999999"],
)  # fmt: skip
async def test_cursors_of_elsewhere(officer: Officers, path: str) -> None:
    answer = await officer("province").ask("GET", path)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-cursor")


@pytest.mark.parametrize("search", ["%", "_", "\\", "' OR 1=1 --", "1" * 200, "đ" * 200, "HUE-9999999", "-", "+84"])
async def test_odd_searches_are_harmless(officer: Officers, search: str) -> None:
    page = await officer("province").get("/v1/beneficiaries", search=search)
    assert isinstance(page["items"], list)
