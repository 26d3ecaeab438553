"""Pairs who may be one person: found when people change and by a search, merged, parted and undone by officers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.registry.workers.duplicates import DuplicateFinder
from shared import outbox
from shared.contracts.registry_events import BeneficiariesChanged
from shared.service import Service
from tests.registry.commune_lists import Line
from tests.registry.officers import PHU_LOC, VINH_HUNG, VINH_MY, Officers

PROVINCE = "46@2021-07-01"
HUNG = [
    Line("Nguyễn Thị Thủy", "14/05/1938", "Nữ", "191300001", village="Thôn 2"),
    Line("Trần Văn Khoan", "03/09/1936", "Nam", "191300002", village="Thôn 1"),
    Line("Zơ Râm Thị Mơ", "1935", "Nữ", "191300003", village="Thôn 4"),
    Line("Lê Thị Song", "20/11/1937", "Nữ", "191300004"),
    Line("Hoàng Văn Riêng", "1939", "Nam", "191300005"),
]
MY = [
    Line("Nguyen Thi Thuy", "14/05/1938", "Nữ", "046138300001", village="Thôn 9"),
    Line("Trần V. Khoan", "09/03/1936", "Nam", "046036300002"),
    Line("Lê Thị Sanh", "20/11/1937", "Nữ", "191300014"),
    Line("Ngô Thị Khác", "1934", "Nữ", "191300006"),
]


@pytest.fixture(autouse=True)
async def october(set_business_clock: Any) -> None:
    """All of it happens in October 2021."""
    await set_business_clock(datetime(2021, 10, 20, 2, tzinfo=UTC))


@pytest.fixture
async def finder(service: Service) -> AsyncIterator[DuplicateFinder]:
    yield DuplicateFinder(service.database)


async def work_off(service: Service, finder: DuplicateFinder) -> None:
    """Let the worker do all there is to do, as the relay's positions come."""
    async with service.database.transaction() as tx:
        while await outbox.give_positions(tx, 1000):
            pass
    while await finder.step():
        pass


@pytest.fixture
async def pairs(service: Service, finder: DuplicateFinder, officer: Officers) -> dict[str, Any]:
    """The pairs of two communes, by the first one's last name; both lists are entered once."""
    above = officer("province", PROVINCE)
    await officer("commune_officer", VINH_HUNG).enter("Xã Vinh Hưng", HUNG)
    await officer("commune_officer", VINH_MY).enter("Xã Vinh Mỹ", MY)
    await work_off(service, finder)
    found = (await above.get("/v1/duplicates", limit=1000))["items"]
    return {pair["first"]["full_name"].split()[-1]: pair for pair in found}


def _codes(pair: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in pair["reasons"]]


async def test_people_who_change_are_compared_by_themselves(pairs: dict[str, Any]) -> None:
    assert set(pairs) == {"Thủy", "Khoan"}, "Lê Thị Song and Sanh are a letter apart, but their numbers differ"
    assert {"same_birth_date", "name_without_marks"} <= set(_codes(pairs["Thủy"]))
    assert {"birth_day_month_swapped", "name_abbreviated", "old_and_new_number"} <= set(_codes(pairs["Khoan"]))
    assert pairs["Thủy"]["score"] > pairs["Khoan"]["score"] >= 35


async def test_a_commune_sees_of_the_other_no_more_than_where(pairs: dict[str, Any], officer: Officers) -> None:
    for unit, own, other in ((VINH_HUNG, "first", "second"), (VINH_MY, "second", "first")):
        clerk = officer("commune_officer", unit)
        answer = await clerk.ask("GET", "/v1/duplicates", params={"state": "open"})
        assert ("Nguyễn Thị Thủy" in answer.text) == (unit == VINH_HUNG)
        pair = next(one for one in answer.json()["items"] if one["candidate_id"] == pairs["Thủy"]["candidate_id"])
        assert pair[own]["visible"] and pair[own]["birth_date"] == "1938-05-14"
        hidden = pair[other]
        assert (hidden["visible"], hidden["code"], hidden["unit_id"]) == (
            False,
            pairs["Thủy"][other]["code"],
            pairs["Thủy"][other]["unit_id"],
        )
        assert [hidden[name] for name in ("full_name", "birth_date", "sex", "village", "status", "version")] == [None] * 6
        for verb, body in (
            ("merge", _merge(pairs["Thủy"], "first")),
            ("part", {"note": "hai người"}),
            ("undo", {"note": "xem lại"}),
        ):
            refused = await clerk.ask("POST", f"/v1/duplicates/{pair['candidate_id']}/{verb}", json=body)
            assert (refused.status_code, refused.json()["code"]) == (403, "duplicate-beyond-your-units")
    stranger = officer("commune_officer", "19870@2021-07-01")
    assert (await stranger.get("/v1/duplicates"))["items"] == []
    missing = await stranger.ask("GET", f"/v1/duplicates/{pairs['Thủy']['candidate_id']}")
    assert (missing.status_code, missing.json()["code"]) == (404, "unknown-duplicate")


def _merge(pair: dict[str, Any], side: str) -> dict[str, Any]:
    return {
        "survivor_id": pair[side]["beneficiary_id"],
        "first_version": pair["first"]["version"],
        "second_version": pair["second"]["version"],
        "note": "Đã gặp, là một người",
    }


async def _person(admin: asyncpg.Connection, person: str) -> dict[str, Any]:
    row = await admin.fetchrow("SELECT * FROM registry.beneficiaries WHERE beneficiary_id = $1", UUID(person))
    parts = {
        table: await admin.fetchval(
            f"SELECT coalesce(string_agg(t::text, ';' ORDER BY t::text), '') FROM registry.{table} t WHERE beneficiary_id = $1",
            UUID(person),
        )
        for table in ("identity_documents", "decisions")
    }
    assert row
    return {**dict(row), **parts}


async def test_merged_stops_one_keeps_all_and_is_undone_exactly(
    pairs: dict[str, Any], officer: Officers, admin: asyncpg.Connection, service: Service, finder: DuplicateFinder
) -> None:
    above, pair = officer("province", PHU_LOC), pairs["Thủy"]
    path = f"/v1/duplicates/{pair['candidate_id']}"
    stays, goes = pair["first"]["beneficiary_id"], pair["second"]["beneficiary_id"]
    before = await _person(admin, goes)
    other = await _person(admin, stays)
    merged = await above.post(f"{path}/merge", _merge(pair, "first"))
    assert (merged["state"], merged["survivor_id"]) == ("merged", stays)
    assert (merged["second"]["status"], merged["second"]["merged_into"]) == ("stopped", stays)
    now = await _person(admin, goes)
    assert (now["status"], str(now["status_from_month"]), str(now["merged_into"])) == ("stopped", "2021-10-01", stays)
    differ = {name for name in now if now[name] != before[name]}
    assert differ == {"status", "ended_by", "merged_into", "version"}, "the month was this one already; all else is kept"
    assert await _person(admin, stays) == other
    body = await admin.fetchval(
        "SELECT body::text FROM registry.outbox WHERE type = 'beneficiaries_changed' ORDER BY seq DESC LIMIT 1"
    )
    (heard,) = BeneficiariesChanged.model_validate_json(body).records
    said = (str(heard.beneficiary_id), heard.status, str(heard.merged_into))
    assert said == (goes, "stopped", stays), "disbursement hears that one is paid no more, and who it was"
    again = await above.ask("POST", f"{path}/merge", json=_merge(merged, "first"))
    assert (again.status_code, again.json()["code"]) == (409, "duplicate-settled")
    await work_off(service, finder)
    undone = await above.post(f"{path}/undo", {"note": "Nhầm, là hai người"})
    assert (undone["state"], undone["survivor_id"]) == ("open", None)
    after = await _person(admin, goes)
    assert {name for name in after if after[name] != before[name]} == {"version"}
    body = await admin.fetchval(
        "SELECT body::text FROM registry.outbox WHERE type = 'beneficiaries_changed' ORDER BY seq DESC LIMIT 1"
    )
    assert BeneficiariesChanged.model_validate_json(body).records[0].merged_into is None
    history = (await above.get(f"/v1/beneficiaries/{goes}/history"))["items"]
    assert [(v["reason"], v["note"]) for v in history[:2]] == [
        ("merge_undone", "Nhầm, là hai người"),
        ("merged", "Đã gặp, là một người"),
    ]
    nothing = await above.ask("POST", f"{path}/undo", json={"note": "lần nữa"})
    assert (nothing.status_code, nothing.json()["code"]) == (409, "duplicate-not-settled")
    async with service.database.transaction() as tx:
        with pytest.raises(Exception, match="merged_are_not_paid"):
            await tx.run(
                "UPDATE beneficiaries SET merged_into = :into WHERE beneficiary_id = :id", into=UUID(stays), id=UUID(goes)
            )


async def test_what_contradicts_is_refused_and_changes_nothing(
    pairs: dict[str, Any], officer: Officers, counts: Any, service: Service
) -> None:
    above, pair = officer("province", PROVINCE), pairs["Thủy"]
    path = f"/v1/duplicates/{pair['candidate_id']}/merge"
    current = await above.get(f"/v1/duplicates/{pair['candidate_id']}")
    before = await counts()
    for change, status, code in (
        ({"survivor_id": pairs["Khoan"]["first"]["beneficiary_id"]}, 422, "survivor-not-of-pair"),
        ({"second_version": current["second"]["version"] + 1}, 409, "duplicate-changed-since"),
        ({"note": ""}, 422, "bad-request"),
    ):
        refused = await above.ask("POST", path, json={**_merge(current, "first"), **change})
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    unknown = await above.ask("POST", f"/v1/duplicates/{current['first']['beneficiary_id']}/part", json={"note": "hai người"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-duplicate")
    reader = officer("maker", PROVINCE)
    assert (await reader.ask("POST", path, json=_merge(current, "first"))).json()["code"] == "not-allowed"
    for cursor in ("1", "50.x", "50.------------------------------------", "abc"):
        refused = await above.ask("GET", "/v1/duplicates", params={"cursor": cursor})
        assert (refused.status_code, refused.json()["code"]) == (422, "bad-cursor")
    assert await counts() == before


async def test_a_parted_pair_comes_back_only_with_other_facts(
    pairs: dict[str, Any], officer: Officers, service: Service, finder: DuplicateFinder
) -> None:
    above, pair = officer("province", PROVINCE), pairs["Khoan"]
    path = f"/v1/duplicates/{pair['candidate_id']}"
    assert (await above.post(f"{path}/part", {"note": "Hai người khác nhau"}))["state"] == "parted"
    await above.post("/v1/duplicates/search", {"unit_id": PROVINCE})
    await work_off(service, finder)
    assert (await above.get(path))["state"] == "parted"
    my = officer("commune_officer", VINH_MY)
    await my.enter("Xã Vinh Mỹ", [Line("Trần Văn Khoan", "09/03/1936", "Nam", "046036300002")], "11/2021")
    await work_off(service, finder)
    back = await above.get(path)
    assert (back["state"], back["settled_note"]) == ("open", None)
    assert "same_name" in _codes(back)
    await my.enter("Xã Vinh Mỹ", [Line("Phạm Văn Đổi", "1936", "Nam", "046036300002")], "12/2021")
    await work_off(service, finder)
    assert (await above.ask("GET", path)).status_code == 404, "alike no more, and nobody had decided anything"


async def test_who_was_ended_does_not_stay_for_who_was_not(
    pairs: dict[str, Any], officer: Officers, admin: asyncpg.Connection
) -> None:
    above, path = officer("province", PROVINCE), f"/v1/duplicates/{pairs['Thủy']['candidate_id']}"
    dead = pairs["Thủy"]["first"]["beneficiary_id"]
    await admin.execute(
        "UPDATE registry.beneficiaries SET status = 'dead', died_on = '2021-10-02', ended_by = NULL WHERE beneficiary_id = $1",
        UUID(dead),
    )
    current = await above.get(path)
    refused = await above.ask("POST", f"{path}/merge", json=_merge(current, "first"))
    assert (refused.status_code, refused.json()["code"]) == (409, "survivor-ended")
    merged = await above.post(f"{path}/merge", _merge(current, "second"))
    assert merged["first"]["status"] == "dead", "who had died stays so"
    await above.post(f"{path}/undo", {"note": "xem lại"})
    current = await above.get(path)
    await admin.execute(
        "UPDATE registry.beneficiaries SET status = 'active', died_on = NULL, ended_by = NULL WHERE beneficiary_id = $1",
        UUID(dead),
    )
    await above.post(f"{path}/merge", _merge(current, "second"))
    await admin.execute(
        "UPDATE registry.beneficiaries SET status = 'dead', died_on = '2021-10-02', ended_by = NULL WHERE beneficiary_id = $1",
        UUID(dead),
    )
    refused = await above.ask("POST", f"{path}/undo", json={"note": "hoàn tác"})
    assert (refused.status_code, refused.json()["code"]) == (409, "duplicate-changed-since"), "a death is not undone with it"
    await admin.execute(
        "UPDATE registry.beneficiaries SET status = 'stopped', died_on = NULL, ended_by = 'merged' WHERE beneficiary_id = $1",
        UUID(dead),
    )
    await above.post(f"{path}/undo", {"note": "hoàn tác"})


async def test_of_two_officers_at_once_one_is_heard(pairs: dict[str, Any], officer: Officers, admin: asyncpg.Connection) -> None:
    path = f"/v1/duplicates/{pairs['Thủy']['candidate_id']}"
    above, beside = officer("province", PROVINCE), officer("province", PHU_LOC)
    current = await above.get(path)
    answers = await asyncio.gather(
        above.ask("POST", f"{path}/merge", json=_merge(current, "first")),
        beside.ask("POST", f"{path}/merge", json=_merge(current, "second")),
        above.ask("POST", f"{path}/part", json={"note": "Hai người"}),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"duplicate-settled", "merged-already"}
    merged = await admin.fetchval("SELECT count(*) FROM registry.beneficiaries WHERE merged_into IS NOT NULL")
    assert merged == (answers[2].status_code != 200)
    await above.post(f"{path}/undo", {"note": "xem lại"})


async def test_pages_hold_each_pair_once(pairs: dict[str, Any], officer: Officers) -> None:
    above, seen, cursor = officer("province", PROVINCE), [], None
    while True:
        page: Any = await above.get("/v1/duplicates", limit=1, **{"cursor": cursor} if cursor else {})
        seen += [(-pair["score"], pair["candidate_id"]) for pair in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted(set(seen)) and len(seen) == len(pairs) > 0


async def test_a_search_goes_through_everybody_of_a_unit(officer: Officers, service: Service, finder: DuplicateFinder) -> None:
    above, hung = officer("province", PROVINCE), officer("commune_officer", VINH_HUNG)
    asked = await hung.post("/v1/duplicates/search", {})
    assert (asked["unit_id"], asked["done_at"]) == (VINH_HUNG, None)
    await work_off(service, finder)
    done = await hung.get(f"/v1/duplicates/searches/{asked['search_id']}")
    assert done["people"] == len(HUNG) and done["done_at"] is not None
    assert (await hung.ask("POST", "/v1/duplicates/search", json={"unit_id": VINH_MY})).json()["code"] == "not-your-unit"
    assert (await above.ask("POST", "/v1/duplicates/search", json={"unit_id": "1@2000-01-01"})).json()["code"] == "unknown-unit"
    both = officer("commune_officer", VINH_HUNG, VINH_MY)
    assert (await both.ask("POST", "/v1/duplicates/search", json={})).json()["code"] == "unit-needed"
    elsewhere = officer("commune_officer", VINH_MY)
    hidden = await elsewhere.ask("GET", f"/v1/duplicates/searches/{asked['search_id']}")
    assert (hidden.status_code, hidden.json()["code"]) == (404, "unknown-search")
