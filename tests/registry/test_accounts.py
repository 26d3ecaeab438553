"""Accounts: declared by lists, asked for, answered; where people's money goes then."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg

from shared.contracts.registry_events import AccountsRequested, BeneficiariesChanged
from shared.crypto import ACCOUNT, IDENTITY, PHONE, FieldCipher
from tests.registry.commune_lists import Line
from tests.registry.officers import PHU_LOC, VINH_HUNG, Officers
from tests.registry.provider_answers import AT, Gateway, bodies

COMMUNE = "Xã Vinh Hưng"

MOTHER = {"payee": "Lê Thị Xuân", "payee_identity": "046183486989", "relationship": "Mẹ"}
LINES = [
    Line("Hoàng Thị Ví", "1938", "Nữ", "191300001", phone="0912000001", channel="ViettelPay", account="0912000001"),
    Line("Hoàng Văn Không", "1937", "Nam", "191300002"),
    Line("Đỗ Ngọc Một", "13/04/2019", "Nữ", "046319440221", "Khoản 1 (dưới 4 tuổi)", phone="0371000003", **MOTHER),
    Line("Đỗ Ngọc Hai", "14/05/2020", "Nữ", "046320440222", "Khoản 1 (dưới 4 tuổi)", **MOTHER),
    Line("Hoàng Thị Khoản", "1936", "Nữ", "191300005", channel="VietinBank", account="108140128869"),
    Line("Hoàng Văn Máy", "1935", "Nam", "191300006", phone="0912000001"),
]


async def test_from_declared_to_active(
    officer: Officers, admin: asyncpg.Connection, cipher: FieldCipher, gateway: Gateway, counts: Any
) -> None:
    hung, staff = officer("commune_officer", VINH_HUNG), officer("provider_staff", PHU_LOC)
    assert (await hung.enter(COMMUNE, LINES))["created"] == 6
    people = {person["full_name"]: person["beneficiary_id"] for person in await staff.find("")}
    declared = (await staff.get("/v1/accounts", state="declared"))["items"]
    assert sorted((a["provider"], a["channel"], a["number"][-3:]) for a in declared) == [
        ("vietinbank", "account", "869"),
        ("viettelpay", "wallet", "001"),
    ]

    body = {"provider": "viettelpay", "beneficiary_ids": list(people.values())}
    assert await staff.post("/v1/accounts/requests", body) == {"requested": 5, "already": 0, "refused": []}
    (event,) = (AccountsRequested.model_validate(one) for one in await bodies(admin, "accounts_requested"))
    requests = {request.holder_name: request for request in event.requests}
    assert set(requests) == {"Hoàng Thị Ví", "Hoàng Văn Không", "Lê Thị Xuân", "Hoàng Thị Khoản", "Hoàng Văn Máy"}
    wallet, mother, same_phone = requests["Hoàng Thị Ví"], requests["Lê Thị Xuân"], requests["Hoàng Văn Máy"]
    assert wallet.phone_sealed and cipher.open(wallet.phone_sealed, PHONE) == "+84912000001"
    assert wallet.number_sealed is None, "a wallet is asked for by its phone; a number is one to check at a bank"
    assert mother.identity_sealed and cipher.open(mother.identity_sealed, IDENTITY) == "046183486989"
    assert mother.phone_sealed and cipher.open(mother.phone_sealed, PHONE) == "+84371000003"
    assert requests["Hoàng Văn Không"].phone_sealed is None
    assert same_phone.phone_sealed is None, "a wallet has one holder: the phone is somebody's wallet already"
    before = await counts()
    assert await staff.post("/v1/accounts/requests", body) == {"requested": 0, "already": 5, "refused": []}
    assert await counts() == before

    said = len(await bodies(admin, "beneficiaries_changed"))
    position = await gateway.says(
        "viettelpay",
        gateway.opened(wallet.account_id, "84912000001", "HOANG THI VI"),
        gateway.opened(mother.account_id, "84371000003", "LE THI XUAN"),
        gateway.refused(requests["Hoàng Văn Không"].account_id, "identity_document_expired"),
        gateway.opened(same_phone.account_id, "84912000001", "HOANG VAN MAY"),
    )
    changed = [BeneficiariesChanged.model_validate(one) for one in (await bodies(admin, "beneficiaries_changed"))[said:]]
    records = {record.full_name: record for event in changed for record in event.records}
    assert set(records) == {"Hoàng Thị Ví", "Đỗ Ngọc Một", "Đỗ Ngọc Hai"}
    account = records["Hoàng Thị Ví"].account
    assert account and (account.provider, account.channel, account.version) == ("viettelpay", "wallet", 1)
    assert account.holder_name == "HOANG THI VI"
    assert cipher.open(account.number_sealed, ACCOUNT) == "84912000001"
    assert records["Đỗ Ngọc Một"].account == records["Đỗ Ngọc Hai"].account, "one account of the mother for both"
    assert records["Hoàng Thị Ví"].version == 2

    refused = {a["holder_name"]: a["reason"] for a in (await staff.get("/v1/accounts", state="refused"))["items"]}
    assert refused == {"Hoàng Văn Không": "identity_document_expired", "Hoàng Văn Máy": "number_in_use"}
    record = await staff.get(f"/v1/beneficiaries/{people['Đỗ Ngọc Hai']}")
    assert record["account"]["number"] == "••••••••003"
    history = (await staff.get(f"/v1/beneficiaries/{people['Đỗ Ngọc Hai']}/history"))["items"]
    assert (history[0]["reason"], history[0]["changed"], history[0]["subject"]) == (
        "account_active", ["account"], "provider_gateway",
    )  # fmt: skip

    before = await counts()
    again = gateway.opened(wallet.account_id, "84912000001", "HOANG THI VI")
    await gateway.says("viettelpay", again, position=position)
    await gateway.says("viettelpay", again)
    await gateway.says("viettelpay", gateway.refused(mother.account_id, "late", AT - timedelta(hours=1)))
    assert await counts() == before
    assert len((await staff.get("/v1/accounts", state="active"))["items"]) == 2


async def test_another_number_of_an_account_in_use_holds_the_money_and_moves_nothing(
    officer: Officers, gateway: Gateway, admin: asyncpg.Connection
) -> None:
    staff = officer("provider_staff", PHU_LOC)
    (active,) = [a for a in (await staff.get("/v1/accounts", state="active"))["items"] if a["holder_name"] == "HOANG THI VI"]
    await gateway.says("viettelpay", gateway.opened(active["account_id"], "84912999999", "HOANG THI VI", AT + timedelta(days=1)))
    (record,) = BeneficiariesChanged.model_validate((await bodies(admin, "beneficiaries_changed"))[-1]).records
    assert record.account and (str(record.account.account_id), record.account.version) == (active["account_id"], 1)
    assert record.hold == "account_number_changed"
    (person,) = await staff.find("hoang thi vi")
    shown = (await staff.get(f"/v1/beneficiaries/{person['beneficiary_id']}"))["account"]
    assert shown["number"] == active["number"]
    (now,) = [a for a in (await staff.get("/v1/accounts", state="active"))["items"] if a["account_id"] == active["account_id"]]
    assert (active["other_number_told"], now["other_number_told"]) == (False, True)
    (proposal,) = (await staff.get("/v1/proposals", kind="account_number_changed"))["items"]
    assert (proposal["beneficiary_id"], proposal["about"]) == (person["beneficiary_id"], active["account_id"])


async def test_a_refused_payee_may_ask_again(officer: Officers, gateway: Gateway) -> None:
    staff = officer("provider_staff", PHU_LOC)
    (person,) = await staff.find("hoang van khong")
    body = {"provider": "viettelpay", "beneficiary_ids": [person["beneficiary_id"]]}
    assert (await staff.post("/v1/accounts/requests", body))["requested"] == 1
    (asked,) = (await staff.get("/v1/accounts", state="requested", provider="viettelpay"))["items"][-1:]
    await gateway.says(
        "viettelpay", gateway.opened(asked["account_id"], "84912555555", "HOANG VAN KHONG", AT + timedelta(days=2))
    )
    (person,) = await staff.find("hoang van khong")
    assert person["account_provider"] == "viettelpay"
    assert (await staff.post("/v1/accounts/requests", {**body, "provider": "vietinbank"}))["already"] == 1


async def test_a_declared_bank_account_goes_along_to_be_checked(
    officer: Officers, admin: asyncpg.Connection, cipher: FieldCipher
) -> None:
    hung, staff = officer("commune_officer", VINH_HUNG), officer("provider_staff", PHU_LOC)
    line = Line("Trương Thị Thẻ", "1939", "Nữ", "191300021", channel="VietinBank", account="108140128870")
    await hung.enter(COMMUNE, [line])
    (person,) = await hung.find("truong thi the")
    body = {"provider": "vietinbank", "beneficiary_ids": [person["beneficiary_id"]]}
    assert (await staff.post("/v1/accounts/requests", body))["requested"] == 1
    event = AccountsRequested.model_validate((await bodies(admin, "accounts_requested"))[-1])
    (request,) = event.requests
    assert request.number_sealed and cipher.open(request.number_sealed, ACCOUNT) == "108140128870"
    assert request.phone_sealed is None


async def test_a_list_does_not_change_where_money_goes(officer: Officers) -> None:
    """A new number in a list leaves the account in use as it is."""
    hung = officer("commune_officer", VINH_HUNG)
    line = Line("Hoàng Thị Ví", "1938", "Nữ", "191300001", phone="0912000001", channel="ViettelPay", account="0913777777")
    (before,) = await hung.find("hoang thi vi")
    held = (await hung.get(f"/v1/beneficiaries/{before['beneficiary_id']}"))["account"]
    assert (await hung.enter(COMMUNE, [line], "11/2021"))["updated"] == 1
    assert (await hung.get(f"/v1/beneficiaries/{before['beneficiary_id']}"))["account"] == held


async def test_another_payee_does_not_get_the_old_payees_account(officer: Officers) -> None:
    hung = officer("commune_officer", VINH_HUNG)
    line = Line(
        "Đỗ Ngọc Hai", "14/05/2020", "Nữ", "046320440222", "Khoản 1 (dưới 4 tuổi)",
        payee="Đỗ Văn Nội", payee_identity="046055486000", relationship="Ông nội",
    )  # fmt: skip
    assert (await hung.enter(COMMUNE, [line], "11/2021"))["updated"] == 1
    (child,) = await hung.find("do ngoc hai")
    assert child["account_provider"] is None
    (other,) = await hung.find("do ngoc mot")
    assert other["account_provider"] == "viettelpay"


async def test_an_answer_of_an_unknown_account_waits(gateway: Gateway, admin: asyncpg.Connection, counts: Any) -> None:
    before = await counts()
    await gateway.says("viettelpay", gateway.opened(uuid4(), "84912000009", "AI DO"))
    assert await counts() == before
    assert await admin.fetchval("SELECT count(*) FROM registry.inbox_parked") == 1


async def test_no_such_provider(officer: Officers, counts: Any) -> None:
    staff = officer("provider_staff", PHU_LOC)
    (person,) = await staff.find("hoang van may")
    before = await counts()
    for provider in ("vnpost", "commune_cashier", "x"):
        body = {"provider": provider, "beneficiary_ids": [person["beneficiary_id"]]}
        answer = await staff.ask("POST", "/v1/accounts/requests", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown-provider")
    maker = officer("maker", PHU_LOC)
    answer = await maker.ask("POST", "/v1/accounts/requests", json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
    assert await counts() == before
