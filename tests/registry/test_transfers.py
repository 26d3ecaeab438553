"""A move is one transfer between two communes: no gap, no overlap, and the record goes where the person goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from services.registry.storage.moves import FOLLOW_THE_PAYEE, FOLLOW_THE_PERSON
from shared.service import Service
from tests.registry.commune_lists import Line
from tests.registry.lives import Somebody, at, enter, new_number
from tests.registry.officers import HUE, PHU_LOC, VINH_HUNG, VINH_MY, Officer, Officers

COMMUNE = "Xã Vinh Hưng"
OUT = {"to_unit_id": VINH_MY, "paper_number": "152/QĐ", "signed_on": "2021-11-12", "note": "Theo con"}
IN = {"paper_number": "77/QĐ", "signed_on": "2021-11-14", "village": "Thôn Diêm Trường"}

pytestmark = pytest.mark.usefixtures("mid_november")


@pytest.fixture
async def mover(old: Officer, service: Service) -> Somebody:
    """A woman of 81 with K5C-80 from October on."""
    number = new_number()
    return await enter(old, service, COMMUNE, Line(f"Võ Thị Số {number[-3:]}", "1940", identity=number))


async def _open(mover: Somebody) -> str:
    done = await mover.officer.post(f"{mover.path}/transfers", OUT)
    assert done["state"] == "open"
    transfer_id: str = done["transfer_id"]
    return transfer_id


async def test_each_month_is_paid_by_exactly_one_commune(mover: Somebody, new: Officer, old: Officer) -> None:
    transfer_id = await _open(mover)
    assert list(await mover.owed("2021-10", "2022-02")) == ["2021-10", "2021-11"], "nobody pays December yet"
    for officer in (old, new):
        seen = await officer.get(f"/v1/transfers/{transfer_id}")
        assert (seen["state"], seen["from_month"], seen["carried"][0]["category"]) == ("open", "2021-12-01", "K5C-80")
    assert (await new.ask("GET", mover.path)).status_code == 404, "the record is still the old commune's"
    assert (await new.post(f"/v1/transfers/{transfer_id}/receive", IN))["state"] == "received"
    record = await mover.record()
    assert list(await mover.owed("2021-10", "2022-02")) == ["2021-10", "2021-11", "2021-12", "2022-01", "2022-02"]
    assert [(d.paid_by, f"{d.from_month:%Y-%m}", d.to_month and f"{d.to_month:%Y-%m}") for d in record.decisions] == [
        (VINH_HUNG, "2021-10", "2021-11"),
        (None, "2021-12", None),
    ]
    assert (record.unit_id, record.status) == (VINH_MY, "active")
    seen = await new.get(mover.path)
    assert (seen["unit_id"], seen["village"], seen["source"]) == (VINH_MY, "Thôn Diêm Trường", None)
    assert seen["documents"], "the documents came along"
    assert [version["reason"] for version in (await new.get(f"{mover.path}/history"))["items"]] == [
        "move_in",
        "move_out",
        "listed",
    ]
    assert (await old.ask("GET", mover.path)).status_code == 404
    assert (await old.get(f"/v1/transfers/{transfer_id}"))["state"] == "received"


async def test_the_new_commune_decides_late_and_owes_from_the_same_month(
    mover: Somebody, new: Officer, set_business_clock: Callable[..., Any]
) -> None:
    transfer_id = await _open(mover)
    await set_business_clock(at("2022-03-10"))
    await new.post(f"/v1/transfers/{transfer_id}/receive", {**IN, "signed_on": "2022-03-09"})
    assert list(await mover.owed("2021-10", "2022-03")) == ["2021-10", "2021-11", "2021-12", "2022-01", "2022-02", "2022-03"]


async def test_an_end_that_was_decided_goes_along(mover: Somebody, new: Officer) -> None:
    """Care support that ends with January ends there in the new commune too, and begins again where that was decided."""
    given = await mover.act("grant", "2021-11-10", category="CS-DBN-HGD")
    care = given["decision_id"]
    await mover.act("stop", "2021-11-10", decision_id=care, happened_on="2022-01-20")
    await mover.act("grant", "2021-11-10", category="CS-DBN-HGD", from_month="2022-03-01")
    transfer_id = await _open(mover)
    carried = (await new.get(f"/v1/transfers/{transfer_id}"))["carried"]
    assert sorted((each["from_month"], each["to_month"]) for each in carried if each["kind"] == "care_support") == [
        ("2021-12-01", "2022-01-01"),
        ("2022-03-01", None),
    ]
    await new.post(f"/v1/transfers/{transfer_id}/receive", IN)
    there = [d for d in (await mover.record()).decisions if d.kind == "care_support" and d.paid_by is None]
    assert [(f"{d.from_month:%Y-%m}", d.to_month and f"{d.to_month:%Y-%m}") for d in there] == [
        ("2021-12", "2022-01"),
        ("2022-03", None),
    ]


async def test_a_cancelled_transfer_never_was(mover: Somebody, new: Officer, old: Officer) -> None:
    before = await mover.seen()
    transfer_id = await _open(mover)
    refused = await new.ask("POST", f"/v1/transfers/{transfer_id}/cancel", json={"note": "x"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not-your-unit")
    refused = await old.ask("POST", f"/v1/transfers/{transfer_id}/receive", json=IN)
    assert (refused.status_code, refused.json()["code"]) == (403, "not-your-unit")
    await old.post(f"/v1/transfers/{transfer_id}/cancel", {"note": "Không chuyển nữa"})
    after = await mover.seen()
    assert {**after, "version": 0} == {**before, "version": 0}
    for path, body in (("receive", IN), ("cancel", {"note": "x"})):
        officer = new if path == "receive" else old
        again = await officer.ask("POST", f"/v1/transfers/{transfer_id}/{path}", json=body)
        assert (again.status_code, again.json()["code"]) == (409, "transfer-settled")
    assert await _open(mover) != transfer_id, "it can be opened anew"


async def test_nothing_else_is_decided_while_a_transfer_is_open(mover: Somebody, new: Officer) -> None:
    transfer_id = await _open(mover)
    for kind, fields in (
        ("grant", {"category": "CS-DBN-HGD"}),
        ("stop", {}),
        ("suspend", {}),
        ("death", {"happened_on": "2021-11-13"}),
        ("enter_institution", {"happened_on": "2021-11-13"}),
    ):
        assert await mover.refused(kind, "2021-11-13", **fields) == "transfer-open"
    again = await mover.officer.ask("POST", f"{mover.path}/transfers", json=OUT)
    assert again.json()["code"] == "transfer-open"
    (act, *_) = (await mover.officer.get(f"{mover.path}/decisions"))["items"]
    assert (await mover.annul(act["act_id"])).json()["code"] == "act-of-transfer"
    await new.post(f"/v1/transfers/{transfer_id}/receive", IN)
    there = Somebody(new, mover.service, mover.beneficiary_id)
    await there.act("death", "2021-11-15", happened_on="2021-11-14")
    assert list(await mover.owed("2021-10", "2022-01")) == ["2021-10", "2021-11"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"to_unit_id": VINH_HUNG}, "same-commune"),
        ({"to_unit_id": HUE}, "not-a-commune"),
        ({"to_unit_id": "99999@2021-07-01"}, "not-a-commune"),
        ({"signed_on": "2021-11-16"}, "signed-in-the-future"),
    ],
)
async def test_a_move_that_cannot_be_is_refused(mover: Somebody, fields: dict[str, str], code: str) -> None:
    before = await mover.seen()
    answer = await mover.officer.ask("POST", f"{mover.path}/transfers", json={**OUT, **fields})
    assert answer.json()["code"] == code
    assert await mover.seen() == before


async def test_only_somebody_who_is_paid_moves(mover: Somebody) -> None:
    await mover.act("suspend", "2021-11-12")
    answer = await mover.officer.ask("POST", f"{mover.path}/transfers", json=OUT)
    assert answer.json()["code"] == "person-suspended"


async def test_the_new_commune_does_not_decide_before_the_old(mover: Somebody, new: Officer, officer: Officers) -> None:
    transfer_id = await _open(mover)
    for body, code in (
        ({**IN, "signed_on": "2021-11-11"}, "bad-day"),
        ({**IN, "signed_on": "2021-11-16"}, "signed-in-the-future"),
    ):
        answer = await new.ask("POST", f"/v1/transfers/{transfer_id}/receive", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    stranger = officer("commune_officer", HUE)
    for method, path in (("GET", ""), ("POST", "/receive")):
        answer = await stranger.ask(method, f"/v1/transfers/{transfer_id}{path}", json=IN if path else None)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-transfer")
    answer = await stranger.ask("POST", f"/v1/transfers/{transfer_id}/cancel", json={"note": "x"})
    assert answer.json()["code"] == "unknown-transfer"
    district = officer("commune_officer", PHU_LOC)
    listed = (await district.get("/v1/transfers", state="open", unit_id=VINH_MY))["items"]
    assert transfer_id in {one["transfer_id"] for one in listed}
    assert (await stranger.get("/v1/transfers"))["items"] == []


async def test_a_payee_whom_others_keep_stays_and_a_known_one_is_met_again(
    old: Officer, new: Officer, service: Service, admin: asyncpg.Connection
) -> None:
    """A mother receives for two children; one moves to where she is known, another's payee goes along."""
    mother = new_number(1985)
    children = [new_number(2010), new_number(2011), new_number(2012)]
    lines = [
        Line(f"Trần Bé {['Ba', 'Tư', 'Năm'][at]}", f"5/5/{2010 + at}", "Nữ", number, "K6-N-TE",
             payee="Lê Thị Mẹ" if at < 2 else "Lê Thị Dì", payee_identity=mother if at < 2 else new_number(1986),
             relationship="Mẹ")
        for at, number in enumerate(children)
    ]  # fmt: skip
    done = await old.enter(COMMUNE, lines)
    assert (done["created"], done["left"]) == (3, 0), done
    people = [(await old.find(number))[0]["beneficiary_id"] for number in children]
    before = [(await old.get(f"/v1/beneficiaries/{one}"))["payee"]["payee_id"] for one in people]
    assert before[0] == before[1]
    for one in people:
        transfer = await old.post(f"/v1/beneficiaries/{one}/transfers", OUT)
        await new.post(f"/v1/transfers/{transfer['transfer_id']}/receive", IN)
    after = [(await new.get(f"/v1/beneficiaries/{one}"))["payee"] for one in people]
    assert [payee["full_name"] for payee in after] == ["Lê Thị Mẹ", "Lê Thị Mẹ", "Lê Thị Dì"]
    assert after[0]["payee_id"] == after[1]["payee_id"] != before[0], "a copy for the first, met again by the second"
    assert after[2]["payee_id"] == before[2], "it served nobody else: it went along"
    assert (
        await admin.fetchval("SELECT count(*) FROM registry.payees WHERE unit_id = $1 AND full_name = 'Lê Thị Mẹ'", VINH_MY) == 1
    )


async def test_no_table_of_a_persons_rows_is_forgotten(admin: asyncpg.Connection) -> None:
    """A new table with a person's or payee's rows must say whether they follow a mover."""
    stay = {
        "beneficiary_versions",  # each with the commune of its time
        "import_rows", "match_list_lines", "opening_rows", "opening_entries",  # papers of the commune that made them
        "transfers",  # between two communes
    }  # fmt: skip
    own_way = {"beneficiaries", "decisions", "payees"}
    rows = await admin.fetch(
        """SELECT c.table_name AS name, array_agg(c.column_name) AS columns FROM information_schema.columns c
           WHERE c.table_schema = 'registry' GROUP BY 1"""
    )
    scoped = {row["name"]: set(row["columns"]) for row in rows if "unit_id" in row["columns"]}
    of_person = {name for name, columns in scoped.items() if "beneficiary_id" in columns} - stay - own_way
    of_payee = {name for name, columns in scoped.items() if "payee_id" in columns} - stay - own_way - of_person
    assert of_person == set(FOLLOW_THE_PERSON)
    assert of_payee == set(FOLLOW_THE_PAYEE)
