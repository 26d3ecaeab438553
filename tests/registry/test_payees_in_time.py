"""Payees over the years: what ends, runs out or comes of age, who dies, who returns."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tests.registry.commune_lists import Line
from tests.registry.officers import VINH_MY, Officers
from tests.registry.payee_commune import CHILD, DAUGHTER, GRANDMOTHER, PAPER, Clock, Commune


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
