"""Payees over HTTP: appointed by two officers, told, renewed, ended, dead; and what a date alone brings about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import pytest

import services.registry.migrations.versions as versions
from services.registry.main import DAILY_TASKS
from services.registry.workers.daily import daily_worker
from shared.contracts.events import BeneficiariesChanged
from shared.crypto import ACCOUNT, FieldCipher
from shared.platform import Platform
from shared.service import Service
from tests.conftest import Tokens
from tests.registry.commune_lists import Line
from tests.registry.conftest import VINH_HUNG, VINH_MY, Officer, Officers

COMMUNE = "Xã Vinh Hưng"
START = datetime(2021, 11, 5, 2, tzinfo=UTC)
PAPER = {"kind": "authorisation", "number": "15/2021/CT", "issued_on": "2021-11-01", "issued_by": "UBND xã Vinh Hưng"}
DAUGHTER = {
    "capacity": "authorised",
    "full_name": "LÊ THỊ XUÂN",
    "identity_number": "046183486989",
    "phone": "0371981796",
    "relationship": "Con gái",
    "paper": PAPER,
    "from_on": "2021-11-05",
}
CHILD = "Khoản 1 (từ 4 đến dưới 16 tuổi)"
GRANDMOTHER = {"payee": "Trần Thị Ngoại", "payee_identity": "046150486980", "relationship": "Bà ngoại"}

Clock = Callable[[datetime], Any]


class Commune:
    """Two officers of the commune, and what they see."""

    def __init__(self, officer: Officers, tokens: Tokens, admin: asyncpg.Connection, service: Service) -> None:
        some = officer("commune_officer", VINH_HUNG)
        self.maker = Officer(some.client, tokens("commune_officer", VINH_HUNG, subject="an"))
        self.checker = Officer(some.client, tokens("commune_officer", VINH_HUNG, subject="binh"))
        self.admin = admin
        self.service = service

    async def lists(self, *lines: Line) -> dict[str, Any]:
        """Send a list of November in and confirm it."""
        done: dict[str, Any] = await self.maker.enter(COMMUNE, lines, "11/2021")
        return done

    async def person(self, line: Line) -> str:
        """Somebody listed; the id."""
        await self.lists(line)
        return await self.id_of(line.name)

    async def id_of(self, name: str) -> str:
        """The id of the one with that name."""
        (found,) = [one for one in await self.maker.find(name) if one["full_name"] == name]  # payees' names find people too
        return str(found["beneficiary_id"])

    async def shown(self, person: str) -> dict[str, Any]:
        """The whole record."""
        record: dict[str, Any] = await self.maker.get(f"/v1/beneficiaries/{person}")
        return record

    async def payees(self, person: str) -> list[dict[str, Any]]:
        """Everybody who receives or received."""
        items: list[dict[str, Any]] = (await self.maker.get(f"/v1/beneficiaries/{person}/payees"))["items"]
        return items

    async def ask(self, person: str, body: dict[str, Any]) -> dict[str, Any]:
        """Ask for another payee."""
        asked: dict[str, Any] = await self.maker.post(f"/v1/beneficiaries/{person}/payee", body)
        return asked

    async def approve(self, asked: dict[str, Any]) -> None:
        """The second officer approves."""
        path = f"/v1/change-requests/{asked['request_id']}"
        digest = asked.get("digest") or (await self.checker.get(path))["digest"]
        await self.checker.post(f"{path}/approve", {"digest": digest})

    async def appoint(self, person: str, body: dict[str, Any]) -> None:
        """Both."""
        await self.approve(await self.ask(person, body))

    async def refused(self, path: str, body: dict[str, Any]) -> tuple[int, str]:
        """Status and code of a POST of the maker that must be refused, which changes nothing."""
        tables = ("payee_appointments", "change_requests", "payees", "holds", "proposals", "notices", "beneficiary_versions")

        async def count() -> list[int]:
            return [await self.admin.fetchval(f"SELECT count(*) FROM registry.{table}") for table in tables]

        before = await count()
        answer = await self.maker.ask("POST", path, json=body)
        assert await count() == before
        assert answer.json()["title_vi"]
        return answer.status_code, answer.json()["code"]

    async def day(self) -> None:
        """The daily tasks, also where the clock went back between two tests."""
        await self.admin.execute("DELETE FROM registry.scheduled_tasks")
        await daily_worker(self.service.database, DAILY_TASKS).step()

    async def lifted_by_hand(self, person: str) -> None:
        """An officer lifts the one hold there is."""
        (hold,) = (await self.maker.get("/v1/holds", beneficiary_id=person, standing=True))["items"]
        await self.maker.post(f"/v1/holds/{hold['hold_id']}/lift", {"note": "vội"})
        assert (await self.shown(person))["hold"] is None

    async def proposals(self, person: str, state: str = "open") -> dict[str, dict[str, Any]]:
        """A person's proposals by kind."""
        found = await self.maker.get("/v1/proposals", beneficiary_id=person, state=state)
        return {one["kind"]: one for one in found["items"]}


@pytest.fixture
async def commune(
    officer: Officers, tokens: Tokens, admin: asyncpg.Connection, service: Service, set_business_clock: Clock
) -> Commune:
    """The commune on 5 November 2021."""
    await set_business_clock(START)
    return Commune(officer, tokens, admin, service)


async def test_another_payee_by_two_officers(commune: Commune, platform: Platform) -> None:
    line = Line("Hoàng Thị Già", "22/08/1938", "Nữ", "191500001", phone="0912500001")
    person = await commune.person(line)
    (own,) = await commune.payees(person)
    assert (own["capacity"], own["relationship"], own["paper"], own["ended_on"]) == ("self", "self", None, None)
    await _give_account(commune.admin, platform.field_cipher(), person)
    assert (await commune.shown(person))["account"]["provider"] == "viettelpay"

    path, body, headers = f"/v1/beneficiaries/{person}/payee", {**DAUGHTER, "note": "đi lại khó khăn"}, {"Idempotency-Key": "k1"}
    asked = (await commune.maker.ask("POST", path, json=body, headers=headers)).json()
    assert (await commune.maker.ask("POST", path, json=body, headers=headers)).json() == asked, "a repeat is safe"
    assert (await commune.shown(person))["payee"]["relationship"] == "self", "nothing changes until a second officer approves"
    seen = await commune.checker.get(f"/v1/change-requests/{asked['request_id']}")
    assert (seen["content"]["full_name"], seen["content"]["identity_number"]) == ("Lê Thị Xuân", "•••••••••989")
    assert (seen["asked_subject"], seen["asked_note"], seen["digest"]) == ("an", "đi lại khó khăn", asked["digest"])
    path = f"/v1/change-requests/{asked['request_id']}/approve"
    assert await commune.refused(path, {"digest": asked["digest"]}) == (403, "maker-is-checker")
    await commune.approve(asked)

    record = await commune.shown(person)
    assert (record["payee"]["full_name"], record["payee"]["relationship"]) == ("Lê Thị Xuân", "Con gái")
    assert record["account"] is None, "the old payee's account pays this person no more"
    now, before = await commune.payees(person)
    assert (before["ended_on"], before["ended_why"]) == ("2021-11-05", "replaced")
    assert (now["from_on"], now["expires_on"], now["paper"]["number"]) == ("2021-11-05", "2022-11-01", "15/2021/CT")
    assert (now["identity_number"], now["phone"]) == ("•••••••••989", "•••••••••796")
    newest = (await commune.maker.get(f"/v1/beneficiaries/{person}/history"))["items"][0]
    assert (newest["reason"], newest["subject"], newest["paper_number"]) == ("payee_changed", "binh", "15/2021/CT")
    told = (await commune.maker.get("/v1/notices", beneficiary_id=person))["items"]
    assert [(one["kind"], one["payee_name"], one["phone"][-3:]) for one in told] == [
        ("payee_ended", "Hoàng Thị Già", "001"),
        ("payee_begun", "Lê Thị Xuân", "796"),
    ]
    assert all(record["code"] in one["text_vi"] and "05/11/2021" in one["text_vi"] for one in told)
    assert all(record["decisions"][0]["category"] not in one["text_vi"] for one in told)
    actions = await commune.admin.fetch("SELECT action FROM registry.audit_log WHERE object = $1", f"beneficiary/{person}")
    assert {"change.ask", "change.read", "change.approve", "beneficiary.payees.read"} <= {row["action"] for row in actions}


async def _give_account(admin: asyncpg.Connection, cipher: FieldCipher, person: str) -> None:
    """An active wallet of the payee of now, in use."""
    await admin.execute(
        """WITH made AS (INSERT INTO registry.accounts (account_id, payee_id, unit_id, provider, channel, state, version,
               number_sealed, number_index, holder_name)
               SELECT uuidv7(), payee_id, unit_id, 'viettelpay', 'wallet', 'active', 1, $2, $3, full_name
               FROM registry.beneficiaries WHERE beneficiary_id = $1 RETURNING account_id)
           UPDATE registry.beneficiaries SET account_id = made.account_id FROM made WHERE beneficiary_id = $1""",
        person,
        cipher.seal("84912500001", ACCOUNT),
        cipher.index("84912500001", ACCOUNT),
    )


async def test_requests_that_can_not_be(commune: Commune) -> None:
    person = await commune.person(Line("Hoàng Thị Khó", "22/08/1938", "Nữ", "046138500002"))
    child = await commune.person(Line("Hoàng Bé Ba", "13/04/2012", "Nữ", "046312500003", CHILD, **GRANDMOTHER))
    changes: list[tuple[dict[str, Any], int, str]] = [
        ({"identity_number": "12345"}, 422, "bad-payee-number"),
        ({"phone": "0912"}, 422, "bad-payee-number"),
        ({"birth_year": 1990}, 422, "bad-payee-number"),
        ({"identity_number": None}, 422, "payee-incomplete"),
        ({"relationship": None}, 422, "payee-incomplete"),
        ({"payee_id": "01928c1e-7a10-7000-8000-000000000001"}, 422, "payee-incomplete"),
        ({"full_name": "Hoàng Thị Khó", "identity_number": "046138500002"}, 409, "payee-is-beneficiary"),
        ({"identity_number": "046207486989"}, 409, "payee-is-minor"),
        ({"relationship": "Bà nội"}, 409, "payee-relationship-impossible"),
        ({"identity_number": "046150486980"}, 409, "payee-number-of-another"),
        ({"capacity": "parent", "paper": {**PAPER, "kind": "birth_certificate"}}, 409, "payee-capacity-impossible"),
        ({"paper": None}, 422, "payee-paper-wrong"),
        ({"paper": {**PAPER, "issued_on": "2021-11-06"}}, 422, "payee-paper-dates"),
        ({"from_on": "2021-11-06"}, 409, "payee-from-day"),
        ({"from_on": "2021-10-31"}, 409, "payee-from-day"),
        ({"capacity": "heir"}, 409, "payee-capacity-impossible"),
        ({"capacity": "boss"}, 422, "bad-request"),
        ({"paper": {**PAPER, "number": ""}}, 422, "bad-request"),
    ]
    path = f"/v1/beneficiaries/{person}/payee"
    for change, status, code in changes:
        assert await commune.refused(path, {**DAUGHTER, **change}) == (status, code), change
    known = {"capacity": "authorised", "relationship": "Con gái", "paper": PAPER, "from_on": "2021-11-05"}
    unknown = {**known, "payee_id": "01928c1e-7a10-7000-8000-000000000001"}
    assert await commune.refused(path, unknown) == (404, "unknown-payee")
    own = {"capacity": "self", "from_on": "2021-11-05"}
    assert await commune.refused(f"/v1/beneficiaries/{child}/payee", own) == (409, "payee-capacity-impossible")
    assert await commune.refused(path, {**own, "full_name": "Ai Đó"}) == (422, "payee-incomplete")
    nobody = "/v1/beneficiaries/01928c1e-7a10-7000-8000-000000000001"
    for end, body in (
        ("payee", DAUGHTER),
        ("payee/renew", {"capacity": "authorised", "paper": PAPER}),
        ("payee/end", {"ended_on": "2021-11-05", "paper_number": "1", "note": "x", "beneficiary_able": True}),
        ("parent-returned", {"full_name": "Lê Thị Xuân", "relationship": "Mẹ", "returned_on": "2021-11-05"}),
    ):
        assert await commune.refused(f"{nobody}/{end}", body) == (404, "unknown-beneficiary")
    assert (await commune.maker.ask("GET", f"{nobody}/payees")).json()["code"] == "unknown-beneficiary"
    await commune.ask(person, DAUGHTER)
    assert await commune.refused(path, DAUGHTER) == (409, "change-waits")


async def test_a_change_goes_stale_when_the_payee_changed_meanwhile(commune: Commune) -> None:
    line = Line("Hoàng Thị Chậm", "1938", "Nữ", "191500010")
    person = await commune.person(line)
    asked = await commune.ask(person, {**DAUGHTER, "identity_number": "046183500011"})
    son = replace(line, payee="Hoàng Văn Con", payee_identity="046070500012", relationship="Con trai")
    assert (await commune.lists(son))["updated"] == 1
    answer = await commune.checker.ask(
        "POST", f"/v1/change-requests/{asked['request_id']}/approve", json={"digest": asked["digest"]}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "change-is-stale")
    assert (await commune.shown(person))["payee"]["full_name"] == "Hoàng Văn Con"
    await commune.checker.post(f"/v1/change-requests/{asked['request_id']}/reject", {"note": "đã có người nhận khác"})
    assert [(one["capacity"], one["ended_why"]) for one in await commune.payees(person)] == [
        ("authorised", None),
        ("self", "replaced"),
    ]


async def test_a_list_does_not_undo_what_two_officers_did(commune: Commune) -> None:
    line = Line("Hoàng Thị Vững", "1938", "Nữ", "191500020")
    person = await commune.person(line)
    await commune.appoint(person, {**DAUGHTER, "identity_number": "046183500021"})
    done = await commune.lists(replace(line, village="Thôn 7"))
    assert (done["updated"], done["left"]) == (0, 1)
    (row,) = (await commune.maker.get(f"/v1/imports/{done['import_id']}/rows", answered="false"))["items"]
    assert [finding["code"] for finding in row["findings"]][-1] == "payee_appointed"
    corrected = {"payee": {"full_name": "Lê Thị Xuân", "national_id": "046183500021", "relationship": "Con gái"}}
    answer = {"row_id": row["row_id"], "action": "correct", "record": corrected}
    await commune.maker.post(f"/v1/imports/{done['import_id']}/answers", {"answers": [answer]})
    assert (await commune.maker.post(f"/v1/imports/{done['import_id']}/confirm"))["updated"] == 1
    record = await commune.shown(person)
    assert (record["village"], record["payee"]["full_name"]) == ("Thôn 7", "Lê Thị Xuân")
    assert [one["ended_why"] for one in await commune.payees(person)] == [None, "replaced"]


async def test_an_authorisation_runs_out_and_is_renewed(commune: Commune, set_business_clock: Clock) -> None:
    person = await commune.person(Line("Hoàng Thị Hạn", "1938", "Nữ", "191500030"))
    await commune.appoint(person, {**DAUGHTER, "identity_number": "046183500031"})
    await set_business_clock(datetime(2022, 9, 1, 2, tzinfo=UTC))
    await commune.day()
    assert await commune.proposals(person) == {}
    await set_business_clock(datetime(2022, 9, 2, 2, tzinfo=UTC))
    await commune.day()
    (proposal,) = (await commune.proposals(person)).values()
    assert (proposal["kind"], proposal["due_on"]) == ("authorisation_expires", "2022-11-01")
    assert proposal["details"]["payee_name"] == "Lê Thị Xuân"
    await set_business_clock(datetime(2022, 11, 1, 2, tzinfo=UTC))
    await commune.day()
    assert (await commune.shown(person))["hold"] is None
    await set_business_clock(datetime(2022, 11, 2, 2, tzinfo=UTC))
    await commune.day()
    assert (await commune.shown(person))["hold"] == "authorisation_expired"
    assert set(await commune.proposals(person)) == {"authorisation_expires", "authorisation_expired"}
    version = (await commune.shown(person))["version"]
    await set_business_clock(datetime(2022, 11, 3, 2, tzinfo=UTC))
    await commune.day()
    assert (await commune.shown(person))["version"] == version, "the next day brings nothing new"

    path = f"/v1/beneficiaries/{person}/payee/renew"
    assert await commune.refused(path, {"capacity": "authorised", "paper": PAPER}) == (422, "payee-paper-dates")
    fresh = {**PAPER, "number": "88/2022/CT", "issued_on": "2022-11-02"}
    assert await commune.refused(path, {"capacity": "carer", "paper": fresh}) == (422, "payee-paper-wrong")
    assert await commune.maker.post(path, {"capacity": "authorised", "paper": fresh}) == {"expires_on": "2023-11-02"}
    assert (await commune.shown(person))["hold"] is None
    assert await commune.proposals(person) == {}
    assert len(await commune.proposals(person, "accepted")) == 2
    assert [one["ended_why"] for one in await commune.payees(person)] == [None, "renewed", "replaced"]


async def test_a_hold_lifted_by_hand_comes_back_while_nobody_may_receive(commune: Commune, set_business_clock: Clock) -> None:
    person = await commune.person(Line("Hoàng Thị Lại", "1938", "Nữ", "191500040"))
    await commune.appoint(person, {**DAUGHTER, "identity_number": "046183500041"})
    await set_business_clock(datetime(2023, 1, 10, 2, tzinfo=UTC))
    await commune.day()
    await commune.lifted_by_hand(person)
    await set_business_clock(datetime(2023, 1, 11, 2, tzinfo=UTC))
    await commune.day()
    assert (await commune.shown(person))["hold"] == "authorisation_expired"


async def test_a_ward_comes_of_age(commune: Commune, set_business_clock: Clock) -> None:
    line = Line("Hoàng Văn Lớn", "2004", "Nam", "046204500050", "Khoản 6 (NKT nặng)", **GRANDMOTHER)
    day = replace(line, name="Hoàng Văn Ngày", birth="05/03/2004", identity="046204500051")
    await commune.lists(line, day)
    year_only, exact = await commune.id_of(line.name), await commune.id_of(day.name)
    assert [one["of_age_on"] for one in await commune.payees(year_only)] == ["2022-01-01"]
    await set_business_clock(datetime(2021, 12, 1, 2, tzinfo=UTC))
    await commune.day()
    assert set(await commune.proposals(year_only)) == {"ward_comes_of_age"}
    assert await commune.proposals(exact) == {}
    await set_business_clock(datetime(2022, 1, 4, 2, tzinfo=UTC))
    await commune.day()
    assert (await commune.shown(year_only))["hold"] == "ward_of_age"
    assert (await commune.shown(exact))["hold"] is None
    assert (await commune.proposals(exact))["ward_comes_of_age"]["due_on"] == "2022-03-05"
    await commune.appoint(year_only, {"capacity": "self", "from_on": "2022-01-04"})
    record = await commune.shown(year_only)
    assert (record["hold"], record["payee"]["relationship"], record["payee"]["full_name"]) == (None, "self", "Hoàng Văn Lớn")
    assert record["payee"]["identity_number"] == "•••••••••050"
    assert await commune.proposals(year_only) == {}


async def test_a_corrected_birth_date_moves_the_birthday(commune: Commune) -> None:
    line = Line("Hoàng Văn Sửa", "05/03/2010", "Nam", "046210500055", CHILD, **GRANDMOTHER)
    person = await commune.person(line)
    await commune.lists(replace(line, birth="06/04/2010"))
    assert [one["of_age_on"] for one in await commune.payees(person)] == ["2028-04-06"]


async def test_a_payee_dies(commune: Commune, officer: Officers) -> None:
    household = {"phone": "0912500060", "payee": "Phan Thị Nội", "payee_identity": "046138500060", "relationship": "Bà nội"}
    one = Line("Phan Bé Một", "13/04/2012", "Nữ", "046312500061", CHILD, **household)
    two = replace(one, name="Phan Bé Hai", identity="046312500062", birth="14/05/2013")
    two = replace(two, identity="046313500062")
    three = Line("Phan Bé Ba", "15/05/2014", "Nữ", "046314500063", CHILD, phone="0912500060", payee="Phan Văn Chú",
                 payee_identity="046080500064", relationship="Chú")  # fmt: skip
    herself = Line("Phan Thị Nội", "1938", "Nữ", "046138500060")
    await commune.lists(one, two, three, herself)
    ids = {line.name: await commune.id_of(line.name) for line in (one, two, three, herself)}
    payee = (await commune.shown(ids[one.name]))["payee"]["payee_id"]
    seen = await commune.maker.get(f"/v1/payees/{payee}")
    assert sorted(entry["full_name"] for entry in seen["receives_for"]) == ["Phan Bé Hai", "Phan Bé Một", "Phan Thị Nội"]

    path = f"/v1/payees/{payee}/death"
    assert await commune.refused(path, {"died_on": "2021-11-06", "paper_number": "112"}) == (422, "bad-death-date")
    neighbour = officer("commune_officer", VINH_MY)
    answer = await neighbour.ask("POST", path, json={"died_on": "2021-11-03", "paper_number": "112"})
    assert answer.json()["code"] == "unknown-payee"
    assert (await neighbour.ask("GET", f"/v1/payees/{payee}")).json()["code"] == "unknown-payee"
    assert await commune.maker.post(path, {"died_on": "2021-11-03", "paper_number": "112/2021"}) == {"held": 3}
    assert await commune.refused(path, {"died_on": "2021-11-03", "paper_number": "112"}) == (409, "death-known")
    holds = {name: (await commune.shown(person))["hold"] for name, person in ids.items()}
    assert list(holds.values()) == ["payee_died", "payee_died", None, "reported_dead"]
    likely = (await commune.proposals(ids[one.name]))["payee_needed"]["details"]["likely"]
    assert [(who["full_name"], who["relationship"], who["why"]) for who in likely] == [("Phan Văn Chú", "Chú", "same_phone")]

    await commune.lifted_by_hand(ids[two.name])
    await commune.day()
    assert (await commune.shown(ids[two.name]))["hold"] == "payee_died"
    again = await commune.lists(replace(two, village="Thôn 9"))
    assert again["left"] == 1, "a list that still names her goes to an officer"
    guardian = {
        "capacity": "guardian", "payee_id": likely[0]["payee_id"], "relationship": "Chú", "from_on": "2021-11-05",
        "paper": {**PAPER, "kind": "guardianship_decision"},
    }  # fmt: skip
    dead = {**guardian, "payee_id": payee, "relationship": "Bà nội"}
    assert await commune.refused(f"/v1/beneficiaries/{ids[one.name]}/payee", dead) == (409, "payee-is-dead")
    await commune.appoint(ids[one.name], guardian)
    assert (await commune.shown(ids[one.name]))["hold"] is None
    assert (await commune.shown(ids[two.name]))["hold"] == "payee_died", "each line waits for its own payee"
    told = (await commune.maker.get("/v1/notices", beneficiary_id=ids[one.name]))["items"]
    assert [notice["kind"] for notice in told] == ["payee_begun"], "nobody writes to the dead"
    seen = await commune.maker.get(f"/v1/payees/{payee}")
    assert (seen["died_on"], {entry["ended_why"] for entry in seen["receives_for"]}) == ("2021-11-03", {"payee_died"})


async def test_a_parent_returns(commune: Commune) -> None:
    line = Line("Võ Bé Tư", "13/04/2012", "Nữ", "046312500071", CHILD, payee="Võ Thị Ngoại", payee_identity="046150500070",
                relationship="Bà ngoại")  # fmt: skip
    person = await commune.person(line)
    path = f"/v1/beneficiaries/{person}/parent-returned"
    back = {"full_name": "Võ Thị Mẹ", "relationship": "Mẹ", "returned_on": "2021-11-04"}
    assert await commune.refused(path, {**back, "returned_on": "2021-11-06"}) == (409, "payee-from-day")
    assert await commune.maker.post(path, back) == {"held": 1}
    assert await commune.maker.post(path, back) == {"held": 0}
    assert (await commune.shown(person))["hold"] == "parent_returned"
    found = await commune.proposals(person)
    assert set(found) == {"payee_needed", "nurture_restored"}
    assert found["nurture_restored"]["from_month"] == "2021-12-01"
    assert found["payee_needed"]["details"]["likely"] == [{"full_name": "Võ Thị Mẹ", "relationship": "Mẹ"}]
    renewing = {"capacity": "guardian", "paper": {**PAPER, "kind": "guardianship_decision"}}
    await commune.maker.post(f"/v1/beneficiaries/{person}/payee/renew", renewing)
    assert (await commune.shown(person))["hold"] == "parent_returned", "another paper of the guardian settles nothing here"
    mother = {
        "capacity": "parent", "full_name": "Võ Thị Mẹ", "identity_number": "046185500072", "relationship": "Mẹ",
        "paper": {**PAPER, "kind": "birth_certificate", "issued_on": "2012-05-01"}, "from_on": "2021-11-05",
    }  # fmt: skip
    await commune.appoint(person, mother)
    assert (await commune.shown(person))["hold"] is None
    assert set(await commune.proposals(person)) == {"nurture_restored"}, "the category waits for its decision"
    assert await commune.refused(path, back) == (409, "no-guardian")


async def test_an_authorisation_is_revoked_and_the_money_returns_to_the_beneficiary(commune: Commune) -> None:
    person = await commune.person(Line("Hoàng Thị Về", "1938", "Nữ", "191500080"))
    path = f"/v1/beneficiaries/{person}/payee/end"
    how = {"ended_on": "2021-11-05", "paper_number": "20/2021", "note": "Hủy ủy quyền", "beneficiary_able": True}
    assert await commune.refused(path, how) == (409, "no-appointment")
    assert await commune.refused(path.replace("/end", "/renew"), {"capacity": "carer", "paper": PAPER}) == (
        409,
        "nothing-to-renew",
    )
    await commune.appoint(person, {**DAUGHTER, "identity_number": "046183500081"})
    assert await commune.refused(path, {**how, "ended_on": "2021-11-06"}) == (409, "payee-from-day")
    assert await commune.refused(f"/v1/beneficiaries/{person}/payee", {**DAUGHTER, "identity_number": "046183500081"}) == (
        409,
        "payee-unchanged",
    )
    ended = await commune.maker.post(path, how)
    assert (await commune.shown(person))["hold"] == "authorisation_revoked"
    assert set(await commune.proposals(person)) == {"payee_needed"}
    await commune.approve(ended)
    record = await commune.shown(person)
    assert (record["hold"], record["payee"]["relationship"]) == (None, "self")
    assert [one["ended_why"] for one in await commune.payees(person)] == [None, "revoked", "replaced"]


async def test_a_guardianship_that_ends_for_somebody_unable_waits_for_another(commune: Commune) -> None:
    line = Line("Hoàng Văn Yếu", "1988", "Nam", "191500090", "Khoản 6 (NKT nặng)", payee="Hoàng Văn Anh",
                payee_identity="046080500091", relationship="Người giám hộ")  # fmt: skip
    person = await commune.person(line)
    how: dict[str, Any] = {"ended_on": "2021-11-04", "paper_number": "21/2021", "note": "Tòa án", "beneficiary_able": False}
    assert await commune.maker.post(f"/v1/beneficiaries/{person}/payee/end", how) == {"request_id": None}
    assert (await commune.shown(person))["hold"] == "guardianship_ended"
    await commune.lifted_by_hand(person)
    await commune.day()
    assert (await commune.shown(person))["hold"] == "guardianship_ended"
    assert [(one["capacity"], one["ended_why"]) for one in await commune.payees(person)] == [("guardian", "guardianship_ended")]


async def test_who_receives_once_does_not_replace_who_received_monthly(commune: Commune) -> None:
    person = await commune.person(Line("Hoàng Thị Khuất", "1938", "Nữ", "191500100"))
    funeral = {**DAUGHTER, "capacity": "funeral_organiser", "identity_number": "046183500101",
               "paper": {**PAPER, "kind": "funeral_statement"}}  # fmt: skip
    heir = {**funeral, "capacity": "heir", "paper": {**PAPER, "kind": "inheritance_agreement"}}
    death = {"kind": "death", "paper_number": "9/TLKT", "signed_on": "2021-11-05", "happened_on": "2021-11-04"}
    await commune.maker.post(f"/v1/beneficiaries/{person}/decisions", death)
    path = f"/v1/beneficiaries/{person}/payee"
    assert await commune.refused(path, {**DAUGHTER, "identity_number": "046183500101"}) == (409, "payee-capacity-impossible")
    await commune.appoint(person, funeral)
    await commune.appoint(person, heir)
    record = await commune.shown(person)
    assert record["payee"]["relationship"] == "self"
    current = {one["purpose"]: one["full_name"] for one in await commune.payees(person) if one["ended_on"] is None}
    assert current == {"monthly": "Hoàng Thị Khuất", "funeral": "Lê Thị Xuân", "unpaid_months": "Lê Thị Xuân"}
    newest = (await commune.maker.get(f"/v1/beneficiaries/{person}/history"))["items"][0]
    assert (newest["reason"], newest["changed"]) == ("one_off_payee", ["one_off_payees"])
    assert newest["record"]["one_off_payees"]["funeral"]["identity_number"] == "•••••••••101"
    said = orjson.loads(
        await commune.admin.fetchval(
            "SELECT body FROM registry.outbox WHERE type = 'beneficiaries_changed' ORDER BY seq DESC LIMIT 1"
        )
    )
    (event,) = BeneficiariesChanged.model_validate(said).records
    assert [(one.purpose, one.payee.full_name) for one in event.one_off_payees] == [
        ("funeral", "Lê Thị Xuân"),
        ("unpaid_months", "Lê Thị Xuân"),
    ]


async def test_no_number_of_a_request_stands_in_clear(commune: Commune) -> None:
    tables = await commune.admin.fetch(
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'registry'::regnamespace AND c.relkind IN ('r', 'p')"
    )
    for (table,) in tables:
        rows = await commune.admin.fetchval(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM registry.\"{table}\" t")
        for number in ("183486989", "371981796", "183500081", "185500072"):
            assert number not in rows, f"{number} stands in {table}"


async def test_the_migration_reads_old_payees_as_lists_are_read_now(commune: Commune) -> None:
    words = ("Mẹ", "Bố đẻ", "Bà ngoại", "Người giám hộ", "Người được ủy quyền", "Người chăm sóc", "Chú", "Ba", "Cô ruột")
    children = [
        Line(f"Lê Bé {at}", "13/04/2012", "Nữ", f"0463125002{at:02d}", CHILD, payee=f"Lê Thị {at}",
             payee_identity=f"0461755002{at:02d}", relationship=word)
        for at, word in enumerate(words)
    ]  # fmt: skip
    old = [replace(line, name=f"Lê Già {at}", birth="1940", identity=f"1917002{at:02d}", category="K5C-80",
                   relationship=line.relationship if "Người" in line.relationship else "Con gái",
                   payee=f"Lê Con {at}", payee_identity=f"0461755003{at:02d}")
           for at, line in enumerate(children)]  # fmt: skip
    names = {line.name for line in [*children, *old]}
    done = await commune.lists(*children, *old)
    unanswered = (await commune.maker.get(f"/v1/imports/{done['import_id']}/rows", answered="false"))["items"]
    answers = [{"row_id": row["row_id"], "action": "accept"} for row in unanswered if row["status"] == "review"]
    if answers:
        await commune.maker.post(f"/v1/imports/{done['import_id']}/answers", {"answers": answers})
        await commune.maker.post(f"/v1/imports/{done['import_id']}/confirm")
    query = """SELECT b.full_name, a.payee_id, a.purpose, a.capacity, a.relationship, a.from_on, a.of_age_on, a.row_id, a.unit_id
        FROM registry.payee_appointments a JOIN registry.beneficiaries b USING (beneficiary_id)
        WHERE b.full_name = ANY ($1) AND a.ended_on IS NULL ORDER BY b.full_name"""
    now = [tuple(row) for row in await commune.admin.fetch(query, sorted(names))]
    assert len(now) == len(names)
    assert {row[3] for row in now} == {"parent", "guardian", "authorised", "carer"}
    script = (Path(versions.__path__[0]) / "0008_payees_existing.sql").read_text(encoding="utf-8")
    transaction = commune.admin.transaction()
    await transaction.start()
    try:
        await commune.admin.execute("SET LOCAL search_path = registry")
        await commune.admin.execute("DELETE FROM payee_appointments")
        await commune.admin.execute(script)
        assert [tuple(row) for row in await commune.admin.fetch(query, sorted(names))] == now
    finally:
        await transaction.rollback()


async def test_days_are_found_by_their_indexes_among_many(commune: Commune) -> None:
    many = """INSERT INTO registry.payee_appointments (appointment_id, beneficiary_id, unit_id, payee_id, purpose, capacity,
            relationship, from_on, expires_on, of_age_on, made_at, made_issuer, made_subject)
        SELECT uuidv7(), uuidv7(), $1, uuidv7(), 'monthly', 'guardian', 'Bà', DATE '2021-10-01',
            CASE WHEN n % 3 = 0 THEN DATE '2022-01-01' + n % 4000 END, CASE WHEN n % 3 = 1 THEN DATE '2022-01-01' + n % 4000 END,
            now(), 'x', 'x'
        FROM generate_series(1, 40000) n"""
    transaction = commune.admin.transaction()
    await transaction.start()
    try:
        await commune.admin.execute("SET LOCAL session_replication_role = replica")  # rows without the people they speak of
        await commune.admin.execute(many, VINH_HUNG)
        await commune.admin.execute("ANALYZE registry.payee_appointments")
        for column, index in (("expires_on", "payee_appointments_expiring"), ("of_age_on", "payee_appointments_wards")):
            condition = f"purpose = 'monthly' AND ended_on IS NULL AND {column} <= DATE '2022-01-04'"
            plan = await commune.admin.fetch(f"EXPLAIN SELECT * FROM registry.payee_appointments WHERE {condition}")
            assert index in "\n".join(row[0] for row in plan)
    finally:
        await transaction.rollback()
