"""Runs, contracts and fundings over REST: what they answer, and what they refuse without changing anything."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import httpx
import pytest

from services.disbursement.api import runs
from services.disbursement.api.registry_cut import RegistryCut
from services.disbursement.storage.law_data import load_law
from shared import outbox
from shared.contracts.registry_events import BeneficiariesChanged, UnitsDefined
from shared.kernel.ids import new_id
from shared.keys import SEAL, load_signing_key
from shared.web import make_app
from tests.disbursement.office import Office
from tests.disbursement.records import bank_account

NOWHERE = "9999@2021-07-01"


def run_body(office: Office, **changes: Any) -> dict[str, Any]:
    return {"code": "2021-10", "unit_id": office.province, "benefit_months": ["2021-10-01"], **changes}


# --- runs -------------------------------------------------------------------------------------------------------------


async def test_a_run_is_opened_once(office: Office) -> None:
    body = run_body(office, code="2022-01", benefit_months=["2022-02", "2022-01-01"])
    first = await office.ok("POST", "/v1/runs", "province", body)
    assert (first["code"], first["run_month"], first["benefit_months"]) == ("2022-01", "2022-01-01", ["2022-01-01", "2022-02-01"])
    assert await office.ok("POST", "/v1/runs", "province", body) == first
    assert await office.ok("GET", f"/v1/runs/{first['run_id']}", "maker") == first


async def test_runs_are_listed_page_by_page(office: Office) -> None:
    for code in ("2021-10", "2021-11", "2021-12"):
        await office.run(code)
    found: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await office.ok("GET", f"/v1/runs?limit=2&cursor={cursor}", "maker")
        found += page["items"]
        cursor = page["next_cursor"]
    mine = [run["code"] for run in found if run["unit_id"] == office.province]
    assert mine == ["2021-10", "2021-11", "2021-12"]
    assert len({run["run_id"] for run in found}) == len(found)


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("wrong-month", {"code": "2021-13"}),
        ("wrong-month", {"code": "10/2021"}),
        ("wrong-month", {"code": "2021-10-01"}),
        ("wrong-month", {"code": "2021-1"}),
        ("wrong-month", {"benefit_months": ["2021-10-02"]}),
        ("wrong-month", {"benefit_months": ["tháng 10"]}),
        ("wrong-month", {"benefit_months": []}),
        ("wrong-month", {"benefit_months": ["2021-10-01", "2021-10"]}),
        ("wrong-month", {"benefit_months": [f"{2022 + i // 12}-{i % 12 + 1:02}" for i in range(13)]}),
        ("wrong-month", {"benefit_months": ["1999-10-01"]}),
        ("no-law-for-month", {"benefit_months": ["2021-06-01"]}),
        ("no-law-for-month", {"benefit_months": ["2021-10-01", "2014-12-01"]}),
        ("unknown-unit", {"unit_id": NOWHERE}),
        ("bad-request", {"unit_id": "Huế"}),
        ("bad-request", {"more": 1}),
    ],
)
async def test_a_run_that_can_t_be_opened(office: Office, code: str, changes: dict[str, Any]) -> None:
    problem = await office.refused(code, "POST", "/v1/runs", "province", run_body(office, **changes))
    assert problem["title_vi"]


async def test_other_refusals_of_a_run(office: Office, disbursement: Any) -> None:
    other = await Office(disbursement, office.platform, office.client, office.admin, office.tokens).lay()
    await office.refused("not-your-unit", "POST", "/v1/runs", "province", run_body(other), units=[office.province])
    await office.refused("not-your-unit", "POST", "/v1/runs", "maker", run_body(office), units=[office.authority])
    await office.refused("not-allowed", "POST", "/v1/runs", "checker", run_body(office))
    await office.refused("unknown-unit", "POST", "/v1/runs", "province", run_body(office, unit_id=office.authority))
    await office.run("2021-10")
    await office.refused("run-exists", "POST", "/v1/runs", "province", run_body(office, benefit_months=["2021-11-01"]))
    await office.refused("unknown-run", "GET", f"/v1/runs/{new_id()}", "maker")


async def test_no_token_no_answer(office: Office) -> None:
    for headers in ({}, {"Authorization": "Bearer x"}):
        answer = await office.client.post("/v1/runs", json=run_body(office), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "no-token")


# --- drawing up -------------------------------------------------------------------------------------------------------


async def test_refusals_of_drawing_up(office: Office, disbursement: Any) -> None:
    other = await Office(disbursement, office.platform, office.client, office.admin, office.tokens).lay()
    path = f"/v1/runs/{await office.run()}/draw-up"
    await office.say(office.person())
    await office.refused("unknown-run", "POST", f"/v1/runs/{new_id()}/draw-up", "maker", {"authority_id": office.authority})
    await office.refused("unknown-unit", "POST", path, "maker", {"authority_id": NOWHERE})
    await office.refused("not-your-unit", "POST", path, "maker", {"authority_id": other.authority})
    both = [office.province, other.province]
    await office.refused("unknown-unit", "POST", path, "maker", {"authority_id": other.authority}, units=both)
    await office.refused("not-your-unit", "POST", path, "maker", {"authority_id": office.authority}, units=[office.communes[0]])
    await office.refused("not-allowed", "POST", path, "checker", {"authority_id": office.authority})
    await office.refused("bad-request", "POST", path, "maker", {})


async def test_drawing_up_waits_for_what_the_registry_said_before(office: Office) -> None:
    run_id = await office.run()
    async with office.platform.database("registry").transaction() as tx:
        await outbox.emit(tx, BeneficiariesChanged(records=[office.person()]))

    async def deliver_late() -> None:
        await asyncio.sleep(0.3)
        await office.feed()

    drawn, _ = await asyncio.gather(office.draw(run_id), deliver_late())
    assert [p["payments"] for p in drawn["payrolls"]] == [1]


async def impatient(office: Office, ask: Any) -> httpx.AsyncClient:
    """A client of runs' routes alone, that waits for the registry for a moment only."""
    app = make_app("disbursement", "d", "", office.database, office.platform.verifier)
    cut, key = RegistryCut(office.database, ask, wait_seconds=0.2), load_signing_key(office.platform.settings.keys_dir, SEAL)
    app.include_router(runs.make_router(office.database, load_law(), cut, key))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://disbursement")


async def test_registry_behind(office: Office) -> None:
    run_id = await office.run()

    async def far_ahead() -> int:
        return await office.platform.registry_position() + 1_000

    async def away() -> int:
        async with httpx.AsyncClient() as client:
            return int((await client.get("http://127.0.0.1:9/")).text)

    served = office.client
    for ask in (far_ahead, away):
        async with await impatient(office, ask) as client:
            office.client = client
            path = f"/v1/runs/{run_id}/draw-up"
            problem = await office.refused("registry-behind", "POST", path, "maker", {"authority_id": office.authority})
            assert problem["status"] == 503
        office.client = served


async def test_payrolls_are_listed_for_who_may_see_them(office: Office, disbursement: Any) -> None:
    other = await Office(disbursement, office.platform, office.client, office.admin, office.tokens).lay()
    await office.say(office.person(), office.person(commune=1, account=bank_account()))
    run_id = await office.run()
    drawn = (await office.draw(run_id))["payrolls"]
    path = f"/v1/runs/{run_id}/payrolls"
    assert (await office.ok("GET", path, "maker", units=[office.authority]))["items"] == drawn
    assert (await office.ok("GET", path, "maker", units=[other.province]))["items"] == []
    first = await office.ok("GET", f"{path}?limit=1&authority_id={office.authority}", "maker")
    second = await office.ok("GET", f"{path}?limit=1&cursor={first['next_cursor']}", "maker")
    assert first["items"] + second["items"] == drawn
    await office.refused("not-your-unit", "GET", f"{path}?authority_id={other.authority}", "maker")
    await office.refused("unknown-unit", "GET", f"{path}?authority_id={NOWHERE}", "maker")
    await office.refused("bad-cursor", "GET", f"{path}?cursor=x", "maker")
    await office.refused("unknown-run", "GET", f"/v1/runs/{new_id()}/payrolls", "maker")


# --- contracts --------------------------------------------------------------------------------------------------------


def contract_body(office: Office, **changes: Any) -> dict[str, Any]:
    return {
        "authority_id": office.authority, "number": "7/HĐ", "lead_provider": "viettelpay", "valid_from": "2021-09-01",
        "channels": [{"channel": "wallet", "provider": "viettelpay"}, {"channel": "cash", "provider": "viettelpay"}], **changes,
    }  # fmt: skip


async def test_a_contract_is_kept_once(office: Office) -> None:
    first = await office.ok("POST", "/v1/contracts", "province", contract_body(office))
    assert (first["number"], first["communes"], len(first["channels"])) == ("7/HĐ", 0, 2)
    again = contract_body(office, channels=contract_body(office)["channels"][::-1])
    assert await office.ok("POST", "/v1/contracts", "province", again) == first
    await office.refused("contract-exists", "POST", "/v1/contracts", "province", contract_body(office, valid_from="2021-10-01"))
    path = f"/v1/contracts/{first['contract_id']}/communes"
    served = await office.ok("POST", path, "province", {"unit_ids": list(office.communes), "from_month": "2021-10"})
    assert served["communes"] == 3
    before = await office.fingerprint()
    again = {"unit_ids": list(office.communes), "from_month": "2021-11-01"}
    assert await office.ok("POST", path, "province", again) == served
    assert await office.fingerprint() == before
    listed = await office.ok("GET", "/v1/contracts?limit=1000", "maker", units=[office.authority])
    assert first["contract_id"] in {c["contract_id"] for c in listed["items"]}
    rows = await office.rows("SELECT action FROM audit_log WHERE object = $1 ORDER BY seq", f"contract/{first['contract_id']}")
    assert [row[0] for row in rows] == ["define-contract", "serve-communes"]


async def test_refusals_of_contracts(office: Office, disbursement: Any) -> None:
    other = await Office(disbursement, office.platform, office.client, office.admin, office.tokens).lay()
    path = "/v1/contracts"
    for changes in (
        {"lead_provider": "momo"},
        {"channels": [{"channel": "wallet", "provider": "vietinbank"}]},
        {"channels": [{"channel": "cashier", "provider": "vnpost"}]},
    ):
        await office.refused("unknown-provider", "POST", path, "province", contract_body(office, **changes))
    await office.refused("bad-request", "POST", path, "province", contract_body(office, channels=[]))
    await office.refused("unknown-unit", "POST", path, "province", contract_body(office, authority_id=NOWHERE))
    await office.refused("not-your-unit", "POST", path, "province", contract_body(other))
    await office.refused("not-allowed", "POST", path, "maker", contract_body(office))
    communes = f"/v1/contracts/{office.deeds.viettel}/communes"
    body = {"unit_ids": [office.communes[1]], "from_month": "2021-10-01"}
    await office.refused(
        "unknown-unit", "POST", communes, "province", {**body, "unit_ids": [office.communes[1], other.communes[0]]}
    )
    await office.refused("unknown-unit", "POST", communes, "province", {**body, "unit_ids": [office.authority]})
    await office.refused("wrong-month", "POST", communes, "province", {**body, "from_month": "2021-10-05"})
    await office.refused("unknown-contract", "POST", communes, "province", body, units=[other.province])
    await office.refused("not-allowed", "POST", communes, "accountant", body)


# --- fundings ---------------------------------------------------------------------------------------------------------


async def test_a_funding_is_confirmed_once(office: Office) -> None:
    run_id = await office.run()
    path = f"/v1/runs/{run_id}/fundings"
    body = {
        "authority_id": office.authority, "contract_id": str(office.deeds.viettel), "amount_dong": 5_000_000,
        "withdrawal_paper": "RDT 1", "treasury_reference": "KB-1", "credited_on": "2021-09-24",
    }  # fmt: skip
    key = {"Idempotency-Key": "a"}
    first = await office.ok("POST", path, "accountant", body, headers=key, subject="ha")
    assert (first["amount_dong"], first["confirmed_by"], first["credited_on"]) == (5_000_000, "ha", "2021-09-24")
    assert await office.ok("POST", path, "accountant", body, headers=key, subject="ha") == first
    assert await office.ledger("money") == {("treasury", f"provider:{office.deeds.viettel}"): (0, 5_000_000)}
    await office.refused("funding-exists", "POST", path, "accountant", body)
    await office.refused(
        "idempotency-key-reused", "POST", path, "accountant", {**body, "amount_dong": 1}, headers=key, subject="ha"
    )


async def test_refusals_of_fundings(office: Office, disbursement: Any) -> None:
    other = await Office(disbursement, office.platform, office.client, office.admin, office.tokens).lay()
    path = f"/v1/runs/{await office.run()}/fundings"
    body = {
        "authority_id": office.authority, "contract_id": str(office.deeds.viettel), "amount_dong": 5_000_000,
        "withdrawal_paper": "RDT 1", "treasury_reference": "KB-2", "credited_on": "2021-09-24",
    }  # fmt: skip
    await office.refused("not-allowed", "POST", path, "maker", body)
    await office.refused("unknown-run", "POST", f"/v1/runs/{new_id()}/fundings", "accountant", body)
    await office.refused("unknown-contract", "POST", path, "accountant", {**body, "contract_id": str(new_id())})
    both = [office.province, other.province]
    theirs = {**body, "contract_id": str(other.deeds.viettel)}
    await office.refused("unknown-contract", "POST", path, "accountant", theirs, units=both)
    await office.refused("not-your-unit", "POST", path, "accountant", {**body, "authority_id": other.authority})
    for wrong in (
        {"amount_dong": 0},
        {"amount_dong": -1},
        {"amount_dong": 1.5},
        {"withdrawal_paper": ""},
        {"credited_on": "hôm nay"},
    ):
        await office.refused("bad-request", "POST", path, "accountant", {**body, **wrong})


# --- copies of the registry -------------------------------------------------------------------------------------------


async def test_copies_follow_the_registry(office: Office) -> None:
    person = office.person(["K6-N", "CS-NKT-MT1"], account=bank_account())
    await office.say(person)
    (row,) = await office.rows("SELECT * FROM people WHERE beneficiary_id = $1", person.beneficiary_id)
    assert person.account is not None
    assert (row["code"], row["account_id"], row["account_channel"], row["payee_relationship"]) == (
        person.code, person.account.account_id, "account", "self",
    )  # fmt: skip
    assert row["subject"] not in (str(person.beneficiary_id), person.beneficiary_id.hex)
    assert len(row["subject"]) == 32
    second = person.model_copy(update={"version": 2, "account": None, "decisions": person.decisions[:1]})
    await office.say(second)
    (later,) = await office.rows("SELECT * FROM people WHERE beneficiary_id = $1", person.beneficiary_id)
    assert (later["version"], later["account_id"], later["subject"]) == (2, None, row["subject"])
    assert later["position"] > row["position"]
    held = await office.rows("SELECT category FROM decisions WHERE beneficiary_id = $1", person.beneficiary_id)
    assert [d[0] for d in held] == ["K6-N"]


async def test_one_event_may_say_a_person_twice(office: Office) -> None:
    person = office.person("K6-N")
    await office.say(person.model_copy(update={"version": 3}), person.model_copy(update={"version": 2, "decisions": []}))
    (row,) = await office.rows("SELECT version FROM people WHERE beneficiary_id = $1", person.beneficiary_id)
    assert row[0] == 3
    assert len(await office.rows("SELECT FROM decisions WHERE beneficiary_id = $1", person.beneficiary_id)) == 1


async def test_units_learn_their_last_day(office: Office) -> None:
    (unit,) = [u for u in office.units("Tỉnh X") if u.unit_id == office.communes[0]]
    await office.emit(UnitsDefined(units=[unit.model_copy(update={"valid_to": date(2024, 12, 31)})]))
    (row,) = await office.rows("SELECT valid_to FROM units WHERE unit_id = $1", office.communes[0])
    assert row[0] == date(2024, 12, 31)
