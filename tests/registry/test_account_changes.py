"""Changing where money goes: one officer asks, a second approves, old and new holder are told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.registry.domain.account_changes import account_notices
from shared.contracts.registry_events import BeneficiariesChanged, NoticesQueued
from shared.crypto import ACCOUNT, PHONE, FieldCipher
from tests.registry.commune_lists import Line
from tests.registry.officers import PHU_LOC, VINH_HUNG, VINH_MY, Officer, Officers
from tests.registry.provider_answers import AT, Gateway, bodies

COMMUNE = "Xã Vinh Hưng"
MOTHER = {"payee": "Lê Thị Xuân", "payee_identity": "046183486989", "relationship": "Mẹ"}


class Office:
    """A commune with its officers, and the provider's voice."""

    def __init__(self, officer: Officers, gateway: Gateway) -> None:
        self.maker: Officer = officer("commune_officer", VINH_HUNG)
        self.checker: Officer = officer("checker", PHU_LOC)
        self.staff: Officer = officer("provider_staff", PHU_LOC)
        self._gateway = gateway

    async def person(self, beneficiary_id: str) -> dict[str, Any]:
        shown: dict[str, Any] = await self.maker.get(f"/v1/beneficiaries/{beneficiary_id}")
        return shown

    async def listed(self, *lines: Line) -> list[str]:
        """People of a list, by its order."""
        await self.maker.enter(COMMUNE, lines)
        return [(await self.maker.find(line.identity))[0]["beneficiary_id"] for line in lines]

    async def open(self, people: list[str], provider: str, number: str, holder: str, *, another: bool = False) -> str:
        """An account for the payee of these people; its id."""
        body = {"provider": provider, "beneficiary_ids": people, "another": another}
        assert (await self.staff.post("/v1/accounts/requests", body))["requested"] == 1
        asked = (await self.staff.get("/v1/accounts", state="requested"))["items"]
        (account,) = [a["account_id"] for a in asked if people[0] in a["beneficiary_ids"]]
        await self._gateway.says(provider, self._gateway.opened(account, number, holder))
        return str(account)

    async def ask(self, person: str, to: str, account_id: str | None = None) -> dict[str, Any]:
        """The maker asks."""
        body = {"to": to, "account_id": account_id, "note": "Gia đình đề nghị"}
        asked: dict[str, Any] = await self.maker.post(f"/v1/beneficiaries/{person}/account-changes", body)
        return asked

    async def refused(self, person: str, to: str, account_id: str | None = None) -> str:
        """The code with which asking is refused."""
        body = {"to": to, "account_id": account_id, "note": "x"}
        answer = await self.maker.ask("POST", f"/v1/beneficiaries/{person}/account-changes", json=body)
        assert answer.status_code in (404, 409, 422), answer.text
        return str(answer.json()["code"])

    async def approve(self, asked: dict[str, Any]) -> None:
        """The second officer approves."""
        await self.checker.post(f"/v1/change-requests/{asked['request_id']}/approve", {"digest": asked["digest"]})


@pytest.fixture
def office(officer: Officers, gateway: Gateway) -> Office:
    return Office(officer, gateway)


async def test_another_provider_and_both_holders_are_told(office: Office, admin: asyncpg.Connection, cipher: FieldCipher) -> None:
    (person,) = await office.listed(Line("Hoàng Thị Một", "1938", "Nữ", "191310001", phone="0912000101"))
    wallet = await office.open([person], "viettelpay", "84912000101", "HOANG THI MOT")
    bank = await office.open([person], "vietinbank", "108140000101", "HOANG THI MOT", another=True)
    assert (await office.person(person))["account"]["account_id"] == wallet, "opening another one moves nothing"
    asked = await office.ask(person, "account", bank)
    assert (await office.person(person))["account"]["account_id"] == wallet
    (waiting,) = (await office.checker.get("/v1/change-requests", beneficiary_id=person))["items"]
    assert waiting["content"]["account_number"] == "•••••••••101"
    own = await office.maker.ask("POST", f"/v1/change-requests/{asked['request_id']}/approve", json={"digest": asked["digest"]})
    assert (own.status_code, own.json()["code"]) == (403, "maker-is-checker")
    await office.approve(asked)
    shown = await office.person(person)
    assert (shown["account"]["account_id"], shown["account"]["provider"]) == (bank, "vietinbank")
    (record,) = BeneficiariesChanged.model_validate((await bodies(admin, "beneficiaries_changed"))[-1]).records
    assert record.account and cipher.open(record.account.number_sealed, ACCOUNT) == "108140000101"
    newest = (await office.maker.get(f"/v1/beneficiaries/{person}/history"))["items"][0]
    assert (newest["reason"], newest["changed"], newest["subject"]) == ("account_changed", ["account"], "checker@example")
    told = (await office.maker.get("/v1/notices", beneficiary_id=person))["items"]
    assert [notice["kind"] for notice in told] == ["account_ended", "account_begun"]
    said = NoticesQueued.model_validate((await bodies(admin, "notices_queued"))[-1]).notices
    assert [(str(one.notice_id), one.kind) for one in said] == [(one["notice_id"], one["kind"]) for one in told]
    assert {cipher.open(one.phone_sealed, PHONE) for one in said if one.phone_sealed} == {"+84912000101"}
    assert "ViettelPay" in told[0]["text_vi"]
    assert "VietinBank" in told[1]["text_vi"]
    assert "108140000101" not in str(told)
    assert "84912000101" not in str(told)
    # The next list finds both accounts, and leaves the money where two officers sent it.
    await office.maker.enter(COMMUNE, [Line("Hoàng Thị Một", "1938", "Nữ", "191310001", village="Thôn 3")], "11/2021")
    assert (await office.person(person))["account"]["account_id"] == bank


async def test_back_to_cash_stays_cash_until_two_officers_say_otherwise(office: Office) -> None:
    line = Line("Hoàng Thị Hai", "1938", "Nữ", "191310002", phone="0912000102")
    (person,) = await office.listed(line)
    wallet = await office.open([person], "viettelpay", "84912000102", "HOANG THI HAI")
    await office.approve(await office.ask(person, "cash"))
    assert (await office.person(person))["account"] is None
    (gap,) = (await office.maker.get("/v1/enrolment/gaps", reason="cash_chosen"))["items"]
    assert gap["beneficiary_id"] == person
    await office.maker.enter(COMMUNE, [Line("Hoàng Thị Hai", "1938", "Nữ", "191310002", village="Thôn 3")], "11/2021")
    assert (await office.person(person))["account"] is None
    assert await office.refused(person, "cash") == "no-change"
    await office.approve(await office.ask(person, "account", wallet))
    assert (await office.person(person))["account"]["account_id"] == wallet
    assert await office.refused(person, "account", wallet) == "no-change"


async def test_a_number_that_the_provider_named_takes_two_officers_and_counts_for_all_paid_into_it(
    office: Office, gateway: Gateway, cipher: FieldCipher, admin: asyncpg.Connection
) -> None:
    people = await office.listed(
        Line("Đỗ Ngọc Một", "13/04/2019", "Nữ", "046319440221", "Khoản 1 (dưới 4 tuổi)", phone="0371000003", **MOTHER),
        Line("Đỗ Ngọc Hai", "14/05/2020", "Nữ", "046320440222", "Khoản 1 (dưới 4 tuổi)", **MOTHER),
    )
    account = await office.open(people, "viettelpay", "84371000003", "LE THI XUAN")
    assert await office.refused(people[0], "told_number", account) == "no-number-told"
    await gateway.says("viettelpay", gateway.opened(account, "84371999999", "LE THI XUAN", AT + timedelta(days=1)))
    assert [(await office.person(one))["hold"] for one in people] == ["account_number_changed"] * 2
    await office.approve(await office.ask(people[0], "told_number", account))
    for person in people:
        shown = await office.person(person)
        assert (shown["hold"], shown["account"]["version"], shown["account"]["number"]) == (None, 2, "••••••••999")
        assert len((await office.maker.get("/v1/notices", beneficiary_id=person))["items"]) == 2
    records = {
        str(record.beneficiary_id): record
        for body in await bodies(admin, "beneficiaries_changed")
        for record in BeneficiariesChanged.model_validate(body).records
    }
    for person in people:
        newest = records[person].account
        assert newest and cipher.open(newest.number_sealed, ACCOUNT) == "84371999999"
    assert (await office.maker.get("/v1/proposals", kind="account_number_changed", state="open"))["items"] == []


async def test_a_number_that_pays_somebody_else_is_not_taken(office: Office, gateway: Gateway) -> None:
    one, other = await office.listed(
        Line("Hoàng Thị Ba", "1938", "Nữ", "191310003", phone="0912000103"),
        Line("Hoàng Thị Bốn", "1938", "Nữ", "191310004", phone="0912000104"),
    )
    account = await office.open([one], "viettelpay", "84912000103", "HOANG THI BA")
    await office.open([other], "viettelpay", "84912000104", "HOANG THI BON")
    await gateway.says("viettelpay", gateway.opened(account, "84912000104", "HOANG THI BA", AT + timedelta(days=1)))
    asked = await office.ask(one, "told_number", account)
    answer = await office.checker.ask(
        "POST", f"/v1/change-requests/{asked['request_id']}/approve", json={"digest": asked["digest"]}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "account-not-usable")
    assert (await office.person(one))["hold"] == "account_number_changed"
    assert (await office.person(one))["account"]["version"] == 1


async def test_a_held_persons_way_out_is_another_account(office: Office, gateway: Gateway) -> None:
    (person,) = await office.listed(Line("Hoàng Thị Năm", "1938", "Nữ", "191310005", phone="0912000105"))
    wallet = await office.open([person], "viettelpay", "84912000105", "HOANG THI NAM")
    await gateway.says("viettelpay", gateway.opened(wallet, "84912000999", "HOANG THI NAM", AT + timedelta(days=1)))
    bank = await office.open([person], "vietinbank", "108140000105", "HOANG THI NAM", another=True)
    await office.approve(await office.ask(person, "account", bank))
    shown = await office.person(person)
    assert (shown["hold"], shown["account"]["account_id"]) == (None, bank)


async def test_what_changed_meanwhile_makes_it_stale(office: Office, gateway: Gateway) -> None:
    """Cash was asked for while the money went to one number; by approval it goes to another."""
    father = {"payee": "Hoàng Văn Cha", "payee_identity": "046083486900", "relationship": "Cha"}
    one, other = await office.listed(
        Line("Hoàng Ngọc Một", "13/04/2019", "Nữ", "046319440321", "Khoản 1 (dưới 4 tuổi)", phone="0371000103", **father),
        Line("Hoàng Ngọc Hai", "14/05/2020", "Nữ", "046320440322", "Khoản 1 (dưới 4 tuổi)", **father),
    )
    account = await office.open([one, other], "viettelpay", "84371000103", "HOANG VAN CHA")
    cash = await office.ask(one, "cash")
    assert await office.refused(one, "cash") == "change-waits"
    await gateway.says("viettelpay", gateway.opened(account, "84912000996", "HOANG VAN CHA", AT + timedelta(days=1)))
    await office.approve(await office.ask(other, "told_number", account))
    path = f"/v1/change-requests/{cash['request_id']}"
    answer = await office.checker.ask("POST", f"{path}/approve", json={"digest": cash["digest"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "change-is-stale")
    assert (await office.person(one))["account"]["version"] == 2
    await office.checker.post(f"{path}/reject", {"note": "Lập lại"})
    await office.approve(await office.ask(one, "cash"))
    assert [(await office.person(each))["account"] is None for each in (one, other)] == [True, False]


async def test_what_can_not_be_asked_for(office: Office, officer: Officers, counts: Any) -> None:
    mine, other = await office.listed(
        Line("Hoàng Thị Bảy", "1938", "Nữ", "191310007"), Line("Hoàng Thị Tám", "1938", "Nữ", "191310008", phone="0912000108")
    )
    theirs = await office.open([other], "viettelpay", "84912000108", "HOANG THI TAM")
    before = await counts()
    assert await office.refused(mine, "account", theirs) == "account-not-usable"
    assert await office.refused(theirs, "cash") == "unknown-beneficiary"
    assert await office.refused(mine, "cash", theirs) == "bad-request"
    assert await office.refused(mine, "account") == "bad-request"
    body = {"to": "cash", "note": "x"}
    neighbour = await officer("commune_officer", VINH_MY).ask("POST", f"/v1/beneficiaries/{mine}/account-changes", json=body)
    assert neighbour.json()["code"] == "unknown-beneficiary"
    staff = await office.staff.ask("POST", f"/v1/beneficiaries/{mine}/account-changes", json=body)
    assert staff.json()["code"] == "not-allowed"
    assert await counts() == before


def test_notices_name_no_number_and_no_category() -> None:
    made = account_notices(
        UUID(int=1), UUID(int=2), "HUE-0000001", AT.date(), UUID(int=3), old=("viettelpay", "••••678"), new=None
    )
    assert [notice.text_vi for notice in made] == [
        "Từ ngày 05/10/2021, tiền của hồ sơ HUE-0000001 không còn chi vào tài khoản ••••678 tại ViettelPay. "
        "Nếu không đúng, xin báo ngay UBND xã/phường nơi cư trú.",
        "Từ ngày 05/10/2021, tiền của hồ sơ HUE-0000001 được chi bằng tiền mặt. "
        "Nếu không đúng, xin báo ngay UBND xã/phường nơi cư trú.",
    ]
