"""How a month's lists stand for a district, and whom a list lacks."""

from __future__ import annotations

from dataclasses import replace

import asyncpg

from tests.registry.commune_lists import Line, workbook
from tests.registry.officers import PHU_LOC, VINH_HUNG, VINH_MY, Officers

PROVINCE = "46@2021-07-01"
HUNG, MY = "Xã Vinh Hưng", "Xã Vinh Mỹ"
LINES = [
    Line("Nguyễn Thị Một", "22/08/1938", "Nữ", "046138235631"),
    Line("Trần Văn Hai", "1930", "Nam", "191234562"),
    Line("Lê Thị Ba", "03/04/1939", "Nữ", "046139235633"),
    Line("Hồ Văn Bốn", "05/06/1935", "Nam", "046035235634"),
]
NO_NUMBER = Line("Phan Thị Năm", "1931", "Nữ", "")


async def test_a_district_sees_which_lists_came_in(officer: Officers) -> None:
    hung, my, district = officer("commune_officer", VINH_HUNG), officer("commune_officer", VINH_MY), officer("maker", PHU_LOC)
    empty = await district.get("/v1/imports/summary", month="2021-10-15")
    assert (empty["month"], empty["communes"]["not_sent"]) == ("2021-10-01", len(empty["items"]))
    assert {one["parent_id"] for one in empty["items"]} == {PHU_LOC}
    assert (await officer("commune_officer", VINH_HUNG).get("/v1/imports/summary", month="2021-10-01"))["communes"] == {
        "not_sent": 1, "to_answer": 0, "to_confirm": 0, "rows_left": 0, "done": 0
    }  # fmt: skip

    waiting = await hung.read(workbook(HUNG, [*LINES, NO_NUMBER]))
    ready = await my.read(workbook(MY, [replace(LINES[0], name="Lý Thị Sáu", identity="046138235636")]))
    seen = await district.get("/v1/imports/summary", month="2021-10-01")
    steps = {one["unit_id"]: one["step"] for one in seen["items"] if one["lists"]}
    assert steps == {VINH_HUNG: "to_answer", VINH_MY: "to_confirm"}
    assert (seen["rows"], seen["unanswered"]) == ({"accepted": 5, "review": 1, "rejected": 0}, 1)
    assert seen["communes"]["not_sent"] == len(empty["items"]) - 2

    await hung.post(f"/v1/imports/{waiting['import_id']}/confirm")
    await my.post(f"/v1/imports/{ready['import_id']}/confirm")
    done = await district.get("/v1/imports/summary", month="2021-10-01", step="done")
    assert [(one["unit_id"], one["settled"], one["import_id"]) for one in done["items"]] == [(VINH_MY, 1, ready["import_id"])]
    assert (done["communes"]["rows_left"], done["communes"]["done"]) == (1, 1)
    first = await district.get("/v1/imports/summary", month="2021-10-01", limit=2)
    second = await district.get("/v1/imports/summary", month="2021-10-01", limit=2, cursor=first["next_cursor"])
    assert [one["unit_id"] for one in first["items"] + second["items"]] == [one["unit_id"] for one in seen["items"]][:4]
    assert len((await officer("maker", PROVINCE).get("/v1/imports/summary", month="2021-10-01", limit=1000))["items"]) == 141


async def test_who_is_missing_from_a_newer_list_is_told_and_nothing_changes(officer: Officers, admin: asyncpg.Connection) -> None:
    hung = officer("commune_officer", VINH_HUNG)
    (october,) = (await hung.get("/v1/imports"))["items"]
    assert (await hung.get(f"/v1/imports/{october['import_id']}/missing"))["items"] == []
    unclear = replace(LINES[2], identity="04613923563")  # a rejected row names somebody too
    newer = await hung.read(workbook(HUNG, [LINES[0], unclear], "11/2021"))
    before = await hung.get(f"/v1/imports/{newer['import_id']}/missing")
    assert [person["full_name"] for person in before["items"]] == ["Trần Văn Hai", "Hồ Văn Bốn"]
    assert {person["listed_month"] for person in before["items"]} == {"2021-10-01"}

    done = await hung.post(f"/v1/imports/{newer['import_id']}/confirm")
    assert (done["unchanged"], done["missing"]) == (1, 2)
    view = await hung.get(f"/v1/imports/{newer['import_id']}")
    assert view["missing_people"] == 2
    (finding,) = [one for one in view["findings"] if one["code"] == "people_missing"]
    assert finding["message_vi"].startswith("Có 2 người đang hưởng")
    people = await admin.fetch("SELECT status, version FROM registry.beneficiaries WHERE unit_id = $1", VINH_HUNG)
    assert {tuple(person) for person in people} == {("active", 1)}
    page = await hung.get(f"/v1/imports/{newer['import_id']}/missing", limit=1)
    rest = await hung.get(f"/v1/imports/{newer['import_id']}/missing", limit=1, cursor=page["next_cursor"])
    assert [person["full_name"] for person in page["items"] + rest["items"]] == ["Trần Văn Hai", "Hồ Văn Bốn"]

    supplement = await hung.enter(HUNG, [LINES[1], replace(LINES[3], name="Ho Van Bon", identity="")], "11/2021")
    assert supplement["missing"] == 1, "a second list of the month: the row without a number names its person all the same"


async def test_a_list_of_another_commune_tells_nothing(officer: Officers) -> None:
    (view, *_) = (await officer("commune_officer", VINH_HUNG).get("/v1/imports"))["items"]
    answer = await officer("commune_officer", VINH_MY).ask("GET", f"/v1/imports/{view['import_id']}/missing")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-import")
