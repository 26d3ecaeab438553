"""Carers of care support over HTTP: appointed by two officers, with an account and holds of their own, never undone by a list."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest

from services.registry.use_cases.apply_account_answers import apply_account_answers
from shared.contracts.gateway_events import AccountAnswer, AccountsAnswered
from shared.contracts.registry_events import BeneficiariesChanged, BeneficiaryRecord
from shared.crypto import ACCOUNT
from shared.platform import Platform
from tests.registry.commune_lists import Line
from tests.registry.officers import VINH_MY, Officers
from tests.registry.payee_commune import PAPER, Clock, Commune

DISABLED_CHILD = "Khoản 6 (NKT đặc biệt nặng)"
CARE = {
    "kind": "grant",
    "category": "CS-DBN-HGD",
    "paper_number": "20/QĐ-UBND",
    "signed_on": "2021-11-02",
}

_NEWEST_REQUEST = "SELECT body FROM registry.outbox WHERE type = 'accounts_requested' ORDER BY seq DESC LIMIT 1"


def line(name: str, number: str, **changes: Any) -> Line:
    """A severely disabled child, for whom a grandmother receives."""
    household = {"payee": f"{name} Ngoại", "payee_identity": f"0461509{number}", "relationship": "Bà ngoại", **changes}
    return Line(name, "13/04/2012", "Nữ", f"0463129{number}", DISABLED_CHILD, **household)


def carer(number: str, **changes: Any) -> dict[str, Any]:
    """The aunt who cares."""
    return {
        "capacity": "carer", "care_alone": True, "full_name": "LÊ THỊ CHĂM", "identity_number": f"0461839{number}",
        "phone": "0371981797", "relationship": "Cô", "paper": {**PAPER, "kind": "care_decision"}, "from_on": "2021-11-05",
        **changes,
    }  # fmt: skip


async def cared_for(commune: Commune, name: str, number: str) -> str:
    """A listed child with a decision on care support; the id."""
    person = await commune.person(line(name, number))
    await commune.maker.post(f"/v1/beneficiaries/{person}/decisions", CARE)
    return person


async def said(commune: Commune, person: str) -> BeneficiaryRecord:
    """The person's record as the newest event has it."""
    rows = await commune.admin.fetch("SELECT body FROM registry.outbox WHERE type = 'beneficiaries_changed' ORDER BY seq DESC")
    records = (record for row in rows for record in BeneficiariesChanged.model_validate(orjson.loads(row["body"])).records)
    return next(record for record in records if str(record.beneficiary_id) == person)


async def test_a_carer_receives_care_support_alone(commune: Commune) -> None:
    person = await cared_for(commune, "Phan Bé Nhất", "10101")
    assert (await commune.shown(person))["kind_payees"] is None
    await commune.appoint(person, carer("10102"))
    record = await commune.shown(person)
    assert record["payee"]["full_name"] == "Phan Bé Nhất Ngoại"
    care = record["kind_payees"]["care_support"]
    assert (care["payee"]["full_name"], care["payee"]["relationship"], care["account"], care["hold"]) == (
        "Lê Thị Chăm", "Cô", None, None,
    )  # fmt: skip
    assert care["payee"]["identity_number"] == "•••••••••102"
    current = {one["purpose"]: one["full_name"] for one in await commune.payees(person) if one["ended_on"] is None}
    assert current == {"monthly": "Phan Bé Nhất Ngoại", "care_support": "Lê Thị Chăm"}
    newest = (await commune.maker.get(f"/v1/beneficiaries/{person}/history"))["items"][0]
    assert (newest["reason"], newest["changed"]) == ("carer_changed", ["kind_payees"])
    (named,) = (await said(commune, person)).kind_payees
    assert (named.kind, named.payee.full_name, named.account, named.hold) == ("care_support", "Lê Thị Chăm", None, None)
    told = (await commune.maker.get("/v1/notices", beneficiary_id=person))["items"]
    assert [(one["kind"], one["payee_name"]) for one in told] == [("payee_begun", "Lê Thị Chăm")]


async def test_carers_that_can_not_be(commune: Commune) -> None:
    without = await commune.person(line("Phan Bé Không", "10201"))
    path = f"/v1/beneficiaries/{without}/payee"
    assert await commune.refused(path, carer("10202")) == (409, "no-care-support")
    mother = await commune.person(Line("Phan Thị Mẹ", "13/04/1995", "Nữ", "046195910203", "Khoản 6 (NKT nặng)"))
    await commune.maker.post(f"/v1/beneficiaries/{mother}/decisions", {**CARE, "category": "CS-NKT-MT1"})
    answer = await commune.refused(f"/v1/beneficiaries/{mother}/payee", carer("10202", relationship="Chị"))
    assert answer == (409, "care-support-is-the-mothers")

    person = await cared_for(commune, "Phan Bé Nhì", "10204")
    path = f"/v1/beneficiaries/{person}/payee"
    changes: list[tuple[dict[str, Any], int, str]] = [
        ({"capacity": "guardian", "paper": {**PAPER, "kind": "guardianship_decision"}}, 409, "payee-capacity-impossible"),
        ({"identity_number": "046207910205"}, 409, "payee-is-minor"),
        ({"identity_number": "046312910204"}, 409, "payee-is-beneficiary"),
        ({"identity_number": "046140910206", "relationship": "Con gái"}, 409, "payee-relationship-impossible"),
        ({"paper": PAPER}, 422, "payee-paper-wrong"),
        ({"from_on": "2021-11-06"}, 409, "payee-from-day"),
    ]
    for change, status, code in changes:
        assert await commune.refused(path, {**carer("10207"), **change}) == (status, code), change
    end = {"ended_on": "2021-11-05", "paper_number": "1", "note": "x", "beneficiary_able": False, "line": "care_support"}
    assert await commune.refused(f"{path}/end", end) == (409, "no-carer")
    await commune.appoint(person, carer("10207"))
    assert await commune.refused(path, carer("10207")) == (409, "payee-unchanged")
    dead = await cared_for(commune, "Phan Bé Ba", "10208")
    carer_id = (await commune.shown(person))["kind_payees"]["care_support"]["payee"]["payee_id"]
    await commune.maker.post(f"/v1/payees/{carer_id}/death", {"died_on": "2021-11-04", "paper_number": "7"})
    assert await commune.refused(f"/v1/beneficiaries/{dead}/payee", carer("10207")) == (409, "payee-is-dead")


async def test_a_dead_carer_holds_care_support_alone(commune: Commune) -> None:
    person = await cared_for(commune, "Phan Bé Tư", "10301")
    await commune.appoint(person, carer("10302"))
    first = (await commune.shown(person))["kind_payees"]["care_support"]["payee"]["payee_id"]
    assert await commune.maker.post(f"/v1/payees/{first}/death", {"died_on": "2021-11-04", "paper_number": "8"}) == {"held": 1}
    record = await commune.shown(person)
    assert (record["hold"], record["kind_payees"]["care_support"]["hold"]) == (None, "payee_died")
    assert (await said(commune, person)).kind_payees[0].hold == "payee_died"
    (hold,) = (await commune.maker.get("/v1/holds", beneficiary_id=person, standing=True))["items"]
    assert (hold["kind"], hold["reason"]) == ("care_support", "payee_died")
    assert set(await commune.proposals(person)) == {"carer_needed"}

    await commune.maker.post(f"/v1/holds/{hold['hold_id']}/lift", {"note": "vội"})
    assert (await commune.shown(person))["kind_payees"]["care_support"]["hold"] is None
    await commune.day()
    assert (await commune.shown(person))["kind_payees"]["care_support"]["hold"] == "payee_died", "nobody pays the dead"

    await commune.appoint(person, carer("10303", full_name="Lê Thị Tiếp"))
    record = await commune.shown(person)
    care = record["kind_payees"]["care_support"]
    assert (care["payee"]["full_name"], care["hold"], record["hold"]) == ("Lê Thị Tiếp", None, None)
    assert await commune.proposals(person) == {}


async def test_a_carer_ends_and_the_guardian_takes_over(commune: Commune) -> None:
    person = await cared_for(commune, "Phan Bé Năm", "10401")
    await commune.appoint(person, carer("10402"))
    path = f"/v1/beneficiaries/{person}/payee"
    end = {"ended_on": "2021-11-05", "paper_number": "9", "note": "không chăm nữa", "beneficiary_able": False}
    assert await commune.maker.post(f"{path}/end", {**end, "line": "care_support"}) == {"request_id": None}
    record = await commune.shown(person)
    assert (record["hold"], record["kind_payees"]["care_support"]["hold"]) == (None, "guardianship_ended")
    assert set(await commune.proposals(person)) == {"carer_needed"}
    known = {"payee_id": record["payee"]["payee_id"], "relationship": "Bà ngoại"}
    nobody = {"full_name": None, "identity_number": None, "phone": None}
    await commune.appoint(person, {**carer("10403"), **nobody, **known})
    care = (await commune.shown(person))["kind_payees"]["care_support"]
    assert (care["payee"]["full_name"], care["hold"]) == ("Phan Bé Năm Ngoại", None)


async def test_the_guardians_death_is_no_matter_of_the_carers(commune: Commune) -> None:
    """What is said of the child is; each hold stands until its own is settled."""
    person = await cared_for(commune, "Phan Bé Sáu", "10501")
    await commune.appoint(person, carer("10502"))
    guardian = (await commune.shown(person))["payee"]["payee_id"]
    await commune.maker.post(f"/v1/payees/{guardian}/death", {"died_on": "2021-11-04", "paper_number": "10"})
    record = await commune.shown(person)
    assert (record["hold"], record["kind_payees"]["care_support"]["hold"]) == ("payee_died", None)
    note = {"reason": "reported_dead", "note": "Trưởng thôn báo"}
    await commune.maker.post(f"/v1/beneficiaries/{person}/holds", note)
    record = await commune.shown(person)
    assert (record["hold"], record["kind_payees"]["care_support"]["hold"]) == ("payee_died", "reported_dead")
    event = await said(commune, person)
    assert (event.hold, event.kind_payees[0].hold) == ("payee_died", "reported_dead")


async def test_a_list_does_not_undo_a_carer(commune: Commune) -> None:
    listed = line("Phan Bé Bảy", "10601")
    person = await cared_for(commune, listed.name, "10601")
    await commune.appoint(person, carer("10602"))
    done = await commune.lists(replace(listed, payee="Phan Thị Khác", payee_identity="046175910603", relationship="Mẹ"))
    assert done["updated"] == 1, "who receives the rest is the list's to say, where no paper does"
    record = await commune.shown(person)
    assert record["payee"]["full_name"] == "Phan Thị Khác"
    assert record["kind_payees"]["care_support"]["payee"]["full_name"] == "Lê Thị Chăm"


async def test_a_carers_paper_runs_out_and_is_renewed(commune: Commune, set_business_clock: Clock) -> None:
    await set_business_clock(datetime(2021, 11, 5, 2, tzinfo=UTC))
    person = await cared_for(commune, "Phan Bé Tám", "10701")
    await commune.appoint(person, carer("10702", paper={**PAPER, "kind": "care_contract", "expires_on": "2021-12-31"}))
    await commune.day()
    assert set(await commune.proposals(person)) == {"care_ends"}
    await set_business_clock(datetime(2022, 1, 2, 2, tzinfo=UTC))
    await commune.day()
    assert (await commune.shown(person))["kind_payees"]["care_support"]["hold"] == "guardianship_ended"
    assert (await commune.shown(person))["hold"] is None
    paper = {**PAPER, "kind": "care_contract", "number": "2", "issued_on": "2022-01-01", "expires_on": "2022-12-31"}
    renewal = {"capacity": "carer", "paper": paper, "line": "care_support"}
    assert await commune.maker.post(f"/v1/beneficiaries/{person}/payee/renew", renewal) == {"expires_on": "2022-12-31"}
    care = (await commune.shown(person))["kind_payees"]["care_support"]
    assert (care["payee"]["full_name"], care["hold"]) == ("Lê Thị Chăm", None)
    assert await commune.proposals(person) == {}
    await set_business_clock(datetime(2021, 11, 5, 2, tzinfo=UTC))


@pytest.mark.parametrize("to", ["cash", "account"])
async def test_the_carers_account(commune: Commune, platform: Platform, to: str) -> None:
    """Asked for the carer, paid into once it is open; another way only by two officers. The guardian's stays as it is."""
    number = {"cash": "10801", "account": "10811"}[to]
    person = await cared_for(commune, {"cash": "Phan Bé Tiền", "account": "Phan Bé Thẻ"}[to], number)
    asked = {"provider": "vietinbank", "beneficiary_ids": [person], "of_carers": True}
    assert (await commune.maker.post("/v1/accounts/requests", asked))["refused"] == [
        {"beneficiary_id": person, "code": "no-carer"}
    ]
    change = {"to": "cash", "account_id": None, "note": "x", "of_carer": True}
    assert await commune.refused(f"/v1/beneficiaries/{person}/account-changes", change) == (409, "no-carer")
    await commune.appoint(person, carer(f"{int(number) + 1}"))
    answer = await commune.maker.post("/v1/accounts/requests", asked)
    assert (answer["requested"], answer["refused"]) == (1, [])
    care = (await commune.shown(person))["kind_payees"]["care_support"]
    payee_id = care["payee"]["payee_id"]
    request = orjson.loads(
        await commune.admin.fetchval(
            "SELECT body FROM registry.outbox WHERE type = 'accounts_requested' ORDER BY seq DESC LIMIT 1"
        )
    )
    assert [(each["payee_id"], each["holder_name"]) for each in request["requests"]] == [(payee_id, "Lê Thị Chăm")]
    account_id = request["requests"][0]["account_id"]
    await open_account(commune, platform, account_id, f"1010{number}")
    record = await commune.shown(person)
    assert record["account"] is None
    assert record["kind_payees"]["care_support"]["account"]["account_id"] == account_id
    (named,) = (await said(commune, person)).kind_payees
    assert named.account is not None and str(named.account.account_id) == account_id
    shown = (await commune.maker.get("/v1/accounts", state="active"))["items"]
    assert [each["beneficiary_ids"] for each in shown if each["account_id"] == account_id] == [[person]]

    if to == "cash":
        asked_for = await commune.maker.post(f"/v1/beneficiaries/{person}/account-changes", change)
        await commune.approve(asked_for)
        assert (await commune.shown(person))["kind_payees"]["care_support"]["account"] is None
        back = {**change, "to": "account", "account_id": account_id}
        await commune.approve(await commune.maker.post(f"/v1/beneficiaries/{person}/account-changes", back))
        told = (await commune.maker.get("/v1/notices", beneficiary_id=person))["items"]
        assert {each["payee_name"] for each in told if each["kind"].startswith("account")} == {"Lê Thị Chăm"}
    assert (await commune.shown(person))["kind_payees"]["care_support"]["account"]["account_id"] == account_id
    await open_account(commune, platform, account_id, f"9090{number}", hours=2)  # the provider names another number
    record = await commune.shown(person)
    assert (record["hold"], record["kind_payees"]["care_support"]["hold"]) == (None, "account_number_changed")
    told_number = {**change, "to": "told_number", "account_id": account_id}
    await commune.approve(await commune.maker.post(f"/v1/beneficiaries/{person}/account-changes", told_number))
    care = (await commune.shown(person))["kind_payees"]["care_support"]
    assert (care["hold"], care["account"]["version"]) == (None, 2)


async def open_account(commune: Commune, platform: Platform, account_id: str, number: str, hours: int = 1) -> None:
    """The provider's word on an account."""
    cipher = platform.field_cipher()
    told = AccountAnswer(
        account_id=UUID(account_id), outcome="opened", reason=None, number_sealed=cipher.seal(number, ACCOUNT),
        holder_name="LE THI CHAM", at=datetime(2021, 11, 5, 2 + hours, tzinfo=UTC),
    )  # fmt: skip
    async with commune.service.database.transaction() as tx:
        await apply_account_answers(tx, cipher, AccountsAnswered(provider="vietinbank", answers=[told]))


async def test_the_carer_goes_along_to_another_commune(commune: Commune, officer: Officers) -> None:
    """The new commune's officers see who cares; one who receives for somebody who stays is known in both."""
    moving = await cared_for(commune, "Phan Bé Chín", "10901")
    staying = await cared_for(commune, "Phan Bé Mười", "10902")
    await commune.appoint(moving, carer("10903"))
    await commune.appoint(staying, carer("10903"))
    before = (await commune.shown(moving))["kind_payees"]["care_support"]["payee"]["payee_id"]
    out = {"to_unit_id": VINH_MY, "paper_number": "152/QĐ", "signed_on": "2021-11-05", "note": "Theo bà"}
    transfer = await commune.maker.post(f"/v1/beneficiaries/{moving}/transfers", out)
    neighbour = officer("commune_officer", VINH_MY)
    into = {"paper_number": "77/QĐ", "signed_on": "2021-11-05", "village": "Thôn 1"}
    await neighbour.post(f"/v1/transfers/{transfer['transfer_id']}/receive", into)
    there = (await neighbour.get(f"/v1/beneficiaries/{moving}"))["kind_payees"]["care_support"]
    assert there["payee"]["full_name"] == "Lê Thị Chăm"
    assert there["payee"]["payee_id"] != before, "a copy: she cares for somebody in the old commune, too"
    seen = await neighbour.get(f"/v1/payees/{there['payee']['payee_id']}")
    assert [each["code"] for each in seen["receives_for"]] == [(await neighbour.get(f"/v1/beneficiaries/{moving}"))["code"]]
    (named,) = (await said(commune, moving)).kind_payees
    assert named.payee.full_name == "Lê Thị Chăm"
    assert (await commune.shown(staying))["kind_payees"]["care_support"]["payee"]["payee_id"] == before
