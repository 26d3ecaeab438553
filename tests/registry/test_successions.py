"""Communes that merge: everybody goes over in one dated act, and again changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import asyncpg
import pytest

from shared.contracts.registry_events import UnitRecord
from shared.reference import units
from shared.service import Service
from tests.conftest import Tokens
from tests.registry.commune_lists import Line
from tests.registry.lives import Somebody, at, enter, new_number
from tests.registry.officers import HUE, VINH_HUNG, VINH_MY, Officer, Officers

PAPER = "1675/NQ-UBTVQH15"
LATER = "20107@2025-07-01"
LAST, FIRST = date(2024, 12, 31), date(2025, 1, 1)
MERGED = "20116@2025-01-01"


@pytest.fixture
async def mine(officer: Officers, set_business_clock: Callable[..., Any]) -> Officer:
    """An officer of one of the communes, in 2021."""
    await set_business_clock(at("2021-11-15"))
    return officer("commune_officer", VINH_HUNG)


@pytest.fixture
async def merged(officer: Officers) -> str:
    """A commune that two others become on 1 January 2025."""
    path = ("46@2025-01-01", "482@2025-01-01")
    told = [unit for unit in units() if unit.unit_id in path]
    fields = [{name: getattr(unit, name) for name in UnitRecord.model_fields} for unit in told]
    fields.append({
        "unit_id": MERGED, "code": "20116", "valid_from": FIRST, "valid_to": None, "level": "commune", "name": "Xã Vinh Hưng Mỹ",
        "parent_id": path[-1], "path": (*path, MERGED),
    })  # fmt: skip
    body = {"units": [UnitRecord(**one).model_dump(mode="json") for one in fields]}
    answer = await officer("admin").ask("POST", "/v1/units", json=body)
    assert answer.status_code == 200, answer.text
    return MERGED


def _rows(*from_units: str, villages: list[str] | None = None) -> dict[str, Any]:
    rows = [{"from_unit_id": one, "to_unit_id": MERGED, "villages": villages} for one in from_units]
    return {"paper_number": PAPER, "successions": rows}


async def test_two_communes_become_one(
    mine: Officer, officer: Officers, service: Service, merged: str, admin: asyncpg.Connection,
    set_business_clock: Callable[..., Any],
) -> None:  # fmt: skip
    mother = new_number(1985)
    children = [new_number(2016), new_number(2017)]
    here = await enter(mine, service, "Xã Vinh Hưng", Line(
        "Trần Thị Một", "5/5/2016", "Nữ", children[0], "K6-N-TE", payee="Lê Thị Mẹ", payee_identity=mother, relationship="Mẹ",
    ))  # fmt: skip
    other = officer("commune_officer", VINH_MY)
    there = await enter(other, service, "Xã Vinh Mỹ", Line(
        "Trần Thị Hai", "5/5/2017", "Nữ", children[1], "K6-N-TE", payee="Lê Thị Mẹ", payee_identity=mother, relationship="Mẹ",
    ))  # fmt: skip
    suspended = await here.act("suspend", "2021-11-13")
    mover = await enter(mine, service, "Xã Vinh Hưng", Line("Hồ Thị Dời", "1940", identity=new_number()))
    staying = await enter(mine, service, "Xã Vinh Hưng", Line("Hồ Thị Chờ", "1940", identity=new_number()))
    out = {"to_unit_id": VINH_MY, "paper_number": "1", "signed_on": "2021-11-12"}
    move = await mine.post(f"{mover.path}/transfers", out)
    await other.post(f"/v1/transfers/{move['transfer_id']}/receive", {"paper_number": "2", "signed_on": "2021-11-14"})
    waiting = await mine.post(f"{staying.path}/transfers", out)

    await set_business_clock(at("2025-01-10"))
    admin_officer = officer("admin")
    for body, code in (
        (_rows("99999@2021-07-01"), "not-a-successor"),
        ({**_rows(VINH_HUNG), "successions": [{"from_unit_id": VINH_HUNG, "to_unit_id": VINH_MY}]}, "not-a-successor"),
        (_rows(HUE), "not-a-successor"),
    ):
        answer = await admin_officer.ask("POST", "/v1/units/successions", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    answer = await officer("admin", HUE).ask("POST", "/v1/units/successions", json=_rows(VINH_HUNG))
    assert (answer.status_code, answer.json()["code"]) == (403, "not-your-unit")
    assert (await mine.ask("POST", "/v1/units/successions", json=_rows(VINH_HUNG))).status_code == 403

    done = (await admin_officer.post("/v1/units/successions", _rows(VINH_HUNG, VINH_MY)))["items"]
    assert [one["moved"] for one in done] == [1, 2]
    assert done[0]["left"] == [{"beneficiary_id": staying.beneficiary_id, "code": "transfer-open"}]
    new = officer("commune_officer", MERGED)
    seen = [await new.get(person.path) for person in (here, there, mover)]
    assert {one["unit_id"] for one in seen} == {MERGED}
    assert seen[0]["payee"]["payee_id"] == seen[1]["payee"]["payee_id"], "the mother is one payee now"
    assert [(one["paid_by"], one["from_month"]) for one in seen[2]["decisions"]] == [(MERGED, "2021-10-01"), (None, "2021-12-01")]
    newest = (await new.get(f"{here.path}/history"))["items"][0]
    assert (newest["reason"], newest["paper_number"], newest["effective_from"]) == ("unit_succeeded", PAPER, "2025-01-01")
    then = await new.get("/v1/beneficiaries/as-of", unit_id=VINH_HUNG, on="2024-12-31")
    assert "Trần Thị Một" in [one["full_name"] for one in then["items"]], "on the last day it was the old commune's"
    assert (await mine.ask("GET", here.path)).status_code == 404

    assert (await Somebody(new, service, here.beneficiary_id).annul(suspended["act_id"])).status_code == 200
    assert (await new.get(here.path))["status"] == "active", "what was entered by mistake can still be taken back"

    before = await admin.fetchval("SELECT count(*) FROM registry.beneficiary_versions")
    again = (await admin_officer.post("/v1/units/successions", _rows(VINH_HUNG, VINH_MY)))["items"]
    assert [one["moved"] for one in again] == [0, 0]
    assert await admin.fetchval("SELECT count(*) FROM registry.beneficiary_versions") == before
    await mine.post(f"/v1/transfers/{waiting['transfer_id']}/cancel", {"note": "xã đã sáp nhập"})
    assert (await admin_officer.post("/v1/units/successions", _rows(VINH_HUNG)))["items"][0]["moved"] == 1
    grown = Somebody(new, service, staying.beneficiary_id)
    await grown.act("death", "2025-01-09", happened_on="2025-01-05")
    assert list(await grown.owed("2024-12", "2025-02")) == ["2024-12", "2025-01"]


async def test_a_divided_commune_goes_village_by_village(
    mine: Officer, officer: Officers, service: Service, merged: str, set_business_clock: Callable[..., Any]
) -> None:
    aunt = new_number(1980)
    lines = [
        Line("Mai Thị An", "1940", identity=new_number(), village="Thôn 7"),
        Line("Mai Thị Bình", "1940", identity=new_number(), village="Thôn 8"),
        Line("Mai Thị Cúc", "5/5/2016", "Nữ", new_number(2016), "K6-N-TE", village="Thôn 7", payee="Lê Thị Dì",
             payee_identity=aunt, relationship="Dì"),
        Line("Mai Thị Duyên", "5/5/2017", "Nữ", new_number(2017), "K6-N-TE", village="Thôn 8", payee="Lê Thị Dì",
             payee_identity=aunt, relationship="Dì"),
    ]  # fmt: skip
    done = await mine.enter("Xã Vinh Hưng", lines)
    assert (done["created"], done["left"]) == (4, 0), done
    await set_business_clock(at("2025-01-10"))
    (item,) = (await officer("admin").post("/v1/units/successions", _rows(VINH_HUNG, villages=["Thôn 7"])))["items"]
    assert item["moved"] == 1
    assert [one["code"] for one in item["left"]] == ["payee-shared"]
    new = officer("commune_officer", MERGED)
    assert [one["full_name"] for one in await new.find("mai thi")] == ["Mai Thị An"]


async def test_carers_go_over_with_whom_they_care_for(
    mine: Officer, officer: Officers, tokens: Tokens, merged: str, set_business_clock: Callable[..., Any]
) -> None:
    """One who cares for somebody of a village that stays keeps both where they are."""
    second = Officer(mine.client, tokens("commune_officer", VINH_HUNG, subject="binh"))
    shared, other = new_number(1980), new_number(1980)
    cared_for = {("Ngô Thị An", "Thôn 7"): shared, ("Ngô Thị Bình", "Thôn 8"): shared, ("Ngô Thị Cúc", "Thôn 7"): other}
    lines = [
        Line(name, "5/5/2016", "Nữ", new_number(2016), "Khoản 6 (NKT đặc biệt nặng)", village=village, payee=f"{name} Mẹ",
             payee_identity=new_number(1985), relationship="Mẹ")
        for name, village in cared_for
    ]  # fmt: skip
    done = await mine.enter("Xã Vinh Hưng", lines)
    assert (done["created"], done["left"]) == (3, 0), done
    for (name, _), number in cared_for.items():
        path = f"/v1/beneficiaries/{(await mine.find(name))[0]['beneficiary_id']}"
        granted = {"kind": "grant", "category": "CS-DBN-HGD", "paper_number": "20/QĐ", "signed_on": "2021-11-12"}
        await mine.post(f"{path}/decisions", granted)
        paper = {"kind": "care_decision", "number": "21/QĐ", "issued_on": "2021-11-12", "issued_by": "UBND xã"}
        appointed = {
            "capacity": "carer", "care_alone": True, "full_name": "Lê Thị Chăm", "identity_number": number,
            "relationship": "Dì", "paper": paper, "from_on": "2021-11-15",
        }  # fmt: skip
        asked = await mine.post(f"{path}/payee", appointed)
        await second.post(f"/v1/change-requests/{asked['request_id']}/approve", {"digest": asked["digest"]})
    await set_business_clock(at("2025-01-10"))
    (item,) = (await officer("admin").post("/v1/units/successions", _rows(VINH_HUNG, villages=["Thôn 7"])))["items"]
    assert "payee-shared" in [one["code"] for one in item["left"]]
    new = officer("commune_officer", MERGED)
    (gone,) = await new.find("ngo thi")
    assert gone["full_name"] == "Ngô Thị Cúc"
    care = (await new.get(f"/v1/beneficiaries/{gone['beneficiary_id']}"))["kind_payees"]["care_support"]
    assert care["payee"]["full_name"] == "Lê Thị Chăm"
    for name in ("Ngô Thị An", "Ngô Thị Bình"):
        (stays,) = [one for one in await mine.find(name) if one["full_name"] == name]
        record = await mine.get(f"/v1/beneficiaries/{stays['beneficiary_id']}")
        assert record["kind_payees"]["care_support"]["payee"]["full_name"] == "Lê Thị Chăm"
