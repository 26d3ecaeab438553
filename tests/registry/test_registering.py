"""Somebody whom no list names is registered, and lists that come later know the person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from shared.service import Service
from tests.registry.commune_lists import Line
from tests.registry.lives import Somebody, new_number
from tests.registry.officers import HUE, PHU_LOC, VINH_HUNG, VINH_MY, Officer, Officers

COMMUNE = "Xã Vinh Hưng"
GRANT = {"kind": "grant", "paper_number": "128/QĐ-UBND", "signed_on": "2021-11-08", "category": "K5C-80"}

pytestmark = pytest.mark.usefixtures("mid_november")


def _person(**fields: Any) -> dict[str, Any]:
    number = new_number()
    said = {
        "unit_id": VINH_HUNG,
        "full_name": f"ĐỖ  THỊ HOÀ {number[-3:]}",
        "sex": "female",
        "birth_date": "1940-08-22",
        "identity_numbers": [number, number[-9:]],
        "phone": "0912 345 678",
        "grant": GRANT,
    }
    return {**said, **fields}


async def test_a_person_is_registered_with_documents_payee_and_decision(mine: Officer, service: Service) -> None:
    said = _person()
    done = await mine.post("/v1/beneficiaries", said)
    person = Somebody(mine, service, done["beneficiary_id"])
    seen = await person.seen()
    assert (seen["code"], seen["version"], seen["source"]) == (done["code"], 1, None)
    assert seen["full_name"].startswith("Đỗ Thị Hòa")
    assert sorted(one["kind"] for one in seen["documents"]) == ["cccd", "cmnd"]
    assert (seen["payee"]["relationship"], seen["payee"]["phone"][-3:]) == ("self", "678")
    assert list(await person.owed("2021-10", "2021-12")) == ["2021-11", "2021-12"], "from the month of the decision"
    assert [version["reason"] for version in (await mine.get(f"{person.path}/history"))["items"]] == ["grant"]
    assert [one["beneficiary_id"] for one in await mine.find(said["identity_numbers"][0])] == [person.beneficiary_id]


async def test_a_list_that_comes_later_knows_the_person(mine: Officer) -> None:
    said = _person()
    done = await mine.post("/v1/beneficiaries", said)
    line = Line(said["full_name"], "22/8/1940", identity=said["identity_numbers"][0], village="Thôn 3")
    listed = await mine.enter(COMMUNE, [line], "11/2021")
    assert (listed["created"], listed["updated"], listed["left"]) == (0, 1, 0)
    seen = await mine.get(f"/v1/beneficiaries/{done['beneficiary_id']}")
    assert (seen["village"], seen["source"]["row"]) == ("Thôn 3", 5)
    assert [one["number"] for one in seen["decisions"]] == ["128/QĐ-UBND"], "the list says the same: the decision stays"


async def test_a_child_has_somebody_who_receives(mine: Officer, service: Service) -> None:
    payee = {"full_name": "lê thị bà", "relationship": "Bà nội", "identity_number": new_number(1955)}
    grant = {**GRANT, "category": "K1-TE-4-16"}
    said = _person(birth_date="2012-03-04", grant=grant, identity_numbers=[], payee=payee)
    done = await mine.post("/v1/beneficiaries", said)
    seen = await mine.get(f"/v1/beneficiaries/{done['beneficiary_id']}")
    assert (seen["payee"]["full_name"], seen["payee"]["relationship"]) == ("Lê Thị Bà", "Bà nội")
    sibling = _person(birth_date="2014-03-04", grant=grant, identity_numbers=[], payee=payee)
    other = await mine.post("/v1/beneficiaries", sibling)
    assert (await mine.get(f"/v1/beneficiaries/{other['beneficiary_id']}"))["payee"]["payee_id"] == seen["payee"]["payee_id"]


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"unit_id": PHU_LOC}, 422, "not-a-commune"),
        ({"unit_id": "20116@2025-07-01"}, 422, "not-a-commune"),
        ({"unit_id": VINH_MY}, 403, "not-your-unit"),
        ({"birth_date": "1940-02-30"}, 422, "bad-day"),
        ({"birth_date": "2021-12-01"}, 422, "person-incomplete"),
        ({"birth_date": "2012-12-01"}, 422, "person-incomplete"),
        ({"phone": "123"}, 422, "person-incomplete"),
        ({"grant": {**GRANT, "category": "K1-TE-U4"}}, 422, "age-does-not-fit"),
        ({"grant": {**GRANT, "signed_on": "2021-11-16"}}, 422, "signed-in-the-future"),
        ({"grant": {**GRANT, "kind": "stop"}}, 422, "bad-request"),
    ],
)
async def test_whom_nobody_can_register(
    mine: Officer, counts: Callable[[], Any], fields: dict[str, Any], status: int, code: str
) -> None:
    before = await counts()
    answer = await mine.ask("POST", "/v1/beneficiaries", json=_person(**fields))
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert await counts() == before


async def test_nobody_is_registered_twice(mine: Officer, officer: Officers, counts: Callable[[], Any]) -> None:
    said = _person()
    await mine.post("/v1/beneficiaries", said)
    before = await counts()
    for person in (said, {**said, "full_name": "Ai Khác"}):
        answer = await mine.ask("POST", "/v1/beneficiaries", json=person)
        assert (answer.status_code, answer.json()["code"]) == (409, "already-registered")
    elsewhere = officer("commune_officer", VINH_MY)
    answer = await elsewhere.ask("POST", "/v1/beneficiaries", json={**said, "unit_id": VINH_MY})
    assert answer.json()["code"] == "already-registered"
    alike = {**said, "identity_numbers": [], "birth_date": "1940"}
    answer = await mine.ask("POST", "/v1/beneficiaries", json=alike)
    assert (answer.status_code, answer.json()["code"]) == (409, "perhaps-registered")
    assert await counts() == before
    assert (await mine.ask("POST", "/v1/beneficiaries", json={**alike, "surely_new": True})).status_code == 201


async def test_a_payees_number_of_somebody_else_is_refused(mine: Officer) -> None:
    said = _person()
    await mine.post("/v1/beneficiaries", said)
    payee = {"full_name": "Hoàng Văn Lạ", "relationship": "con", "identity_number": said["identity_numbers"][0]}
    answer = await mine.ask("POST", "/v1/beneficiaries", json=_person(payee=payee))
    assert (answer.status_code, answer.json()["code"]) == (409, "payee-number-taken")


async def test_the_same_request_twice_registers_once(mine: Officer, admin: asyncpg.Connection) -> None:
    said = _person()
    headers = {"Idempotency-Key": said["identity_numbers"][0]}
    first, second = [await mine.ask("POST", "/v1/beneficiaries", json=said, headers=headers) for _ in range(2)]
    assert first.json() == second.json()
    assert (
        await admin.fetchval("SELECT count(*) FROM registry.acts WHERE beneficiary_id = $1", first.json()["beneficiary_id"]) == 1
    )


async def test_only_writers_register(officer: Officers) -> None:
    for reader in (officer("maker", HUE), officer("provider_staff", HUE)):
        assert (await reader.ask("POST", "/v1/beneficiaries", json=_person())).status_code == 403


async def test_numbers_stand_nowhere_in_clear_and_other_communes_see_no_row(
    mine: Officer, service: Service, admin: asyncpg.Connection
) -> None:
    payee_number, child_number = new_number(1960), new_number(2014)
    payee = {"full_name": "Lê Thị Thay", "relationship": "con", "identity_number": payee_number}
    said = _person(payee=payee, birth_date="1985-02-03", phone="0912345987")
    child = {"full_name": "Lê Văn Tí", "birth_date": "2014", "sex": "male", "identity_number": child_number}
    grant = {**GRANT, "category": "K4-DTN", "dependants": [child]}
    done = await mine.post("/v1/beneficiaries", {**said, "grant": grant})
    decision_id = done["entered"]["decision_id"]
    shown = await mine.get(f"/v1/beneficiaries/{done['beneficiary_id']}/decisions/{decision_id}/dependants")
    assert shown["items"][0]["identity_number"].startswith("•")
    person = Somebody(mine, service, done["beneficiary_id"])
    out = {"to_unit_id": VINH_MY, "paper_number": "1", "signed_on": "2021-11-12"}
    await mine.post(f"{person.path}/transfers", out)
    tables = await admin.fetch(
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'registry'::regnamespace AND c.relkind IN ('r', 'p')"
    )
    for (table,) in tables:
        rows = await admin.fetchval(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM registry.\"{table}\" t")
        for number in (payee_number, child_number, "912345987", *said["identity_numbers"]):
            assert number not in rows, f"{number} stands in {table}"
    for scope, seen in ((VINH_HUNG, True), (PHU_LOC, True), (VINH_MY, False), (HUE, False), ("", False)):
        async with service.database.transaction(scope) as tx:
            for table in ("acts", "dependants", "beneficiary_versions"):
                assert bool(await tx.scalar(f"SELECT count(*) FROM {table}")) == seen, f"{table} for {scope}"
            transfers = await tx.scalar("SELECT count(*) FROM transfers")
            assert bool(transfers) == (seen or scope == VINH_MY), "both communes see a transfer"
