"""Lists from upload to beneficiaries: read, answered, confirmed; the same again; corrected."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import asyncpg
import orjson

from shared.contracts.registry_events import BeneficiariesChanged
from tests.registry.commune_lists import Line, workbook
from tests.registry.officers import VINH_HUNG, VINH_MY, Officers

COMMUNE = "Xã Vinh Hưng"

HOA = Line("NGUYỄN  THỊ HOÀ", "22/08/1938", "Nữ", "046138235639", phone="0912345678", channel="ViettelPay", account="0912345678")
LAM = Line("Trần Văn Lâm", "1930", "Nam", "191234567", village="Thôn 2")
NO_NUMBER = Line("Lê Thị Mận", "03/04/1939", "Nữ", "", village="Thôn 3")
DEAD = Line("Phan Văn Ất", "1931", "Nam", "191234568", note="Đã chết ngày 2/9/2021")
CHILD = Line(
    "Đỗ Ngọc Bưởi", "13/04/2020", "Nữ", "046320440221", "Khoản 1 (dưới 4 tuổi)",
    payee="Lê Thị Xuân", payee_identity="046183486989", relationship="Mẹ", phone="0371981796",
)  # fmt: skip
SIBLING = replace(CHILD, name="Đỗ Ngọc Mai", birth="01/02/2019", identity="046319440222", phone="")
BAD_DATE = Line("Hồ Văn Tư", "31/02/1935", "Nam", "046035111222")
PARENT = Line("Võ Thị Đơn", "05/05/1985", "Nữ", "046185777888", "Khoản 4 (đơn thân nghèo nuôi 2 con)", children="2")


async def _rows(officer: Any, import_id: str, **params: Any) -> list[dict[str, Any]]:
    page = await officer.get(f"/v1/imports/{import_id}/rows", **params)
    rows: list[dict[str, Any]] = page["items"]
    return rows


async def _events(admin: asyncpg.Connection) -> list[BeneficiariesChanged]:
    rows = await admin.fetch("SELECT body FROM registry.outbox WHERE type = 'beneficiaries_changed' ORDER BY seq")
    return [BeneficiariesChanged.model_validate(orjson.loads(row["body"])) for row in rows]


async def test_a_list_becomes_people(officer: Officers, admin: asyncpg.Connection) -> None:
    hung = officer("commune_officer", VINH_HUNG)
    lines = [HOA, LAM, NO_NUMBER, DEAD, CHILD, SIBLING, BAD_DATE, PARENT]
    view = await hung.read(workbook(COMMUNE, lines))
    assert view["commune_unit_id"] == VINH_HUNG
    assert (view["month"], view["month_source"], view["state"]) == ("2021-10-01", "title", "read")
    assert view["rows"] == {"accepted": 5, "review": 2, "rejected": 1}
    assert view["unanswered"] == 3
    assert await hung.find("") == []

    rows = {row["record"]["full_name"]: row for row in await _rows(hung, view["import_id"])}
    assert rows["Lê Thị Mận"]["status"] == "review"
    assert [f["code"] for f in rows["Lê Thị Mận"]["findings"] if f["severity"] == "review"] == ["id_missing"]
    assert rows["Nguyễn Thị Hòa"]["cells"]["B"] == "NGUYỄN  THỊ HOÀ"
    assert rows["Nguyễn Thị Hòa"]["row"] == 5

    answers = [
        {"row_id": rows["Lê Thị Mận"]["row_id"], "action": "correct", "record": {"national_id": "046139000123"}},
        {"row_id": rows["Phan Văn Ất"]["row_id"], "action": "drop"},
    ]
    answered = await hung.post(f"/v1/imports/{view['import_id']}/answers", {"answers": answers})
    assert answered["unanswered"] == 1
    done = await hung.post(f"/v1/imports/{view['import_id']}/confirm")
    assert done == {"created": 6, "updated": 0, "unchanged": 0, "older": 0, "dropped": 1, "left": 1, "missing": 0}

    people = {person["full_name"]: person for person in await hung.find("")}
    assert set(people) == {"Nguyễn Thị Hòa", "Trần Văn Lâm", "Lê Thị Mận", "Đỗ Ngọc Bưởi", "Đỗ Ngọc Mai", "Võ Thị Đơn"}
    assert [person["code"] for person in people.values()] == sorted(f"HUE-{n:07d}" for n in range(1, 7))

    (event,) = await _events(admin)
    records = {record.full_name: record for record in event.records}
    assert len(records) == 6
    parent, child, sibling, lam = (records[name] for name in ("Võ Thị Đơn", "Đỗ Ngọc Bưởi", "Đỗ Ngọc Mai", "Trần Văn Lâm"))
    assert [(d.category, d.kind, d.heads, d.from_month.isoformat(), d.to_month) for d in parent.decisions] == [
        ("K4-DTN", "monthly", 2, "2021-10-01", None)
    ]
    assert parent.decisions[0].number == "DS-2021-10-20116-12"
    assert child.payee.payee_id == sibling.payee.payee_id
    assert (child.payee.full_name, child.payee.relationship) == ("Lê Thị Xuân", "Mẹ")
    assert (lam.payee.full_name, lam.payee.relationship, lam.payee.phone_sealed) == ("Trần Văn Lâm", "self", None)
    assert (lam.birth_date.isoformat(), lam.birth_precision) == ("1930-01-01", "year")
    assert all(record.account is None and record.unit_id == VINH_HUNG and record.hold is None for record in event.records)
    assert await admin.fetchval("SELECT unit_id FROM registry.outbox WHERE type = 'beneficiaries_changed'") == VINH_HUNG

    again = await hung.post(f"/v1/imports/{view['import_id']}/confirm")
    assert again == {"created": 0, "updated": 0, "unchanged": 0, "older": 0, "dropped": 0, "left": 1, "missing": 0}
    assert len(await _events(admin)) == 1


async def test_a_record_tells_where_it_comes_from(officer: Officers) -> None:
    hung = officer("commune_officer", VINH_HUNG)
    (brief,) = await hung.find("nguyen thi hoa 1938")
    answer = await hung.ask("GET", f"/v1/beneficiaries/{brief['beneficiary_id']}")
    record = answer.json()
    assert answer.headers["etag"] == '"1"'
    assert record["source"]["file_name"] == "danh-sach.xlsx"
    assert (record["source"]["sheet"], record["source"]["row"]) == ("DS", 5)
    assert record["source"]["cells"]["E"] == "•••••••••639"
    assert record["documents"] == [{"kind": "cccd", "number": "•••••••••639", "known_from": record["documents"][0]["known_from"]}]
    assert record["payee"]["relationship"] == "self"
    assert record["phone"] == "•••••••••678"
    assert "046138235639" not in answer.text
    assert "912345678" not in answer.text
    for search in (brief["code"], brief["beneficiary_id"], "046138235639", "0912345678", "+84912345678"):
        assert [found["full_name"] for found in await hung.find(search)] == ["Nguyễn Thị Hòa"], search
    assert await hung.find("nguyen thi hoa 1939") == []


async def test_the_same_file_twice_changes_nothing(officer: Officers, admin: asyncpg.Connection, counts: Any) -> None:
    hung = officer("commune_officer", VINH_HUNG)
    first = (await hung.get("/v1/imports"))["items"][0]
    data = workbook(COMMUNE, [HOA, LAM])
    once = await hung.enter(COMMUNE, [HOA, LAM])
    assert (once["created"], once["updated"], once["unchanged"]) == (0, 0, 2)
    before = await counts()
    view = await hung.read(data, "another-name.xlsx")
    assert view["import_id"] == once["import_id"] != first["import_id"]
    done = await hung.post(f"/v1/imports/{view['import_id']}/confirm")
    assert (done["created"], done["updated"], done["unchanged"]) == (0, 0, 0)
    assert await counts() == before


async def test_a_corrected_list_updates_and_keeps_history(officer: Officers, admin: asyncpg.Connection) -> None:
    hung = officer("commune_officer", VINH_HUNG)
    corrected = replace(LAM, name="Trần Viết Lâm", category="Khoản 6 (NKT nặng)", village="Thôn 5")
    newcomer = Line("Bùi Thị Chín", "1935", "Nữ", "191234777")
    done = await hung.enter(COMMUNE, [HOA, corrected, newcomer])
    assert (done["created"], done["updated"], done["unchanged"]) == (1, 1, 1)

    (brief,) = await hung.find("lam 1930")
    assert (brief["full_name"], brief["version"]) == ("Trần Viết Lâm", 2)
    record = await hung.get(f"/v1/beneficiaries/{brief['beneficiary_id']}")
    assert [(d["category"], d["from_month"], d["to_month"]) for d in record["decisions"]] == [("K6-N-NCT", "2021-10-01", None)]
    assert record["payee"]["full_name"] == "Trần Viết Lâm"
    assert record["payee"]["version"] == 2

    versions = (await hung.get(f"/v1/beneficiaries/{brief['beneficiary_id']}/history"))["items"]
    assert [version["version"] for version in versions] == [2, 1]
    assert versions[0]["changed"] == ["decisions", "full_name", "payee", "village"]
    assert (versions[0]["reason"], versions[0]["source"]["import_id"]) == ("list_corrected", done["import_id"])
    assert versions[0]["subject"] == "commune_officer@example"
    assert versions[1]["record"]["full_name"] == "Trần Văn Lâm"
    assert versions[1]["record"]["decisions"][0]["category"] == "K5C-80"
    newest = (await _events(admin))[-1].records[-1]
    assert (newest.full_name, newest.version) == ("Trần Viết Lâm", 2)


async def test_a_later_list_succeeds_the_decision_and_an_older_one_changes_nothing(officer: Officers) -> None:
    my = officer("commune_officer", VINH_MY)
    person = Line("Hà Thị Bé", "07/07/1990", "Nữ", "046190333444", "Khoản 6 (NKT nặng)")
    await my.enter("Xã Vinh Mỹ", [person], "10/2021")
    worse = replace(person, category="Khoản 6 (NKT đặc biệt nặng)")
    done = await my.enter("Xã Vinh Mỹ", [worse], "12/2021")
    assert (done["created"], done["updated"]) == (0, 1)
    stale = await my.enter("Xã Vinh Mỹ", [replace(person, village="Thôn 8")], "11/2021")
    assert (stale["created"], stale["updated"], stale["older"]) == (0, 0, 1)
    (brief,) = await my.find("ha thi be")
    record = await my.get(f"/v1/beneficiaries/{brief['beneficiary_id']}")
    assert [(d["category"], d["from_month"], d["to_month"]) for d in record["decisions"]] == [
        ("K6-N", "2021-10-01", "2021-11-01"),
        ("K6-DBN", "2021-12-01", None),
    ]


async def test_a_number_registered_in_another_commune_goes_to_an_officer(officer: Officers) -> None:
    my = officer("commune_officer", VINH_MY)
    done = await my.enter("Xã Vinh Mỹ", [replace(HOA, village="Thôn 9"), Line("Đinh Văn Sáu", "1937", "Nam", "191555666")])
    assert (done["created"], done["left"]) == (1, 1)
    (row,) = await _rows(my, done["import_id"], status="review")
    assert row["findings"][-1]["code"] == "registered_elsewhere"
    assert row["answer"] is None
    accepted = await my.ask(
        "POST",
        f"/v1/imports/{done['import_id']}/answers",
        json={"answers": [{"row_id": row["row_id"], "action": "accept"}]},
    )
    assert (accepted.status_code, accepted.json()["code"]) == (409, "row-contradicts-registry")


async def test_somebody_alike_is_an_officers_question(officer: Officers) -> None:
    my = officer("commune_officer", VINH_MY)
    first = Line("Lý Thị Ba", "09/09/1936", "Nữ", "191777001", village="Thôn 4")
    await my.enter("Xã Vinh Mỹ", [first])
    alike = replace(first, identity="191777002", village="Thôn 6")
    moved = Line("Lý Văn Tám", "1933", "Nam", "191777003")
    done = await my.enter("Xã Vinh Mỹ", [moved, alike])
    assert (done["created"], done["left"]) == (1, 1)
    (row,) = await _rows(my, done["import_id"], status="review")
    assert row["findings"][-1]["code"] == "perhaps_registered"
    await my.post(f"/v1/imports/{done['import_id']}/answers", {"answers": [{"row_id": row["row_id"], "action": "same"}]})
    done = await my.post(f"/v1/imports/{done['import_id']}/confirm")
    assert (done["created"], done["updated"], done["left"]) == (0, 1, 0)
    (person,) = await my.find("ly thi ba")
    record = await my.get(f"/v1/beneficiaries/{person['beneficiary_id']}")
    assert [document["number"][-3:] for document in record["documents"]] == ["002"]


async def test_a_new_identity_card_is_the_same_person(officer: Officers) -> None:
    my = officer("commune_officer", VINH_MY)
    before = Line("Mai Văn Chín", "11/11/1932", "Nam", "191888001")
    await my.enter("Xã Vinh Mỹ", [before])
    done = await my.enter("Xã Vinh Mỹ", [replace(before, identity="046032888001")], "11/2021")
    assert (done["created"], done["updated"]) == (0, 1)
    done = await my.enter("Xã Vinh Mỹ", [replace(before, village="Thôn 7")], "12/2021")
    assert (done["created"], done["updated"]) == (0, 1), "the old number still is the same person's"
    (person,) = await my.find("mai van chin")
    record = await my.get(f"/v1/beneficiaries/{person['beneficiary_id']}")
    assert [document["kind"] for document in record["documents"]] == ["cccd", "cmnd"]


async def test_answers_can_be_given_one_after_the_other(officer: Officers) -> None:
    my = officer("commune_officer", VINH_MY)
    lines = [Line("Cao Thị Mười", "1934", "Nữ", ""), Line("Cao Thị Một", "1934", "Nữ", "")]
    done = await my.enter("Xã Vinh Mỹ", lines)
    assert (done["created"], done["left"]) == (0, 2)
    for row, left in zip(await _rows(my, done["import_id"], answered="false"), (1, 0), strict=True):
        path = f"/v1/imports/{done['import_id']}"
        await my.post(f"{path}/answers", {"answers": [{"row_id": row["row_id"], "action": "accept"}]})
        confirmed = await my.post(f"{path}/confirm")
        assert (confirmed["created"], confirmed["left"]) == (1, left)
    assert len(await my.find("cao thi")) == 2


async def test_pages_cover_everything_once(officer: Officers) -> None:
    province = officer("province", "46@2021-07-01")
    for path, key in (("/v1/beneficiaries", "code"), ("/v1/imports", "import_id"), ("/v1/units", "unit_id")):
        whole = [item[key] for item in (await province.get(path, limit=1000))["items"]]
        paged: list[str] = []
        cursor = None
        while True:
            page = await province.get(path, limit=3, **({"cursor": cursor} if cursor else {}))
            paged += [item[key] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert paged == whole
        assert len(set(paged)) == len(paged) > 3


async def test_a_list_without_a_sex_is_right_as_lists_go_and_is_asked_before_anybody_is_registered(officer: Officers) -> None:
    my = officer("commune_officer", VINH_MY)
    done = await my.read(workbook("Xã Vinh Mỹ", [Line("Cao Duy Hỷ", "1931", sex="", identity="191777001")], "12/2021"))
    assert done["rows"] == {"accepted": 1, "review": 0, "rejected": 0}
    path = f"/v1/imports/{done['import_id']}"
    assert (await my.post(f"{path}/confirm"))["created"] == 0
    (row,) = (await my.get(f"{path}/rows", status="review"))["items"]
    assert {"sex_missing", "incomplete"} <= {finding["code"] for finding in row["findings"]}
    answer = {"row_id": row["row_id"], "action": "correct", "record": {"sex": "male"}}
    await my.post(f"{path}/answers", {"answers": [answer]})
    assert (await my.post(f"{path}/confirm"))["created"] == 1
